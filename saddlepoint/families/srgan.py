"""SRGAN (Ledig et al. 2017): large images of small ones that a critic cannot tell from real ones.

Training has two stages. In the first one player alone moves the generator, as in SRResNet. With a real x, and
s(x), which is x reduced, the player, p, minimises

    content       E (G(s(x)) − x)², the mean over pixels

In the second, with the critic's logit and D its sigmoid, the critic, d, minimises (equation 2, negated)

    adversarial   −E log D(x) − E log(1 − D(G(s(x))))

and the generator, g, minimises (equations 3 and 6)

    content       E (G(s(x)) − x)², or with --content imagenet or judge E d(G(s(x)), x) + v · E (G(s(x)) − x)²
    adversarial   −w · E log D(G(s(x)))

where d compares what EfficientNet-Lite0 sees, or the judge of the data's classes (``networks.perceptual``). The
paper's best network has a distance of VGG's features; with pixels it is the paper's SRGAN-MSE. The angle
between features says neither how bright a picture is nor whether even areas are even: pixels beside it do, as
in ESRGAN (Wang et al. 2018, equation 3).
"""

from typing import Any, Literal

from torch import Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Progress, Terms
from saddlepoint.families.srresnet import SRResNet, enlarging, piece_side, whole_quarters
from saddlepoint.networks.perceptual import Perceptual, of_photographs
from saddlepoint.networks.super_resolution import enlarged_critic
from saddlepoint.objectives import Objective, objectives

TOLD = {
    "pixels": "squared differences of pixels",
    "imagenet": "differences of ImageNet features",
    "judge": "differences of the judge's features",
}


class SRGAN(SRResNet):
    """SRResNet, and from a share of the budget on a game against a critic.

    Args:
        critic: (n, c, patch, patch) -> Critique.
        pretraining: share of the budget in which p moves alone.
        weight: of the generator's adversarial term.
        pixel_weight: of squared differences of pixels beside those of features.
        objective: name of the adversarial losses.
        perceptual: distance of features for the generator's content, None for that of pixels.
        **settings: of :class:`SRResNet`.
    """

    players = {"p": ("generator",), "d": ("critic",), "g": ("generator",)}  # noqa: RUF012
    critics = ("critic",)

    def __init__(
        self,
        critic: nn.Module,
        *,
        pretraining: float,
        weight: float,
        pixel_weight: float,
        objective: str,
        perceptual: Perceptual | None,
        **settings: Any,
    ):
        super().__init__(**settings)
        self.critic = critic
        self.pretraining = pretraining
        self.weight = weight
        self.pixel_weight = pixel_weight
        self.objective: Objective = objectives.get(objective)
        self.perceptual = perceptual
        self.taught_by = () if perceptual is None else (perceptual.encoder,)

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return p alone at first, then critic and generator."""
        return ("p",) if progress.stage < self.pretraining else ("d", "g")

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the content term, the adversarial term, or both."""
        if player == "p":
            return super().terms(player, batch, latent, fake)
        real: Tensor = self.piece(batch, latent)
        loss = self.objective
        if player == "d":
            of_real, of_fake = self.critic(real).score, self.critic(fake).score
            watch = {"D(x)": loss.probability(of_real).mean(), "D(G(s))": loss.probability(of_fake).mean()}
            return Terms({"adversarial": loss.critic(of_real, of_fake).mean()}, watch)
        content = super().terms(player, batch, latent, fake)
        if self.perceptual is not None:
            pixels = self.pixel_weight * content.minimise["content"]
            content.minimise["content"] = self.perceptual(fake, real).mean() + pixels
        of_fake = self.critic(fake).score
        of_real = self.critic(real).score if loss.paired else of_fake
        adversarial = self.weight * loss.generator(of_real, of_fake).mean()
        return Terms({**content.minimise, "adversarial": adversarial}, content.watch)


def _perceptual(content: str, data: DataSpec) -> Perceptual | None:
    """Return the distance of features that stands for the content, None for pixels; raises UserError."""
    if content == "imagenet":
        return of_photographs()
    if content != "judge":
        return None
    if not data.classes:
        raise UserError(
            f"--content judge compares what a classifier of the classes sees, and {data.name!r} has none; "
            "use --content pixels or imagenet"
        )

    def read() -> Any:
        if data.judge is None:
            raise UserError(f"the judge of {data.name!r} is needed, and the data are not at hand to train it")
        return data.judge()

    return Perceptual("judge", read)


@recipe(sizes=whole_quarters)
def srgan(
    data: DataSpec,
    *,
    scale: int = 4,
    patch: int = 48,
    width: int = 24,
    blocks: int = 4,
    pretraining: float = 0.5,
    content: Literal["pixels", "imagenet", "judge"] = "pixels",
    weight: float | None = None,
    pixel_weight: float | None = None,
    objective: str = "non_saturating",
    lr: float = 5e-4,
    lr_d: float = 1e-4,
    lr_g: float = 1e-4,
) -> Experiment:
    """SRGAN (Ledig et al. 2017): SRResNet first, then a game against a critic that knows real images.

    Smaller than the paper's, and without batch normalisation in the generator, as ``srresnet``.

    Args:
        scale: how many times as large, 2 or 4.
        patch: side of the random pieces of images to train on, at most that of the images.
        width: channels of the convolutions of the generator, and of the critic's first.
        blocks: residual blocks.
        pretraining: share of the budget before the critic comes.
        content: what the generator compares with the truth once the critic is there: "pixels", as in the
            paper's SRGAN-MSE, features of "imagenet", which needs the extra of that name, or those of the
            "judge" of the data's classes.
        weight: of the generator's adversarial term (1e-3; with features 3e-2).
        pixel_weight: of the squared differences of pixels beside features, 0 for none (10).
        lr: learning rate of pretraining.
    """
    pixels = (-1.0, 1.0)
    side = piece_side(data, patch, scale)
    perceptual = _perceptual(content, data)
    if perceptual is None and pixel_weight is not None:
        raise UserError("--pixel-weight is for pixels beside features; choose --content imagenet or judge too")
    if weight is None:
        weight = 1e-3 if perceptual is None else 3e-2
    family = SRGAN(
        generator=enlarging(data, scale=scale, width=width, blocks=blocks),
        critic=enlarged_critic(data.channels, side, width),
        shape=data.tensor_shape,
        patch=side,
        pixels=pixels,
        pretraining=pretraining,
        weight=weight,
        pixel_weight=10 if pixel_weight is None else pixel_weight,
        objective=objective,
        perceptual=perceptual,
    )
    told = TOLD["pixels" if perceptual is None else perceptual.encoder]
    return Experiment(
        family,
        {
            "p": Optimizer(lr=lr, betas=(0.9, 0.999)),
            "d": Optimizer(lr=lr_d, betas=(0.9, 0.999)),
            "g": Optimizer(lr=lr_g, betas=(0.9, 0.999)),
        },
        batch=16,
        budget=Budget(images=80_000),
        range=pixels,
        objective=f"{told} + {weight:g} {objective}, ×{scale}",
    )
