"""InfoGAN (Chen et al. 2016): codes that the generator must make visible, found without labels.

With the critic's logit s, D = σ(s), codes c and a recogniser Q on the critic's last features, the critic and
the recogniser, d, minimise

    adversarial         −E log D(x) − E log(1 − D(G(z, c)))    (Goodfellow et al. 2014, eq. 1, negated)
    information         −λ · L_I of the categorical codes,  L_I = E log Q(c|G(z, c)) + H(c) in nats (eq. 5)
    scale information   −λ′ · L_I of the continuous codes, where Q is normal
    real information    −v · I(c; c′)    with --invariance v (Ji et al. 2019, eq. 3)
    evenness            −2v · H(c)       with --invariance v (Ji et al. 2019, eq. 5 at λ = 2)

where c and c′ are the codes that Q reads off a real image and off an affine view of it. The generator, g,
minimises (equation 6; with --no-reward the first term alone)

    adversarial         −E log D(G(z, c))    (2014, section 3)
    information         −λ · L_I
    scale information   −λ′ · L_I
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, OrZero, between, recipe
from saddlepoint.core.protocol import Batch, Code, Critique, Terms
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.augment import Augment, chosen_augment
from saddlepoint.networks.blocks import named, one_hot
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator, normal_weights
from saddlepoint.objectives.information import (
    categorical_information,
    shared_information,
    uniform_information,
)

SHARPEST = -3.0  # least log-deviation of the recogniser, so that a bound in nats has an end
EVENNESS = 2.0  # λ of Ji et al. 2019, eq. 5; at 1 some codes may stay without a real image
SHOWN = 10  # values of a continuous code in a traversal


class InfoGAN(Vanilla):
    """A GAN whose latent has codes, and a recogniser on the critic's last hidden code that reads them back.

    Both players minimise −λ·L_I. The codes are sampled; labels of the data are never looked at.

    Args:
        recogniser: (n, f) critic's feature -> (n, Σ categories + 2·continuous) logits, means, log-deviations.
        categories: number of values of each categorical code.
        continuous: how many codes from U(−1, 1).
        weight: λ of the categorical codes.
        weight_continuous: λ of the continuous codes.
        reward: whether the generator is rewarded for codes that can be read.
        invariance: weight of the information that the codes of a real image and of its affine view share, and
            of what drives all codes to be equally frequent among real images.
        **settings: of :class:`Vanilla`; ``latent`` is the dimension of the noise alone.
    """

    players = {"d": ("critic", "recogniser"), "g": ("generator",)}  # noqa: RUF012

    def __init__(
        self,
        recogniser: nn.Module,
        *,
        categories: tuple[int, ...],
        continuous: int,
        weight: float,
        weight_continuous: float,
        reward: bool = True,
        invariance: float = 0.0,
        **settings: Any,
    ):
        super().__init__(**settings)
        self.view = Augment("affine") if invariance else None
        self.invariance = invariance
        self.recogniser = recogniser
        self.categories = categories
        self.continuous = continuous
        self.weight = weight
        self.weight_continuous = weight_continuous
        self.reward = reward
        names = [f"c{index + 1}" for index in range(len(categories) + continuous)]
        scale = tuple(-2 + 4 * step / (SHOWN - 1) for step in range(SHOWN))
        self.codes = (
            *(Code(name, tuple(range(k)), True) for name, k in zip(names, categories, strict=False)),
            *(Code(name, scale, False) for name in names[len(categories) :]),
        )
        if categories:
            self.references = {**self.references, "information": sum(math.log(k) for k in categories)}

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> dict[str, Tensor]:
        """Draw noise (n, latent), category (n, codes) int64 and continuous (n, codes)."""
        noise = super().latent(n, rng=rng, condition=condition)
        category = [torch.randint(k, (n,), generator=rng, device=rng.device) for k in self.categories]
        continuous = torch.rand(n, self.continuous, generator=rng, device=rng.device) * 2 - 1
        nothing = torch.empty(n, 0, dtype=torch.int64, device=rng.device)
        chosen = torch.stack(category, 1) if category else nothing
        return {"noise": noise, "category": chosen, "continuous": continuous}

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return fakes of the shape of the real data."""
        noise, category = latent["noise"], latent["category"]
        coded = [one_hot(category[:, i], k, noise.dtype) for i, k in enumerate(self.categories)]
        return self.generator(torch.cat([noise, *coded, latent["continuous"]], 1))

    def extra_terms(
        self, player: str, batch: Batch, latent: Any, fake: Critique, real: Critique | None = None
    ) -> Terms:
        """Return −λ·L_I for either player, and the bounds in nats; arguments as for :class:`Vanilla`."""
        minimise, watch = {}, {}
        logits, mean, deviation = self._read(self.recogniser(fake.feature))
        if logits:
            parts = [categorical_information(x, latent["category"][:, i]) for i, x in enumerate(logits)]
            watch["information"] = torch.stack(parts).sum(0).mean()
            minimise["information"] = -self.weight * watch["information"]
        if self.continuous:
            watch["scale information"] = (
                uniform_information(mean, deviation, latent["continuous"]).sum(1).mean()
            )
            minimise["scale information"] = -self.weight_continuous * watch["scale information"]
        if self.view is not None and real is not None:
            other = self.critique(self.view(batch.real), batch)
            pairs = zip(self._code_probabilities(real), self._code_probabilities(other), strict=True)
            of_codes = [shared_information(*pair) for pair in pairs]
            shared, entropy = (torch.stack(parts).sum() for parts in zip(*of_codes, strict=True))
            watch["real information"] = shared
            minimise["real information"] = -self.invariance * shared
            minimise["evenness"] = -self.invariance * 2 * (EVENNESS - 1) * entropy
        return Terms(minimise if player == "d" or self.reward else {}, watch)

    def with_code(self, latent: Any, code: str, value: float) -> dict[str, Tensor]:
        """Return ``latent`` with one code set to ``value``."""
        index = [known.name for known in self.codes].index(code)
        part = "category" if self.codes[index].discrete else "continuous"
        changed = latent[part].clone()
        changed[:, index - (0 if part == "category" else len(self.categories))] = value
        return {**latent, part: changed}

    def recognise(self, x: Tensor) -> Tensor | None:
        """Return (n,) the most likely value of the first categorical code, or None without one."""
        if not self.categories:
            return None
        logits, _, _ = self._read(self.recogniser(self.critic(x).feature))
        return logits[0].argmax(1)

    def _code_probabilities(self, seen: Critique) -> list[Tensor]:
        """Return (n, k) probabilities of every categorical code."""
        logits, _, _ = self._read(self.recogniser(seen.feature))
        return [x.softmax(1) for x in logits]

    def _read(self, output: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        """Split the recogniser's output into logits of each code, means and log-deviations."""
        output = output.float()
        *logits, mean, deviation = output.split([*self.categories, self.continuous, self.continuous], 1)
        return logits, mean, SHARPEST + F.softplus(deviation - SHARPEST)


@recipe(sizes=between(8, 256))
def infogan(
    data: DataSpec,
    *,
    latent: int = 62,
    categories: tuple[int, ...] = (10,),
    continuous: OrZero = 2,
    weight: float = 1.0,
    weight_continuous: float = 0.1,
    reward: bool = True,
    invariance: float = 0.0,
    width: int = 32,
    hidden: int | None = None,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    lr_d: float = 2e-4,
    lr_g: float = 1e-3,
    augment: str | None = None,
) -> Experiment:
    """InfoGAN (Chen et al. 2016): codes for kind, slant and width are found without labels.

    The curve ``information`` is the bound L_I of the categorical codes in nats; it ends at ln 10 = 2.30 where
    every code can be read off every sample. Networks, noise, slopes, rates and initial weights are those of the
    paper's code for MNIST, which other sizes extend. Where the default leaves it: the recogniser's Gaussians
    learn their deviation instead of having 1, so that their bound is a true one, and weigh 0.1.

    Args:
        latent: dimension of the noise, uniform in (−1, 1), beside the codes.
        categories: values of a categorical code, repeatable; SVHN in the paper has four of 10.
        continuous: codes from U(−1, 1).
        weight: λ of the categorical codes.
        weight_continuous: λ of the continuous codes.
        reward: reward the generator for codes that can be read; without, critic and recogniser alone learn
            to read them, as in the paper's control.
        invariance: weight of a reward, in nats, for giving a real image and an affine view of it the same code,
            which then follows digits rather than strokes, and for using all codes equally often, as the game
            draws them: for data whose kinds are about equally frequent. 0 in the paper; try 1.
        width: channels of maps of 32×32 pixels, doubled for each halving.
        hidden: width of the dense hidden layer of both networks (1024; up to 16 pixels 256).
        lr_d: learning rate of critic and recogniser.
        augment: differentiable augmentation of all that critic and recogniser see, so that what it changes
            cannot carry a code: affine,translation,cutout, which fill with black here.
    """
    if any(k < 2 for k in categories):
        raise UserError(f"--categories must be at least 2 each, got {min(categories)}")
    if invariance < 0:
        raise UserError(f"--invariance must not be negative, got {invariance:g}")
    if invariance and not categories:
        raise UserError("--invariance is for categorical codes; give --categories")
    if not categories and not continuous:
        raise UserError("--continuous 0 leaves no code; give --categories or --continuous")
    codes = sum(categories) + continuous
    hidden = hidden or (1024 if data.size > 16 else 256)
    generator = dcgan_generator(
        data.size,
        data.channels,
        latent=latent + codes,
        width=width,
        hidden=hidden,
        flat_norm=True,
        bias=True,
        output=nn.Sigmoid,
    )
    critic = dcgan_critic(data.size, data.channels, width=width, hidden=hidden, bias=True, slope=0.01)
    recogniser = named(
        [
            ("dense", nn.Linear(hidden, 128)),
            ("norm", nn.BatchNorm1d(128)),
            ("leaky", nn.LeakyReLU(0.01, inplace=True)),
            ("codes", nn.Linear(128, codes + continuous)),
        ]
    )
    family = InfoGAN(
        normal_weights(recogniser),
        categories=categories,
        continuous=continuous,
        weight=weight,
        weight_continuous=weight_continuous,
        reward=reward,
        invariance=invariance,
        generator=normal_weights(generator),
        critic=normal_weights(critic),
        latent=latent,
        uniform=1.0,
        objective=objective,
        penalty=penalty,
        gamma=gamma,
        augment=chosen_augment(augment, None),
    )
    return Experiment(
        family=family,
        optimizers={"d": Optimizer(lr=lr_d), "g": Optimizer(lr=lr_g)},
        batch=128,
        budget=Budget(images=640_000 if data.size > 16 else 100_000),
        range=(0.0, 1.0),
        objective=f"{describe(objective, penalty, gamma)} + information"
        + (f" + real information ({invariance:g})" if invariance else ""),
    )
