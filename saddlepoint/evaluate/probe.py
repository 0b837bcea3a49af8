"""What a critic has learned: a linear classifier on its layers (Radford et al. 2016, section 5.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from saddlepoint.compute.threads import few_threads, map_blocks
from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate.encoders.patch_dictionary import learn_patches
from saddlepoint.evaluate.statistics import of_share
from saddlepoint.evaluate.svm import decide, fit_svm

KINDS = ("images",)  # whose classes can be read off maps
GRID, COSTS, CENTROIDS, TRAINING = 4, (0.01, 0.1, 1.0, 10.0, 100.0), 400, 10_000
_BLOCK = 250

Activations = Callable[[np.ndarray], Sequence[Tensor]]
Features = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Probed:
    """How well a linear classifier reads classes from some features.

    Attributes:
        accuracy: share of test images that it classifies correctly.
        low: lower end of the 95 % interval.
        high: upper end of the 95 % interval.
        tested: test images.
        trained: labelled images that the classifier learned from, drawn at random from ``labelled``.
        labelled: labelled images in the training split.
        features: number of features.
        cost: C that was best on a fifth of the training images, held out.
    """

    accuracy: float
    low: float
    high: float
    tested: int
    trained: int
    labelled: int
    features: int
    cost: float


def probe(
    dataset: Dataset,
    activations: Activations,
    untrained: Activations | None = None,
    *,
    images: int = TRAINING,
    seed: int = 0,
    report: Progressing = silent,
) -> dict[str, Probed]:
    """Compare what a linear SVM reads from a critic's layers with what it reads from simpler features.

    Every map of every layer is max-pooled to 4×4 and all are joined; each feature is standardised; the SVM
    is one against the rest with squared hinge. The rows are ``critic``, ``random critic`` (the same network
    before training, the control without which the first number says nothing), ``pixels``, and ``patches``
    (400 k-means patches, summed over quadrants: Coates et al. 2011).

    Args:
        dataset: labelled images.
        activations: uint8 (n, h, w, c) images -> tensors (n, c, h, w), one per layer.
        untrained: the same of a network at random initial weights.
        images: labelled training images that the classifiers learn from.
        seed: seed of their choice and of the patches.
        report: told which row is read.

    Returns:
        The results by row, with binomial intervals over test images.

    Raises:
        UserError: the data have no labels, or are of another kind.
    """
    if dataset.kind not in KINDS or not dataset.classes or dataset.train.label is None:
        raise UserError(f"a probe needs labelled images, and {dataset.name!r} has none")
    with few_threads(dataset.shape):
        return _rows(dataset, activations, untrained, images, seed, report)


def _rows(
    dataset: Dataset,
    activations: Activations,
    untrained: Activations | None,
    images: int,
    seed: int,
    report: Progressing,
) -> dict[str, Probed]:
    order = random_part(len(dataset.train), images, seed)
    train = Split(*dataset.train.take(order))
    patches = learn_patches(train.array, CENTROIDS, stride=1, seed=seed)
    rows: dict[str, Features] = {"critic": lambda block: pool(activations(block))}
    if untrained is not None:
        rows["random critic"] = lambda block: pool(untrained(block))
    rows["pixels"] = lambda block: block.reshape(len(block), -1).astype(np.float32)
    rows["patches"] = lambda block: map_blocks(patches.pooled, [block])[0]
    found = {}
    for number, (name, features) in enumerate(rows.items()):
        report(f"reading classes from {name}", number, len(rows))
        found[name] = _read(features, train, dataset, seed)
    return found


def pool(layers: Sequence[Tensor], grid: int = GRID) -> np.ndarray:
    """Max-pool maps (n, c, h, w) to at most grid × grid each and join them: float32 (n, Σ c·grid²)."""
    pooled = []
    for maps in layers:
        sides = [min(grid, side) for side in maps.shape[2:]]
        pooled.append(F.adaptive_max_pool2d(maps.detach().float(), sides).flatten(1).cpu())
    return torch.cat(pooled, 1).numpy()


def _read(features: Features, train: Split, dataset: Dataset, seed: int) -> Probed:
    """Standardise, choose C on a held-out fifth, fit on all, and count on the test images."""
    test, classes = dataset.splits["test"], len(dataset.classes)
    assert train.label is not None
    x = torch.from_numpy(np.concatenate([features(train.array[rows]) for rows in _blocks(len(train))]))
    mean, scale = x.mean(0), x.std(0)
    # Rows of about unit norm give C the same meaning for any number of features.
    scale = (scale + 1e-3 * scale.mean() + 1e-12) * x.shape[1] ** 0.5
    x.sub_(mean).div_(scale)
    label = torch.from_numpy(train.label)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    held, kept = order[: len(x) // 5], order[len(x) // 5 :]
    scores, weights = {}, None
    mine, theirs = x[kept], x[held]
    for cost in COSTS:
        weights = fit_svm(mine, label[kept], classes, cost, weights)
        scores[cost] = (decide(theirs, weights).argmax(1) == label[held]).float().mean().item()
        if scores[cost] < max(scores.values()) - 0.005:
            break  # past the best; a larger C only takes longer
    best = max(scores, key=lambda cost: scores[cost])
    del mine, theirs
    weights = fit_svm(x, label, classes, best, weights)
    # In random order: files come sorted by class, and a network that normalises by batch would read it off.
    shuffled = random_part(len(test), len(test), seed)
    right = 0
    for rows in _blocks(len(test)):
        images, truth = test.take(shuffled[rows])
        block = (torch.from_numpy(features(images)) - mean) / scale
        right += int((decide(block, weights).argmax(1).numpy() == truth).sum())
    tested = len(test)
    return Probed(
        right / tested, *of_share(right, tested), tested, len(x), len(dataset.train), x.shape[1], best
    )


def _blocks(count: int) -> list[slice]:
    return [slice(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK)]
