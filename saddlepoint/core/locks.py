"""Locks between processes: each is held on a file, which stays, until it is let go or its process ends."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

AGAIN = 0.1  # seconds until a lock that another holds is tried again
_NONE = (errno.ENOLCK, errno.EOPNOTSUPP)  # some network file systems have no locks


class HeldError(Exception):
    """Another process holds the lock."""


@contextmanager
def locked(path: Path, waiting: Callable[[], object] | None = None) -> Iterator[bool]:
    """Hold the lock of the file ``path``; yield whether another held it before.

    Args:
        path: of a file in a folder that exists.
        waiting: called again and again while another holds the lock; None does not wait.

    Raises:
        HeldError: another holds it, and this is not to wait.
        OSError: the file cannot be made.
    """
    lock, waited = FileLock(path), False
    try:
        with suppress(_NoLocksError):
            while not _taken(lock):
                if waiting is None:
                    raise HeldError(f"another process holds {path}")
                waited = True
                waiting()
                time.sleep(AGAIN)
        yield waited
    finally:
        lock.release()


class _NoLocksError(Exception):
    """The file system knows no locks: nobody is kept out."""


def _taken(lock: FileLock) -> bool:
    """Take ``lock`` if nobody else holds it; return whether it is ours."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as error:
        if error.errno in _NONE:
            raise _NoLocksError from error
        raise
    return True
