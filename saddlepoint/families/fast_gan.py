"""FastGAN (Liu et al. 2021), for a folder of a hundred to ten thousand images of 64 to 256 pixels.

The critic sees every image through a random change T (Zhao et al. 2020). With its score s, the critic, d,
minimises

    adversarial   E max(0, 1 − s(T(x))) + E max(0, 1 + s(T(G(z))))    section 3.2, without its random labels
    redrawing     E ‖R(f(T(x))) − ½T(x)‖₁ / pixels                   equation 1, in pixels; ½ halves the side

with f the critic's last map and R a small decoder, so that few images are not told apart by a few of their
pixels; and the generator, g, minimises

    adversarial   −E s(T(G(z)))
"""

from typing import Any

from torch import Tensor

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Critique, Terms
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.augment import chosen_augment
from saddlepoint.networks.excitation import ExcitedGenerator, RedrawingCritic, nearest_power, redrawing_error


class Redrawing(Vanilla):
    """A game whose critic must also redraw the reals that it sees.

    Args:
        critic: says of images what :class:`RedrawingCritic` says.
        redraw: weight of the redrawing error; 0 leaves it out.
        **rest: of :class:`Vanilla`.
    """

    critic: RedrawingCritic

    def __init__(self, *args: Any, redraw: float, **rest: Any):
        super().__init__(*args, **rest)
        self.redraw = redraw

    def extra_terms(
        self, player: str, batch: Batch, latent: Tensor, fake: Critique, real: Critique | None = None
    ) -> Terms:
        """Return the redrawing error on the critic's turn."""
        if player != "d" or not self.redraw:
            return Terms({})
        assert real is not None
        return Terms({"redrawing": self.redraw * redrawing_error(self.critic, real).mean()})


@recipe(sizes=nearest_power)
def fast_gan(
    data: DataSpec,
    *,
    latent: int = 256,
    width: int = 16,
    redraw: float = 1.0,
    objective: str = "hinge",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    lr_d: float = 2e-4,
    lr_g: float = 2e-4,
    augment: str = "color,translation",
    augment_target: float | None = None,
) -> Experiment:
    """FastGAN (Liu et al. 2021): few images, light networks, a critic that must also redraw what it sees.

    Where this leaves the paper, for a machine without a GPU: an eighth of its width up to 32 pixels and a
    sixteenth from 64 on, no noise in the generator, no spectral norm, one convolution a stage, the whole image
    redrawn by pixels and no crop by a perceptual distance, and the hinge applied to the mean of the critic's
    map.

    Args:
        width: channels of maps of 32×32 pixels, doubled for each halving (the paper has 128, and 128 at 64×64).
        redraw: weight of the redrawing error, 0 for none.
        augment: changes that the critic sees reals and fakes through; "none" for none.
    """
    family = Redrawing(
        ExcitedGenerator(data.size, data.channels, latent=latent, width=width),
        RedrawingCritic(data.size, data.channels, width=width),
        redraw=redraw,
        latent=latent,
        objective=objective,
        penalty=penalty,
        gamma=gamma,
        augment=chosen_augment(augment, augment_target),
    )
    return Experiment(
        family=family,
        optimizers={"d": Optimizer(lr=lr_d), "g": Optimizer(lr=lr_g)},
        batch=16,
        budget=Budget(images=400_000),
        ema=0.999,
        objective=describe(objective, penalty, gamma) + (" + redrawing" if redraw else ""),
    )
