"""The judge: a small classifier trained once on the data's own labels, and cached."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from saddlepoint.compute.threads import pick_device, private_rng, to_pixels
from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate.encoder import BLOCK, Encoder, Encoding, encoder
from saddlepoint.evaluate.encoders._kept import hash_of, kept
from saddlepoint.evaluate.encoders.judge_network import (
    LARGE,
    SMALL,
    JudgeNetwork,
    accuracy,
    seconds_to_train,
    train_judge,
)

VERSION = 3  # of how it is trained; judges of older versions are not asked again
SPREAD = 100.0
_FIT = 10_000  # images whose features set the scale
_SIZES = {size.name: size for size in (SMALL, LARGE)}


@encoder("images")
def judge(dataset: Dataset, report: Progressing, *, seed: int = 0) -> Encoder:
    """A small convolutional classifier trained on the data's own labels; 64 features before its last layer.

    Features carry one common factor that makes their total variance over training images 100, so that a
    Fréchet distance reads as per cent of the data's own variance whatever the data.

    Args:
        dataset: labelled images of at least 8 by 8 pixels.
        report: told how training goes.
        seed: seed of the weights and of the order of the data.

    Raises:
        UserError: the data have no labels, or the images are too small.
    """
    network, facts = judging(dataset, report, seed=seed)
    device = pick_device()
    scale = facts["scale"]

    def apply(images: np.ndarray) -> Encoding:
        feature, logits = _forward(network, images, device)
        return Encoding(feature * np.float32(scale), logits)

    basis = f"{facts['images']:,} labelled images, tested on {facts['tested']:,}"
    note = f"a {facts['network']} network trained on {basis}"
    return Encoder("judge", facts["hash"], apply, facts["accuracy"], note, device.type == "cpu")


def judging(
    dataset: Dataset, report: Progressing = silent, *, seed: int = 0
) -> tuple[JudgeNetwork, dict[str, Any]]:
    """Return the judge's network in evaluation mode, with parameters that nobody moves, and facts about it.

    Arguments and errors as for :func:`judge`.
    """
    _check(dataset)
    device = pick_device()
    stem = _place(dataset, seed)
    weights, facts = kept(stem, lambda: _train(dataset, seed, device, report), "the judge", report)
    with private_rng(seed):
        network = JudgeNetwork(dataset.shape, len(dataset.classes), _SIZES[facts["network"]])
    network.load_state_dict(weights)
    network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval().requires_grad_(False), facts


def is_trained(dataset: Dataset, seed: int = 0) -> bool:
    """Say whether the judge of ``dataset`` is in the cache."""
    return _place(dataset, seed).with_suffix(".json").exists()


def cost(dataset: Dataset) -> tuple[float, float]:
    """Return about how many seconds training the judge takes here and now, and encoding an image."""
    seconds, each = seconds_to_train(dataset.train, len(dataset.classes), device=pick_device())
    return seconds, each / 3  # a step is a pass forward and twice as much backward


def _place(dataset: Dataset, seed: int) -> Path:
    return cache.folder("judges") / f"v{VERSION}-{dataset.key}-{seed}"


def _check(dataset: Dataset) -> None:
    if not dataset.classes or dataset.train.label is None:
        raise UserError(f"the judge learns from labels, and {dataset.name!r} has none; use encoder 'patches'")
    if min(dataset.shape[:2]) < 8:
        raise UserError(
            f"the judge reads images of at least 8 by 8 pixels, {dataset.name!r} has {dataset.shape}"
        )


def _train(dataset: Dataset, seed: int, device: torch.device, report: Progressing) -> tuple[dict, dict]:
    began = time.monotonic()
    network, size = train_judge(dataset.train, len(dataset.classes), seed=seed, device=device, report=report)
    seconds = time.monotonic() - began
    images, _ = dataset.train.take(random_part(len(dataset.train), _FIT))
    parts = [images[start : start + BLOCK] for start in range(0, len(images), BLOCK)]
    features = np.concatenate([_forward(network, part, device)[0] for part in parts])
    spread = float(features.var(axis=0, dtype=np.float64).sum())
    scale = (SPREAD / spread) ** 0.5 if spread > 0 else 1.0
    test = dataset.splits.get("test", dataset.train)
    weights = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    facts = {
        "version": VERSION,
        "data": dataset.name,
        "network": size.name,
        "images": len(dataset.train),
        "accuracy": accuracy(network, test, np.arange(len(test))),
        "tested": len(test),
        "scale": scale,
        "seconds": round(seconds, 1),
        "hash": hash_of(f"judge {scale!r}", weights),
    }
    return weights, facts


def _forward(network: JudgeNetwork, images: np.ndarray, device: torch.device) -> tuple[np.ndarray, np.ndarray]:
    with torch.inference_mode():
        feature, logits = network(to_pixels(images, device))
    return feature.float().cpu().numpy(), logits.float().cpu().numpy()
