"""Runs on the disk: listed in a table, and removed only when they are runs and nobody uses them."""

import json
import os
import pty
import shutil
import sys
import time
from pathlib import Path

import pytest

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.words import ago, count, size


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "run"
    run = sp.train("gan", "ring8", steps=2, batch=8, hidden=16, units=4, kernels="library", quiet=True, out=out)
    run.evaluate(samples=100, metrics=("modes",))
    return run


@pytest.fixture(autouse=True)
def workplace(trained, tmp_path, monkeypatch):
    """Two runs in another folder than ``runs``: one with a name of its own, of which one is scored."""
    root = tmp_path / "shelf"
    for name in ("gan-ring8-0001", "a-comparison/seed-0"):
        shutil.copytree(trained.path, root / name)
    (root / "a-comparison" / "seed-0" / "card.json").unlink()
    newest = next((root / "a-comparison" / "seed-0" / "checkpoints").glob("step-*2"))
    then = time.time() - 7200
    os.utime(newest, (then, then))
    monkeypatch.setenv("SADDLE_RUNS", str(root))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return root


def test_runs_are_listed_with_what_tells_them_apart(workplace, trained):
    older, newer = sp.list_runs()
    assert [older.name, newer.name] == ["a-comparison/seed-0", "gan-ring8-0001"]
    assert (newer.recipe, newer.data, newer.seed, newer.step, newer.images) == ("gan", "ring8", 0, 2, 16)
    assert (newer.figure, newer.value) == (
        "modes",
        trained.evaluate(samples=100, metrics=("modes",))["modes"].value,
    )
    assert (older.figure, older.value) == ("", None)
    files = [path for path in newer.path.rglob("*") if path.is_file()]
    folders = [path for path in newer.path.rglob("*") if path.is_dir()]
    assert newer.bytes == sum(path.stat().st_size for path in [*files, *folders])
    assert sp.load(older.name).step == 2, "the name is one that commands take"


