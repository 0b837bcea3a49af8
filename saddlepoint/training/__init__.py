"""From settings to a finished run."""

from typing import TYPE_CHECKING

from saddlepoint.core.lazy import handing_out

if TYPE_CHECKING:
    from saddlepoint.training.resuming import resume
    from saddlepoint.training.seeds import train_seeds
    from saddlepoint.training.training import train

__all__ = ["resume", "train", "train_seeds"]

__getattr__ = handing_out(
    __name__,
    {
        "resume": "saddlepoint.training.resuming",
        "train": "saddlepoint.training.training",
        "train_seeds": "saddlepoint.training.seeds",
    },
)
