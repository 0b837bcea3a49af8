"""Dictionaries of image patches learned by k-means (Coates, Ng and Lee 2011)."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from saddlepoint.compute.threads import one_thread

_IMAGES, _PATCHES, _ROUNDS = 5_000, 50_000, 12


@dataclass(frozen=True)
class Patchwork:
    """A dictionary of whitened patches.

    Attributes:
        mean: (p,) mean of contrast-normalised patches.
        whitening: (p, p) matrix that makes their covariance the identity.
        centroids: (k, p) in the whitened space.
        size: side of a patch in pixels.
        stride: step between patches in pixels.
    """

    mean: Tensor
    whitening: Tensor
    centroids: Tensor
    size: int
    stride: int

    def activate(self, pixels: Tensor) -> Tensor:
        """Turn pixels in 0..255, (n, c, h, w), into maps (n, k, h', w') of nearness to each centroid.

        The "triangle": mean distance to all centroids less the distance to this one, or 0.
        """
        patch = F.unfold(pixels, self.size, stride=self.stride).transpose(1, 2)  # (n, l, p)
        patch = (_normalise(patch) - self.mean) @ self.whitening
        square = patch.square().sum(2, keepdim=True) + self.centroids.square().sum(1)
        distance = (square - 2 * patch @ self.centroids.T).clamp(min=0).sqrt()
        near = F.relu(distance.mean(2, keepdim=True) - distance).transpose(1, 2)
        side = [(extent - self.size) // self.stride + 1 for extent in pixels.shape[2:]]
        return near.unflatten(2, side)

    def pooled(self, images: np.ndarray, grid: int = 2) -> np.ndarray:
        """Return float32 (n, k·grid²) mean activations in grid × grid regions of uint8 (n, h, w, c) images.

        Quickest on one torch thread: cutting out patches on two takes three times as long.
        """
        found = []
        with torch.inference_mode():
            for start in range(0, len(images), 100):
                maps = self.activate(_pixels(images[start : start + 100]))
                found.append(F.adaptive_avg_pool2d(maps, grid).flatten(1).numpy())
        return np.concatenate(found)


def learn_patches(images: np.ndarray, count: int, *, stride: int = 1, seed: int = 0) -> Patchwork:
    """Learn ``count`` patches from uint8 (n, h, w, c) images by k-means.

    The side of a patch is 6 pixels, 3 where images have fewer than 18.
    """
    with one_thread():
        return _learned(images, count, stride, torch.Generator().manual_seed(seed))


def _learned(images: np.ndarray, count: int, stride: int, rng: torch.Generator) -> Patchwork:
    size = 6 if min(images.shape[1:3]) >= 18 else 3
    pixels = _pixels(images[torch.randperm(len(images), generator=rng)[:_IMAGES].numpy()])
    patch = _normalise(_random_patches(pixels, size, max(_PATCHES, 10 * count), rng))
    mean = patch.mean(0)
    values, vectors = np.linalg.eigh(torch.cov((patch - mean).T).numpy())
    whitening = torch.from_numpy(vectors / np.sqrt(values.clip(min=0) + 0.1) @ vectors.T)
    return Patchwork(mean, whitening, _k_means((patch - mean) @ whitening, count, rng), size, stride)


def _random_patches(pixels: Tensor, size: int, count: int, rng: torch.Generator) -> Tensor:
    """Return (count, c·size²) patches from random places."""
    n, _, h, w = pixels.shape
    image = torch.randint(n, (count,), generator=rng)
    top = torch.randint(h - size + 1, (count,), generator=rng)
    left = torch.randint(w - size + 1, (count,), generator=rng)
    reach = torch.arange(size)
    rows, columns = (top[:, None] + reach)[:, :, None], (left[:, None] + reach)[:, None, :]
    return pixels[image[:, None, None], :, rows, columns].permute(0, 3, 1, 2).flatten(1)


def _k_means(x: Tensor, count: int, rng: torch.Generator) -> Tensor:
    # Equal patches, all the flat ones, would be equal centroids for ever.
    different = torch.unique(x[torch.randperm(len(x), generator=rng)[: 20 * count]], dim=0)
    centroids = different[torch.randperm(len(different), generator=rng)[:count]].clone()
    for _ in range(_ROUNDS):
        norm = centroids.square().sum(1)
        nearest = torch.cat([(norm - 2 * block @ centroids.T).argmin(1) for block in x.split(10_000)])
        total = torch.zeros_like(centroids).index_add_(0, nearest, x)
        size = torch.bincount(nearest, minlength=len(centroids))[:, None]
        centroids = torch.where(size > 0, total / size.clamp(min=1), centroids)
    return centroids


def _normalise(patch: Tensor) -> Tensor:
    """Give each patch, the last axis, mean 0 and about unit contrast; 10 damps the noise of flat ones."""
    centred = patch - patch.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + 10).sqrt()


def _pixels(images: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()
