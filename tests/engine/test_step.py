"""One step: whose parameters move, on what data, with which gradients."""

import dataclasses

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from saddlepoint.compute.plan import Plan, Precision
from saddlepoint.core.experiment import DataSpec, Optimizer, recipes
from saddlepoint.core.kinds import to_floats
from saddlepoint.core.protocol import START, Progress
from saddlepoint.data.batches import Batches
from saddlepoint.data.dataset import Split
from saddlepoint.engine.step import Stepper

DATA = DataSpec("toy", "images", (8, 8, 1), (), 40)


def split():
    return Split(np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), np.uint8))


def make(recipe="dcgan", precision: Precision = "fp32", changes=None, **flags):
    torch.manual_seed(0)
    experiment = recipes.get(recipe).build(
        DATA, **({"width": 8, "hidden": 0} if recipe == "dcgan" else {}), **flags
    )
    experiment = dataclasses.replace(experiment, batch=10, **(changes or {}))
    batches = Batches(split(), 10, seed=0, device=torch.device("cpu"), range=experiment.range)
    plan = Plan("cpu", precision, 1)
    return Stepper(experiment, plan, batches, torch.Generator().manual_seed(3))


def weights(stepper, player):
    return {name: p.detach().clone() for name, p in stepper.family.parameters_of(player).items()}


