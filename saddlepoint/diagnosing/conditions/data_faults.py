"""Faults of the data: repeated or constant examples, a wrong range, labels that say nothing."""

import numpy as np

from saddlepoint.core.hashing import row_keys
from saddlepoint.diagnosing.finding import Evidence, Finding, above, below, condition
from saddlepoint.diagnosing.panels import unless_over_data
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Bars, Examples, Histogram

REPEATED, FLAT, FLAT_LEVELS = 0.2, 0.1, 2.0  # shares of examples; deviation of a constant image in levels
RANGE = 0.25  # of all levels, that nearly all pixels are in
SMALL, LARGE = 0.05, 20.0  # deviation of points
FEWEST = 100  # held-out labels
FEW = 300  # training examples
COMMONEST = 40  # different examples whose number is shown
KNOWN = 1.5  # times as many labels guessed rightly by neighbours as the commonest class alone would give


@condition("data-faults")
def data_faults(signals: Signals) -> Finding | None:
    """Many training examples are there again, show nothing, are out of range, or have others' labels."""
    if signals.data is None:
        return None
    real = signals.real
    flat = real.reshape(len(real), -1)
    _, first, count = np.unique(row_keys(flat), return_index=True, return_counts=True)
    repeated = 1 - len(first) / len(flat)
    if repeated > REPEATED:
        return Finding(
            f"{repeated:.0%} of the training examples are there again",
            min(1.0, 0.5 + repeated),
            (Evidence("share of examples that are there again", repeated, REPEATED),),
            "what is there often is learned by heart, and drawn often",
            advice="saddle data collect FOLDER --out DIR keeps every picture once",
            picture=lambda: (
                Bars(
                    "how often the commonest examples are there",
                    "different examples, the commonest first",
                    {"": np.sort(count)[::-1][:COMMONEST]},
                ),
                *unless_over_data(
                    signals,
                    Examples("the commonest examples", real[first[np.argsort(-count, kind="stable")]]),
                    Examples("training data", real),
                ),
            ),
        )
    if (scale := _scale(signals)) is not None:
        return scale
    deviation = flat.std(1) if signals.kind.sized else np.full(len(flat), np.inf)
    constant = float((deviation < FLAT_LEVELS).mean())
    if constant > FLAT:
        return Finding(
            f"{constant:.0%} of the training images show nothing: all their pixels are nearly equal",
            min(1.0, 0.5 + constant),
            (Evidence("share of images that show nothing", constant, FLAT),),
            "empty pictures are the easiest to make; the generator makes them first",
            advice="take them out of the data",
            picture=lambda: (
                Histogram(
                    "how much pixels vary",
                    "deviation within an image, in levels",
                    {"data": deviation},
                    (FLAT_LEVELS,),
                ),
                Examples("images that show nothing", real[deviation < FLAT_LEVELS]),
                Examples("training data", real),
            ),
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
        (Evidence("training examples", count, FEW, True),),
        "a critic soon knows so few by heart, and samples become copies of them, or of one",
        {"augment": "color,translation,cutout"},
        "or more data",
        picture=lambda: unless_over_data(signals, Examples("training data", signals.real)),
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
            (Evidence("share of the range that pixels are in", share, RANGE, True),),
            "pictures whose numbers were stored in another range than they are read in look nearly alike to "
            "the critic; fractions that became bytes do so",
            advice="multiply the pixels so that they fill 0 to 255",
            picture=lambda: (
                Histogram("levels of pixels, of 0 to 255", "level of a pixel", {"data": real.ravel()}),
                Examples("training data", real),
            ),
        )
    if np.issubdtype(real.dtype, np.floating):
        size = float(np.sqrt(real.var(0).mean()))
        sure = max(above(size, LARGE), below(size, SMALL))
        if sure <= 0.5:
            return None
        return Finding(
            f"the points' standard deviation is {size:.3g}",
            sure,
            (Evidence("standard deviation", size, LARGE if size > 1 else SMALL, size < 1),),
            "weights begin, and rates are chosen, for data of deviation near 1; larger ones are out of reach "
            "for long, and smaller ones look like a single point",
            advice="divide the points by their deviation",
            picture=lambda: (Histogram("coordinates of points", "coordinate", {"data": real.ravel()}),),
        )
    return None


def _labels(signals: Signals) -> Finding | None:
    """Find labels that say nothing of their examples, where the game is told them."""
    label, of_held = signals.examples.real_labels, signals.examples.held_labels
    if signals.family.condition != "label" or label is None or of_held is None or len(of_held) < FEWEST:
        return None
    from sklearn.neighbors import KNeighborsClassifier

    judge = KNeighborsClassifier(5).fit(signals.examples.placed, label)
    guessed = judge.predict(signals.examples.place(signals.held))
    right = float((guessed == of_held).mean())
    chance = float(np.bincount(of_held).max() / len(of_held))
    if right >= KNOWN * chance:
        return None
    return Finding(
        f"five nearest neighbours guess {right:.0%} of the labels; the commonest class alone would give "
        f"{chance:.0%}",
        below(right / chance, KNOWN),
        (Evidence("labels guessed rightly over the share of the commonest", right / chance, KNOWN, True),),
        "examples and labels are not in the same order, or the labels tell something that cannot be seen",
        advice="look at some examples with their labels: saddle train --labels FILE reads them again",
        picture=lambda: (
            Bars(
                "share of the labels that are guessed",
                "by whom",
                {"": np.array([right, chance])},
                KNOWN * chance,
                ["neighbours", "commonest class"],
            ),
            Examples("held-out data whose labels are not guessed", signals.held[guessed != of_held]),
        ),
    )
