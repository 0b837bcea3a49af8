"""Comparing runs from the command line and from Python."""

import json
import re
import shutil

import numpy as np
import pytest

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.comparing.configurations import labels, short_names
from saddlepoint.core.errors import UserError
from saddlepoint.core.machine import CODE, code

QUICK = {"steps": 4, "batch": 8, "width": 4, "log_every": 1, "quiet": True}


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two configurations of two seeds each, and one of another recipe."""
    base = tmp_path_factory.mktemp("compared")
    sp.train_seeds(2, "dcgan", "digits", out=base / "plain", **QUICK)
    sp.train_seeds(2, "dcgan", "digits", out=base / "hinge", objective="hinge", **QUICK)
    sp.train("mlp_gan", "digits", steps=4, batch=8, out=base / "mlp", quiet=True)
    return base


@pytest.fixture(scope="module")
def compared(trained):
    return sp.compare([trained / "plain", trained / "hinge", trained / "mlp"], samples=200, quiet=True)


def refused(capsys, *arguments):
    assert main(["compare", *map(str, arguments)]) == 2
    *progress, error = capsys.readouterr().err.splitlines()  # what takes long on a busy machine is told before
    assert error.startswith("saddle: ")
    assert not any(line.startswith("saddle: ") for line in progress)
    return error


def test_runs_that_differ_in_the_seed_alone_are_one_configuration(compared):
    found = {group.label: [entry.seed for entry in group.entries] for group in compared.groups}
    assert found == {
        "dcgan (objective non_saturating)": [0, 1],
        "dcgan (objective hinge)": [0, 1],
        "mlp_gan": [0],
    }
    distances = [group.estimate("frechet").value for group in compared.groups]
    assert distances == sorted(distances)


def test_figures_are_means_over_seeds(compared):
    group = next(group for group in compared.groups if "hinge" in group.label)
    values = [entry.card["frechet"].value for entry in group.entries]
    found = group.estimate("frechet")
    assert found.value == pytest.approx(np.mean(values))
    assert found.low < min(values)
    assert max(values) < found.high
    (alone,) = (group for group in compared.groups if group.label == "mlp_gan")
    assert alone.estimate("frechet").low == alone.entries[0].card["frechet"].low


def test_the_tests_used_are_named(compared):
    used = {
        frozenset((compared.groups[pair.better].label, compared.groups[pair.worse].label)): pair.difference.test
        for pair in compared.pairs
    }
    assert used[frozenset(("dcgan (objective hinge)", "dcgan (objective non_saturating)"))] == "paired"
    assert used[frozenset(("dcgan (objective hinge)", "mlp_gan"))] == "one against several"
    for pair in compared.pairs:
        assert pair.adjusted >= pair.difference.p
    text = " ".join(compared.conclusions)
    assert "paired over 2 seeds" in text
    assert "mlp_gan has one seed only" in text


def test_ranks_are_ranges_where_nothing_tells_apart(trained):
    found = sp.compare([trained / "plain", trained / "hinge"], samples=200, quiet=True)
    (pair,) = found.pairs
    expected = [(1, 1), (2, 2)] if pair.differ else [(1, 2), (1, 2)]
    assert [group.rank for group in found.groups] == expected


def test_one_seed_each_is_called_sampling_noise(trained):
    found = sp.compare([trained / "plain" / "seed-0", trained / "mlp"], samples=200, quiet=True)
    (pair,) = found.pairs
    assert pair.difference.test == "sampling noise"
    assert "another seed" in " ".join(found.conclusions)


def test_unequal_training_is_said(trained, workplace):
    longer = sp.train("dcgan", "digits", **{**QUICK, "steps": 6}, out="longer")
    found = sp.compare([longer, trained / "plain" / "seed-0"], samples=200, quiet=True)
    assert "not trained equally long" in " ".join(found.conclusions)


def test_unequal_threads_are_said(trained, workplace):
    """Threads change rounding, and so every sample of a seed."""
    shutil.copytree(trained / "plain", "plain")
    alike = sp.compare(["plain"], samples=200, quiet=True)
    assert "not computed alike" not in " ".join(alike.conclusions)
    path = workplace / "plain" / "seed-1" / "config.json"
    config = json.loads(path.read_text())
    config["plan"] |= {"threads": 7, "precision": "fp32"}
    path.write_text(json.dumps(config | {"threads_before": [[2, 1]]}))
    config["plan"] |= {"threads": 5}
    (path.parents[1] / "seed-0" / "config.json").write_text(json.dumps(config | {"seed": 0}))
    (said,) = [one for one in sp.compare(["plain"], samples=200, quiet=True).conclusions if "alike" in one]
    assert "seed-0 with 5 threads, fp32; seed-1 with 1 thread until step 2, then 7 threads, fp32." in said


def test_runs_of_another_state_of_the_package_are_named(trained, workplace):
    shutil.copytree(trained / "plain", "plain")
    path = workplace / "plain" / "seed-1" / "config.json"
    config = json.loads(path.read_text())
    config["versions"][CODE] = "0123456789ab"
    path.write_text(json.dumps(config))
    (said,) = [one for one in sp.compare(["plain"], samples=200, quiet=True).conclusions if "program" in one]
    assert f"seed-0 with {CODE} {code()}; seed-1 with {CODE} 0123456789ab." in said
    path.write_text(json.dumps(config | {"versions": 5}))
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        sp.compare(["plain"], samples=200, quiet=True)


def test_cards_that_fit_are_used_again(trained, compared, monkeypatch):
    def never(*arguments, **settings):
        raise AssertionError("scored again")

    monkeypatch.setattr("saddlepoint.comparing.compare.score", never)
    again = sp.compare([trained / "plain", trained / "hinge", trained / "mlp"], samples=200, quiet=True)
    assert again.to_json() == compared.to_json()
    with pytest.raises(AssertionError, match="scored again"):
        sp.compare([trained / "mlp"], samples=201, quiet=True)


@pytest.mark.parametrize("change", ["weights", "figures", "damage", "older"])
def test_cards_that_do_not_fit_are_not(change, trained, compared, workplace):
    shutil.copytree(trained / "mlp", "copy")
    path = workplace / "copy" / "card.json"
    card = json.loads(path.read_text())
    if change == "weights":
        card["origin"]["weights"] = "0" * 16
    elif change == "figures":
        del card["figures"]["recall"]
    elif change == "older":
        del card["origin"], card["arithmetic"]
    card["figures"]["frechet"]["value"] = -1.0
    path.write_text("{" if change == "damage" else json.dumps(card))
    (group,) = sp.compare(["copy"], samples=200, quiet=True).groups
    estimate = group.estimate("frechet")
    assert estimate is not None
    assert estimate.value is not None
    assert estimate.value > 0
    assert json.loads(path.read_text())["figures"]["frechet"]["value"] == estimate.value


def test_the_command_prints_a_table_and_writes_a_page(trained, workplace, capsys):
    for row in range(2):
        with open(trained / "mlp" / "metrics.jsonl", "a") as log:
            row = {"version": 1, "step": 5 + row, "images": 48, "seconds": 1.0, "frechet": 80.0 + row}
            log.write(json.dumps(row) + "\n")
    assert main(["compare", str(trained / "plain"), str(trained / "mlp"), "--samples", "200"]) == 0
    output = capsys.readouterr().out
    assert "dcgan" in output
    assert "held-out real images" in output
    assert output.endswith("compare.html\n")
    page = (workplace / "compare.html").read_text()
    assert "<script" not in page
    assert not re.search(r"https?://|src=\"(?!data:)", page), "the page needs nothing from elsewhere"
    assert page.count('<img src="data:image/png;base64,') == 1 + 3 + 2
    assert page.count("<td") == page.count("<td data-column=") > 30, "a narrow page names every cell's column"
    for column in ("Fréchet ↓", "rank", "real images", "mlp_gan"):
        assert f'data-column="{column}"' in page
    assert "prefers-color-scheme: dark" in page
    for words in ("Conclusions", "Ranking", "Samples", "Curves", "Settings that differ", "mlp_gan"):
        assert words in page
    assert "--evaluate-every" not in page, "there is a curve of scores"


def test_json_is_the_comparison(trained, compared, workplace, capsys, monkeypatch):
    places = [str(trained / name) for name in ("plain", "hinge", "mlp")]
    monkeypatch.setattr("saddlepoint.comparing.page.page", lambda ranking, conclusions: "page")
    assert main(["compare", *places, "--samples", "200", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(compared.to_json()))
    assert not (workplace / "compare.html").exists()
    assert main(["compare", *places, "--samples", "200", "--json", "--out", "new/page.html"]) == 0
    assert (workplace / "new" / "page.html").read_text() == "page"


def test_one_seed_each_is_json_that_all_programs_read(trained, capsys):
    assert (
        main(["compare", str(trained / "mlp"), str(trained / "plain" / "seed-0"), "--samples", "200", "--json"])
        == 0
    )

    def refuse(constant):
        raise ValueError(constant)

    told = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert told["comparisons"][0]["difference"]["scatter"] is None


def test_one_run_is_a_report(trained, capsys, workplace):
    assert main(["compare", str(trained / "mlp"), "--samples", "200"]) == 0
    assert "mlp_gan has a Fréchet distance of" in capsys.readouterr().out
    page = (workplace / "compare.html").read_text()
    assert "1 run on digits" in page
    assert "Settings that differ" not in page


def test_names_from_outside_are_escaped(trained, workplace, capsys):
    name = "<b>&\"'"
    shutil.copytree(trained / "mlp", name)
    shutil.copytree(trained / "plain" / "seed-0", "other [red]")
    assert main(["compare", name, "other [red]", "--samples", "200"]) == 0
    assert "other [red]" in capsys.readouterr().out
    page = (workplace / "compare.html").read_text()
    assert "<b>&" not in page
    assert page.count("&lt;b&gt;&amp;&#34;&#39;") == 3, "ranking, caption, alt text"


def test_points_are_compared_too(workplace):
    sp.train("mlp_gan", "ring8", steps=2, batch=8, out="a", quiet=True)
    sp.train("mlp_gan", "ring8", steps=2, batch=8, seed=1, out="b", quiet=True)
    found = sp.compare(["a", "b"], samples=200, quiet=True, out="page.html")
    assert len(found.groups) == 1
    assert "mean of 2 seeds" in found.conclusions[0]
    assert (workplace / "page.html").read_text().count("<figure>") == 2


def test_moved_data_are_asked_for_where_they_help(workplace, capsys):
    np.save("data.npy", np.random.default_rng(0).normal(0, 1, (300, 2)).astype(np.float32))
    sp.train(
        "mlp_gan",
        str(workplace / "data.npy"),
        steps=2,
        batch=8,
        out="a",
        quiet=True,
        card=False,
        kernels="library",
    )
    shutil.move("data.npy", "moved.npy")
    error = refused(capsys, "a")
    assert "are no longer at" in error
    assert "saddle compare a ... --against PATH" in error
    with pytest.raises(sp.UserError, match=r"saddle evaluate a --against PATH"):
        sp.score("a", quiet=True)
    with pytest.raises(sp.UserError, match=r"saddle resume a --data PATH"):
        sp.load("a").data()
    found = sp.compare(["a"], samples=100, against="moved.npy", quiet=True)
    assert found.card.samples == 100
    assert found.data.source.endswith("moved.npy")


def test_mistakes_get_one_sentence(trained, workplace, capsys):
    mlp = trained / "mlp"
    assert "the following arguments are required: RUN" in refused(capsys)
    assert "there is no run at nowhere" in refused(capsys, mlp, "nowhere")
    assert "is given twice" in refused(capsys, mlp, f"{mlp}/")
    assert "--samples must be at least 100, got 5" in refused(capsys, mlp, "--samples", "5")
    assert "--out must end in .html, got page.pdf" in refused(capsys, mlp, "--out", "page.pdf")
    shutil.copytree(mlp, "twin")
    assert "have the same configuration and seed" in refused(capsys, mlp, "twin", "--samples", "150")
    assert json.loads((mlp / "card.json").read_text())["samples"] != 150, "nothing is scored before"
    (workplace / "empty").mkdir()
    assert "empty is not a run" in refused(capsys, "empty")
    sp.train("mlp_gan", "ring8", steps=2, batch=8, out="ring", quiet=True)
    error = refused(capsys, mlp, "ring")
    assert "only runs on the same data can be compared" in error
    assert "digits (8×8×1, 1,407 examples)" in error


def test_short_names_tell_runs_apart(workplace):
    paths = [workplace / one for one in ("a/seed-0", "a/seed-1", "b/seed-0")]
    assert short_names(paths) == ["a/seed-0", "a/seed-1", "b/seed-0"]
    assert short_names(paths[:2]) == ["seed-0", "seed-1"]


def test_labels_fall_back_to_names():
    a = {"recipe": "dcgan", "x": 1, "y": 1, "z": 1}
    b = {"recipe": "dcgan", "x": 2, "y": 1, "z": 1}
    other = {"recipe": "gan", "x": 9}
    assert labels([a, b, other], ["A", "B", "C"]) == ["dcgan (x 1)", "dcgan (x 2)", "gan"]
    far = {"recipe": "dcgan", "x": 2, "y": 2, "z": 2}
    assert labels([a, far], ["A", "B"]) == ["A", "B"]
