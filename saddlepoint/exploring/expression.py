"""The small language of latent arithmetic: ``3,17,40 - 5,9 + class:7``."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from saddlepoint.core.classes import find_class
from saddlepoint.core.errors import UserError

GRAMMAR = 'terms like 3,17,40 (samples by index) or class:7, joined by + and -, as in "3,17,40 - 5,9 + class:7"'
MOST_INDEX = 100_000


class Term(NamedTuple):
    """A concept with its sign: the average of some latents.

    Attributes:
        sign: 1 or −1.
        text: as it was written, in one spelling.
        samples: indices of samples; empty for a class.
        label: index of the class, or None.
    """

    sign: int
    text: str
    samples: tuple[int, ...] = ()
    label: int | None = None


def parse(text: str, classes: Sequence[str] = (), unseen: Collection[int] = ()) -> list[Term]:
    """Read a sum and difference of concepts.

    A term is one index of a sample or several with commas, or ``class:`` with the name or the number of a
    class; names may hold spaces, and may stand in quotes. Spaces are free.

    Args:
        text: for example ``"3,17,40 - 5,9 + 12"``, ``"class:7 - class:1"`` or ``"class:ankle boot + 4"``.
        classes: names of the data's classes, in label order.
        unseen: labels of those that no training example has.

    Raises:
        UserError: the text is no such sum, or names a class that is unknown or was never seen.
    """
    if not text.strip():
        raise UserError(f"--arithmetic needs {GRAMMAR}")
    terms, at, sign = [], 0, 1
    while True:
        found = re.compile(r"\s*([+\-−]?)\s*").match(text, at)
        assert found is not None
        if found[1] == "" and terms:
            raise UserError(f"--arithmetic cannot read {text[at:].strip()!r}; it takes {GRAMMAR}")
        sign, at = (1 if found[1] in ("", "+") else -1), found.end()
        term, at = _term(text, at, sign, classes, unseen)
        terms.append(term)
        if not text[at:].strip():
            return terms


def _term(text: str, at: int, sign: int, classes: Sequence[str], unseen: Collection[int]) -> tuple[Term, int]:
    indices = re.compile(r"\d+(\s*,\s*\d+)*(?!\w)").match(text, at)
    if indices:
        samples = tuple(int(index) for index in indices[0].split(","))
        if max(samples) >= MOST_INDEX:
            raise UserError(f"--arithmetic takes samples from 0 to {MOST_INDEX - 1}, got {max(samples)}")
        return Term(sign, ",".join(map(str, samples)), samples), indices.end()
    prefix = re.compile(r"class\s*:\s*", re.IGNORECASE).match(text, at)
    if prefix:
        return _class(text, prefix.end(), sign, classes, unseen)
    rest = text[at:].strip()
    if not rest:
        raise UserError(f"--arithmetic {text.strip()!r} ends where a term should follow; it takes {GRAMMAR}")
    word = re.split(r"\s+[+\-−]\s+", rest)[0]
    if word.casefold() in (name.casefold() for name in classes):
        raise UserError(f"--arithmetic knows no term {word!r}; for the class write class:{word}")
    raise UserError(f"--arithmetic cannot read {word!r}; it takes {GRAMMAR}")


def _class(text: str, at: int, sign: int, classes: Sequence[str], unseen: Collection[int]) -> tuple[Term, int]:
    if not classes:
        raise UserError("--arithmetic takes class: only where data have classes; name samples by their index")
    # The longest name first: names may begin with one another, and hold spaces or signs.
    names = "|".join(re.escape(name) for name in sorted(classes, key=len, reverse=True))
    quoted = re.compile(r"""(["'])(.*?)\1""").match(text, at)
    known = re.compile(rf"({names}|[0-9]+)(?!\w)", re.IGNORECASE).match(text, at)
    word = quoted[2] if quoted else known[1] if known else text[at:].split(" ")[0]
    end = quoted.end() if quoted else known.end() if known else 0
    label = find_class(word, classes, unseen)
    return Term(sign, f"class:{classes[label]}", label=label), end
