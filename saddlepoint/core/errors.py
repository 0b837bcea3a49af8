"""The two ways in which a command may fail, and the nearest name for a mistyped one."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """The user's mistake: one sentence that says what is wrong, where, and what to do. Exit code 2."""

    exit_code = 2


class TrainingError(Exception):
    """Trouble on the way (a NaN loss, a full disk): one sentence that says where. Exit code 1."""

    exit_code = 1


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the known name closest to ``name``, else all names, or ''."""
    names = sorted(names)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; choose from {', '.join(names)}" if names else ""
