"""Memorisation: samples are copies of training examples."""

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.signals import Signals

COPIES, FEWEST = 0.3, 25  # share of samples, and examples


@condition(
    "memorised",
    after=("diverged", "mode-collapse", "untrained", "critic-overfits", "data-faults", "rate-too-high"),
)
def memorised(signals: Signals) -> Finding | None:
    """Samples are nearer to training examples than to others of the same kind that were never trained on."""
    if not signals.samples or signals.data is None or min(len(signals.real), len(signals.held)) < FEWEST:
        return None
    copied = signals.copied
    sure = above(copied, COPIES)
    if sure <= 0.5:
        return None
    return Finding(
        f"a training example is the nearest so often that {copied:.0%} of samples seem to be copies",
        sure,
        (Evidence("share of copies", copied, COPIES),),
        f"the critic has learned its {len(signals.examples.data.train):,} training examples by heart and "
        "accepts "
        "nothing else",
        {"augment": "color,translation,cutout"},
        "or more data",
    )