def changed(before, after):
    return any(not torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("player", ["d", "g"])
def test_a_turn_changes_its_owners_parameters_only(player):
    stepper = make()
    stepper.family.turns = lambda progress: (player,)
    other = "g" if player == "d" else "d"
    before = {p: weights(stepper, p) for p in "dg"}
    stepper.step(START)
    assert changed(before[player], weights(stepper, player))
    assert not changed(before[other], weights(stepper, other))


def test_gradients_equal_a_plain_loop_with_backward():
    """The same steps as a tutorial's loop, on the same numbers."""
    stepper = make(changes={"optimizers": {p: Optimizer(lr=0.5, kind="sgd", momentum=0.9) for p in "dg"}})
    torch.manual_seed(0)
    plain = recipes.get("dcgan").build(DATA, width=8, hidden=0).family
    generator, critic = plain.get_submodule("generator"), plain.get_submodule("critic")
    sgd = {
        name: torch.optim.SGD(network.parameters(), lr=0.5, momentum=0.9)
        for name, network in (("g", generator), ("d", critic))
    }
    rng = torch.Generator().manual_seed(3)
    batches = Batches(split(), 10, seed=0, device=torch.device("cpu"))
    for step in range(3):
        report = stepper.step(START._replace(step=step))
        real = batches.next().real
        fake = generator(torch.randn(10, 100, generator=rng))
        ones, zeros = torch.ones(10), torch.zeros(10)
        sgd["d"].zero_grad()
        real_score, fake_score = critic(real).score, critic(fake.detach()).score
        loss = F.binary_cross_entropy_with_logits(real_score, ones)
        loss = loss + F.binary_cross_entropy_with_logits(fake_score, zeros)
        loss.backward()
        sgd["d"].step()
        sgd["g"].zero_grad()
        loss_g = F.binary_cross_entropy_with_logits(critic(fake).score, ones)
        loss_g.backward()
        sgd["g"].step()
        assert report["d/adversarial"].item() == pytest.approx(loss.item(), rel=1e-5)
        assert report["g/adversarial"].item() == pytest.approx(loss_g.item(), rel=1e-5)
        assert report["D(x)"].item() == pytest.approx(real_score.sigmoid().mean().item(), rel=1e-5)
    for (name, ours), theirs in zip(stepper.family.named_parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6, msg=name)


class Spy:
    """Records what each player is handed."""

    def __init__(self, stepper):
        self.seen = []
        terms = stepper.family.terms

        def spying(player, batch, latent, fake):
            self.seen.append((player, batch.real.detach().clone(), latent.clone(), fake))
            return terms(player, batch, latent, fake)

        stepper.family.terms = spying


def test_shared_and_fresh_latents():
    for fresh in (False, True):
        stepper = make(changes={"fresh_latent": fresh})
        spy = Spy(stepper)
        stepper.step(START)
        (_, real_d, latent_d, _), (_, real_g, latent_g, _) = spy.seen
        assert torch.equal(real_d, real_g)
        assert torch.equal(latent_d, latent_g) is not fresh


def test_repeated_turns_get_a_fresh_batch_and_latent():
    stepper = make(critic_steps=3)
    spy = Spy(stepper)
    stepper.step(START)
    assert [player for player, *_ in spy.seen] == ["d", "d", "d", "g"]
    reals, latents = [s[1] for s in spy.seen[:3]], [s[2] for s in spy.seen[:3]]
    assert not torch.equal(reals[0], reals[1])
    assert not torch.equal(latents[1], latents[2])
    assert stepper.batches.drawn == 30


def test_a_repeated_generators_turn_draws_no_batch_that_nobody_judges():
    stepper = make()
    stepper.family.turns = lambda progress: ("d", "g", "g")
    spy = Spy(stepper)
    stepper.step(START)
    latents = [s[2] for s in spy.seen]
    assert not torch.equal(latents[1], latents[2])
    assert stepper.batches.drawn == 10


def test_fakes_carry_gradients_only_to_the_generators_owner():
    stepper = make(penalty=("r1", "r2"))
    spy = Spy(stepper)
    stepper.step(START)
    (_, _, _, fake_d), (_, _, _, fake_g) = spy.seen
    assert fake_d.is_leaf  # a fresh leaf, for the penalty
    assert fake_d.requires_grad
    assert not fake_g.is_leaf
    assert fake_g.requires_grad
    stepper = make()
    spy = Spy(stepper)
    stepper.step(START)
    assert not spy.seen[0][3].requires_grad


def test_generator_first_uses_the_fakes_from_before_its_update():
    stepper = make("mlp_gan")
    spy = Spy(stepper)
    stepper.step(START)
    assert [player for player, *_ in spy.seen] == ["g", "d"]
    assert torch.equal(spy.seen[0][3].detach(), spy.seen[1][3])


def test_a_simultaneous_step_takes_both_gradients_before_any_update():
    both = make("gan")
    assert both.experiment.simultaneous
    torch.manual_seed(5)
    report = both.step(START)
    alternating = make("gan", changes={"simultaneous": False})
    torch.manual_seed(5)
    other = alternating.step(START)
    assert report["d/adversarial"] == other["d/adversarial"]
    assert report["g/adversarial"] != other["g/adversarial"]  # there the critic has moved first


def test_bf16_judges_the_generators_turn_with_the_updated_critic():
    """An autocast cache that outlived the critic's update would report its old judgement."""
    big = {"optimizers": {"d": Optimizer(lr=10.0, kind="sgd"), "g": Optimizer(lr=0.0, kind="sgd")}}
    full, half = make(changes=big), make(precision="bf16", changes=big)
    for _ in range(2):
        expected, report = full.step(START), half.step(START)
    for name, value in expected.items():
        assert report[name].item() == pytest.approx(value.item(), abs=0.05), name
    still = make(changes={"optimizers": {p: Optimizer(lr=0.0, kind="sgd") for p in "dg"}})
    for _ in range(2):
        unmoved = still.step(START)
    assert abs(unmoved["g/adversarial"] - expected["g/adversarial"]).item() > 0.2


def test_schedules_set_rates_before_each_update():
    stepper = make("gan")
    for step, epochs in ((0, 0.0), (1000, 126.0)):
        stepper.step(Progress(step, 0, epochs, 0.0))
        (group,) = stepper.optimizers["d"].rule.param_groups
        assert group["lr"].item() == pytest.approx(0.1 / 1.000004**step, rel=1e-6)
        assert group["momentum"] == pytest.approx(0.5 + 0.2 * max(0.0, epochs - 1) / 249)


def test_weights_are_clipped_after_the_update():
    clipped = {"d": Optimizer(lr=1.0, kind="rmsprop", clip=0.01), "g": Optimizer(lr=1e-4)}
    stepper = make(changes={"optimizers": clipped})
    stepper.step(START)
    largest = max(p.abs().max().item() for p in weights(stepper, "d").values())
    assert largest == pytest.approx(0.01)


def test_batches_follow_a_seeded_order_that_continues_anywhere():
    def draw(skip, count, seed=0):
        batches = Batches(split(), 7, seed=seed, device=torch.device("cpu"))
        batches.drawn = skip
        return torch.cat([batches.next().real for _ in range(count)])

    whole = draw(0, 40)
    assert torch.equal(whole[7 * 13 :], draw(7 * 13, 27))
    assert not torch.equal(whole, draw(0, 40, seed=1))
    epochs = whole.flatten(1).reshape(7, 40, 64)  # 280 images are 7 epochs of 40
    everything = to_floats(torch.from_numpy(split().array), (-1, 1)).flatten(1)
    expected = sorted(everything.sum(1).tolist())
    orders = set()
    for epoch in epochs:
        assert sorted(epoch.sum(1).tolist()) == expected
        orders.add(tuple(epoch.sum(1).tolist()))
    assert len(orders) == 7


def test_pixels_reach_both_ends_of_their_range():
    levels = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(1, 1, 3, 1)
    for low, high in ((-1.0, 1.0), (0.0, 1.0)):
        floats = to_floats(levels, (low, high)).flatten()
        expected = torch.tensor([low, low + 0.2 * (high - low), high])
        torch.testing.assert_close(floats, expected, rtol=0, atol=1e-6)
