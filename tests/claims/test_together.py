"""Several processes at one claim: each seed is tried once, by one of them, and all end with the same result."""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest

from saddlepoint.claims.together import idle, turns
from saddlepoint.cli import main
from saddlepoint.core.locks import locked

SCRIPT = """
import json, os, signal, sys, time
from pathlib import Path
import torch
import saddlepoint as sp
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Protocol

@claim(
    "shared", paper="Nobody 2020", where="Table 7", published="b > a", headline="value",
    judge=lambda found: found.decide([found.above("b", "a", "value")], "Judged."),
    quick=Protocol(1, 0.1, {}), short=Protocol(6, 1, {}), full=Protocol(6, 1, {}),
    arms={"a": Arm("digits", "mlp_gan"), "b": Arm("digits", "mlp_gan")},
)
def attempt(bench):
    '''A claim whose trials begin when two processes are at it.'''
    Path(f"{os.getpid()}.pid").touch()
    while len(list(Path().glob("*.pid"))) < 2:
        time.sleep(0.05)
    if "interrupt" in sys.argv and bench.seed == 2:
        raise KeyboardInterrupt
    if "kill" in sys.argv and bench.seed > 1 and __name__ == "__main__":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.5)
    return {"value": bench.seed + 0.1 * bench.seed**2 * (bench.name == "b"), "process": os.getpid(),
            "threads": torch.get_num_threads()}

if __name__ == "__main__":
    torch.set_num_threads(5)
    result = sp.reproduce("shared", jobs=2, quiet=True)
    print(json.dumps({**result, "own": os.getpid(), "threads": torch.get_num_threads()}))
"""


def start(workplace, *arguments):
    (workplace / "script.py").write_text(SCRIPT)
    return subprocess.run(
        [sys.executable, "script.py", *arguments], cwd=workplace, capture_output=True, text=True, timeout=300
    )


def test_two_jobs_share_the_seeds(workplace):
    ended = start(workplace)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    tried = [(trial["arm"], trial["seed"]) for trial in result["trials"]]
    assert sorted(tried) == [(arm, seed) for arm in "ab" for seed in range(6)]
    by_seed = {}
    for trial in result["trials"]:
        by_seed.setdefault(trial["seed"], set()).add(trial["figures"]["process"])
        assert trial["figures"]["threads"] == 2, "half of five, rounded down"
    assert all(len(processes) == 1 for processes in by_seed.values())
    assert len(set.union(*by_seed.values())) == 2
    assert {result["own"]} < set.union(*by_seed.values())
    assert (result["looks"], result["verdict"]["tests"][0]["test"], result["threads"]) == ([6], "paired", 5)
    assert not (workplace / "runs" / "claims").exists()


def test_a_stop_ends_the_helper_too_and_keeps_what_is_finished(workplace):
    ended = start(workplace, "interrupt")
    assert ended.stderr.rstrip().endswith("KeyboardInterrupt")
    for pid in workplace.glob("*.pid"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.stem), 0)
    stored = json.loads((workplace / "results/shared.json").read_text())
    assert 0 < len(stored["trials"]) < 12
    assert "Unfinished" in stored["verdict"]["text"]


def test_a_helper_ends_when_the_first_process_is_killed(workplace):
    ended = start(workplace, "kill")  # which returns when the last of them has closed its output
    assert ended.returncode == -signal.SIGKILL
    stored = json.loads((workplace / "results/shared.json").read_text())
    assert 2 <= len(stored["trials"]) < 12
    for pid in workplace.glob("*.pid"):
        pid.unlink()
    assert json.loads(start(workplace).stdout)["seeds"] == list(range(6))


def test_seeds_that_another_process_has_come_last(tmp_path):
    waits = []
    with locked(tmp_path / "seed-1.lock"):
        assert not idle(tmp_path)
        seeds = turns(range(4), tmp_path, lambda: waits.append(1))
        assert [next(seeds) for _ in range(3)] == [0, 2, 3]
        assert not waits
        seeds.close()
    assert idle(tmp_path)
    assert list(turns(range(3), tmp_path, lambda: waits.append(1))) == [0, 1, 2]
    assert not waits
    with ExitStack() as other:
        other.enter_context(locked(tmp_path / "seed-0.lock"))
        assert list(turns(range(2), tmp_path, other.close)) == [1, 0]


def test_jobs_are_at_least_one(capsys, workplace):
    assert main(["reproduce", "dirac-r1", "--jobs", "0"]) == 2
    assert capsys.readouterr().err == "saddle: --jobs must be at least 1, got 0\n"
