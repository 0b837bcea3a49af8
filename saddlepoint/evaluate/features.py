"""What an encoder sees in a set of images, for metrics to compare; of real ones it is cached."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from saddlepoint.core.files import atomic_path
from saddlepoint.core.hashing import row_keys
from saddlepoint.core.kinds import kind_of
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.resize import shrink
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate.encoder import BLOCK, Encoder, Encoding

VERSION = 2
REAL, HELD_OUT = 60_000, 10_000
SIDE = 32
ORDER = 0  # seed of the order of rows


@dataclass(frozen=True)
class Features:
    """Some images (or points) as an encoder sees them; row i is the same image everywhere.

    Attributes:
        features: float32 (n, f).
        logits: float32 (n, k), or None where the encoder knows no classes.
        label: int64 (n,) true classes, or None for samples and unlabelled data.
        thumbnails: () -> (n, p) uint8 pixels of the image shrunk to at most 32 by 32, or float32 points.
    """

    features: np.ndarray
    logits: np.ndarray | None = None
    label: np.ndarray | None = None
    thumbnails: Callable[[], np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def pixels(self) -> np.ndarray:
        """(n, p) uint8 thumbnails or float32 points, made on first use."""
        if self.thumbnails is None:
            raise ValueError("these features were made without their images")
        return self.thumbnails()

    def take(self, rows: np.ndarray | slice) -> "Features":
        """Return the images at ``rows``."""
        chosen = None if self.thumbnails is None else lambda: self.pixels[rows]
        logits = None if self.logits is None else self.logits[rows]
        label = None if self.label is None else self.label[rows]
        return Features(self.features[rows], logits, label, chosen)

    def head(self, count: int) -> "Features":
        """Return the first ``count`` images; those of real images are already in random order."""
        return self if count >= len(self) else self.take(slice(0, count))


def sample_features(images: np.ndarray, encoder: Encoder) -> Features:
    """Encode samples, uint8 (n, h, w, c) or float32 (n, d)."""
    features, logits = encoder.encode(images)
    return Features(features, logits, None, lambda: thumbnails(images))


def real_features(
    dataset: Dataset,
    encoder: Encoder,
    report: Progressing = silent,
    *,
    most: tuple[int, int] = (REAL, HELD_OUT),
) -> tuple[Features, Features]:
    """Encode (training, held-out) images, each in a fixed random order; cached by data and encoder.

    At most 60,000 training images are used. Held out are at most 10,000 images of the test split and, where
    that has fewer, of the validation split: different ones, of which none is a training image too. ``most`` are
    smaller bounds of both, for the first of the same images.
    """
    rng = np.random.default_rng(ORDER)
    name = f"v{VERSION}-{dataset.key}-{encoder.hash}"
    train = [(dataset.train, training_order(dataset, rng))]
    held = [(split, rng.permutation(len(split))) for split in held_out(dataset, report)]
    kept = _first(held, HELD_OUT)
    real = _features(f"{name}-train", train, encoder, report, most[0])
    return real, _features(f"{name}-heldout", kept, encoder, report, most[1])


def training_order(dataset: Dataset, rng: np.random.Generator | None = None) -> np.ndarray:
    """Return the positions within the training split of the rows of the training features."""
    return random_part(len(dataset.train), REAL, ORDER if rng is None else rng)


def held_out(dataset: Dataset, report: Progressing = silent) -> list[Split]:
    """Return what test and validation hold of images that are not in the training split, each image once.

    Splits may share rows (a folder without ``test`` tests on its validation images) or hold equal images in
    files of their own; one image counted twice would be its own nearest neighbour.
    """
    parts = unseen_rows(dataset)
    key = f"heldout{VERSION}-{dataset.key}"
    kept = cache.remembered(key, lambda: _distinct_rows(dataset.train, parts, report))
    splits = [(parts[name], np.array(rows, np.int64)) for name, rows in kept.items() if rows]
    return [Split(split.array, split.label, rows) for split, rows in splits]


def unseen_rows(dataset: Dataset) -> dict[str, Split]:
    """Return test and validation without rows that the training split or test has of the same array.

    Nothing is read; :func:`held_out` also leaves out equal images.
    """
    seen, found = [dataset.train], {}
    for name in ("test", "validation"):
        if name not in dataset.splits:
            continue
        split = dataset.splits[name]
        rows = split.all_rows
        for other in seen:
            if split.array is other.array:
                rows = rows[~np.isin(rows, other.all_rows)]
        found[name] = Split(split.array, split.label, rows)
        seen.append(split)
    return found


def _distinct_rows(train: Split, parts: dict[str, Split], report: Progressing) -> dict[str, list[int]]:
    """Return the rows of each part whose content is neither in ``train`` nor in a row before it."""
    if not any(map(len, parts.values())):
        return {}
    report(f"looking for held-out examples among {len(train):,} of training, once", 0, 0)
    seen, found = set(_keys(train)), {}
    for name, split in parts.items():
        found[name] = []
        for row, key in zip(split.all_rows.tolist(), _keys(split), strict=True):
            if key not in seen:
                seen.add(key)
                found[name].append(row)
    return found


def _keys(split: Split) -> Iterator[int]:
    for block in _blocks([(split, np.arange(len(split)))]):
        yield from row_keys(block).tolist()


def thumbnails(images: np.ndarray) -> np.ndarray:
    """Return (n, p) pixels of images shrunk by averaging to at most 32 by 32; all else as it is."""
    small = shrink(images, SIDE) if kind_of(images).sized else images
    return small.reshape(len(small), -1)


def _features(
    name: str, parts: list[tuple[Split, np.ndarray]], encoder: Encoder, report: Progressing, most: int
) -> Features:
    """Encode the first ``most`` of the parts' images; taken from those of all where these are there."""
    count = sum(len(order) for _, order in parts)
    if count > most:
        if _place(name).exists():
            return _features(name, parts, encoder, report, count).head(most)
        name, parts = f"{name}-{most}", _first(parts, most)
    label = [split.label[split.all_rows[order]] for split, order in parts if split.label is not None]
    features, logits = _encoded(name, parts, encoder, report)

    def pixels() -> np.ndarray:
        return np.concatenate([thumbnails(block) for block in _blocks(parts)])

    return Features(features, logits, np.concatenate(label) if label else None, pixels)


