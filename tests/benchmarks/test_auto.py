"""What candidates change is what a recipe then has, and a search spends the time that it says."""

import pytest

import saddlepoint as sp
from benchmarks import auto
from saddlepoint.runs.prepare import prepare


@pytest.mark.parametrize("recipe", ["labelled_dcgan", "dcgan", "r3gan"])
def test_a_candidate_has_the_width_the_rates_and_the_weight_that_it_names(recipe):
    default = prepare(recipe, "digits")
    changed = prepare(recipe, "digits", flags=auto.changes(default, 0.5, 2.0, 1.0))
    for player, optimizer in default.experiment.optimizers.items():
        assert changed.experiment.optimizers[player].lr == pytest.approx(2 * optimizer.lr)
        count, whole = (
            sum(one.numel() for one in built.experiment.family.parameters_of(player).values())
            for built in (changed, default)
        )
        assert count < whole
    penalties: list = vars(changed.experiment.family)["penalties"]
    weights = [gamma for _, gamma in penalties]
    assert weights == ([5.0, 5.0] if recipe == "r3gan" else [1.0])
    assert changed.flags["width"] == auto.USUAL[recipe] / 2


@pytest.mark.parametrize(("recipe", "data"), [("dcgan", "digits"), ("r3gan", "digits"), ("wave_gan", "ma8")])
def test_usual_widths_are_those_of_the_recipes(recipe, data):
    default = prepare(recipe, data)
    same = prepare(recipe, data, flags={"width": auto.USUAL[recipe]})
    shapes = [[tuple(one.shape) for one in built.experiment.family.parameters()] for built in (default, same)]
    assert shapes[0] == shapes[1]


def test_a_run_in_parts_has_the_bits_of_a_whole_one(tmp_path):
    arena = auto.Arena("ring8", None, 0, tmp_path)
    parts = auto.Candidate("", {"width": 16, "batch": 16}, tmp_path / "parts")
    whole = auto.Candidate("", {"width": 16, "batch": 16}, tmp_path / "whole")
    arena.train(parts, 1e-9)
    assert 0 < parts.images < 320
    arena.train(parts, 1e9, images=320)
    arena.train(whole, 1e9, images=320)
    assert parts.images == whole.images == 320
    one, other = (sp.load(run.folder) for run in (parts, whole))
    assert one.folder.latest().weights_hash == other.folder.latest().weights_hash
