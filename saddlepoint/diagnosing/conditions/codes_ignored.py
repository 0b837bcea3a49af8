"""InfoGAN whose samples say nothing of their codes."""

import math
from collections.abc import Iterator

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, below, condition
from saddlepoint.diagnosing.panels import terms
from saddlepoint.diagnosing.signals import Signals, last_part
from saddlepoint.plots.panel import Examples, Panel

SHARE = 0.5  # of the entropy of the codes
VALUES = 10  # of a code that are shown, and as many latents


@condition("codes-ignored", after=("diverged", "untrained"), live=True)
def codes_ignored(signals: Signals) -> Finding | None:
    """The recogniser cannot read the codes off samples."""
    categories = getattr(signals.family, "categories", ())
    curve = signals.curve("information")
    if not categories or not np.isfinite(curve).any():
        return None
    entropy = sum(math.log(count) for count in categories)
    share = float(np.median(last_part(curve))) / entropy
    sure = below(max(share, 1e-6), SHARE)
    if sure <= 0.5:
        return None
    return Finding(
        f"samples tell {max(0.0, share):.0%} of what there is to know of their codes",
        sure,
        (Evidence("bound on the information over the codes' entropy", share, SHARE, True),),
        "nothing rewards the generator for codes that can be read, or too little beside the adversarial term",
        {"weight": 1.0},
        "or train longer: codes are found in the first thousand steps or hardly at all",
        picture=lambda: _panels(signals, SHARE * entropy),
    )


def _panels(signals: Signals, limit: float) -> Iterator[Panel]:
    """Show the bound over time, and what each value of the first code makes of the same latents."""
    yield terms(signals, ["information"], "bound on the information, in nats", (limit,))
    shown = min(VALUES, len(signals.family.codes[0].values))
    name, samples = next(iter(signals.run.traverse(shown).items()))
    title = f"a row for each value of {name}, a column for each latent"
    yield Examples(title, samples[:shown].reshape(-1, *samples.shape[2:]), every=True)
