"""Amounts as people read them: counts, bytes, and time that has passed."""


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
