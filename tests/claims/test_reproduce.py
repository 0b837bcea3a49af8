"""What is kept, continued, refused and said, with a claim that takes no time."""

import json
import math
import os
import signal

import pytest

import saddlepoint as sp
from saddlepoint.claims.claim import claim, claims
from saddlepoint.claims.protocol import Arm, Protocol
from saddlepoint.claims.trial import seconds_trained
from saddlepoint.cli import main
from saddlepoint.core.errors import TrainingError
from saddlepoint.core.machine import CODE, code
from saddlepoint.data import load
from saddlepoint.evaluate.significance import against, seeds_needed

NAME = "toy"


@pytest.fixture(autouse=True)
def toy():
    """A registered claim whose trials are counted; ``toy.attempt`` may be replaced."""

    class Toy:
        calls: list = []  # noqa: RUF012
        attempt = None

    toy = Toy()
    toy.calls = []

    def judge(found):
        return found.decide([found.above("b", "a", "value")], f"b is {found.show('b', 'value')}.")

    @claim(
        NAME,
        paper="Nobody 2020",
        where="Table 7",
        published="b > a",
        headline="value",
        curve="value",
        judge=judge,
        quick=Protocol(1, 0.1, {"n": 1}),
        short=Protocol(2, 1, {"n": 10}),
        full=Protocol(3, 2, {"n": 100}),
        arms={"a": Arm("digits", "mlp_gan"), "b": Arm("digits", "mlp_gan")},
    )
    def attempt(bench):
        """A claim for tests."""
        toy.calls.append((bench.name, bench.seed))
        if toy.attempt is not None:
            return toy.attempt(bench)
        ahead = bench.settings["n"] + 0.1 * bench.seed
        return {"value": bench.seed + ahead * (bench.name == "b"), "curve": [1, 2]}

    yield toy
    claims.remove(NAME)


def run(**settings):
    return sp.reproduce(NAME, quiet=True, **settings)


