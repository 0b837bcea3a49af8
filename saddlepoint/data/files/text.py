"""Text files to sequences of tokens: characters, or words and signs."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint, row_keys
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Request, Tokens
from saddlepoint.data.splits import content_splits, notes_on, split_rows

SUFFIXES = (".txt", ".text", ".md")
LENGTHS: dict[Tokens, int] = {"character": 64, "word": 20}  # of a sequence, where no other is asked for
MOST = 10_000  # words of a vocabulary; rarer ones are all one
RARE = "…"
ALIKE = 0.9  # of the lines have one length, where lines are sequences
FEWEST = 10  # sequences

# A line break, a word, one letter of a script without spaces, or a sign.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"\n|[{_HAN}]|(?:(?![{_HAN}])[\w'’])+|[^\w\s]")


def is_text_name(name: str) -> bool:
    """Say whether a file's name ends like a plain text's."""
    return Path(name).suffix.lower() in SUFFIXES


def read_text(paths: Sequence[Path], name: str, request: Request) -> Dataset:
    """Read UTF-8 text as int32 (n, t) tokens.

    Where nine of ten lines have one length, as verses of fixed form have, and no other is asked for, each is a
    sequence. Otherwise the text is cut into pieces of ``request.length`` tokens, by default 64 characters or 20
    words, line breaks included. Words are in the order of their frequency; of more than 10,000 the rest becomes
    one, "…".

    Args:
        paths: the files.
        name: of the data set.
        request: length, and what a token is.

    Raises:
        UserError: a file is no UTF-8, or there is too little text.
    """
    texts = [_read(path) for path in paths]
    notes: list[str] = []
    sequences = _lines(texts, request, notes)
    if sequences is None:
        length = request.length or LENGTHS[request.tokens]
        sequences = [piece for text in texts for piece in _pieces(split(text, request.tokens), length)]
        notes.append(f"cut into pieces of {length} {request.tokens}s")
        if len(sequences) < FEWEST:
            place = paths[0] if len(paths) == 1 else paths[0].parent
            raise UserError(
                f"{place} holds {len(sequences)} sequences of {length} {request.tokens}s, and {FEWEST} are "
                "needed; give more text, or a smaller --length"
            )
    counts = Counter(token for sequence in sequences for token in sequence)
    words = sorted(counts, key=lambda word: (-counts[word], word))
    if len(words) > MOST:
        words = [*words[: MOST - 1], RARE]
        share = sum(counts[word] for word in words[:-1]) / counts.total()
        notes.append(
            f"{len(counts):,} different words; the rarest, {1 - share:.1%} of the text, became {RARE!r}"
        )
    vocabulary = Vocabulary(tuple(words), "" if request.tokens == "character" else " ")
    rest = len(words) - 1
    array = np.array([[vocabulary.places.get(word, rest) for word in row] for row in sequences], np.int32)
    keys = row_keys(array)
    notes += notes_on(split_rows(keys))
    mark = fingerprint(array, "\0".join(words))
    splits = content_splits(array, None, keys)
    source = request.source
    return Dataset(name, source, "tokens", splits, fingerprint=mark, notes=tuple(notes), vocabulary=vocabulary)


def split(text: str, tokens: Tokens) -> list[str]:
    """Return the tokens of a text; letters of Chinese are words of their own."""
    return list(text) if tokens == "character" else _WORD.findall(text)


def _read(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is no UTF-8 text ({error.reason} at byte {error.start:,}); convert it, for example with "
            f"iconv -f latin1 -t utf-8"
        ) from error
    except OSError as error:
        raise UserError(f"cannot read {path} ({error.strerror}); check its permissions") from error
    if not text.strip():
        raise UserError(f"{path} holds no text; give a file that does")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(texts: Sequence[str], request: Request, notes: list[str]) -> list[list[str]] | None:
    """Return lines as sequences, and add to the notes, where most have one length and no other is asked for."""
    lines = [split(line.strip(), request.tokens) for text in texts for line in text.split("\n") if line.strip()]
    length, count = Counter(map(len, lines)).most_common(1)[0]
    if count < max(FEWEST, ALIKE * len(lines)) or request.length not in (None, length) or length < 2:
        return None
    if count < len(lines):
        notes.append(
            f"left out {len(lines) - count:,} of {len(lines):,} lines: they have not {length} {request.tokens}s"
        )
    return [line for line in lines if len(line) == length]


def _pieces(words: list[str], length: int) -> list[list[str]]:
    return [words[start : start + length] for start in range(0, len(words) - length + 1, length)]
