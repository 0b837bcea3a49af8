"""From settings to a finished run."""

from typing import TYPE_CHECKING

from saddlepoint.core.lazy import handing_out

if TYPE_CHECKING:
    from saddlepoint.training.training import resume, train, train_seeds

__all__ = ["resume", "train", "train_seeds"]

__getattr__ = handing_out(
    __name__,
    {
        "resume": "saddlepoint.training.training",
        "train": "saddlepoint.training.training",
        "train_seeds": "saddlepoint.training.training",
    },
)