def fails(capsys, *arguments):
    assert main(["reproduce", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_means_and_spreads_are_over_seeds(workplace):
    result = run()
    assert result["summary"]["a"] == {"value": {"mean": 0.5, "spread": pytest.approx(0.5**0.5), "count": 2}}
    assert result["summary"]["b"]["value"]["mean"] == 10.55
    verdict = result["verdict"]
    assert verdict["holds"] is True
    assert verdict["text"].startswith(
        "b is 10.6 ± 0.78. Tested two-sided over seeds, at 5 %: value of b less a +10.1"
    )
    (test,) = verdict["tests"]
    # Differences of 10 and 10.1: t = 10.05/0.05 with one degree of freedom.
    assert test["p"] == test["corrected"] == pytest.approx(1 - 2 / math.pi * math.atan(201))
    assert (test["test"], test["answer"], verdict["seeds"]) == ("paired", True, None)
    assert result["looks"] == [2]
    assert result["command"] == "saddle reproduce toy --seeds 2"
    assert result["protocol"] == "short"
    assert result["arms"]["a"] == {"data": "digits", "recipe": "mlp_gan", "flags": {}}
    assert all(trial["versions"]["saddlepoint"] == result["package"] for trial in result["trials"])
    row = next(line for line in (workplace / "results/README.md").read_text().splitlines() if "Nobody" in line)
    for words in ("Nobody 2020, Table 7", "b > a", "a 0.500 ± 0.707, b 10.6 ± 0.778", "| yes |", "| short |"):
        assert words in row


def test_trials_of_another_state_of_the_package_are_named(workplace):
    assert "different programs" not in run()["verdict"]["text"]
    path = workplace / "results" / f"{NAME}.json"
    stored = json.loads(path.read_text())
    for trial in stored["trials"]:
        del trial["versions"][CODE]  # as all that were made before it was kept
    path.write_text(json.dumps(stored))
    assert (
        f"programs: seeds 0, 1 with {CODE} unknown; seeds 2 with {CODE} {code()}."
        in run(seeds=3)["verdict"]["text"]
    )


def test_an_open_verdict_names_the_command_that_would_decide_it(toy):
    ahead = {0: 1.0, 1: 0.2, 2: 0.6, 3: 0.7}
    toy.attempt = lambda bench: {"value": ahead[bench.seed] if bench.name == "b" else 0.0}
    one = run(seeds=1)["verdict"]
    assert (one["holds"], one["seeds"]) == (None, 3)
    assert one["text"].endswith(
        "Not decided: one seed does not show what another would change. To see that: "
        "`saddle reproduce toy --seeds 3`."
    )
    two = run(seeds=2)
    assert two["looks"] == [1, 2]
    assert "at 5 %:" in two["verdict"]["text"], "one seed decided nothing, so this is the first look"
    # An effect of 0.6/0.57 at 2.5 %, which the second look has left
    assert two["verdict"]["seeds"] == seeds_needed(against([1.0, 0.2], 0), 0.025) == 12
    assert two["verdict"]["text"].endswith("decides in four cases of five: `saddle reproduce toy --seeds 12`.")
    four = run(seeds=4)
    assert four["looks"] == [1, 2, 4]
    assert "at 2.5 %, less than 5 as fewer seeds were judged before:" in four["verdict"]["text"]
    assert run(seeds=4)["verdict"] == four["verdict"]
    assert 0.025 < four["verdict"]["tests"][0]["p"] < 0.05
    assert four["verdict"]["holds"] is None
    assert run(seeds=4, out="at-once")["verdict"]["holds"] is True


def test_seeds_may_begin_above_those_that_were_looked_at(toy, capsys):
    result = run(seed=10)
    assert result["seeds"] == [10, 11]
    assert result["command"] == "saddle reproduce toy --seed 10 --seeds 2"
    assert set(toy.calls) == {(arm, seed) for arm in "ab" for seed in (10, 11)}
    toy.attempt = lambda bench: {"value": float(bench.seed == 12)}
    more = run(seed=10, seeds=3)["verdict"]
    assert "`saddle reproduce toy --seed 10 --seeds " in more["text"]
    assert main(["reproduce", NAME, "--seed", "8", "--seeds", "2"]) == 0  # none is missing between them
    error = fails(capsys, NAME, "--seeds", "2")
    assert "has seeds 8 to 12, and those between them and 0 to 1 would be missing" in error
    assert "and those between them and 14 to 15 would be missing" in fails(
        capsys, NAME, "--seed", "14", "--seeds", "2"
    )
    toy.calls.clear()
    run(seeds=8)
    assert len(toy.calls) == 16, "seeds that adjoin, or go through, are added"
    assert "--seed must be at least 0" in fails(capsys, NAME, "--seed", "-1")


def test_verdicts_are_drawn_again_from_what_is_stored(workplace, capsys):
    verdict = run()["verdict"]
    path = workplace / "results/toy.json"
    stored = json.loads(path.read_text())
    del stored["looks"]
    path.write_text(json.dumps({**stored, "verdict": {"holds": False, "text": "by another rule"}}))
    assert main(["reproduce", "--table"]) == 0
    assert "toy: **no** -> yes" in capsys.readouterr().out
    again = json.loads(path.read_text())
    assert again["verdict"] == verdict
    assert again["trials"] == stored["trials"]
    assert "| yes |" in (workplace / "results/README.md").read_text()
    halfway = {**again, "trials": again["trials"][:-1], "verdict": {"holds": None, "text": "Unfinished"}}
    path.write_text(json.dumps(halfway))
    assert main(["reproduce", "--table"]) == 0
    assert json.loads(path.read_text()) == halfway
    earlier = {**again, "settings": {"m": 10}, "verdict": {"holds": None, "text": "of another protocol"}}
    path.write_text(json.dumps(earlier))
    assert main(["reproduce", "--table"]) == 0
    assert json.loads(path.read_text()) == earlier


def test_trials_are_kept_and_only_the_rest_is_done(toy, workplace):
    def stop(bench):
        if (bench.name, bench.seed) == ("b", 1):
            raise KeyboardInterrupt
        return {"value": 1.0}

    toy.attempt = stop
    with pytest.raises(KeyboardInterrupt):
        run()
    stored = json.loads((workplace / "results/toy.json").read_text())
    assert len(stored["trials"]) == 3
    assert stored["verdict"]["holds"] is None
    assert "Unfinished" in stored["verdict"]["text"]
    toy.attempt = None
    toy.calls.clear()
    assert run()["verdict"]["text"].startswith("b is 6.05 ± 7.1. Tested")
    assert toy.calls == [("b", 1)]
    toy.calls.clear()
    run()
    assert toy.calls == []
    assert run(seeds=3)["seeds"] == [0, 1, 2]
    assert toy.calls == [("a", 2), ("b", 2)]


def test_another_length_does_not_mix(workplace, capsys):
    assert run(quick=True)["protocol"] == "quick"
    assert run()["protocol"] == "short"
    assert "holds the short protocol's result; name another folder" in fails(capsys, NAME, "--full")
    assert "holds the short protocol's result" in fails(capsys, NAME, "--quick")
    assert run(full=True, out="elsewhere")["command"] == "saddle reproduce toy --full --seeds 3"


def test_other_data_or_settings_do_not_mix(workplace, capsys):
    run()
    path = workplace / "results/toy.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "settings": {"n": 11}}))
    assert "was made with other settings; remove it" in fails(capsys, NAME)
    path.write_text(json.dumps({**stored, "data": {"digits": {"name": "digits", "fingerprint": "0"}}}))
    assert "was made with other data; remove it" in fails(capsys, NAME)
    other = {**stored["arms"], "b": {**stored["arms"]["b"], "flags": {"latent": 9}}}
    path.write_text(json.dumps({**stored, "arms": other}))
    assert "was made with other recipes or flags; remove it" in fails(capsys, NAME)
    path.write_text(json.dumps({**stored, "package": "0.0.1"}))
    assert "was made with another version of this package; remove it" in fails(capsys, NAME)
    path.write_text("{")
    assert "toy.json is damaged" in fails(capsys, NAME)


def test_training_that_fails_is_a_result(toy):
    def diverge(bench):
        if bench.name == "a":
            raise TrainingError("d/adversarial became nan at step 3; nothing is saved yet")
        return {"value": 1.0}

    toy.attempt = diverge
    result = run()
    assert result["trials"][0]["failed"] == "d/adversarial became nan at step 3"
    assert result["verdict"]["holds"] is None
    text = "Not decided, for want of value of a. Training failed for a (seed 0), a (seed 1)."
    assert result["verdict"]["text"] == text


def test_seeds_whose_training_did_not_fail_decide_nothing_alone(toy):
    def attempt(bench):
        if bench.name == "a" and bench.seed == 1:
            raise TrainingError("d/adversarial became nan at step 3; nothing is saved yet")
        return {"value": {"a": 1.0, "b": 0.0}[bench.name] + 0.001 * (bench.seed % 2)}

    toy.attempt = attempt
    verdict = run(seeds=8)["verdict"]
    assert verdict["holds"] is None
    assert verdict["text"].endswith("Not decided: the others alone are no fair sample.")


def test_an_interrupted_run_goes_on_bit_for_bit(toy):
    class CtrlC(sp.Watcher):
        armed = True

        def stepped(self, trainer):
            if self.armed and trainer.done == 5:
                self.armed = False
                os.kill(os.getpid(), signal.SIGINT)

    watcher, looks = CtrlC(), []

    def train(bench):
        def measure(trainer):
            looks.append(trainer.done)
            return {"drawn": trainer.batches.drawn}

        milestones = bench.milestones([4, 8], measure)
        trained = bench.train(steps=8, batch=8, watchers=(milestones, watcher))
        return {"value": trained.folder.latest().weights_hash, "rows": milestones.rows}

    toy.attempt = train
    with pytest.raises(sp.Interrupted):
        run(seeds=1, quick=True)
    broken = run(seeds=1, quick=True)["trials"][0]["figures"]
    whole = run(seeds=1, quick=True, out="whole")["trials"][0]["figures"]
    assert broken == whole
    assert broken["rows"] == [{"step": 4, "drawn": 32}, {"step": 8, "drawn": 64}]
    assert looks[:2] == [4, 8]


def test_time_counts_what_an_interrupted_trial_trained_before(tmp_path):
    assert seconds_trained(tmp_path) == 0
    (tmp_path / "run").mkdir()
    rows = [{"version": 1, "step": step, "seconds": seconds} for step, seconds in ((1, 2.0), (2, 7.5))]
    (tmp_path / "run" / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert seconds_trained(tmp_path) == 7.5


def test_sources_are_given_by_flag_or_environment(toy, monkeypatch):
    digits = load("digits").fingerprint
    assert run(quick=True)["data"] == {"digits": {"name": "digits", "fingerprint": digits}}
    toy.attempt = lambda bench: {"value": float(len(bench.data().train))}
    found = run(seeds=1, out="fewer", sources={"digits": "digits@100"})
    assert found["summary"]["a"]["value"]["mean"] == 100
    assert found["verdict"]["holds"] is None
    assert found["verdict"]["text"].startswith("Other data than the claim's (digits@100 for digits).")
    monkeypatch.setenv("SADDLE_DIGITS", "digits@200")
    assert run(seeds=1, out="env")["summary"]["a"]["value"]["mean"] == 200


def test_arms_of_what_is_not_there_are_skipped(monkeypatch, capsys):
    toy = claims.get(NAME)
    assert isinstance(toy.arms, dict)
    monkeypatch.setitem(toy.arms, "a", Arm("digits", "vaegan"))
    result = run(quick=True)
    assert result["skipped"] == {"a": "there is no recipe 'vaegan' yet"}
    assert [trial["arm"] for trial in result["trials"]] == ["b"]
    monkeypatch.setitem(toy.arms, "b", Arm("digits", "mlp_gan", {"depth": 3}))
    error = fails(capsys, NAME, "--out", "other")
    assert "there is no recipe 'vaegan' yet; mlp_gan has no flag 'depth' yet" in error


def test_runs_that_cannot_be_written_are_one_sentence(workplace, capsys, monkeypatch):
    (workplace / "file").touch()
    monkeypatch.setenv("SADDLE_RUNS", str(workplace / "file"))
    assert "file/claims/toy-quick: Not a directory" in fails(capsys, NAME, "--quick")


def test_the_table_is_made_again_and_never_over_something_else(workplace, capsys):
    assert "there is no result in results" in fails(capsys, "--table")
    run()
    table = (workplace / "results/README.md").read_text()
    (workplace / "results/README.md").unlink()
    assert main(["reproduce", "--table"]) == 0
    assert (workplace / "results/README.md").read_text() == table
    assert (workplace / "results/claims.png").read_bytes().startswith(b"\x89PNG")
    (workplace / "README.md").write_text("mine")
    assert "README.md is no table of results" in fails(capsys, NAME, "--out", ".")
    assert (workplace / "README.md").read_text() == "mine"


def test_a_claim_about_long_training_is_drawn_over_its_steps(toy, workplace, capsys):
    run()
    assert main(["reproduce", "--table"]) == 0
    assert not (workplace / "results/over-time.png").exists()
    rows = [{"step": 5, "value": 1.0}, {"step": 9, "value": 2.0}]
    toy.attempt = lambda bench: {"value": 2.0, "over_time": rows}
    run(out="curves")
    capsys.readouterr()
    assert main(["reproduce", "--table", "--out", "curves"]) == 0
    assert "curves/over-time.png" in capsys.readouterr().out.split()
    assert (workplace / "curves/over-time.png").read_bytes().startswith(b"\x89PNG")


def test_the_command_lists_runs_and_complains(capsys, workplace):
    assert main(["reproduce", NAME, "--quick"]) == 0
    printed = capsys.readouterr().out
    for words in ("A claim for tests.", "b > a (Nobody 2020, Table 7)", "quick", "toy: not decided", "| toy |"):
        assert words in printed
    assert main(["reproduce"]) == 0
    assert "a 0, b 1.00  (quick protocol: not decided)" in capsys.readouterr().out
    assert main(["reproduce", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["claims"]
    assert listed[NAME]["published"] == "b > a"
    assert main(["reproduce", NAME, "--quick", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["claim"] == NAME
    assert main(["list", "--json"]) == 0
    assert NAME in json.loads(capsys.readouterr().out)["claims"]
    assert "did you mean 'toy'?" in fails(capsys, "toyy")
    assert "one of --full and --quick" in fails(capsys, NAME, "--full", "--quick")
    assert "--seeds must be at least 1" in fails(capsys, NAME, "--seeds", "0")
    assert "leave 'toy' out" in fails(capsys, NAME, "--table")
