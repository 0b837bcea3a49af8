"""How slow work tells its caller how far it is."""

from collections.abc import Callable

Progressing = Callable[[str, int, int], None]
"""Called as (what, done, total) while something takes time; a total of 0 means that nobody knows it."""

Note = Callable[[str], None]
"""Called with a sentence for people."""


def silent(what: str, done: int, total: int) -> None:
    """Tell progress to nobody."""
