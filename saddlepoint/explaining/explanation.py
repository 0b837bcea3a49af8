"""A topic that was told: its texts, its numbers, its pictures."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from saddlepoint.explaining.blocks import Block, Number, Numbers, Rows
from saddlepoint.explaining.terminal import plain
from saddlepoint.explaining.text import Language, Say, said
from saddlepoint.explaining.topic import Lesson, Topic

VERSION = 1


@dataclass
class Explanation:
    """A topic that was told.

    Attributes:
        topic: which.
        lesson: how.
        language: of texts.
        given: the topic's own flags.
        blocks: what was told, in order.
        files: what was written, the page first.
    """

    topic: Topic
    lesson: Lesson
    language: Language
    given: dict[str, Any]
    blocks: list[Block] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    @property
    def numbers(self) -> dict[str, Number]:
        """All numbers by name."""
        alone = [row for block in self.blocks if isinstance(block, Numbers) for row in block.rows]
        tables = [row for block in self.blocks if isinstance(block, Rows) for row in block.rows]
        within = [cell for row in tables for cell in row if isinstance(cell, Number)]
        return {number.key: number for number in (*alone, *within)}

    @property
    def failed(self) -> list[Number]:
        """Numbers that are further from their exact values than they should be."""
        return [number for number in self.numbers.values() if not number.holds]

    def said(self, text: Say) -> str:
        """Return a text in the explanation's language."""
        return said(text, self.language)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON has them: null where one is not finite."""
        numbers = {
            key: {name: _finite(getattr(one, name)) for name in ("value", "exact", "error", "within")}
            for key, one in self.numbers.items()
        }
        asked = {"quick": self.lesson.quick, "seed": self.lesson.seed, **self.given}
        return {"version": VERSION, "topic": self.topic.name, **asked, "numbers": numbers}

    def __str__(self) -> str:
        parts = [self.said(self.topic.title), *(plain(block, self.language) for block in self.blocks)]
        return "\n\n".join(filter(None, parts))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
