"""Sequences drawn from a network with known weights, whose likelihood of any sequence is known too."""

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.oracle import Oracle
from saddlepoint.data.request import Request, sources

VOCABULARY, LENGTH = 5_000, 20
COUNTS = {"train": 10_000, "validation": 1_000, "test": 1_000}
SEED = 20_160_918
FEWEST, MOST = 2, 20_000  # words


@sources.register()
def oracle(request: Request) -> Dataset:
    """10,000 sequences of 20 tokens from an LSTM of random weights, 5,000 words; oracle:K has K words.

    The synthetic data of SeqGAN (Yu et al. 2017, arXiv:1609.05473, section 5.1) with weights of a seed of our
    own: 32 units, all weights from N(0, 1). 1,000 more sequences each to validate and to test; always the same
    ones. Drawing them takes some seconds, once.
    """
    size = _size(request)
    model = Oracle.drawn(size, SEED)
    splits = {part: Split(_sequences(model, part, count, request)) for part, count in COUNTS.items()}
    return Dataset(
        name="oracle" if request.argument is None else f"oracle-{size}",
        source=request.source,
        kind="tokens",
        splits=splits,
        fingerprint=fingerprint(*(split.array for split in splits.values())),
        truth=model,
        vocabulary=Vocabulary.of_numbers(size),
    )


def _size(request: Request) -> int:
    text = request.argument
    if text is None:
        return VOCABULARY
    if not text.isdecimal() or not FEWEST <= int(text) <= MOST:
        raise UserError(f"oracle:{text} names no vocabulary; give a number of words from {FEWEST} to {MOST:,}")
    return int(text)


def _sequences(model: Oracle, part: str, count: int, request: Request) -> np.ndarray:
    seed = (SEED, list(COUNTS).index(part))

    def compute() -> dict:
        return {"tokens": model.draw(count, LENGTH, seed, request.report).tolist()}

    name = f"oracle-{cache.key(len(model.output_bias), count, LENGTH, *seed)}"
    return np.array(cache.remembered(name, compute)["tokens"], np.int32)
