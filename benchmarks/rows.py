"""What is compared: one row a network, each with the goal that it should reach."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Row:
    """One comparison of Saddlepoint with a plain loop that does the same work.

    Attributes:
        name: what people type.
        title: what they read.
        recipe: Saddlepoint's recipe; the loop's networks have the same name as the row.
        source: grey digits, or colour photographs in JPEG files.
        size: side of the images in pixels.
        batch: images a step.
        flags: the recipe's flags.
        rates: learning rates of generator and critic.
        generator_first: the generator moves first and the critic's loss is a mean, as in PyTorch-GAN; else
            the critic moves first and its loss is a sum, as in PyTorch's DCGAN tutorial.
        goal: how many times as many images a second as the loop.
        share_goal: share of the measured bf16 matrix peak, or None.
    """

    name: str
    title: str
    recipe: str
    source: Literal["digits", "photos"]
    size: int
    batch: int
    generator_first: bool
    goal: float
    share_goal: float | None = None
    flags: dict[str, Any] = field(default_factory=dict)
    rates: tuple[float, float] = (2e-4, 2e-4)

    @property
    def channels(self) -> int:
        """Channels of the images."""
        return 1 if self.source == "digits" else 3


ROWS = {
    row.name: row
    for row in (
        Row("mlp_gan", "MLP, 28×28, batch 64", "mlp_gan", "digits", 28, 64, True, goal=6),
        Row(
            "dcgan_upsample",
            "upsampling DCGAN, 32×32, batch 64",
            "dcgan_upsample",
            "digits",
            32,
            64,
            True,
            goal=8,
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
