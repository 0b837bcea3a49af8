"""``collect``: pictures from a list of addresses, a gallery page or a folder, as a training set."""

import hashlib
import io
import math
import os
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.files import write_bytes
from saddlepoint.core.locks import HeldError, locked
from saddlepoint.core.progress import Note, Progressing, silent
from saddlepoint.core.words import printable, slug
from saddlepoint.data.collecting.faces import Detector, detector, faces
from saddlepoint.data.collecting.gallery import links
from saddlepoint.data.collecting.manifest import FAILED, KEPT, REJECTED, Manifest
from saddlepoint.data.collecting.similar import Seen, perceptual_hash
from saddlepoint.data.collecting.web import Manners, RefusedError, UnreachableError, Web, host_of
from saddlepoint.data.files.formats import is_image, is_image_name
from saddlepoint.data.files.image import looked_at, quietly

PAGE_BYTES = 5 * 2**20
PIXELS = 100_000_000  # of a picture that is decoded
# Readers of folders leave dotted names out.
HIDDEN_REJECTED, HIDDEN_ORIGINALS, LOCK = ".rejected", ".originals", ".lock"
REJECTED_BYTES = 2**30  # that are kept of what was rejected
SUFFIXES = {"JPEG": "jpg", "MPO": "jpg", "TIFF": "tif", "JPEG2000": "jp2"}


class Item(NamedTuple):
    """A picture to be had.

    Attributes:
        address: where.
        page: the page that shows it, or "".
        licence: what that page says of its licence, or "".
    """

    address: str
    page: str = ""
    licence: str = ""


@dataclass
class Collected:
    """What a collection came to.

    Attributes:
        folder: of the training set.
        kept: pictures of this call.
        before: pictures of calls before.
        faces: squares cut out in this call.
        rejected: how many of this call, by reason.
        failed: addresses that may work next time, with the last one's reason.
    """

    folder: Path
    kept: int = 0
    before: int = 0
    faces: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)


class _Rejected(Exception):  # noqa: N818 - no error
    """A picture is not wanted: why, in few words that many share, and more of it."""

    def __init__(self, why: str, more: str = ""):
        super().__init__(why)
        self.why, self.more = why, more


