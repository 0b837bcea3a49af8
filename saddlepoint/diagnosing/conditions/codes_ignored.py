"""InfoGAN whose samples say nothing of their codes."""

import math

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, below, condition
from saddlepoint.diagnosing.signals import Signals, last_part

SHARE = 0.5  # of the entropy of the codes


@condition("codes-ignored", after=("diverged", "untrained"), live=True)
def codes_ignored(signals: Signals) -> Finding | None:
    """The recogniser cannot read the codes off samples."""
    categories = getattr(signals.family, "categories", ())
    curve = signals.curve("information")
    if not categories or not np.isfinite(curve).any():
        return None
    share = float(np.median(last_part(curve))) / sum(math.log(count) for count in categories)
    sure = below(max(share, 1e-6), SHARE)
    if sure <= 0.5:
        return None
    return Finding(
        f"samples tell {max(0.0, share):.0%} of what there is to know of their codes",
        sure,
        (Evidence("bound on the information over the codes' entropy", share, SHARE),),
        "nothing rewards the generator for codes that can be read, or too little beside the adversarial term",
        {"weight": 1.0},
        "or train longer: codes are found in the first thousand steps or hardly at all",
    )
