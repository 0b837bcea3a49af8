"""Scores of runs and files, the probe of a critic, and the pictures beside them."""

from typing import TYPE_CHECKING

from saddlepoint.core.lazy import handing_out

if TYPE_CHECKING:
    from saddlepoint.scoring.probe import probe_run
    from saddlepoint.scoring.scoring import score

__all__ = ["probe_run", "score"]

__getattr__ = handing_out(
    __name__,
    {
        "probe_run": "saddlepoint.scoring.probe",
        "score": "saddlepoint.scoring.scoring",
    },
)
