"""Self-BLEU: how much sequences repeat each other (Zhu et al. 2018, Texygen, arXiv:1802.01886)."""

from collections import Counter, defaultdict

import numpy as np

from saddlepoint.evaluate.metric import SHARE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import Z

MOST = 1_000  # sequences, of which every one is compared with all others
ORDERS = 4
NONE = 0.1  # in place of no match (Chen and Cherry 2014, method 1)


@metric(
    figures={"self_bleu": About("real", "BLEU-4 of a sample against all others; more is less varied")},
    kinds=("tokens",),
    least=10,
    most=MOST,
    cheap=True,
    floor=False,
)
def self_bleu(inputs: Inputs) -> dict[str, Figure]:
    """Mean BLEU-4 of each of 1,000 sequences with all others as its references: 1 where all are equal.

    As more references find more matches, samples and real sequences are cut to one number; what real ones score
    stands beside the value. The interval is 1.96 standard errors over sequences.
    """
    count = min(len(inputs.fake), len(inputs.real), MOST)
    scores = bleus(inputs.fake.head(count).pixels)
    real = float(bleus(inputs.real.head(count).pixels).mean())
    value, reach = float(scores.mean()), Z * float(scores.std(ddof=1)) / count**0.5
    low, high = value - reach, value + reach
    return {
        "self_bleu": Figure(
            value, low, high, count, encoder="tokens", real=real, real_samples=count, range=SHARE
        )
    }


def bleus(tokens: np.ndarray) -> np.ndarray:
    """Return float64 (n,), BLEU of each of n sequences (n, t) with all others as its references.

    Geometric mean of the modified precisions of 1 to 4 tokens (fewer where sequences are shorter); all have one
    length, so that no brevity is punished.
    """
    orders = range(1, 1 + min(ORDERS, tokens.shape[1]))
    logs = np.zeros(len(tokens))
    for order in orders:
        counts = [Counter(_runs(row, order)) for row in tokens.tolist()]
        largest: defaultdict[tuple[int, ...], list[int]] = defaultdict(lambda: [0, 0])
        for count in counts:
            for run, times in count.items():
                # The two largest counts: that of the others is the second where the first is one's own.
                largest[run] = sorted([*largest[run], times])[1:]
        total = tokens.shape[1] - order + 1
        for row, count in enumerate(counts):
            matched = 0
            for run, times in count.items():
                second, first = largest[run]
                matched += min(times, second if times == first else first)
            logs[row] += np.log(max(matched, NONE) / total)
    return np.exp(logs / len(orders))


def _runs(row: list[int], order: int) -> list[tuple[int, ...]]:
    return [tuple(row[place : place + order]) for place in range(len(row) - order + 1)]
