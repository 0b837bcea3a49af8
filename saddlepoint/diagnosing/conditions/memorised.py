"""Memorisation: samples are copies of training examples."""

from collections.abc import Iterator

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.panels import beside
from saddlepoint.diagnosing.samples import nearest
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Examples, Histogram, Panel

COPIES, FEWEST = 0.3, 25  # share of samples, and examples


@condition(
    "memorised",
    after=(
        "diverged",
        "mode-collapse",
        "lost-variety",
        "untrained",
        "critic-overfits",
        "data-faults",
        "rate-too-high",
    ),
)
def memorised(signals: Signals) -> Finding | None:
    """Samples are nearer to training examples than to others of the same kind that were never trained on."""
    if not signals.samples or signals.data is None or min(len(signals.real), len(signals.held)) < FEWEST:
        return None
    copied = signals.copied.low  # with few held-out examples chance alone would find some
    sure = above(copied, COPIES)
    if sure <= 0.5:
        return None
    return Finding(
        f"a training example is the nearest so often that at least {copied:.0%} of samples seem to be copies",
        sure,
        (Evidence("share of copies, at least", copied, COPIES),),
        f"the critic has learned its {len(signals.examples.data.train):,} training examples by heart and "
        "accepts nothing else",
        {"augment": "color,translation,cutout"},
        "or more data",
        picture=lambda: _panels(signals),
    )


def _panels(signals: Signals) -> Iterator[Panel]:
    """Show the samples that are nearest to training examples, beside these."""
    rows, trained = signals.examples.trained
    (near, row), (far, _) = nearest(trained, signals.placed), nearest(signals.examples.unseen, signals.placed)
    groups = {"to training data": near, "to held-out data": far}
    yield Histogram("how near samples are", "distance to the nearest, in the data's deviations", groups)
    closest = np.argsort(near / np.maximum(far, 1e-12), kind="stable")
    yield from beside(
        signals,
        Examples("samples like training data", signals.fake[closest]),
        Examples("their nearest, in the same places", signals.examples.data.train.take(rows[row[closest]])[0]),
    )
