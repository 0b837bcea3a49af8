"""The sound GAN of jacotar: a linear generator that matches the moments of its critic's features.

The generator is a chain of convolutions of noise with nothing between them, a linear filter of noise, as
a moving average is. With the critic's logit s, a sum of what each of its layers says, and D = σ(s), the
critic, d, minimises

    adversarial   −E log D(x) − E log(1 − D(G(z)))

and with φ the critic's features, a number for each of its channels and each place of a sound, the generator, g,
minimises

    mean          Σ_l mean_c (E φ_lc(x) − E φ_lc(G(z)))²
    variance      Σ_l mean_c (log Var φ_lc(x) − log Var φ_lc(G(z)))²

where l is a layer and c a channel of it, and expectations and variances are over batch and places.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor, nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Terms
from saddlepoint.families.vanilla import Vanilla
from saddlepoint.networks.waves import LayeredCritic, linear_filter

TINY = 1e-8  # added to variances of features, which may be constant


class Moments(NamedTuple):
    """Of the features of one layer: (c,) means over batch and places, and (c,) logarithms of variances."""

    mean: Tensor
    log_variance: Tensor

    @classmethod
    def of(cls, features: Tensor) -> "Moments":
        """Return those of (n, c, t) features."""
        variance, mean = torch.var_mean(features.float(), (0, 2), correction=0)
        return cls(mean, (variance + TINY).log())


class SoundGAN(Vanilla):
    """A filter of noise against a critic whose features it must match.

    Args:
        critic: sounds -> Critique; its ``features`` are one tensor (n, c, t) a layer.
        length: samples of noise that a sound is made of.
        **settings: of :class:`Vanilla`; ``latent`` is the channels of the noise.
    """

    def __init__(self, generator: nn.Module, critic: LayeredCritic, *, length: int, **settings: Any):
        super().__init__(generator, critic, **settings)
        self.coupled = 0  # moments are the whole batch's
        self.layers = critic.features
        self.length = length
        self.references = {name: end for name, end in self.references.items() if not name.startswith("g/")}

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw noise from N(0, 1), of shape (n, channels, length)."""
        return torch.randn(n, self.noise, self.length, generator=rng, device=rng.device)

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the critic's usual terms; distances of moments for the generator."""
        if player == "d":
            return super().terms(player, batch, latent, fake)
        with torch.no_grad():
            real = [Moments.of(one) for one in self.layers(batch.real)]
        made = [Moments.of(one) for one in self.layers(fake)]
        return Terms(
            {
                "mean": _distance([one.mean for one in real], [one.mean for one in made]),
                "variance": _distance([one.log_variance for one in real], [one.log_variance for one in made]),
            }
        )


def _distance(real: Sequence[Tensor], made: Sequence[Tensor]) -> Tensor:
    """Return the sum over layers of mean squared differences."""
    return torch.stack([(a - b).square().mean() for a, b in zip(real, made, strict=True)]).sum()


@recipe(needs=("waves",))
def sound_gan(
    data: DataSpec,
    *,
    latent: int = 8,
    width: int = 16,
    kernel: int = 5,
    features: int = 16,
    lr_d: float = 1e-3,
    lr_g: float = 1e-3,
) -> Experiment:
    """The sound GAN of jacotar: noise through a linear filter that matches the moments of a critic's features.

    What it can make is noise of any spectrum that its filter is long enough for, and the same all the way: that
    of ``ma8``, not a chord. Networks are far smaller than the code's, for a CPU, and learn by Adam in place of
    SGD, without its penalties.

    Args:
        latent: channels of the noise.
        width: channels between the generator's three convolutions.
        kernel: samples that each of them looks at; a sample depends on 3·(kernel − 1) + 1 of the noise.
        features: channels of the critic's layers.
    """
    family = SoundGAN(
        linear_filter(data.channels, latent=latent, width=width, kernel=kernel),
        LayeredCritic(data.channels, widths=(features, features), kernels=(15, 5), pieces=4),
        length=data.shape[-1] + 3 * (kernel - 1),
        latent=latent,
    )
    return Experiment(
        family,
        {"d": Optimizer(lr=lr_d), "g": Optimizer(lr=lr_g)},
        batch=64,
        budget=Budget(images=100_000),
        ema=0.99,
        objective="non_saturating for the critic, moments of its features for the generator",
    )
