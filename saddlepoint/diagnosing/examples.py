"""Some of the data that a run learns, and the space in which samples are set beside them."""

import itertools
import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from saddlepoint.core.hashing import row_keys
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.diagnosing.samples import FEW_BINS, cells
from saddlepoint.evaluate.features import unseen_rows

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

REAL = 2_000  # training examples that are looked at
DIMENSIONS = 30  # principal axes in which examples are compared
MANY, BYTES = 60_000, 2**28  # of examples that copies are looked for among
CHUNK = 1_000  # of them that are placed at once
SIDE = 32  # pixels of an image that are compared; larger ones are averaged over squares


class Examples:
    """Training and held-out examples that a seed chose, and their principal axes.

    Args:
        data: what is learned.
        seed: of the choice.
        most: training examples, at most; of held-out ones at most half as many.
    """

    def __init__(self, data: Dataset, seed: int, most: int = REAL):
        self.data = data
        self.seed = seed
        self.most = most

    @cached_property
    def _real(self) -> tuple[np.ndarray, np.ndarray | None]:
        return self._some(self.data.train, self.most)

    @cached_property
    def _held(self) -> tuple[np.ndarray, np.ndarray | None]:
        most = self.most // 2
        none = Split(self.data.train.array, self.data.train.label, np.arange(0))
        parts = [self._some(split, most) for split in self._unseen or [none]]
        examples, labels = np.concatenate([one for one, _ in parts]), [label for _, label in parts]
        rows = self._order(len(examples))[:most]
        known = [label for label in labels if label is not None]
        return examples[rows], np.concatenate(known)[rows] if len(known) == len(labels) else None

    @cached_property
    def _unseen(self) -> list[Split]:
        return list(unseen_rows(self.data).values())

    def _some(self, split: Split, most: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Return some examples of a split in no order, so that the first of them are of all classes, too."""
        return split.take(self._order(len(split))[:most])

    def _order(self, count: int) -> np.ndarray:
        return np.random.default_rng(self.seed).permutation(count)

    @property
    def real(self) -> np.ndarray:
        """Training examples as they lie in memory."""
        return self._real[0]

    @property
    def real_labels(self) -> np.ndarray | None:
        """Their classes, None where there are none."""
        return self._real[1]

    @property
    def held(self) -> np.ndarray:
        """Examples that were never trained on; none where all splits are of the same ones."""
        return self._held[0]

    @property
    def held_labels(self) -> np.ndarray | None:
        """Their classes, None where there are none."""
        return self._held[1]

    @cached_property
    def _axes(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean, and principal axes of the training examples scaled to the first one's deviation."""
        flat = _flat(self.real)
        mean = flat.mean(0)
        deviations, axes = principal(flat - mean, DIMENSIONS)
        return mean, axes / max(deviations[0], 1e-12)

    def place(self, examples: np.ndarray) -> np.ndarray:
        """Return (n, d) of examples in the training examples' principal axes."""
        mean, axes = self._axes
        return (_flat(examples) - mean) @ axes

    @cached_property
    def placed(self) -> np.ndarray:
        """The training examples there."""
        return self.place(self.real)

    @cached_property
    def trained(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of all different training examples, or of many, and (n, d) where these lie."""
        return self._lie([self.data.train])

    @cached_property
    def unseen(self) -> np.ndarray:
        """Where all different examples lie, or many of them, that were never trained on: (n, d)."""
        return self._lie(self._unseen)[1]

    def _lie(self, splits: list[Split]) -> tuple[np.ndarray, np.ndarray]:
        """Return positions, each in its split, and places of the different examples of some splits."""
        positions, keys, places = [], [], []
        most = min(MANY, max(1, BYTES // max(1, self.data.train.array[:1].nbytes)))
        for split in splits:
            rows = np.sort(self._order(len(split))[:most])  # in order, which reads fastest
            for start in range(0, len(rows), CHUNK):
                positions.append(rows[start : start + CHUNK])
                examples, _ = split.take(positions[-1])
                keys.append(row_keys(examples))
                places.append(self.place(examples))
        if not keys:
            return np.arange(0), self.placed[:0]
        first = np.sort(np.unique(np.concatenate(keys), return_index=True)[1])
        return np.concatenate(positions)[first], np.concatenate(places)[first]

    @cached_property
    def cells(self) -> "KMeans":
        """Parts of that space, by k-means."""
        return cells(self.placed, self.seed)

    @cached_property
    def few_cells(self) -> "KMeans":
        """Fewer and larger ones."""
        return cells(self.placed, self.seed, FEW_BINS)


def principal(centred: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (k,) deviations along the principal axes of (n, d) centred examples, and the (d, k) axes.

    At most ``most`` of them, the largest first, without those below a millionth of the largest; one at least.
    They are eigenvectors of the smaller of both products with the transpose, some fifty times as fast as all
    singular vectors.
    """
    from scipy.linalg import eigh

    count, dimensions = centred.shape
    wide = dimensions > count
    product = centred @ centred.T if wide else centred.T @ centred
    size = len(product)
    squares, vectors = eigh(product, subset_by_index=(max(0, size - most), size - 1))
    lengths = np.sqrt(np.maximum(squares[::-1], 0.0))
    kept = lengths > 1e-6 * lengths[0]
    kept[0] = True
    axes = vectors[:, ::-1][:, kept]
    if wide:
        axes = centred.T @ axes / np.maximum(lengths[kept], 1e-300)
    return lengths[kept] / math.sqrt(count), axes


def _flat(examples: np.ndarray) -> np.ndarray:
    """Return (n, d) numbers, of large images averages over squares."""
    scale = 255.0 if examples.dtype == np.uint8 else 1.0
    if examples.dtype == np.uint8 and examples.ndim == 4 and (square := examples.shape[1] // SIDE) > 1:
        side = examples.shape[1] // square * square
        total = np.zeros((len(examples), side // square, side // square, examples.shape[3]), np.uint32)
        for down, across in itertools.product(range(square), repeat=2):
            total += examples[:, down:side:square, across:side:square]
        examples = total / square**2
    return examples.reshape(len(examples), -1).astype(np.float64) / scale
