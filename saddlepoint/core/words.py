"""Names of files and classes as they may be shown, listed and put into other names."""

import re
from collections.abc import Callable, Iterable, Sequence

ROOM = 60  # letters that a shortened list takes, about


def printable(text: str) -> str:
    r"""Return ``text`` with bytes that are no UTF-8, as names of files may hold them, written as ``\xff``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def slug(text: str, default: str = "images") -> str:
    """Return ``text`` with only letters, digits, dots, dashes and underscores; ``default`` if none is left."""
    return re.sub(r"[^\w.-]+", "-", text.encode("utf-8", "replace").decode()).strip("-.") or default


def listed(names: Iterable[str], limit: int = 3) -> str:
    """Return the first few names for a message, printable whatever bytes they hold."""
    names = list(names)
    shown = ", ".join(map(printable, names[:limit]))
    return shown + (f" and {len(names) - limit:,} more" if len(names) > limit else "")


def shortened(names: Sequence[str]) -> str:
    """Return all names, or the first that fit into a line, an ellipsis and the last."""
    names = list(map(printable, names))
    if sum(len(name) + 2 for name in names) <= ROOM:
        return ", ".join(names)
    first, room = [], ROOM - len(names[-1])
    for name in names[:-1]:
        room -= len(name) + 2
        if room < 0 and first:
            break
        first.append(name)
    gap = ["…"] if len(first) < len(names) - 1 else []
    return ", ".join([*first, *gap, names[-1]])


def clipped(text: str, room: float, measure: Callable[[str], float] = len) -> str:
    """Return ``text``, or as much of its beginning as fits with "..." into ``room``.

    Args:
        text: one line.
        room: letters, or whatever ``measure`` counts.
        measure: (text) -> length.
    """
    if measure(text) <= room:
        return text
    while text and measure(text + "...") > room:
        text = text[:-1]
    return text.rstrip() + "..." if text else ""


def short_count(x: float) -> str:
    """Return a count as people write it: 950, 1.5k, 20k, 3M."""
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(x) >= unit:
            return f"{x / unit:g}{name}"
    return f"{x:g}"


def brief(x: float) -> str:
    """Return a value in three digits, or two and an exponent: −0.0123, 158, 3.0e7."""
    if x == 0 or 1e-3 <= abs(x) < 1e4:
        text = f"{x:.0f}" if abs(x) >= 999.5 else f"{x:.3g}"
    else:
        digits, _, exponent = f"{x:.1e}".partition("e")
        text = f"{digits}e{int(exponent)}"
    return text.replace("-", "−", 1) if x < 0 else text
