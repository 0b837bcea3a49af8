"""What may be scored: a callable that draws samples, or an array of them."""

from collections.abc import Callable

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import kinds
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.pixels import to_images
from saddlepoint.data.subset import random_part

Sample = Callable[[int], np.ndarray]


def draw(
    dataset: Dataset, sample: Sample | np.ndarray, count: int, seed: int = 0
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return at most ``count`` checked samples, uint8 (n, h, w, c), or float32 (n, d) for points, and notes.

    Images may be of any kind that :func:`to_images` reads; the notes say what was assumed of them.

    Args:
        dataset: what the samples imitate; they must have the shape of its examples.
        sample: n -> n samples, or an array of samples; of more than ``count`` a random part, in their order.
        count: samples wanted.
        seed: seed of that part.

    Raises:
        UserError: the samples are of another shape or type, or hold values that are no numbers.
    """
    if count < 1:
        raise UserError(f"samples must be at least 1, not {count}")
    given = np.asarray(sample(count) if callable(sample) else sample)
    if given.dtype.kind == "f" and not np.isfinite(given).all():
        bad = int((~np.isfinite(given.reshape(len(given), -1))).any(axis=1).sum())
        raise UserError(f"{bad} of {len(given)} samples hold NaN or infinite values; did training diverge?")
    if not given.size:
        raise UserError("there are no samples to score")
    shape, notes = given.shape, ()
    kind = kinds.get(dataset.kind)
    if kind.sized and (given.dtype != np.uint8 or shape[1:] != dataset.shape):
        given, notes = to_images(given, "the array of samples")
    if given.shape[1:] != dataset.shape or given.ndim != len(dataset.shape) + 1:
        raise UserError(
            f"samples have shape {shape}, but {dataset.name!r} holds examples of shape {dataset.shape}"
        )
    if callable(sample) and len(given) != count:
        raise UserError(f"the sampler was asked for {count} samples and gave {len(given)}")
    given = given[np.sort(random_part(len(given), count, seed))]
    wanted = np.dtype(kind.dtypes[0])
    if not np.can_cast(given.dtype, wanted, "same_kind"):
        raise UserError(f"samples are {given.dtype}, but {dataset.name!r} holds {wanted} {kind.many}")
    if dataset.vocabulary is not None and not 0 <= given.min() <= given.max() < len(dataset.vocabulary):
        raise UserError(
            f"samples hold tokens from {given.min()} to {given.max()}, and those of {dataset.name!r} are 0 to "
            f"{len(dataset.vocabulary) - 1}"
        )
    return given.astype(wanted, copy=False), notes