def test_the_table_fits_eighty_columns(workplace, capsys):
    long = workplace / "a-name-that-somebody-chose-and-that-is-longer-than-any-column-may-be"
    shutil.copytree(workplace / "gan-ring8-0001", long)
    assert main(["list", "runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if "seed-0" in line and "2 h ago" in line]
    assert "gan on ring8" in "\n".join(lines)
    assert lines[-1].startswith("3 runs, ")


def test_a_score_of_an_earlier_step_has_a_star(workplace, capsys):
    sp.resume(workplace / "gan-ring8-0001", steps=3, quiet=True)
    assert main(["list", "runs"]) == 0
    output = capsys.readouterr().out
    assert "modes*" in output
    assert "*: of an earlier step" in output


def test_a_card_of_before_origins_were_kept_is_shown(workplace):
    path = workplace / "gan-ring8-0001" / "card.json"
    card = json.loads(path.read_text())
    value = card["figures"]["modes"]["value"]
    del card["origin"]
    path.write_text(json.dumps(card))
    assert [(run.value, run.scored_at) for run in sp.list_runs()] == [(None, None), (value, None)]


def test_the_list_for_programs(workplace, capsys):
    assert main(["list", "runs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [run["name"] for run in listed["runs"]] == ["a-comparison/seed-0", "gan-ring8-0001"]
    shutil.rmtree(workplace)
    assert main(["list", "runs"]) == 0
    assert "there is no run under" in capsys.readouterr().out


def test_a_damaged_run_is_named_beside_the_others(workplace, capsys):
    (workplace / "a-comparison" / "seed-0" / "config.json").write_text("{")
    assert main(["list", "runs"]) == 0
    captured = capsys.readouterr()
    assert "seed-0/config.json is damaged" in captured.err
    assert "gan-ring8-0001" in captured.out


def test_a_configuration_of_other_types_is_named_beside_the_others(workplace, capsys):
    damaged = '{"version": 1, "recipe": "gan", "data": "x", "seed": 0}'
    (workplace / "a-comparison" / "seed-0" / "config.json").write_text(damaged)
    assert main(["list", "runs"]) == 0
    captured = capsys.readouterr()
    assert "seed-0 is left out: its config.json is damaged" in captured.err
    assert "gan-ring8-0001" in captured.out


@pytest.mark.parametrize("figures", [None, {"frechet": 5}, {"frechet": {}}])
def test_a_card_that_is_none_is_no_score(figures, workplace):
    (workplace / "gan-ring8-0001" / "card.json").write_text(json.dumps({"figures": figures}))
    assert sp.list_runs()[-1].value is None


@pytest.mark.parametrize(
    "line", ['{"step": true}', '{"step": 3, "images": null}', '{"step": 3, "seconds": "x"}']
)
def test_a_damaged_row_is_no_row(line, workplace):
    run = sp.load("gan-ring8-0001")
    before = run.curves()
    with open(run.folder.path / "metrics.jsonl", "a") as log:
        log.write(line + "\n")
    assert sp.load("gan-ring8-0001").curves() == before


def test_one_kind_of_names(capsys):
    assert main(["list", "penalties", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"version", "penalties"}
    assert main(["list", "recipe"]) == 2
    assert "did you mean 'recipes'?" in capsys.readouterr().err


def test_a_run_is_removed_with_all_of_it(workplace, capsys):
    assert main(["remove", "gan-ring8-0001", "--yes"]) == 0
    assert "(gan on ring8, 2 steps, 1" in capsys.readouterr().out
    assert [path.name for path in workplace.iterdir()] == ["a-comparison"]
    sp.remove_run(workplace / "a-comparison" / "seed-0")
    assert list((workplace / "a-comparison").iterdir()) == []


def test_a_run_named_twice_is_removed_once(workplace, capsys):
    assert main(["remove", "gan-ring8-0001", str(workplace / "gan-ring8-0001"), "--yes"]) == 0
    assert capsys.readouterr().out.count("removed ") == 1
    assert [run.name for run in sp.list_runs()] == ["a-comparison/seed-0"]


def test_what_is_replaced_while_runs_are_listed_counts_nothing(workplace, monkeypatch):
    run = workplace / "gan-ring8-0001"
    whole = sp.list_runs()[-1].bytes
    (run / "checkpoints" / ".step-000000003.tmp").mkdir()
    lost = run / "metrics.jsonl"
    taken, lstat = lost.lstat().st_size, Path.lstat

    def vanishing(path):
        if path == lost:
            path.unlink()
            shutil.rmtree(run / "checkpoints" / ".step-000000003.tmp")
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", vanishing)
    assert sp.list_runs()[-1].bytes == whole - taken


def test_the_folder_that_one_stands_in_is_removed_too(workplace, monkeypatch):
    monkeypatch.chdir(workplace / "gan-ring8-0001")
    sp.remove_run(".")
    assert [path.name for path in workplace.iterdir()] == ["a-comparison"]


@pytest.mark.parametrize(("answer", "left"), [("y\n", 1), ("n\n", 2), ("\n", 2)])
def test_a_terminal_is_asked(answer, left, workplace, monkeypatch, capsys):
    keyboard, terminal = pty.openpty()
    os.write(keyboard, answer.encode())
    with open(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["remove", "gan-ring8-0001"]) == (0 if left == 1 else 130)
    os.close(keyboard)
    assert "remove " in capsys.readouterr().out
    assert len(sp.list_runs()) == left


def test_nothing_is_removed_where_nobody_can_be_asked(workplace, monkeypatch, capsys):
    with open(os.devnull) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["remove", "gan-ring8-0001"]) == 2
    assert "give --yes" in capsys.readouterr().err
    assert len(sp.list_runs()) == 2


def others(workplace):
    """Return folders that are no runs, or not to be removed, and what is said of them."""
    run = workplace / "gan-ring8-0001"
    (workplace / "thesis").mkdir()
    (workplace / "thesis" / "chapter.txt").write_text("precious")
    (workplace / "model").mkdir()
    (workplace / "model" / "config.json").write_text('{"hidden_size": 768}')
    (workplace / "versioned").mkdir()
    (workplace / "versioned" / "config.json").write_text('{"version": 1, "name": "app"}')
    (workplace / "link").symlink_to(run)
    outer = shutil.copytree(run, workplace / "outer")
    shutil.copytree(run, outer / "inner")
    yield workplace / "nowhere", "there is no run at"
    yield workplace, "is not a run"
    yield workplace / "thesis", "is not a run"
    yield workplace / "model", "is not a run"
    yield workplace / "versioned", "is not a run: its config.json has no 'recipe'"
    yield workplace / "link", "is a link"
    yield outer, "holds another run"
    yield next((run / "checkpoints").iterdir()), "is a checkpoint of"


def test_nothing_but_a_run_is_removed(workplace, capsys):
    cases = list(others(workplace))
    before = sorted(workplace.rglob("*"))
    for path, message in cases:
        assert main(["remove", "gan-ring8-0001", str(path), "--yes"]) == 2
        assert message in capsys.readouterr().err
        with pytest.raises(sp.UserError):
            sp.remove_run(path)
    left = [path for path in sorted(workplace.rglob("*")) if path.name != "lock"]
    assert left == [path for path in before if path.name != "lock"]


def test_a_run_in_training_is_not_removed(workplace, capsys):
    with sp.load("gan-ring8-0001").folder.locked():
        assert main(["remove", "gan-ring8-0001", "--yes"]) == 2
    assert "is being trained by another process" in capsys.readouterr().err
    assert len(sp.list_runs()) == 2


def test_amounts():
    assert [count(n) for n in (0, 950, 1234, 96_000, 999_600, 1.25e6)] == [
        "0",
        "950",
        "1.23 k",
        "96 k",
        "1 M",
        "1.25 M",
    ]
    assert [size(n) for n in (0, 12_300_000, 999_400_000, 1_500_000_000)] == [
        "1 MB",
        "12 MB",
        "999 MB",
        "1.5 GB",
    ]
    assert [ago(n) for n in (5, 60, 7199, 90_000)] == ["now", "1 min ago", "1 h ago", "1 d ago"]
