"""Files from the first mirror that works: resumed where they broke off, checked, then renamed into place."""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from saddlepoint.core.errors import UserError
from saddlepoint.core.locks import locked
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data.cache import writing

ATTEMPTS = 3  # at each mirror
TIMEOUT = 30  # seconds without a byte
_CHUNK = 2**18


class _FailedError(Exception):
    """One attempt failed, with the reason; another may go on where it stopped."""


def fetch(urls: Sequence[str], target: Path, md5: str, *, help: str = "", report: Progressing = silent) -> Path:
    """Return ``target``, downloaded from the first of ``urls`` that gives the right bytes.

    A file that is there and right is not fetched again. One that broke off is kept as ``.part`` and resumed,
    by this or a later call. Calls from several processes wait for each other.

    Args:
        urls: where the same file can be had, in order of preference.
        target: file to write; its folder must exist.
        md5: hexadecimal checksum of the whole file.
        help: what to do if all fail, ends the message.
        report: (what, bytes so far, bytes in all or 0) as it proceeds.

    Raises:
        UserError: if no mirror gives the file, naming each with its reason.
    """
    if _md5(target) == md5:
        return target
    part, failures = target.with_name(target.name + ".part"), []
    lock = target.with_name(target.name + ".lock")
    with writing(target.name), locked(lock, lambda: report(f"another process downloads {target.name}", 0, 0)):
        if _md5(target) == md5:  # another process was first
            return target
        for url in urls:
            try:
                _from_mirror(url, part, md5, report)
            except _FailedError as failure:
                failures.append(f"{urlsplit(url).netloc}: {failure}")
                continue
            os.replace(part, target)
            return target
    raise UserError(f"cannot download {target.name} (tried {'; '.join(failures)}); check the network{help}")


def _from_mirror(url: str, part: Path, md5: str, report: Progressing) -> None:
    """Complete ``part`` from one mirror; raises _FailedError with the last attempt's reason."""
    for attempt in range(ATTEMPTS):
        before = _size(part)
        try:
            _receive(url, part, report)
        except _FailedError:
            if attempt + 1 == ATTEMPTS or _size(part) <= before:  # nothing came, nothing will
                raise
            continue
        if _md5(part) == md5:
            return
        part.unlink(missing_ok=True)
        if not before:  # all of it came from here
            break
    raise _FailedError("its file has another checksum")


def _receive(url: str, part: Path, report: Progressing) -> None:
    """Append to ``part`` what the server has beyond it; raises _FailedError if the connection ends early."""
    have = _size(part)
    headers = {"User-Agent": "saddlepoint", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as answer:
            if answer.status != 206 or f"bytes {have}-" not in answer.headers.get("Content-Range", ""):
                have = 0  # the server sends the whole file
            length = int(answer.headers.get("Content-Length") or 0)
            total = have + length if length else 0
            what = f"downloading {part.name.removesuffix('.part')}"
            with _opened(part, have) as file:
                while chunk := _read(answer):
                    file.write(chunk)
                    have += len(chunk)
                    report(what, have, total)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and have:  # nothing beyond what is here: the checksum will tell
            return
        raise _FailedError(f"HTTP {error.code}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _FailedError(str(getattr(error, "reason", None) or error or type(error).__name__)) from error
    if have < total:
        raise _FailedError(f"the connection ended after {have:,} of {total:,} bytes")


def _read(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read1(_CHUNK)
    except (OSError, http.client.HTTPException) as error:  # of the network; those of the disk pass on
        raise _FailedError(f"the connection broke ({error or type(error).__name__})") from error


@contextmanager
def _opened(part: Path, start: int) -> Iterator:
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        yield file
        file.truncate()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _md5(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except OSError:
        return None
