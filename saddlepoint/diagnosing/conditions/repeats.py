"""A sequence model that says the same again and again."""

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Examples, Histogram

MORE, RUN = 0.2, 3  # share of runs of tokens, beyond that of real sequences; tokens of a run


@condition("repeats", after=("diverged", "untrained", "data-faults"))
def repeats(signals: Signals) -> Finding | None:
    """Generated sequences repeat themselves more than real ones do."""
    if not signals.samples or signals.data is None or signals.kind.name != "tokens" or not len(signals.held):
        return None
    shares = {"data": repeated(signals.held), "samples": repeated(signals.fake)}
    fake, real = float(shares["samples"].mean()), float(shares["data"].mean())
    more = fake - real
    sure = above(more, MORE)
    if sure <= 0.5:
        return None
    return Finding(
        f"{fake:.0%} of the runs of {RUN} tokens in a sample came before in it, {real:.0%} in a real one",
        sure,
        (Evidence("repeated runs beyond those of real sequences", more, MORE),),
        "what was likely once is likely again; a game that pays for likely sequences rewards loops",
        {},
        "fewer steps of the game after likelihood (--pretraining), or a smaller --lr-g",
        picture=lambda: (
            Histogram(
                "how much sequences repeat",
                f"share of a sequence's runs of {RUN} tokens that came before",
                shares,
            ),
            Examples("samples that repeat most", signals.fake[np.argsort(-shares["samples"], kind="stable")]),
            Examples("held-out data", signals.held),
        ),
    )


def repeated(tokens: np.ndarray) -> np.ndarray:
    """Return (n,) the share of runs in each of (n, length) sequences that came before in it."""
    runs = np.lib.stride_tricks.sliding_window_view(tokens, RUN, axis=1) if tokens.shape[1] >= RUN else None
    if runs is None or not runs.size:
        return np.zeros(len(tokens))
    return np.array([1 - len(np.unique(each, axis=0)) / len(each) for each in runs])
