"""Mode collapse: parts of the data that samples never reach."""

from saddlepoint.diagnosing.finding import Evidence, Finding, above, below, condition
from saddlepoint.diagnosing.signals import Signals

LOST, VARIETY = 0.2, 0.15  # of the data's mass, and of its variance


@condition(
    "mode-collapse",
    after=(
        "diverged",
        "untrained",
        "too-short",
        "critic-overpowers",
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
        Evidence("share of data in bins that samples avoid", lost, LOST),
        Evidence("variance", variety, VARIETY),
    )
    return Finding(
        what,
        sure,
        evidence,
        "the critic judges one sample at a time, so a generator that makes one convincing kind again and "
        "again wins; it happens when the generator moves more, or faster, than the critic",
        {"penalty": ("r1",), "gamma": (0.5,)},
        "or let the critic see several samples at once (recipe pacgan), or use recipe r3gan",
    )


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
