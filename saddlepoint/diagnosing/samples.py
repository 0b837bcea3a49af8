"""Samples beside real examples, both as points: what is missing, what is too narrow, what is a copy."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

LEAST_IN_BIN, MOST_BINS, FEW_BINS = 30, 40, 10  # real examples in a bin on average; bins, fine and coarse
RARE, CHANCE = 0.25, 0.01  # of a bin's real share; of finding so few by chance in any bin
FEWEST = 8  # examples of either kind in a bin whose variances are compared
NEIGHBOURS = 5
LINKED, MOST_GAPS, JUMP = (
    1_000,
    60,
    4.0,
)  # examples; links that may cross gaps; how much longer than others they are


class Bins(NamedTuple):
    """How samples fall into parts of the data's space.

    Attributes:
        real: (k,) share of real examples.
        fake: (k,) share of samples.
        rare: (k,) whether samples are so rare there that chance does not explain it.
        ratios: (k,) variance of samples over that of real examples; NaN where there are too few of either.
    """

    real: np.ndarray
    fake: np.ndarray
    rare: np.ndarray
    ratios: np.ndarray

    @property
    def lost(self) -> float:
        """Share of real examples where samples are so rare."""
        return float(self.real[self.rare].sum())

    @property
    def spread(self) -> float:
        """Variance of samples within bins over that of real examples there, a mean over samples."""
        known = np.isfinite(self.ratios)
        return float(np.average(self.ratios[known], weights=self.fake[known])) if known.any() else 0.0


def cells(real: np.ndarray, seed: int = 0, most: int = MOST_BINS) -> "KMeans":
    """Return k-means cells of (n, d) real examples, with some thirty of them in each, at most ``most``."""
    from sklearn.cluster import KMeans

    count = int(np.clip(len(real) // LEAST_IN_BIN, 2, most))
    count = min(count, len(np.unique(real, axis=0)))
    return KMeans(count, max_iter=50, random_state=seed).fit(real)


def bins(cells: "KMeans", real: np.ndarray, fake: np.ndarray) -> Bins:
    """Compare how real examples and samples fall into cells (Richardson and Weiss 2018).

    Args:
        cells: of the real examples.
        real: (n, d).
        fake: (m, d).
    """
    from scipy.stats import binom

    count = cells.n_clusters
    of_real, of_fake = cells.predict(real), cells.predict(fake)
    p = np.bincount(of_real, minlength=count) / len(real)
    q = np.bincount(of_fake, minlength=count) / len(fake)
    rare = (q < RARE * p) & (binom.cdf(q * len(fake), len(fake), p) < CHANCE / count)
    ratios = np.full(count, np.nan)
    for cell in range(count):
        here, there = real[of_real == cell], fake[of_fake == cell]
        if min(len(here), len(there)) >= FEWEST:
            ratios[cell] = there.var(0).sum() / max(here.var(0).sum(), 1e-12)
    return Bins(p, q, rare, ratios)


def told_apart(real: np.ndarray, fake: np.ndarray) -> float:
    """Return the share of examples whose five nearest others say rightly whether they are real.

    It is ½ for two sets of one distribution and 1 for two that do not touch (Lopez-Paz and Oquab 2017). As many
    of each are taken; of so few that they have no five others, nobody can tell: ½.
    """
    from sklearn.neighbors import NearestNeighbors

    count = min(len(real), len(fake))
    if 2 * count <= NEIGHBOURS:
        return 0.5
    both, kind = np.concatenate([real[:count], fake[:count]]), np.repeat([0, 1], count)
    near = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(both).kneighbors(both, return_distance=False)[:, 1:]
    return float(((kind[near].mean(1) > 0.5) == kind).mean())


def gap(real: np.ndarray) -> float | None:
    """Return how far neighbouring modes of (n, d) real examples are apart, None where no gap parts them.

    Links of the minimum spanning tree are short within a mode: the longest ones cross gaps where they are
    four times as long as the next. The gap is their median.
    """
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial.distance import pdist, squareform

    some = np.unique(real[:: -(-len(real) // LINKED)], axis=0)  # a distance of 0 would be no link
    links = np.sort(minimum_spanning_tree(squareform(pdist(some))).data)[::-1]
    if len(links) < 2:
        return None
    longer = links[:-1] / links[1:]
    crossing = int(np.argmax(longer[:MOST_GAPS])) + 1
    return float(np.median(links[:crossing])) if longer[crossing - 1] > JUMP else None


def nearest(others: np.ndarray, examples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the nearest of (m, d) ``others`` is from each of (n, d) ``examples``, and which it is."""
    from sklearn.neighbors import NearestNeighbors

    distance, row = NearestNeighbors(n_neighbors=1).fit(others).kneighbors(examples)
    return distance[:, 0], row[:, 0]


def fine(images: np.ndarray) -> float:
    """Return the share of the power of (n, h, w, c) images, without their means, in waves of two pixels."""
    power = _power(images)
    down, across = power.shape[0] // 2, power.shape[1] // 2
    return float(_along(power, [down], [across]) / max(power.sum(), 1e-12))


def spectrum(images: np.ndarray) -> np.ndarray:
    """Return (s/2,) shares of the power of (n, s, s, c) images in 1, 2, ... waves; the last is :func:`fine`."""
    power = _power(images)
    side = len(power)
    either = [
        sorted({count, side - count}) for count in range(1, side // 2 + 1)
    ]  # a wave has two frequencies, ±
    return np.array([_along(power, both, both) for both in either]) / max(power.sum(), 1e-12)


def _power(images: np.ndarray) -> np.ndarray:
    grey = images.astype(np.float64).mean(-1)
    return np.square(np.abs(np.fft.fft2(grey - grey.mean((1, 2), keepdims=True)))).mean(0)


def _along(power: np.ndarray, down: list[int], across: list[int]) -> float:
    return power[down].sum() + power[:, across].sum() - power[np.ix_(down, across)].sum()


def chances_apart(first: np.ndarray, second: np.ndarray) -> float:
    """Return the chance that one of ``first`` is above one of ``second``, ties halved: ½ for equal sets."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([first, second]))[: len(first)].sum()
    return float((ranks - len(first) * (len(first) + 1) / 2) / (len(first) * len(second)))