def collect(
    source: str | Path,
    out: str | Path,
    *,
    depth: int = 0,
    most: int | None = None,
    least: int = 64,
    megabytes: float = 20.0,
    faces: str | None = None,
    margin: float = 0.3,
    other_hosts: bool = False,
    private: bool = False,
    delay: float = 1.0,
    manners: Manners | None = None,
    report: Progressing = silent,
    note: Note = lambda sentence: None,
) -> Collected:
    """Collect pictures into a folder that ``saddle train --data`` reads, and say what became of each address.

    A call that was cut short goes on where it stopped; an address that is settled is not asked again.

    Args:
        source: a file with an address a line, the address of a page or a picture, or a folder of pictures.
        out: the folder; its ``manifest.jsonl`` lists every address, time, hash, licence and reason.
        depth: how many links away from the page further pages are read.
        most: pictures after which to stop.
        least: pixels that the shorter side, or a face, must have.
        megabytes: that a picture may have.
        faces: cut out faces as squares: photo, anime, or the path of a cascade; pictures then stay in
            ``.originals``.
        margin: what is added to a face on each side, as a share of it.
        other_hosts: whether pictures and redirections may lead to hosts that were not named.
        private: whether addresses of private networks, and of this machine, may be asked.
        delay: seconds between two requests to one host.
        manners: how requests are made, in full; then ``private`` and ``delay`` are its.
        report: told how far it is.
        note: told what a person should know at once.

    Raises:
        UserError: nothing can be collected from there, nothing can be written, or another process collects
            into ``out``.
    """
    _check(depth, most, least, megabytes, margin, delay)
    if os.path.isdir(source) and os.path.realpath(source) == os.path.realpath(out):
        raise UserError(f"{out} holds the pictures themselves; name another folder with --out")
    find = None if faces is None else detector(faces)
    folder = Path(out)
    with _alone(folder):
        work = _Work(folder, least, find, margin)
        web = Web(manners or Manners(delay=delay, private=private), None if other_hosts else set())
        items = _items(source, web, depth, report, note)
        for done, item in enumerate(items.all()):
            if most is not None and work.found.kept + work.found.before >= most:
                break
            if item.address in work.manifest.settled:
                continue
            report("collecting", done, items.total)
            work.take(item, web, round(megabytes * 2**20))
        return work.found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Make a folder and hold it against other calls: each knows only of what it found there at its start."""
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(locked(folder / LOCK))
        except HeldError:
            raise UserError(f"{folder} is being collected into by another process") from None
        except OSError as error:
            raise UserError(f"cannot write into {folder}: {reason(error)}") from error
        yield


def _check(depth: int, most: int | None, least: int, megabytes: float, margin: float, delay: float) -> None:
    for name, value, low in (
        ("--depth", depth, 0),
        ("--most", most, 1),
        ("--least", least, 1),
        ("--margin", margin, 0),
        ("--delay", delay, 0),
    ):
        if value is not None and not value >= low:
            raise UserError(f"{name} must be at least {low}, got {value:g}")
    if not 0 < megabytes < math.inf:
        raise UserError(f"--megabytes must be above 0 and finite, got {megabytes:g}")


class _Work:
    """One call: what it has found, and what it has seen."""

    def __init__(self, folder: Path, least: int, detect: Detector | None, margin: float):
        self.folder = folder
        self.least = least
        self.detect = detect
        self.margin = margin
        self.manifest = Manifest(folder)
        self.found = Collected(folder)
        self.bytes_seen: dict[str, str] = {}
        self.looks_seen = Seen()
        self.room = REJECTED_BYTES - sum(
            file.stat().st_size for file in (folder / HIDDEN_REJECTED).rglob("*") if file.is_file()
        )
        for row in self.manifest.rows:
            if row["status"] == KEPT:
                self.found.before += 1
                self.bytes_seen[row["sha256"]] = row["address"]
                self.looks_seen.add(int(row["phash"], 16), row["address"])

    def take(self, item: Item, web: Web, most: int) -> None:
        """Get a picture, look at it, keep it or say why not."""
        known = {name: value for name, value in item._asdict().items() if value and name != "address"}
        content = b""
        try:
            content = _content(item.address, web, most)
            self._keep(item, content, known)
        except (_Rejected, RefusedError) as refusal:
            why, more = (refusal.why, refusal.more) if isinstance(refusal, _Rejected) else (str(refusal), "")
            if 0 < len(content) <= self.room:
                self.room -= len(content)
                known["file"] = self._put(
                    Path(HIDDEN_REJECTED) / slug(why) / _rejected(item.address, content), content
                )
            self.found.rejected[why] += 1
            self.manifest.add(item.address, REJECTED, reason=f"{why}: {more}" if more else why, **known)
        except UnreachableError as trouble:
            self.found.failed[item.address] = str(trouble.args[0])
            self.manifest.add(item.address, FAILED, reason=str(trouble.args[0]), **known)

    def _keep(self, item: Item, content: bytes, known: dict[str, str]) -> None:
        digest = hashlib.sha256(content).hexdigest()
        if digest in self.bytes_seen:
            raise _Rejected("seen before", self.bytes_seen[digest])
        image = _opened(content)
        if min(image.size) < self.least:
            raise _Rejected("too small", f"{image.width}×{image.height}")
        looks = perceptual_hash(image)
        if (like := self.looks_seen.like(looks)) is not None:
            raise _Rejected("looks like another", like)
        more: dict[str, object] = {}
        if self.detect is None:
            file = self._put(Path(_name(content, image.format)), content)
        else:
            found = faces(image, self.detect, margin=self.margin, least=self.least)
            if not found:
                raise _Rejected("no face")
            file = self._put(Path(HIDDEN_ORIGINALS) / _name(content, image.format), content)
            more["faces"] = [
                {"file": self._put(Path(f"{digest[:20]}-{index}.png"), _png(face)), "box": list(box)}
                for index, (box, face) in enumerate(found)
            ]
            self.found.faces += len(found)
        self.bytes_seen[digest] = item.address
        self.looks_seen.add(looks, item.address)
        size = {"width": image.width, "height": image.height, "bytes": len(content)}
        hashes = {"sha256": digest, "phash": f"{looks:016x}"}
        self.manifest.add(item.address, KEPT, file=file, **hashes, **size, **known, **more)
        self.found.kept += 1

    def _put(self, path: Path, content: bytes) -> str:
        full = self.folder / path
        try:
            full.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(full, content)
        except OSError as error:
            raise UserError(f"cannot write {full}: {reason(error)}; what was collected is kept") from error
        return path.as_posix()


def _content(address: str, web: Web, most: int) -> bytes:
    """Return the bytes of a picture on the web or on disk."""
    if _is_address(address):
        return web.get(address, most, _may_be_image).content
    path = Path(address)
    try:
        size = path.stat().st_size
        if size > most:
            raise RefusedError(f"it has {size:,} bytes, more than {most:,}")
        return path.read_bytes()
    except OSError as error:
        raise UnreachableError(reason(error)) from None


def _may_be_image(kind: str) -> bool:
    """Say whether a media type may be a picture's; many servers say nothing of it."""
    return kind.startswith("image/") or kind in ("application/octet-stream", "binary/octet-stream")


