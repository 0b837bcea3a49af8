"""Names, numbers and times as people read them: how they are shown, listed and put into other names."""

import math
import re
from collections.abc import Callable, Iterable, Sequence

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
ROOM = 60  # letters that a shortened list takes, about


def printable(text: str) -> str:
    r"""Return ``text`` with bytes that are no UTF-8, as names of files may hold them, written as ``\xff``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def slug(text: str, default: str = "images") -> str:
    """Return ``text`` with only letters, digits, dots, dashes and underscores; ``default`` if none is left.

    It has 100 bytes at most, as names of files are made of it.
    """
    plain = re.sub(r"[^\w.-]+", "-", text.encode("utf-8", "replace").decode()).strip("-.")
    return plain.encode()[:100].decode(errors="ignore").rstrip("-.") or default


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
    """Return a value in three digits, or two and an exponent: −0.0123, 158, 3.0e7; or "no number"."""
    if not math.isfinite(x):
        return "no number"
    if x == 0 or 1e-3 <= abs(x) < 1e4:
        text = f"{x:.0f}" if abs(x) >= 999.5 else f"{x:.3g}"
    else:
        digits, _, exponent = f"{x:.1e}".partition("e")
        text = f"{digits}e{int(exponent)}"
    return text.replace("-", "−", 1) if x < 0 else text


def raised(number: int) -> str:
    """Return a whole number as exponents are written: −12 as ⁻¹²."""
    return str(number).translate(RAISED)


def count(number: float) -> str:
    """Return a count with three digits: ``950``, ``1.2 k``, ``34 M``."""
    for unit in ("", " k", " M", " G"):
        if number < 999.5:
            return f"{number:.3g}{unit}"
        number /= 1000
    return f"{number:.3g} T"


def size(number: int) -> str:
    """Return a number of bytes: ``12 MB``."""
    return f"{number / 1e9:.1f} GB" if number >= 999.5e6 else f"{max(1, round(number / 1e6))} MB"


def ago(seconds: float) -> str:
    """Return how long something is past: ``now``, ``5 min ago``, ``300 d ago``."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit} ago"
    return "now"


def clock(seconds: float) -> str:
    """Return a duration as people write it: ``42 s``, ``3 min 20 s``, ``2 h 5 min``."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"


def number(value: float | None) -> str:
    """Return a number with three significant digits for a table, a count in full, an empty string for None."""
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if not math.isfinite(value):
        return str(value)
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{min(4, max(0, digits))}f}"


def interval(low: float | None, high: float | None) -> str:
    """Return an interval for a table; an open end is one that the samples do not tell."""
    if low is None and high is None:
        return ""
    if high is None:
        return f"≥ {number(low)}"
    return f"≤ {number(high)}" if low is None else f"{number(low)} – {number(high)}"


def signed(value: float | None) -> str:
    """Return :func:`number` with a minus sign instead of a hyphen."""
    return number(value).replace("-", "−")
