"""Saddlepoint: train, measure and understand generative adversarial networks.

>>> import saddlepoint as sp
>>> run = sp.train("dcgan", data="mnist", minutes=5)
>>> images = run.sample(64, seed=0)  # uint8 (n, h, w, c)
"""

import os
from typing import TYPE_CHECKING, Any

from saddlepoint.version import __version__

# Threads that spin while they wait for each other stall for whole time slices when another program shares the
# cores: a step of the MLP took 850 ms instead of 70 there, one reading each. On idle cores three alternating
# pairs did not tell the two apart (medians 7.9 and 8.4 ms, all within 6.5 to 9.3). Read when torch is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

if TYPE_CHECKING:
    from saddlepoint import objectives
    from saddlepoint.claims.reproduce import reproduce
    from saddlepoint.comparing.compare import compare
    from saddlepoint.compute.alike import alike
    from saddlepoint.core.errors import TrainingError, UserError
    from saddlepoint.data.collecting.collecting import collect
    from saddlepoint.diagnosing.diagnosing import doctor
    from saddlepoint.engine.loop import Interrupted, Watcher
    from saddlepoint.explaining.explaining import explain
    from saddlepoint.runs.listing import list_runs, remove_run
    from saddlepoint.scoring.scoring import score
    from saddlepoint.training.resuming import resume
    from saddlepoint.training.run import Run, load
    from saddlepoint.training.seeds import train_seeds
    from saddlepoint.training.training import train

__all__ = [
    "Interrupted",
    "Run",
    "TrainingError",
    "UserError",
    "Watcher",
    "__version__",
    "alike",
    "collect",
    "compare",
    "doctor",
    "explain",
    "list_runs",
    "load",
    "objectives",
    "remove_run",
    "reproduce",
    "resume",
    "score",
    "train",
    "train_seeds",
]

_HOMES = {
    "doctor": "saddlepoint.diagnosing.diagnosing",
    "collect": "saddlepoint.data.collecting.collecting",
    "compare": "saddlepoint.comparing.compare",
    "score": "saddlepoint.scoring.scoring",
    "Interrupted": "saddlepoint.engine.loop",
    "Watcher": "saddlepoint.engine.loop",
    "alike": "saddlepoint.compute.alike",
    "Run": "saddlepoint.training.run",
    "load": "saddlepoint.training.run",
    "list_runs": "saddlepoint.runs.listing",
    "remove_run": "saddlepoint.runs.listing",
    "reproduce": "saddlepoint.claims.reproduce",
    "explain": "saddlepoint.explaining.explaining",
    "resume": "saddlepoint.training.resuming",
    "train": "saddlepoint.training.training",
    "train_seeds": "saddlepoint.training.seeds",
    "TrainingError": "saddlepoint.core.errors",
    "UserError": "saddlepoint.core.errors",
}


def __getattr__(name: str) -> Any:
    """Import the heavy parts when they are first asked for, so that ``saddle --help`` answers at once."""
    import importlib

    if name == "objectives":
        return importlib.import_module("saddlepoint.objectives")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'saddlepoint' has no attribute {name!r}")
