"""Mode collapse: parts of the data that samples never reach."""

from collections.abc import Iterator

from saddlepoint.diagnosing.finding import Evidence, Finding, above, below, condition
from saddlepoint.diagnosing.panels import samples_and_data
from saddlepoint.diagnosing.samples import RARE, nearest
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Bars, Examples, Panel

LOST, VARIETY = 0.2, 0.15  # of the data's mass, and of its variance


@condition(
    "mode-collapse",
    after=(
        "diverged",
        "untrained",
        "too-short",
        "critic-overpowers",
        "critic-too-weak",
        "chain-stuck",
        "repeats",
        "margin",
        "latent-unused",
        "data-faults",
        "critic-overfits",
        "generator-climbs",
        "critic-upside-down",
        "rate-too-high",
    ),
    live=True,
)
def mode_collapse(signals: Signals) -> Finding | None:
    """Samples leave out whole parts of the data, or are all alike."""
    if not signals.samples or signals.data is None:
        return None
    lost, variety = signals.lost, signals.variety
    sure = max(above(lost, LOST), below(variety, VARIETY))
    if sure <= 0.5:
        return None
    names = _rare_classes(signals)
    all_alike = variety < VARIETY
    what = (
        f"samples are nearly all alike: they have {variety:.0%} of the data's variance"
        if all_alike
        else f"samples leave out parts that hold {lost:.0%} of the training data{names}"
    )
    evidence = (
        Evidence("share of data in parts that samples avoid", lost, LOST),
        Evidence("variance of samples over that of data", variety, VARIETY, True),
    )
    if not signals.family.critics:
        return Finding(
            what,
            sure,
            evidence,
            "no critic is set against samples here: what the model has not learned yet it cannot draw, and "
            "chains that begin alike end alike for long",
            {},
            "train longer, or with a wider model",
            picture=lambda: _panels(signals),
        )
    return Finding(
        what,
        sure,
        evidence,
        "the critic judges one sample at a time, so a generator that makes one convincing kind again and "
        "again wins; it happens when the generator moves more, or faster, than the critic",
        {"penalty": ("r1",), "gamma": (0.5,)},
        "or let the critic see several samples at once (recipe pacgan), or use recipe r3gan",
        picture=lambda: _panels(signals),
    )


def _panels(signals: Signals) -> Iterator[Panel]:
    """Show how often data and samples are in each part, and what samples avoid."""
    import numpy as np

    examples = signals.examples
    cells, bins = min(
        (examples.cells, signals.bins), (examples.few_cells, signals.few_bins), key=lambda one: one[1].lost
    )
    order = np.argsort(-bins.real, kind="stable")
    shares = {"data": bins.real[order], "samples": bins.fake[order]}
    yield Bars(
        "share of data and of samples in each part", "parts of the data", shares, RARE * bins.real[order]
    )
    avoided = np.flatnonzero(bins.rare[cells.predict(examples.placed)])
    if not len(avoided) or signals.run.drawing.over_real:
        yield from samples_and_data(signals)
        return
    near = nearest(signals.placed, examples.placed[avoided])[1]
    yield Examples("data that samples avoid", signals.real[avoided])
    yield Examples("the nearest samples, in the same places", signals.fake[near])


def _rare_classes(signals: Signals) -> str:
    """Return the classes whose bins are avoided, where the data have classes that can be named."""
    import numpy as np
    from sklearn.neighbors import KNeighborsClassifier

    data = signals.data
    if data is None or not data.classes:
        return ""
    label = signals.examples.real_labels
    if label is None:
        return ""
    count = len(data.classes)
    guessed = KNeighborsClassifier(5).fit(signals.examples.placed, label).predict(signals.placed)
    real, fake = (np.bincount(part, minlength=count) / len(part) for part in (label, guessed))
    rare = [data.classes[i] for i in range(count) if real[i] > 0.01 and fake[i] < real[i] / 4]
    shown = ", ".join(rare[:5]) + (f" and {len(rare) - 5} more" if len(rare) > 5 else "")
    return f", above all the classes {shown}" if rare else ""
