"""Files that are written whole or not at all: temporary name, sync, rename."""

import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``target``; on success sync it and rename it to ``target``.

    The block may make a file or a folder at the path. If it raises, the temporary is removed and an
    existing ``target`` stays as it was, as a folder does where the block has made a file. A link is replaced
    itself, and what it leads to is never written: runs that others have made may hold any.

    Raises:
        OSError: it cannot be written.
    """
    target = Path(target)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        yield temporary
        for path in sorted(temporary.rglob("*")) if temporary.is_dir() else []:
            _sync(path)
        _sync(temporary)
        if target.is_dir():
            if not temporary.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            target.unlink() if target.is_symlink() else shutil.rmtree(target)
        os.replace(temporary, target)
        _sync(target.parent)
    except BaseException:
        remove(temporary)
        raise


def write_bytes(target: Path, content: bytes) -> None:
    """Write ``content`` to ``target`` atomically."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(content)


def write_text(target: Path, content: str) -> None:
    """Write ``content`` to ``target`` atomically, as UTF-8."""
    write_bytes(target, content.encode())


def write_json(target: Path, value: Any) -> None:
    """Write ``value`` to ``target`` atomically, as indented JSON in UTF-8."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    # A path may hold bytes that are no UTF-8; Python's escape for these is JSON's own.
    write_bytes(target, text.encode("utf-8", "backslashreplace"))


def remove(path: Path) -> None:
    """Remove a file or a folder if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # a folder cannot be opened there
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
