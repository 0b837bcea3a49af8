"""Faults of the data: repeated or constant examples, a wrong range, labels that say nothing."""

import numpy as np

from saddlepoint.core.hashing import row_keys
from saddlepoint.diagnosing.finding import Evidence, Finding, above, below, condition
from saddlepoint.diagnosing.signals import Signals

REPEATED, FLAT, FLAT_LEVELS = 0.2, 0.1, 2.0  # shares of examples; deviation of a constant image in levels
RANGE = 0.25  # of all levels, that nearly all pixels are in
SMALL, LARGE = 0.05, 20.0  # deviation of points
FEWEST = 100  # held-out labels
FEW = 300  # training examples
KNOWN = 1.5  # times as many labels guessed rightly by neighbours as the commonest class alone would give


@condition("data-faults")
def data_faults(signals: Signals) -> Finding | None:
    """Many training examples are there again, show nothing, are out of range, or have others' labels."""
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
    if (scale := _scale(signals)) is not None:
        return scale
    constant = float((flat.std(1) < FLAT_LEVELS).mean()) if signals.kind.sized else 0.0
    if constant > FLAT:
        return Finding(
            f"{constant:.0%} of the training images show nothing: all their pixels are nearly equal",
            min(1.0, 0.5 + constant),
            (Evidence("constant images", constant, FLAT),),
            "empty pictures are the easiest to make; the generator makes them first",
            advice="take them out of the data",
        )
    return _labels(signals) or _few(signals)


def _few(signals: Signals) -> Finding | None:
    """Find data of which there are so few that any critic learns them by heart."""
    count = len(signals.examples.data.train)
    sure = below(count, FEW)
    if sure <= 0.5:
        return None
    return Finding(
        f"there are only {count:,} training examples",
        sure,
        (Evidence("training examples", count, FEW),),
        "a critic soon knows so few by heart, and samples become copies of them, or of one",
        {"augment": "color,translation,cutout"},
        "or more data",
    )


def _scale(signals: Signals) -> Finding | None:
    """Find data that are far larger or smaller than networks are made for."""
    real = signals.real
    if signals.kind.sized:
        low, high = (float(end) for end in np.quantile(real, (0.001, 0.999)))
        share = (high - low) / 255
        if share >= RANGE:
            return None
        return Finding(
            f"nearly all pixels have levels from {low:.0f} to {high:.0f} of 0 to 255",
            below(share, RANGE),
            (Evidence("share of the range that pixels are in", share, RANGE),),
            "pictures whose numbers were stored in another range than they are read in look nearly alike to "
            "the critic; fractions that became bytes do so",
            advice="multiply the pixels so that they fill 0 to 255",
        )
    if np.issubdtype(real.dtype, np.floating):
        size = float(np.sqrt(real.var(0).mean()))
        sure = max(above(size, LARGE), below(size, SMALL))
        if sure <= 0.5:
            return None
        return Finding(
            f"the points' standard deviation is {size:.3g}",
            sure,
            (Evidence("standard deviation", size, LARGE if size > 1 else SMALL),),
            "weights begin, and rates are chosen, for data of deviation near 1; larger ones are out of reach "
            "for long, and smaller ones look like a single point",
            advice="divide the points by their deviation",
        )
    return None


def _labels(signals: Signals) -> Finding | None:
    """Find labels that say nothing of their examples, where the game is told them."""
    label, of_held = signals.examples.real_labels, signals.examples.held_labels
    if signals.family.condition != "label" or label is None or of_held is None or len(of_held) < FEWEST:
        return None
    from sklearn.neighbors import KNeighborsClassifier

    judge = KNeighborsClassifier(5).fit(signals.examples.placed, label)
    right = float((judge.predict(signals.examples.place(signals.held)) == of_held).mean())
    chance = float(np.bincount(of_held).max() / len(of_held))
    if right >= KNOWN * chance:
        return None
    return Finding(
        f"five nearest neighbours guess {right:.0%} of the labels; the commonest class alone would give "
        f"{chance:.0%}",
        below(right / chance, KNOWN),
        (Evidence("labels guessed rightly over the share of the commonest", right / chance, KNOWN),),
        "examples and labels are not in the same order, or the labels tell something that cannot be seen",
        advice="look at some examples with their labels: saddle train --labels FILE reads them again",
    )
