"""Faults of the data: repeated, constant, or nearly so."""

import numpy as np

from saddlepoint.core.hashing import row_keys
from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.signals import Signals

REPEATED, FLAT, FLAT_LEVELS = 0.2, 0.1, 2.0  # shares of examples; deviation of a constant image in levels


@condition("data-faults")
def data_faults(signals: Signals) -> Finding | None:
    """Many training examples are there again, or show nothing."""
    if signals.data is None:
        return None
    real = signals.real
    flat = real.reshape(len(real), -1)
    repeated = 1 - len(np.unique(row_keys(flat))) / len(flat)
    if repeated > REPEATED:
        return Finding(
            f"{repeated:.0%} of the training examples are there again",
            min(1.0, 0.5 + repeated),
            (Evidence("repeated examples", repeated, REPEATED),),
            "what is there often is learned by heart, and drawn often",
            advice="saddle data collect FOLDER --out DIR keeps every picture once",
        )
    constant = float((flat.std(1) < FLAT_LEVELS).mean()) if signals.run.kind.sized else 0.0
    if constant > FLAT:
        return Finding(
            f"{constant:.0%} of the training images show nothing: all their pixels are nearly equal",
            min(1.0, 0.5 + constant),
            (Evidence("constant images", constant, FLAT),),
            "empty pictures are the easiest to make; the generator makes them first",
            advice="take them out of the data",
        )
    return None
