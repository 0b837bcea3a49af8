"""Projected GAN (Sauer et al. 2021): a critic that sees pictures through a network that knows photographs.

EfficientNet-Lite0, which ImageNet taught to name photographs, shows the critic four maps, mixed at random; a
head for each gives a logit s_k. The critic sees every picture through a random change T (Zhao et al.
2020). The critic, d, minimises, with K heads (equation 4 divided by K)

    adversarial   1/K · Σ_k E max(0, 1 − s_k(T(x))) + E max(0, 1 + s_k(T(G(z))))

and the generator, g, minimises

    adversarial   −1/K · Σ_k E s_k(T(G(z)))

Only heads are trained, so that few pictures go further. What taught the critic cannot judge the run.
"""

from torch import Tensor

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Critique
from saddlepoint.families.vanilla import Loss, Vanilla, describe
from saddlepoint.networks.augment import chosen_augment
from saddlepoint.networks.excitation import ExcitedGenerator, nearest_power
from saddlepoint.networks.projected import ProjectedCritic


class Projected(Vanilla):
    """A game whose critic has several heads, each with a loss of its own."""

    taught_by = ("imagenet",)

    def adversarial(self, loss: Loss, real: Critique, fake: Critique) -> Tensor:
        """Return the mean of a loss over heads."""
        parts = [loss(*pair).mean() for pair in zip(real.maps, fake.maps, strict=True)]
        return sum(parts[1:], parts[0]) / len(parts)


@recipe(sizes=nearest_power)
def projected_gan(
    data: DataSpec,
    *,
    latent: int = 256,
    width: int = 16,
    heads: int = 32,
    objective: str = "hinge",
    lr_d: float = 2e-4,
    lr_g: float = 1e-3,
    augment: str = "color,translation",
    augment_target: float | None = None,
) -> Experiment:
    """Projected GAN (Sauer et al. 2021): a critic on ImageNet features, for natural pictures, few or many.

    Needs the extra ``imagenet``. Where this leaves the paper, for a machine without a GPU: ``fast_gan``'s
    generator, far narrower, EfficientNet-Lite0 for Lite1, its maps from half a picture's side to a sixteenth,
    pictures seen at their own size and not at 256 pixels, changes without cutout, heads without batch
    normalisation and with one logit for all places (the authors' code has 5×5), and a generator that learns
    five times as fast as its critic, which else is sure from the first steps on.

    Args:
        width: channels of the generator's maps of 32×32 pixels, doubled for each halving.
        heads: channels of the mixed maps and of the critic's heads.
        augment: changes that the critic sees reals and fakes through; "none" for none.
    """
    family = Projected(
        ExcitedGenerator(data.size, data.channels, latent=latent, width=width),
        ProjectedCritic(data.size, width=heads),
        latent=latent,
        objective=objective,
        augment=chosen_augment(augment, augment_target),
    )
    return Experiment(
        family=family,
        optimizers={"d": Optimizer(lr=lr_d, betas=(0.0, 0.99)), "g": Optimizer(lr=lr_g, betas=(0.0, 0.99))},
        batch=16,
        budget=Budget(images=400_000),
        ema=0.99,
        objective=f"{describe(objective, (), ())} of heads on ImageNet features",
    )
