"""S²-GAN (Wang & Gupta 2016): normals of a scene's surfaces from noise, and then a picture of that scene.

A view is a picture x and its normals n. One game makes normals N(z) of noise z, another one pictures P(n, y) of
normals and noise y. Training has three stages; σ of a critic's logit is D.

In the first the critic of normals, dn, minimises

    adversarial   −E log D(n) − E log(1 − D(N(z)))

and the generator of normals, gn, minimises

    adversarial   −E log D(N(z))

In the second pictures are made of real normals. An estimator of normals, e, minimises

    angle   1 − E cos ∠(E(x), n)

and so that the picture shows what was asked for, it looks at pictures that are made. Their critic, which sees
the normals too, dp, minimises

    adversarial   −E log D(x, n) − E log(1 − D(P(n, y), n))

and their generator, gp, minimises

    adversarial   −E log D(P(n, y), n)
    angle         w · (1 − E cos ∠(E(P(n, y)), n))

In the third both games are one. The critics, d, minimise

    structure   −E log D(n) − E log(1 − D(N(z)))
    style       −E log D(x, n) − E log(1 − D(P(N(z), y), N(z)))

and the generators, g, minimise

    structure   −E log D(N(z))
    style       −E log D(P(N(z), y), N(z))
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Family, Progress, Terms
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator, normal_weights
from saddlepoint.networks.surfaces import Directions, NormalEstimator, Painter
from saddlepoint.objectives import Objective, objectives

COLOURS = 3  # channels of a picture, and of normals after it
STAGES = {"structure": ("dn", "gn"), "style": ("e", "dp", "gp"), "joint": ("d", "g")}


class StyleStructure(Family):
    """A game over normals and a game over pictures of them, one after the other and then together.

    Args:
        structure: (n, latent) -> (n, 3, h, h) unit normals.
        structure_critic: normals -> Critique.
        style: normals and (n, latent) -> (n, 3, h, h) pictures.
        style_critic: (n, 6, h, h) pictures and normals -> Critique.
        estimator: pictures -> unit normals.
        latent: dimension of either noise.
        weight: of the estimator's angle in the second stage.
        ends: shares of the budget at which the first and the second stage end.
        objective: name of the adversarial losses.
    """

    players = {  # noqa: RUF012
        "dn": ("structure_critic",),
        "gn": ("structure",),
        "e": ("estimator",),
        "dp": ("style_critic",),
        "gp": ("style",),
        "d": ("structure_critic", "style_critic"),
        "g": ("structure", "style"),
    }
    generators = ("structure", "style")
    critics = ("structure_critic", "style_critic")

    def __init__(
        self,
        structure: nn.Module,
        structure_critic: nn.Module,
        style: nn.Module,
        style_critic: nn.Module,
        estimator: nn.Module,
        *,
        latent: int,
        weight: float,
        ends: tuple[float, float],
        objective: str,
    ):
        super().__init__()
        self.structure = structure
        self.structure_critic = structure_critic
        self.style = style
        self.style_critic = style_critic
        self.estimator = estimator
        self.noise = latent
        self.weight = weight
        self.ends = ends
        self.objective: Objective = objectives.get(objective)

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the players of the stage."""
        first, second = self.ends
        stage = "structure" if progress.stage < first else "style" if progress.stage < second else "joint"
        return STAGES[stage]

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> dict[str, Tensor]:
        """Draw (n, latent) normal noise of structures, and of styles."""
        return {
            part: torch.randn(n, self.noise, generator=rng, device=rng.device)
            for part in ("structure", "style")
        }

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return views: pictures of the normals that the structure's noise gives, and these."""
        normals = self.structure(latent["structure"])
        return torch.cat([self.style(normals, latent["style"]), normals], 1)

    def fakes(self, player: str, latent: Any, batch: Batch) -> Tensor | None:
        """Return normals, pictures of real normals beside these, or views; the estimator needs nothing."""
        if player == "e":
            return None
        if player in STAGES["structure"]:
            return self.structure(latent["structure"])
        if player in STAGES["joint"]:
            return self.generate(latent)
        normals = batch.real[:, COLOURS:]
        return torch.cat([self.style(normals, latent["style"]), normals], 1)

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the terms of one game, of the estimator, or of both games."""
        if player == "e":
            return Terms({"angle": self._apart(batch.real)})
        if player in STAGES["structure"]:
            return self._adversarial(
                player[0], "adversarial", self.structure_critic, batch.real[:, COLOURS:], fake
            )
        if player in STAGES["joint"]:
            structure = self._adversarial(
                player, "structure", self.structure_critic, batch.real[:, COLOURS:], fake[:, COLOURS:]
            )
            style = self._adversarial(player, "style", self.style_critic, batch.real, fake)
            return Terms({**structure.minimise, **style.minimise}, {**structure.watch, **style.watch})
        found = self._adversarial(player[0], "adversarial", self.style_critic, batch.real, fake)
        if player == "gp":
            found.minimise["angle"] = self.weight * self._apart(fake)
        return found

    def _apart(self, views: Tensor) -> Tensor:
        """Return 1 − cos of the angle between what the estimator sees in pictures and their normals."""
        picture, normals = views.split(COLOURS, 1)
        return (1 - F.cosine_similarity(self.estimator(picture).float(), normals, dim=1)).mean()

    def _adversarial(self, side: str, name: str, critic: nn.Module, real: Tensor, fake: Tensor) -> Terms:
        """Return the term ``name`` of a critic or (``side`` "g") of a generator."""
        loss, of_fake = self.objective, critic(fake).score
        if side == "d":
            of_real = critic(real).score
            about = "" if name == "adversarial" else f" {name}"
            watch = {
                f"D(x){about}": loss.probability(of_real).mean(),
                f"D(G(z)){about}": loss.probability(of_fake).mean(),
            }
            return Terms({name: loss.critic(of_real, of_fake).mean()}, watch)
        of_real = of_fake
        if loss.paired:
            with torch.no_grad():
                of_real = critic(real).score
        return Terms({name: loss.generator(of_real, of_fake).mean()})


@recipe(needs=("views",))
def style_structure(
    data: DataSpec,
    *,
    latent: int = 100,
    width: int = 24,
    structure: float = 0.4,
    joint: float = 0.2,
    weight: float = 0.1,
    objective: str = "non_saturating",
    lr: float = 1e-3,
    lr_d: float = 3e-4,
    lr_g: float = 1e-3,
    lr_style: float = 5e-4,
) -> Experiment:
    """S²-GAN (Wang & Gupta 2016): the normals of a scene from noise, then a picture of it, then both together.

    Smaller than the paper's, for a CPU: 32 pixels for 72 and 128, and narrower. Where it leaves the paper: the
    game of normals and both critics have DCGAN's networks, and the estimator gives normals where the paper's
    chooses among 40.

    Args:
        latent: dimension of the noise of structures, and of that of styles.
        width: channels of the map of 32 pixels of normals, and of that of all pixels of pictures.
        structure: share of the budget in which normals alone are learned.
        joint: share of the budget at its end in which both games are played together.
        weight: of the angle between normals that are asked for and those seen in the picture.
        lr: learning rate of the estimator.
        lr_d: learning rate of the critic of normals, alone.
        lr_g: learning rate of the generator of normals, alone.
        lr_style: learning rate of the generator of pictures and its critic, and of all in the joint game.
    """
    side = data.tensor_shape[-1]
    if side % 4:
        raise UserError(
            f"style_structure needs views whose side is a multiple of 4 pixels, and {data.name!r} has {side}; "
            f"try --data scenes:{side // 4 * 4}"
        )
    if not 0 <= structure <= 1 - joint <= 1:
        raise UserError(
            f"--structure {structure:g} and --joint {joint:g} must be shares that add up to 1 at most"
        )
    family = StyleStructure(
        dcgan_generator(side, COLOURS, latent=latent, width=width, output=Directions),
        dcgan_critic(side, COLOURS, width=width),
        Painter(side, latent=latent, width=width),
        dcgan_critic(side, 2 * COLOURS, width=width),
        NormalEstimator(max(2, width // 2)),
        latent=latent,
        weight=weight,
        ends=(structure, 1 - joint),
        objective=objective,
    )
    for network in (family.structure, family.structure_critic, family.style, family.style_critic):
        normal_weights(network)
    style = Optimizer(lr=lr_style)
    return Experiment(
        family,
        {
            "dn": Optimizer(lr=lr_d),
            "gn": Optimizer(lr=lr_g),
            "e": Optimizer(lr=lr),
            "dp": style,
            "gp": style,
            "d": style,
            "g": style,
        },
        batch=32,
        budget=Budget(images=400_000),
        objective=f"{objective}, of normals, then of pictures + {weight:g} angle, then of both",
    )
