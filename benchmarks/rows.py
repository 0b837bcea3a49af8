"""What is compared: one row a network, each with the goal that it should reach."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["digits", "photos"]  # grey digits, or colour photographs in JPEG files


@dataclass(frozen=True)
class Row:
    """One comparison of Saddlepoint with a plain loop that does the same work.

    Attributes:
        name: what people type.
        title: what they read.
        recipe: Saddlepoint's recipe; the loop's networks have the same name as the row.
        source: the kind of images.
        size: side of the images in pixels.
        batch: images a step.
        flags: the recipe's flags.
        rates: learning rates of generator and critic.
        generator_first: the generator moves first and the critic's loss is a mean, as in PyTorch-GAN; else
            the critic moves first and its loss is a sum, as in PyTorch's DCGAN tutorial.
        goal: how many times as many images a second as the loop, on a CPU.
        gpu_goal: the same on a GPU, or None.
        share_goal: share of the measured bf16 matrix peak of a CPU, or None.
    """

    name: str
    title: str
    recipe: str
    source: Kind
    size: int
    batch: int
    generator_first: bool
    goal: float
    gpu_goal: float | None = None
    share_goal: float | None = None
    flags: dict[str, Any] = field(default_factory=dict)
    rates: tuple[float, float] = (2e-4, 2e-4)

    @property
    def channels(self) -> int:
        """Channels of the images."""
        return 1 if self.source == "digits" else 3

    def goals(self, device: str) -> tuple[float | None, float | None]:
        """Return the goals of ratio and share on ``device``."""
        return (self.goal, self.share_goal) if device == "cpu" else (self.gpu_goal, None)


ROWS = {
    row.name: row
    for row in (
        Row("mlp_gan", "MLP, 28×28, batch 64", "mlp_gan", "digits", 28, 64, True, goal=6, gpu_goal=5),
        Row(
            "dcgan_upsample",
            "upsampling DCGAN, 32×32, batch 64",
            "dcgan_upsample",
            "digits",
            32,
            64,
            True,
            goal=8,
            gpu_goal=3,
        ),
        Row(
            "dcgan_64",
            "DCGAN, 64×64 colour, width 64, batch 64",
            "dcgan",
            "photos",
            64,
            64,
            False,
            goal=5,
            gpu_goal=1.5,
            share_goal=0.4,
            flags={"width": 64},
        ),
        Row(
            "dcgan_28",
            "DCGAN, 28×28, width 32, batch 128",
            "dcgan",
            "digits",
            28,
            128,
            False,
            goal=4,
            flags={"width": 32},
            rates=(1e-3, 5e-4),
        ),
    )
}
FIRST_STEP, FIRST_STEP_GOAL = "first_step", 5.0  # seconds
GROWTH = "growth"
NAMES = (*ROWS, FIRST_STEP, GROWTH)
