"""Mistakes that need no libraries are told before any are loaded."""

import os
import subprocess
import sys

MISTAKES = {
    "resume": "there is no run under",
    "resume nowhere": "there is no run at nowhere",
    "resume run --steps 3 --images 4": "give one budget",
    "sample": "there is no run under",
    "sample run": "has no checkpoint yet",
    "sample --traverse -n 3": "has no use for -n",
    "evaluate": "there is no run under",
    "evaluate nothing.npy": "no run, file or folder 'nothing.npy'",
    "evaluate run --metrics fid": "did you mean 'frechet'?",
    "evaluate run --encoder jugde": "there is no encoder 'jugde'; did you mean 'judge'?",
    "evaluate run --against nowhere": "there is no data set 'nowhere'",
    "compare run other": "there is no run at other",
    "compare run run/": "run is given twice",
    "train dcgna": "did you mean 'dcgan'?",
    "train digits": "these are data",
    "train dcgan --widht 3": "did you mean --width?",
    "train dcgan --repel 1": "--repel belongs to ebgan and ebgan_pt",
    "train --hidden": "expected one argument",
    "train --steps many": "--steps takes a whole number, got 'many'",
    "train --steps 3 --minutes 1": "give one budget",
    "train --precision fp64": "--precision takes auto, fp32, tf32 or bf16",
    "train --device gpu": "--device must be auto, cpu, cuda or mps, got 'gpu'",
    "train --threads 0": "--threads must be at least 1, got 0",
    "train --keep 0": "--keep must be at least 1",
    "train --data nowhere": "there is no data set 'nowhere'",
    "train --init nowhere": "there is no run at nowhere",
    "train --out run": "run holds another run",
    "show --data nowhere": "there is no data set 'nowhere'",
    "reproduce parzen": "there is no claim 'parzen'",
    "explain gamez": "did you mean 'games'?",
    "explain --h 0.5 gamez": "there is no topic 'gamez'; did you mean 'games'?",
    "list recipez": "did you mean 'recipes'?",
    "nothing": "there is no command 'nothing'",
    "dcgan": "it is a recipe: saddle train dcgan",
}
SCRIPT = """
import sys
from saddlepoint.cli import main
for line in sys.stdin.read().splitlines():
    code = main(line.split())
    print(code, "torch" in sys.modules, file=sys.stderr)
"""


def test_mistakes_are_told_at_once(tmp_path):
    """One process meets them all: what takes long is loading PyTorch, and it never does."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text('{"version": 1}')
    outcome = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input="\n".join(MISTAKES),
        cwd=tmp_path,
        env=os.environ | {"SADDLE_RUNS": "none", "SADDLE_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    lines = iter(outcome.stderr.splitlines())
    for command, sentence in MISTAKES.items():
        said, status = next(lines), next(lines)
        assert sentence in said, command
        assert status == "2 False", command
    assert list(lines) == []
