"""The words that tokens stand for: a token is the place of its word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.words import shortened


@dataclass(frozen=True)
class Vocabulary:
    """Words, each once.

    Attributes:
        words: word i is what token i stands for; words may be single characters.
        separator: what stands between two words of a text: a space, or nothing between characters.
        notes: whether words are notes of melodies.
    """

    words: tuple[str, ...]
    separator: str
    notes: bool = False

    @classmethod
    def of_numbers(cls, size: int) -> Self:
        """Return the vocabulary of tokens that stand for nothing but their own number."""
        return cls(tuple(map(str, range(size))), " ")

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def places(self) -> dict[str, int]:
        """The token of each word."""
        return {word: place for place, word in enumerate(self.words)}

    def text(self, tokens: Iterable[int]) -> str:
        """Return what a sequence of tokens says."""
        return self.separator.join(self.words[token] for token in tokens)

    def tokens(self, words: Sequence[str]) -> np.ndarray:
        """Return the int32 tokens of some words; raises UserError where one is not in the vocabulary."""
        unknown = sorted({word for word in words if word not in self.places})
        if unknown:
            raise UserError(
                f"{shortened([repr(word) for word in unknown])} "
                f"{'is' if len(unknown) == 1 else 'are'} not among the {len(self):,} words of the data"
            )
        return np.array([self.places[word] for word in words], np.int32)

    def to_json(self) -> dict[str, Any]:
        """Return the vocabulary as JSON values."""
        return {"words": list(self.words), "separator": self.separator, "notes": self.notes}

    @classmethod
    def from_json(cls, stored: dict[str, Any] | None) -> Self | None:
        """Return what :meth:`to_json` gave, None for None."""
        if stored is None:
            return None
        return cls(tuple(stored["words"]), stored["separator"], stored.get("notes", False))  # not kept at first
