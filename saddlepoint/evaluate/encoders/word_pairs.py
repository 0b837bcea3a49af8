"""Sequences by which words and pairs of words they have."""

import numpy as np

from saddlepoint.core.hashing import digest
from saddlepoint.core.progress import Progressing
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate.encoder import Encoder, Encoding, encoder

HALF = 32  # features of words, and as many of pairs
PAIRS = 4_096  # rows that pairs share
SEED = 0
VERSION = b"word pairs 1"


@encoder("tokens")
def word_pairs(dataset: Dataset, report: Progressing) -> Encoder:
    """Shares of words and of pairs of neighbours in a sequence, projected at random to 64 numbers."""
    assert dataset.vocabulary is not None
    size = len(dataset.vocabulary)
    rng = np.random.default_rng(SEED)
    pair, word = rng.standard_normal((PAIRS, HALF)), rng.standard_normal((size, HALF))
    low, high = rng.integers(1, PAIRS, size=2, dtype=np.int64) | 1  # odd, so that every row is met

    def apply(sequences: np.ndarray) -> Encoding:
        tokens = sequences.astype(np.int64)
        words = word[tokens].mean(1)
        pairs = pair[(tokens[:, :-1] * low + tokens[:, 1:] * high) % PAIRS].mean(1)
        return Encoding(np.concatenate([words, pairs], axis=1).astype(np.float32), None)

    note = f"random projections of each sequence's shares of words and of pairs to {2 * HALF} numbers"
    return Encoder("word_pairs", digest([VERSION, str(size).encode()], 12), apply, note=note)
