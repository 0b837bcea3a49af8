"""The images that both sides train on, each in the form in which its user would have them."""

import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.rows import Kind
from saddlepoint.core.errors import UserError
from saddlepoint.data import load

PHOTOS = 10_000  # of CIFAR-10; decoding them per image costs the same however many there are
SYNTHETIC = 2_000
ARCHIVE = "cifar10-train.tar.xz"


KINDS = ("mnist", "cifar10")
HELP = "mnist:PATH and cifar10:PATH (default: scikit-learn's digits and synthetic JPEGs)"


@dataclass(frozen=True)
class Source:
    """Images in two forms.

    Attributes:
        name: what people read.
        saddlepoint: what ``--data`` takes.
        tutorial: a ``.npy`` of grey images as they are, or a folder of JPEGs.
    """

    name: str
    saddlepoint: str
    tutorial: Path


def paths(given: list[str]) -> dict[str, str]:
    """Return the paths that were given as "mnist:PATH" and "cifar10:PATH"; raises UserError for others."""
    found = {}
    for value in given:
        kind, _, path = value.partition(":")
        if kind not in KINDS or not path:
            raise UserError(f"--data must be mnist:PATH or cifar10:PATH, got {value!r}")
        found[kind] = path
    return found


def find(kind: Kind, given: dict[str, str], scratch: Path) -> Source:
    """Return the images of a kind, the real ones where their path is given."""
    return digits(given.get("mnist"), scratch) if kind == "digits" else photos(given.get("cifar10"), scratch)


def digits(given: str | None, scratch: Path) -> Source:
    """Return MNIST from the folder ``given``, or scikit-learn's digits, of 8 pixels, without one."""
    source = "digits" if given is None else f"mnist:{given}"
    split = load(source).train
    images, _ = split.take(np.arange(len(split)))
    path = scratch / "digits.npy"
    np.save(path, images[..., 0])
    side = images.shape[1]
    name = "MNIST" if given is not None else "scikit-learn's digits"
    return Source(f"{name}, {len(images):,} of {side}×{side}", source, path)


def photos(given: str | None, scratch: Path) -> Source:
    """Return CIFAR-10 JPEGs from the folder ``given``, or synthetic ones of the same size without one."""
    folder = scratch / "photos"
    if given is None:
        _draw(folder, SYNTHETIC)
        return Source(f"{SYNTHETIC:,} synthetic JPEGs of 32×32", str(folder), folder)
    path = Path(given).expanduser()
    if (path / ARCHIVE).is_file():
        count = _unpack(path / ARCHIVE, folder)
        return Source(f"CIFAR-10, {count:,} JPEGs of 32×32", str(folder), folder)
    count = sum(1 for _ in path.rglob("*.jpg"))
    if not count:
        raise UserError(
            f"--data cifar10: {path} holds neither {ARCHIVE} nor .jpg files; leave it out, or unpack it"
        )
    return Source(f"CIFAR-10, {count:,} JPEGs", str(path.absolute()), path)


def pictures(given: str) -> Source:
    """Return the JPEGs of a folder of one's own; raises UserError where there is none, or none can be read."""
    path = Path(given).expanduser().absolute()
    count = sum(1 for _ in path.rglob("*.jpg"))
    if not count:
        raise UserError(f"--folder {given} holds no .jpg files")
    load(str(path))  # a recipe's training, in a process of its own, would end less clearly
    return Source(f"{path.name}, {count:,} JPEGs", str(path), path)


def noise(scratch: Path, size: int, count: int) -> str:
    """Write ``count`` grey images of noise and return what ``--data`` takes; an existing file is kept."""
    path = scratch / f"noise-{size}-{count}.npy"
    if not path.exists():
        rng = np.random.default_rng(0)
        np.save(path, rng.integers(0, 256, (count, size, size, 1), np.uint8))
    return str(path)


def _unpack(archive: Path, folder: Path) -> int:
    folder.mkdir()
    count = 0
    with tarfile.open(archive) as members:
        for member in members:
            if count == PHOTOS:
                break
            file = members.extractfile(member) if member.isfile() and member.name.endswith(".jpg") else None
            if file is not None:
                (folder / f"{count:05d}.jpg").write_bytes(file.read())
                count += 1
    return count


def _draw(folder: Path, count: int) -> None:
    """Write smooth random pictures, which compress about as photographs do."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8))
        coarse.resize((32, 32), Image.Resampling.BICUBIC).save(folder / f"{index:05d}.jpg", quality=75)
