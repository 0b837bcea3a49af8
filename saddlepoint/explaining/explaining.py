"""``explain``: a topic told, its numbers, and its page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.explaining.blocks import Block
from saddlepoint.explaining.explanation import Explanation
from saddlepoint.explaining.page import make_folder, write
from saddlepoint.explaining.text import Language
from saddlepoint.explaining.topic import Lesson, course, topics

LANGUAGES = ("en", "zh")


def explain(
    topic: str,
    *,
    language: Language = "en",
    quick: bool = False,
    seed: int = 0,
    out: str | Path | None = None,
    progress: Progressing = silent,
    tell: Callable[[Block], None] | None = None,
    **flags: Any,
) -> Explanation:
    """Compute a topic and return what it says, its numbers and its pictures.

    Args:
        topic: its name; ``saddle explain`` lists them.
        language: of texts: ``"en"`` or ``"zh"``.
        quick: seconds, to see that it runs.
        seed: of everything that is drawn at random, 0 to 2^63 − 1.
        out: folder into which the page and the pictures are written; nothing is written where it is None.
        progress: is told how far slow work is.
        tell: is given every block as soon as it is computed.
        **flags: the topic's own.

    Raises:
        UserError: an unknown topic, language or flag, a value or a folder that does not fit.
    """
    if language not in LANGUAGES:
        raise UserError(f"language takes {' or '.join(LANGUAGES)}, got {language!r}")
    if not 0 <= seed < 1 << 63:
        raise UserError(f"--seed must be from 0 to 2^63 - 1, got {seed}")
    chosen = topics.get(topic)
    given = chosen.checked(flags)
    told = Explanation(chosen, Lesson(quick, seed, progress), language, given)
    for block in chosen.tell(told.lesson, **given):
        if out is not None and not told.blocks:
            make_folder(Path(out))
        told.blocks.append(block)
        if tell is not None:
            tell(block)
    if out is not None:
        told.files = write(told, Path(out))
    return told


def table_of_contents() -> dict[str, dict[str, str]]:
    """Return every topic's title and one line about it, in the order of a course."""
    return {one.name: {"title": one.title.en, "title_zh": one.title.zh, "help": one.help} for one in course()}
