"""Games of other shapes than generator against critic: stages, pyramids, models without a critic or samples."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.core.protocol import START, Family, Terms
from saddlepoint.data.batches import Batches
from saddlepoint.data.dataset import Split
from saddlepoint.engine.step import Stepper
from saddlepoint.sampling.average import Average
from saddlepoint.sampling.samples import sample

D = 2  # coordinates of a point


class Noisy(Family):
    """Latents are normal numbers of the shape of a point."""

    def latent(self, n, *, rng, condition=None):
        return torch.randn(n, D, generator=rng)


class Autoencoder(Noisy):
    """A variational autoencoder: one player that reads reals and needs no fakes."""

    players = {"g": ("encoder", "generator")}  # noqa: RUF012
    critics = ()

    def __init__(self):
        super().__init__()
        self.encoder, self.generator = nn.Linear(D, 2 * D), nn.Linear(D, D)

    def turns(self, progress):
        return ("g", "g")

    def reads(self, player):
        return True

    def fakes(self, player, latent, batch):
        return None

    def generate(self, latent, batch=None):
        return self.generator(latent)

    def terms(self, player, batch, latent, fake):
        assert fake is None
        mean, log_variance = self.encoder(batch.real).chunk(2, 1)
        code = mean + (0.5 * log_variance).exp() * latent
        divergence = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1)
        error = (self.generator(code) - batch.real).square().sum(1)
        return Terms({"error": error.mean(), "divergence": divergence.mean()})


class Chain(Noisy):
    """An energy model with a persistent chain; nobody generates, and samples draw further numbers."""

    players = {"m": ("energy",)}  # noqa: RUF012
    critics = ("energy",)
    chain: Tensor

    def __init__(self):
        super().__init__()
        self.energy = nn.Linear(D, 1)
        self.register_buffer("chain", torch.zeros(4, D))

    def turns(self, progress):
        return ("m",)

    def fakes(self, player, latent, batch):
        with torch.no_grad():
            self.chain.copy_(self.chain + 0.1 * torch.randn_like(self.chain))
        return self.chain.clone()

    def terms(self, player, batch, latent, fake):
        return Terms({"likelihood": self.energy(batch.real).mean() - self.energy(fake).mean()})

    def sample(self, latent):
        return latent + torch.randn_like(latent)


class Estimator(Noisy):
    """Noise-contrastive estimation: the noise is no network, and there are no samples."""

    players = {"c": ("model",)}  # noqa: RUF012
    critics = ("model",)
    samples = False

    def __init__(self):
        super().__init__()
        self.model = nn.Linear(D, 1)

    def turns(self, progress):
        return ("c", "c")

    def fakes(self, player, latent, batch):
        return latent

    def terms(self, player, batch, latent, fake):
        loss = nn.functional.softplus(-self.model(batch.real)) + nn.functional.softplus(self.model(fake))
        return Terms({"loss": loss.mean()})


class Pretrained(Noisy):
    """A first half in which the generator copies, then the game; two players move the same module."""

    players = {"p": ("generator",), "d": ("critic",), "g": ("generator",)}  # noqa: RUF012

    def __init__(self):
        super().__init__()
        self.generator, self.critic = nn.Linear(D, D), nn.Linear(D, 1)

    def turns(self, progress):
        return ("p",) if progress.fraction < 0.5 else ("d", "g")

    def reads(self, player):
        return player in ("p", "d")

    def generate(self, latent, batch=None):
        return self.generator(latent)

    def terms(self, player, batch, latent, fake):
        if player == "p":
            return Terms({"copy": (fake.mean(0) - batch.real.mean(0)).square().sum()})
        if player == "d":
            return Terms({"loss": (self.critic(fake) - self.critic(batch.real)).mean()})
        return Terms({"loss": -self.critic(fake).mean()})


class Pyramid(Noisy):
    """Two levels, each with a generator and a critic; fakes are a dictionary with numbers and None."""

    players = {"d1": ("low",), "g1": ("coarse",), "d2": ("high",), "g2": ("fine",)}  # noqa: RUF012
    generators = ("coarse", "fine")
    critics = ("low", "high")

    def __init__(self):
        super().__init__()
        self.coarse, self.fine = nn.Linear(D, D), nn.Linear(2 * D, D)
        self.low, self.high = nn.Linear(D, 1), nn.Linear(D, 1)
        self.second_order = ("d1",)

    def turns(self, progress):
        return ("d1", "g1", "d2", "g2")

    def generate(self, latent, batch=None):
        low = self.coarse(latent)
        return {"low": low, "high": self.fine(torch.cat([low.detach(), latent], 1))}

    def fakes(self, player, latent, batch):
        found = self.generate(latent, batch)
        return found | {"count": torch.tensor(len(latent)), "label": batch.label}

    def sample(self, latent):
        return self.generate(latent)["high"]

    def terms(self, player, batch, latent, fake):
        assert fake["label"] is None
        assert fake["count"] == len(latent)
        level, critic = ("low", self.low) if player.endswith("1") else ("high", self.high)
        if player.startswith("g"):
            return Terms({"loss": -critic(fake[level]).mean()})
        assert fake[level].requires_grad == (player == "d1")
        return Terms({"loss": (critic(fake[level]) - critic(batch.real)).mean()})


class Tokens(Noisy):
    """Real examples and fakes are whole numbers, which have no gradient; the generator learns from rewards."""

    def __init__(self):
        super().__init__()
        self.generator, self.critic = nn.Embedding(1, 3), nn.Embedding(3, 1)
        self.second_order = ("d",)

    def latent(self, n, *, rng, condition=None):
        return torch.rand(n, D, generator=rng)

    def generate(self, latent, batch=None):
        chances = self.generator.weight.softmax(1).cumsum(1)
        return (latent[..., None] > chances[0, :-1]).sum(-1)

    def sample(self, latent):
        return self.generate(latent).float()

    def terms(self, player, batch, latent, fake):
        assert fake.dtype == torch.int64
        if player == "d":
            return Terms({"loss": (self.critic(fake) - self.critic(batch.real.long() % 3)).mean()})
        log_chances = self.generator.weight.log_softmax(1)[0, fake]
        return Terms({"loss": -(self.critic(fake).squeeze(-1).detach() * log_chances).mean()})


GAMES = [Autoencoder, Chain, Estimator, Pretrained, Pyramid, Tokens]


def stepper_of(make: Callable[[], Family], **settings):
    torch.manual_seed(0)
    family = make()
    experiment = Experiment(family, {name: Optimizer(lr=0.05) for name in family.players}, batch=4, **settings)
    split = Split(np.random.default_rng(0).normal(size=(16, D)).astype(np.float32))
    batches = Batches(split, 4, seed=0, device=torch.device("cpu"))
    torch.manual_seed(1)
    return Stepper(experiment, Plan("cpu", "fp32", 1), batches, torch.Generator().manual_seed(2))


@pytest.fixture(params=GAMES, ids=lambda game: game.__name__)
def game(request):
    return request.param


def test_players_move_what_they_own_and_only_in_their_stage(game):
    stepper = stepper_of(game)
    family = stepper.family
    for fraction in (0.0, 0.25, 0.5, 0.75, 1.0):
        before = {name: p.detach().clone() for name, p in family.named_parameters()}
        report = stepper.step(START._replace(fraction=fraction))
        turns = family.turns(START._replace(fraction=fraction))
        assert {name.split("/")[0] for name in report if "/" in name} == set(turns)
        assert all(value.isfinite() for value in report.values())
        owned = {name for player in turns for name in family.parameters_of(player)}
        moved = {name for name, p in family.named_parameters() if not torch.equal(p, before[name])}
        assert moved
        assert moved <= owned


def test_reals_are_drawn_for_turns_that_read_them():
    for make, drawn in [(Autoencoder, 8), (Estimator, 8), (Pretrained, 4), (Pyramid, 4)]:
        stepper = stepper_of(make)
        stepper.step(START)
        assert stepper.batches.drawn == drawn, make.__name__


def test_two_players_of_one_module_have_moments_of_their_own():
    stepper = stepper_of(Pretrained)
    for fraction in (0.0, 0.0, 1.0):
        stepper.step(START._replace(fraction=fraction))
    copying, playing = (stepper.optimizers[player].state() for player in ("p", "g"))
    assert copying.keys() == playing.keys()
    steps = {name for name in copying if name.endswith("step")}
    assert {copying[name].item() for name in steps} == {2.0}
    assert {playing[name].item() for name in steps} == {1.0}


def test_an_average_holds_everything_where_nobody_generates():
    assert Average(stepper_of(Chain).family, 0.9).live.keys() == {"energy.weight", "energy.bias"}
    assert Average(stepper_of(Pyramid).family, 0.9).live.keys() == {
        f"{module}.{name}" for module in ("coarse", "fine") for name in ("weight", "bias")
    }


@pytest.mark.parametrize("game", [Autoencoder, Chain, Pretrained, Pyramid, Tokens])
def test_sample_i_of_a_seed_is_one_whatever_came_before(game):
    family = stepper_of(game).family
    first = sample(family, 70, seed=3)
    torch.manual_seed(99)
    assert torch.equal(sample(family, 5, seed=3), first[:5])
    assert not torch.equal(sample(family, 5, seed=4), first[:5])


class Asked(Noisy):
    """Samples are made from examples, as a picture is from a small one."""

    condition = "example"

    def __init__(self):
        super().__init__()
        self.generator, self.critic = nn.Linear(D, D), nn.Linear(D, 1)

    def latent(self, n, *, rng, condition=None):
        return torch.zeros(n, D) if condition is None else condition

    def generate(self, latent, batch=None):
        return self.generator(latent)


def test_a_condition_may_be_examples():
    family = Asked()
    given = torch.randn(3, D, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(sample(family, 3, seed=0, condition=given), family.generator(given).detach())


def test_batches_may_be_split_whatever_they_hold():
    """The mean over pieces is the gradient of the whole."""
    whole, parts = stepper_of(Pyramid), stepper_of(Pyramid)
    parts.plan = Plan("cpu", "fp32", 1, pieces=2)
    parts.family.terms = without_count(parts.family.terms)
    whole.family.terms = without_count(whole.family.terms)
    said, told = whole.step(START), parts.step(START)
    for name, value in said.items():
        torch.testing.assert_close(told[name], value)
    for name, value in whole.family.state_dict().items():
        torch.testing.assert_close(parts.family.state_dict()[name], value, rtol=1e-3, atol=1e-5)


def without_count(terms):
    return lambda player, batch, latent, fake: terms(player, batch, latent, fake | {"count": len(latent)})
