"""A network of known weights that sequences are drawn from: the truth that samplers of tokens are judged by."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data.truth import Truth

UNITS = 32
_BLOCK = 500  # sequences computed at a time
_START = 0  # the token that every sequence is taken to follow


@dataclass(frozen=True)
class Oracle(Truth):
    """An LSTM language model (the oracle of Yu et al. 2017, section 5.1), in double precision.

    Attributes:
        embedding: (k, u) of each of k tokens.
        weight: (2u, 4u) from input and state to the input, forget and output gates and the candidate.
        bias: (4u,).
        output: (u, k) from state to logits.
        output_bias: (k,).
    """

    embedding: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    output: np.ndarray
    output_bias: np.ndarray

    lacking: ClassVar[str] = "needs sequences of a known distribution, for example oracle"

    @classmethod
    def drawn(cls, size: int, seed: int, units: int = UNITS) -> Self:
        """Return an oracle of ``size`` words whose weights are all drawn from N(0, 1)."""
        normal = np.random.default_rng(seed).standard_normal
        return cls(
            normal((size, units)),
            normal((2 * units, 4 * units)),
            normal(4 * units),
            normal((units, size)),
            normal(size),
        )

    def draw(
        self, count: int, length: int, seed: int | tuple[int, ...], report: Progressing = silent
    ) -> np.ndarray:
        """Return int32 (count, length) sequences."""
        chance = np.random.default_rng(seed).random((count, length))
        tokens = np.empty((count, length), np.int32)
        for start in range(0, count, _BLOCK):
            report("drawing sequences, once", start, count)
            rows = slice(start, start + _BLOCK)
            for place, logits in enumerate(self._logits(tokens[rows])):
                mass = np.cumsum(np.exp(logits - logits.max(1, keepdims=True)), axis=1)
                tokens[rows, place] = (mass < chance[rows, place, None] * mass[:, -1:]).sum(1)
        return tokens

    def log_likelihood(self, tokens: np.ndarray) -> np.ndarray:
        """Return float64 (n,) log p of whole sequences (n, t), in nats."""
        found = np.zeros(len(tokens))
        for start in range(0, len(tokens), _BLOCK):
            block = tokens[start : start + _BLOCK]
            for place, logits in enumerate(self._logits(block)):
                top = logits.max(1)
                total = top + np.log(np.exp(logits - top[:, None]).sum(1))
                chosen = np.take_along_axis(logits, block[:, place, None].astype(np.int64), 1)[:, 0]
                found[start : start + len(block)] += chosen - total
        return found

    def _logits(self, tokens: np.ndarray) -> Iterator[np.ndarray]:
        """Yield (n, k) for each place of sequences, from the tokens before it, which may be set meanwhile."""
        count, units = len(tokens), self.embedding.shape[1]
        state, cell = np.zeros((count, units)), np.zeros((count, units))
        before = np.full(count, _START)
        for place in range(tokens.shape[1]):
            gates = np.concatenate([self.embedding[before], state], axis=1) @ self.weight + self.bias
            admit, forget, emit = 1 / (
                1 + np.exp(-gates[:, : 3 * units].reshape(count, 3, units).swapaxes(0, 1))
            )
            cell = forget * cell + admit * np.tanh(gates[:, 3 * units :])
            state = emit * np.tanh(cell)
            yield state @ self.output + self.output_bias
            before = tokens[:, place]
