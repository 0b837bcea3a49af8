"""The two ways in which a command may fail, and the name that a mistyped one is close to."""

import difflib
import re
from collections.abc import Iterable

INTERRUPTED = 130  # the exit code of a command that Ctrl-C has ended, as shells report it


class UserError(Exception):
    """The user's mistake: one sentence that says what is wrong, where, and what to do. Exit code 2."""

    exit_code = 2


class DamagedError(UserError):
    """A file of a run is missing, cut or changed."""


class DamageWarning(UserWarning):
    """A damaged file was passed over, and what is used in its place."""


class TrainingError(Exception):
    """Trouble on the way (a NaN loss, a full disk): one sentence that says where. Exit code 1."""

    exit_code = 1


def reason(error: BaseException) -> str:
    """Return why something failed, in one line: libraries name objects in memory where people know files."""
    text = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    text = re.sub(r"\s*(file )?<[^<>]*( at 0x[0-9a-f]+|name=[^<>]*)>", "", text.splitlines()[0])
    return text.strip().rstrip(".")


SLIP = (
    0.75  # of their letters two words must share; with fewer, people wonder what one has to do with the other
)


def close(name: str, names: Iterable[str]) -> list[str]:
    """Return the known name that ``name`` is a slip of, or nothing; capitals do not matter."""
    plain = {known.lower(): known for known in sorted(names, reverse=True)}
    return [plain[found] for found in difflib.get_close_matches(name.lower(), plain, n=1, cutoff=SLIP)]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for a known name that is close to ``name``, else all names, or ''."""
    names = sorted(names)
    for found in close(name, names):
        return f"; did you mean {found!r}?"
    return f"; choose from {', '.join(names)}" if names else ""
