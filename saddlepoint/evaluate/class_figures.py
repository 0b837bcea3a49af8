"""Figures of games that are told classes, or tell kinds apart: they need the run, not its samples alone."""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import linear_sum_assignment

from saddlepoint.evaluate.distances import nearest
from saddlepoint.evaluate.metric import SHARE, About, Figure
from saddlepoint.evaluate.statistics import of_share

ABOUT: Mapping[str, About] = {
    "code_error": About("lower", "test images whose code, read by the game itself, is not their class's"),
    "knn_accuracy": About("higher", "test images whose nearest class-conditional sample is of their class"),
}


def code_error(code: np.ndarray, label: np.ndarray) -> Figure:
    """Return the share of images whose code is not the one that stands for their class.

    Codes are matched to classes one to one, so that the fewest images are wrong (Chen et al. 2016, section
    7.2). As the matching is chosen on the same images, a few hundred of them are too few.

    Args:
        code: int64 (n,) read off real images.
        label: int64 (n,) their classes.
    """
    table = np.zeros((int(code.max()) + 1, int(label.max()) + 1), np.int64)
    np.add.at(table, (code, label), 1)
    codes, classes = linear_sum_assignment(table, maximize=True)
    wrong = len(code) - int(table[codes, classes].sum())
    match = {str(a): int(b) for a, b in zip(codes, classes, strict=True)}
    return Figure(
        wrong / len(code),
        *of_share(wrong, len(code)),
        len(code),
        encoder="pixels",
        detail={"class_of_code": match},
        range=SHARE,
    )


def knn_accuracy(
    image: np.ndarray, label: np.ndarray, blocks: Iterable[tuple[np.ndarray, np.ndarray]]
) -> Figure:
    """Return the share of images whose nearest sample, in pixels, was made for their class.

    One nearest neighbour by Euclidean distance (Radford et al. 2016, section 5.1). Memory stays below 2 GB
    whatever the number of blocks.

    Args:
        image: (n, ...) real images.
        label: int64 (n,) their classes.
        blocks: (samples (m, ...), int64 (m,) the classes they were made for), as many as are wanted.
    """
    pixels = image.reshape(len(image), -1)
    best, found, used = np.full(len(image), np.inf), np.full(len(image), -1, np.int64), 0
    for sample, of in blocks:
        index, distance = nearest(pixels, sample.reshape(len(sample), -1))
        closer = distance < best
        best[closer], found[closer] = distance[closer], of[index[closer]]
        used += len(sample)
    right = int((found == label).sum())
    detail = {"test_images": len(image)}
    return Figure(
        right / len(image), *of_share(right, len(image)), used, encoder="pixels", detail=detail, range=SHARE
    )