def _opened(content: bytes) -> Image.Image:
    """Return a picture, upright and decoded; raises _Rejected."""
    with quietly():
        picture = is_image(io.BytesIO(content))
    if not picture:
        raise _Rejected("no picture")
    try:
        with quietly(), Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > PIXELS:
                raise _Rejected("too many pixels", f"{image.width}×{image.height}")
            kind = image.format
            image.load()
            upright = looked_at(ImageOps.exif_transpose(image))
            upright.format = kind
            return upright
    except _Rejected:
        raise
    except Exception as error:  # Pillow raises nearly everything on damaged files
        raise _Rejected("damaged", reason(error)) from None


def _name(content: bytes, kind: str | None) -> str:
    """Return the name of a picture: its hash, and the suffix of its format."""
    suffix = SUFFIXES.get(kind or "", (kind or "bin").lower())
    return f"{hashlib.sha256(content).hexdigest()[:20]}.{suffix}"


def _rejected(address: str, content: bytes) -> str:
    """Return the name of what is no picture, or not wanted: its hash, and the suffix that it came with."""
    path = address.partition("#")[0].partition("?")[0]
    return _name(content, Path(path).suffix[1:] if is_image_name(path) else None)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


class _Items:
    """What is to be had, in order; ``total`` grows while pages are read."""

    total = 0

    def all(self) -> Iterator[Item]:
        """Yield every picture once."""
        raise NotImplementedError


class _Listed(_Items):
    def __init__(self, addresses: list[str]):
        self.addresses = list(dict.fromkeys(addresses))
        self.total = len(self.addresses)

    def all(self) -> Iterator[Item]:
        return map(Item, self.addresses)


class _Gallery(_Items):
    """A page's pictures, and those of pages that it links to."""

    def __init__(self, url: str, web: Web, depth: int, report: Progressing, note: Note):
        self.url, self.web, self.depth, self.report, self.note = url, web, depth, report, note

    def all(self) -> Iterator[Item]:
        waiting, pages, seen = deque([(self.url, 0)]), {self.url}, set[str]()
        while waiting:
            url, far = waiting.popleft()
            self.report(f"reading {printable(url)}", 0, 0)
            try:
                page = self.web.get(url, PAGE_BYTES, lambda kind: "html" in kind or _may_be_image(kind))
            except (RefusedError, UnreachableError) as trouble:
                if url == self.url:
                    raise UserError(f"cannot collect from {url}: {trouble.args[0]}") from None
                self.note(f"left out {url}: {trouble.args[0]}")
                continue
            if "html" not in page.kind:
                yield Item(url)
                continue
            found = links(page.content.decode("utf-8", "replace"), page.url)
            new = [image for image in found.images if image not in seen]
            seen.update(new)
            self.total += len(new)
            yield from (Item(image, url, found.licence) for image in new)
            if far < self.depth:
                for further in found.pages:
                    if further not in pages and host_of(further) == host_of(self.url):
                        pages.add(further)
                        waiting.append((further, far + 1))


def _items(source: str | Path, web: Web, depth: int, report: Progressing, note: Note) -> _Items:
    """Return what a source offers; the hosts that it names may be asked."""
    text = str(source)
    if _is_address(text):
        if web.hosts is not None:
            web.hosts.add(host_of(text) or "")
        return _Gallery(text, web, depth, report, note)
    path = Path(source)
    if path.is_dir():
        files = (Path(top) / name for top, _, names in os.walk(path) for name in names)
        pictures = sorted(str(file) for file in files if is_image_name(file.name))
        if not pictures:
            raise UserError(f"there is no picture in {path}")
        return _Listed(pictures)
    if not path.is_file():
        raise UserError(f"{text} is no file, no folder, and no http or https address")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the list {path}: {reason(error)}") from None
    addresses = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    wrong = [number for number, line in enumerate(addresses, 1) if not _is_address(line)]
    if wrong or not addresses:
        example = f"; entry {wrong[0]} is {addresses[wrong[0] - 1][:60]!r}" if wrong else "; it is empty"
        raise UserError(f"{path} is to hold an http or https address a line{example}")
    if web.hosts is not None:
        web.hosts.update(host_of(address) or "" for address in addresses)
    return _Listed(addresses)


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