def _encoded(
    name: str, parts: list[tuple[Split, np.ndarray]], encoder: Encoder, report: Progressing
) -> Encoding:
    count = sum(len(order) for _, order in parts)
    if not count:
        return Encoding(np.empty((0, 1), np.float32), None)
    if (found := _stored(name)) is not None:
        return found
    encoded, done = [], 0
    for block in _blocks(parts):
        report(f"encoding {count:,} real ones with {encoder.name}, once", done, count)
        encoded.append(encoder.encode(block))
        done += len(block)
    stored = {"features": np.concatenate([block.features for block in encoded])}
    if encoded[0].logits is not None:
        stored["logits"] = np.concatenate([block.logits for block in encoded if block.logits is not None])
    with cache.writing(), atomic_path(_place(name)) as temporary:
        save_file(stored, temporary)
    return Encoding(stored["features"], stored.get("logits"))


def _place(name: str) -> Path:
    return cache.folder("features") / f"{name}.safetensors"


def _stored(name: str) -> Encoding | None:
    """Return what is cached under ``name``, None where nothing is or it is damaged."""
    try:
        stored = load_file(_place(name))
        return Encoding(stored["features"], stored.get("logits"))
    except (OSError, SafetensorError, KeyError):
        return None


def _first(parts: list[tuple[Split, np.ndarray]], count: int) -> list[tuple[Split, np.ndarray]]:
    first = []
    for split, order in parts:
        first.append((split, order[:count]))
        count -= len(first[-1][1])
    return first


def _blocks(parts: list[tuple[Split, np.ndarray]]) -> Iterator[np.ndarray]:
    for split, order in parts:
        for start in range(0, len(order), 16 * BLOCK):
            yield split.take(order[start : start + 16 * BLOCK])[0]
