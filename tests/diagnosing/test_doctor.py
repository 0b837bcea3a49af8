"""Real runs of seconds with a fault of a known kind."""

import copy
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.errors import DamagedError, TrainingError
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.diagnosing.conditions.repeats import repeated
from saddlepoint.diagnosing.finding import Finding, above, below, conditions, unexplained
from saddlepoint.diagnosing.signals import Signals, strayed

SHORT = {"quiet": True, "threads": 1, "card": False}


def test_how_sure_is_a_half_at_the_limit_and_grows_beyond():
    assert above(2.0, 2.0) == below(2.0, 2.0) == 0.5
    assert above(4.0, 2.0) == below(1.0, 2.0) == pytest.approx(16 / 17)
    assert above(0.0, 2.0) == 0
    assert below(float("inf"), 2.0) == 0


def test_a_player_that_does_not_move_is_found(frozen):
    told = sp.doctor(frozen)
    assert not told.healthy
    (first, *_) = told.told
    assert first.condition == "untrained"
    assert first.finding.evidence[0].value == 0
    assert "player g" in first.finding.what


def test_the_command_says_it_and_what_to_try(frozen, capsys):
    assert main(["doctor", str(frozen.path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["findings"][0]["condition"] == "untrained"
    assert main(["doctor", str(frozen.path)]) == 0
    assert "untrained (100% sure)" in capsys.readouterr().out


def test_looking_leaves_the_run_as_it_was(frozen):
    before = {path: path.read_bytes() for path in frozen.path.rglob("*") if path.is_file()}
    sample = frozen.sample(8, seed=3)
    assert sp.doctor(frozen, seed=1).to_json() == sp.doctor(sp.load(frozen.path), seed=1).to_json()
    assert {path: path.read_bytes() for path in frozen.path.rglob("*") if path.is_file()} == before
    assert np.array_equal(frozen.sample(8, seed=3), sample)


def test_a_margin_that_is_never_looked_at_is_found_and_cured_by_a_command(tmp_path):
    run = sp.train("ebgan", out=tmp_path / "run", steps=5, margin=1e-4, **SHORT)
    told = {one.condition: one for one in sp.doctor(run).told}
    assert "above the margin of 0.0001" in told["margin"].finding.what
    assert told["margin"].command.startswith("saddle train ebgan --data digits --margin ")


def test_repeated_data_are_found(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 1), np.uint8)
    images[:100] = images[0]
    np.save(tmp_path / "data.npy", images)
    run = sp.train("mlp_gan", str(tmp_path / "data.npy"), out=tmp_path / "run", steps=10, **SHORT)
    assert "data-faults" in {one.condition for one in sp.doctor(run).told}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda images, label: (images // 30, label), "nearly all pixels have levels from 0 to 8 of 0 to 255"),
        (lambda images, label: (images, np.random.default_rng(0).permutation(label)), "of the labels"),
        (lambda images, label: (images.reshape(len(images), -1)[:, :2] * np.float32(1), None), "deviation"),
        (lambda images, label: (images, label), ""),
    ],
)
def test_data_in_a_wrong_range_and_labels_of_others_are_found(tmp_path, change, what):
    rng = np.random.default_rng(0)
    label = np.arange(600) % 3
    images = (80 * label[:, None, None, None] + rng.integers(0, 95, (600, 8, 8, 1))).astype(np.uint8)
    examples, label = change(images, label)
    np.savez(tmp_path / "data.npz", x=examples, **({} if label is None else {"y": label}))
    recipe = "mlp_gan" if label is None else "cgan"
    run = sp.train(recipe, str(tmp_path / "data.npz"), out=tmp_path / "run", steps=2, **SHORT)
    finding = conditions.get("data-faults").look(Signals(run))
    assert what == "" if finding is None else what and what in finding.what


def stop(player: str) -> list[dict]:
    """Return the rows of a run in which a player reports nothing from row 5 of 20 on."""
    others = {"d": "g", "g": "d"}
    return [
        {
            "step": 20 * (i + 1),
            f"{others[player]}/adversarial": 1.0,
            **({f"{player}/adversarial": 1.0} if i < 5 else {}),
        }
        for i in range(20)
    ]


@pytest.mark.parametrize("player", ["d", "g"])
def test_a_player_that_stops_is_found_with_its_step(frozen, player):
    signals = Signals(frozen)
    signals.__dict__["rows"] = stop(player)
    finding = conditions.get("player-stopped").look(signals)
    assert finding is not None
    assert finding.since == 100
    assert finding.evidence[0].value == 0.75
    assert f"player {player} has made no step since step 100 of 400" in finding.what


def test_players_that_both_move_have_not_stopped_nor_has_one_that_never_began(frozen):
    signals = Signals(frozen)
    assert conditions.get("player-stopped").look(signals) is None
    signals.__dict__["rows"] = [{"step": i, "g/adversarial": 1.0} for i in range(20)]
    assert conditions.get("player-stopped").look(signals) is None


@pytest.mark.parametrize(("begins", "found"), [(4, False), (5, False), (3, True)])
def test_a_player_that_rests_as_the_next_stage_begins_has_not_stopped(frozen, begins, found):
    signals = Signals(frozen)
    signals.__dict__["rows"] = [
        {name: value for name, value in row.items() if not name.startswith("g/") or i >= begins}
        for i, row in enumerate(stop("d"))
    ]
    assert (conditions.get("player-stopped").look(signals) is not None) is found


@pytest.mark.parametrize(("share", "found"), [(0.65, True), (0.55, False)])
def test_samples_between_modes_are_found_where_most_are_there(ring, share, found):
    signals = Signals(ring)
    real = signals.real
    count = round(share * len(real))
    between = np.zeros((count, 2), np.float32)  # the middle of the ring is far from all modes
    signals.__dict__["fake"] = np.concatenate([between, real[count:]])
    finding = conditions.get("between-modes").look(signals)
    assert (finding is not None) == found
    if finding is not None:
        assert finding.evidence[0].value == pytest.approx(share, abs=0.001)


def test_samples_between_modes_need_modes(frozen):
    assert conditions.get("between-modes").look(Signals(frozen)) is None


@pytest.mark.parametrize(("real", "found"), [(-1.0, True), (1.0, False)])
def test_a_critic_that_ranks_samples_above_data_is_upside_down(frozen, real, found):
    signals = Signals(frozen)
    signals.__dict__ |= {"scores": {"real": np.full(9, real), "fake": np.zeros(9)}, "told_apart_now": 1.0}
    assert (conditions.get("critic-upside-down").look(signals) is not None) == found


@pytest.mark.parametrize(("share", "found"), [(0.91, True), (0.89, False)])
def test_a_generator_that_flees_from_the_critic_is_found_where_nearly_all_samples_are_pushed_down(
    frozen, share, found
):
    signals = Signals(frozen)
    signals.__dict__["pushed_down"] = share
    finding = conditions.get("generator-climbs").look(signals)
    assert (finding is not None) == found
    if finding is not None:
        assert finding.evidence[0].value == finding.sure == share


@pytest.mark.parametrize(("sign", "down"), [(1, 0.0), (-1, 1.0)])
def test_how_many_samples_are_pushed_down_turns_with_the_sign_of_the_generators_loss(frozen, sign, down):
    signals = Signals(frozen)
    terms = signals.player.terms

    def signed(player, batch, latent, fake):
        told = terms(player, batch, latent, fake)
        told.minimise["adversarial"] = sign * told.minimise["adversarial"]
        return told

    signals.player.__dict__["terms"] = signed
    assert signals.pushed_down == down


@pytest.mark.parametrize(
    ("d", "g", "slower"),
    [
        (0.13, 0.01, {"lr_d"}),
        (0.01, 0.13, {"lr_g"}),
        (0.13, 0.14, {"lr_d", "lr_g"}),
        (0.11, 0.11, set()),
    ],
)
def test_rates_are_too_high_of_players_whose_weights_went_too_far(frozen, d, g, slower):
    """A stride is the distance over the weights' length and the root of updates: of 20 here."""
    signals = Signals(frozen)
    signals.__dict__["moved"] = {"d": d * 20**0.5, "g": g * 20**0.5}
    finding = conditions.get("rate-too-high").look(signals)
    assert (set() if finding is None else set(finding.change)) == slower
    if finding is not None:
        assert finding.evidence[0].value == pytest.approx(max(d, g))


def test_how_far_weights_went_is_over_the_length_that_they_began_with(frozen):
    before, now = (frozen.built().experiment.family for _ in range(2))
    with torch.no_grad():
        for weight in now.parameters_of("d").values():
            weight.mul_(1.5)
        for weight in now.parameters_of("g").values():
            weight.mul_(0.75)
    assert strayed(before, now) == {"d": pytest.approx(0.5), "g": pytest.approx(0.25)}
    assert strayed(before, before) == {"d": 0.0, "g": 0.0}


@pytest.mark.parametrize(("points", "found"), [(360, True), (390, False)])
def test_fewer_than_300_training_examples_are_a_fault_of_data(tmp_path, points, found):
    """The split into training and test points, by their bytes, leaves about four in five."""
    points = np.random.default_rng(0).standard_normal((points, 2)).astype(np.float32)
    np.save(tmp_path / "data.npy", points)
    run = sp.train("mlp_gan", str(tmp_path / "data.npy"), out=tmp_path / "run", steps=2, batch=8, **SHORT)
    assert 270 < run.config["data"]["count"] < 330
    assert (run.config["data"]["count"] < 300) == found
    finding = conditions.get("data-faults").look(Signals(run))
    assert (finding is not None) == found


def test_without_its_data_little_is_told(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (60, 8, 8, 1), np.uint8)
    np.save(tmp_path / "data.npy", images)
    run = sp.train("mlp_gan", str(tmp_path / "data.npy"), out=tmp_path / "run", steps=4, **SHORT)
    (tmp_path / "data.npy").unlink()
    told = sp.doctor(run)
    assert told.unread
    assert not told.healthy
    assert "its data cannot be read" in str(told)


@pytest.mark.parametrize("count", [1, 2, 12])
def test_data_of_one_picture_break_nothing(tmp_path, count):
    np.save(tmp_path / "data.npy", np.full((count, 8, 8, 1), 200, np.uint8))
    run = sp.train(
        "dcgan", str(tmp_path / "data.npy"), out=tmp_path / "run", steps=2, width=4, batch=2, **SHORT
    )
    assert "data-faults" in {one.condition for one in sp.doctor(run).told}


def test_every_condition_says_what_it_is():
    for name, condition in conditions.items():
        assert condition.help.endswith("."), name
        assert all(cause in conditions for cause in condition.after), name


def test_weights_that_are_no_numbers_are_all_that_is_told(tmp_path):
    run = sp.train("mlp_gan", "ring8", out=tmp_path / "run", steps=2, **SHORT)
    rebuilt = run.built()
    generator = rebuilt.experiment.family.get_submodule("generator")
    next(generator.parameters()).data.fill_(float("nan"))
    run.__dict__["_loaded"] = rebuilt
    (told,) = sp.doctor(run).told
    assert told.condition == "diverged"
    assert "some weights are no numbers at step 2" in told.finding.what


def test_a_run_that_ended_with_a_loss_that_is_no_number_has_diverged_until_it_goes_on(tmp_path, capsys):
    """Its last checkpoint is of the first step, where nothing has moved yet."""
    out = tmp_path / "run"
    with pytest.raises(TrainingError, match=r"(became|not finite).*step") as ended:
        sp.train("mlp_gan", "ring8", out=out, steps=60, lr_g=1e30, **SHORT)
    (told,) = sp.doctor(sp.load(out)).told
    assert told.condition == "diverged"
    assert told.finding.what == f"training ended: {str(ended.value).partition(';')[0]}"
    assert f"step {told.finding.since}" in told.finding.what
    assert told.command.endswith("--lr-g 0.0002 --lr-d 0.0001"), "the recipe's own rate, and half of it"
    assert "healthy runs" not in str(sp.doctor(sp.load(out))), "no curve of it lies beside theirs"
    assert main(["doctor", str(out), "--json"]) == 0
    (evidence,) = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["findings"][0]["evidence"]
    assert evidence["value"] is None
    folder = RunFolder(out)
    folder.cut_back(0)
    assert folder.read_broken() is None
    assert "diverged" not in {one.condition for one in sp.doctor(sp.load(out)).told}


@pytest.mark.parametrize(
    "text", ["{}", '{"version": 1, "step": 1.5, "what": "x"}', '{"step": 1, "what": "\\u001b[2J"}', "[]", "["]
)
def test_a_damaged_note_on_what_ended_a_run_is_a_mistake_with_a_name(tmp_path, text):
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(DamagedError, match=r"broken\.json is damaged"):
        RunFolder(tmp_path).read_broken()


@pytest.mark.parametrize(
    ("cause", "brought"),
    [
        ("dead-units", ("untrained", "critic-overpowers")),
        ("critic-too-weak", ("mode-collapse", "lost-variety")),
        ("chain-stuck", ("mode-collapse", "lost-variety")),
        ("repeats", ("mode-collapse",)),
        ("batch-statistics", ("lost-variety",)),
        ("lost-variety", ("memorised",)),
    ],
)
def test_causes_are_told_without_what_they_bring_about(cause, brought):
    finding = Finding("", 0.6, (), "")
    assert [name for name, _ in unexplained(dict.fromkeys((*brought, cause), finding))] == [cause]
    assert unexplained(dict.fromkeys(brought, finding))


def test_something_is_told_of_whatever_is_found():
    """Some explain each other in circles: divergence, a generator that climbs, weights that hardly moved."""
    rng, names = np.random.default_rng(0), conditions.names()
    finding = Finding("", 0.6, (), "")
    circle = ("diverged", "generator-climbs", "untrained")
    assert {name for name, _ in unexplained(dict.fromkeys((*circle, "mode-collapse"), finding))} == set(circle)
    for count in rng.integers(1, len(names), 200):
        assert unexplained(dict.fromkeys(rng.choice(names, count, replace=False).tolist(), finding))


@pytest.mark.parametrize(("strength", "found"), [(0.0, False), (40.0, True)])
def test_chains_that_large_weights_hold_are_stuck(machine, strength, found):
    signals = Signals(machine)
    energy: Any = copy.deepcopy(signals.family.energy)
    with torch.no_grad():  # each of 16 pixels has a unit that wants both on or both off
        energy.weight.zero_()
        energy.weight[:16] = strength * torch.eye(16)
        energy.visible_bias[:16], energy.hidden_bias[:] = -strength / 2, -strength / 2
        energy.visible_bias[16:] = -20.0  # the others are off in every chain
    signals.__dict__["family"] = SimpleNamespace(energy=energy, burn_in=50)
    before = torch.get_rng_state()
    finding = conditions.get("chain-stuck").look(signals)
    assert torch.equal(torch.get_rng_state(), before)
    assert (finding is not None) == found


def test_a_machine_whose_weights_began_near_nothing_has_no_rate_that_is_too_high(machine):
    assert Signals(machine).moved["m"] > 1  # times their length
    assert conditions.get("rate-too-high").look(Signals(machine)) is None


def test_chains_of_a_few_steps_mix_and_networks_have_none(machine, frozen):
    assert conditions.get("chain-stuck").look(Signals(machine)) is None
    assert conditions.get("chain-stuck").look(Signals(frozen)) is None


def test_runs_that_came_before_in_the_same_sequence_are_repeated():
    tokens = np.array([[1, 2, 3, 1, 2, 3], [1, 2, 3, 4, 5, 6], [7, 7, 7, 7, 7, 7]])
    assert repeated(tokens) == pytest.approx([1 / 4, 0, 3 / 4])
    assert repeated(tokens[:, :2]).tolist() == [0, 0, 0]


@pytest.mark.parametrize(("share", "found"), [(0.15, False), (0.35, True)])
def test_sequences_that_repeat_beyond_real_ones_are_found(sequences, share, found):
    signals = Signals(sequences)
    real = signals.held
    count = round(share * len(real))
    signals.__dict__["fake"] = np.concatenate([np.ones_like(real[:count]), real[count:]])
    assert (conditions.get("repeats").look(signals) is not None) == found


def test_only_sequences_repeat(sequences, frozen):
    assert conditions.get("repeats").look(Signals(sequences)) is None
    assert conditions.get("repeats").look(Signals(frozen)) is None


def test_a_collapse_without_a_critic_is_not_blamed_on_one(machine):
    finding = conditions.get("mode-collapse").look(Signals(machine))
    assert finding is not None
    assert "no critic is set" in finding.why
    assert "pacgan" not in finding.advice
    assert not finding.change
