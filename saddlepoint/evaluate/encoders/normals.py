"""What a small network reads off pictures of scenes: which way each surface faces."""

import time
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from saddlepoint.compute.threads import few_threads, pick_device, private_rng
from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import view_floats
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate.encoder import BLOCK, Encoder, Encoding, encoder
from saddlepoint.evaluate.encoders._kept import Kept, hash_of, kept
from saddlepoint.networks.surfaces import NormalEstimator

VERSION = 1  # of how it is trained
WIDTH, RATE, WEIGHT_DECAY = 24, 5e-3, 1e-2
VIEWS, EACH, BATCH = 25_600, 20, 64  # views shown in training, at most 20 times each
GRID = 4  # places a side at which an encoding has the normals
SPREAD = 100.0  # total variance of an encoding over training views
_FIT = 2_000  # views that set the scale
PIXELS = (-1.0, 1.0)


@encoder("views")
def normals(dataset: Dataset, report: Progressing, *, seed: int = 0) -> Encoder:
    """What a network that reads normals off pictures sees in a picture, beside the normals that belong to it.

    The mean of its coarsest maps, and the view's own normals at 4×4 places; each half has half of a total
    variance of 100 over training views.

    Args:
        dataset: views.
        report: told how training goes.
        seed: seed of the weights and of the order of the data.

    Raises:
        UserError: the side of the views is no multiple of 4.
    """
    network, facts = _network(dataset, report, seed)
    scales = facts["scales"]

    def apply(views: np.ndarray) -> Encoding:
        parts = [part * np.float32(scale) for part, scale in zip(_parts(network, views), scales, strict=True)]
        return Encoding(np.concatenate(parts, axis=1), None)

    note = f"a network that reads normals, trained on {facts['views']:,} views, and the normals themselves"
    return Encoder("normals", facts["hash"], apply, note=note, parallel=pick_device().type == "cpu")


def estimator(
    dataset: Dataset, report: Progressing = silent, *, seed: int = 0
) -> tuple[Callable[[np.ndarray], np.ndarray], str]:
    """Return what reads normals off pictures, uint8 (n, h, w, 3) -> unit float32 (n, h, w, 3), and its hash.

    It is trained on the training views, once; no game has any part in it. Arguments as for :func:`normals`.
    """
    network, facts = _network(dataset, report, seed)

    def read(pictures: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            blocks = [
                network(_tensor(pictures[start : start + BLOCK, None])).permute(0, 2, 3, 1).cpu().numpy()
                for start in range(0, len(pictures), BLOCK)
            ]
        return np.concatenate(blocks)

    return read, facts["hash"]


def _network(dataset: Dataset, report: Progressing, seed: int) -> tuple[NormalEstimator, dict]:
    side = dataset.shape[1]
    if side % 4:
        raise UserError(
            f"normals are read off pictures whose side is a multiple of 4, {dataset.name!r} has {side}"
        )
    stem = cache.folder("estimators") / f"v{VERSION}-{dataset.key}-{seed}"
    weights, facts = kept(stem, lambda: _train(dataset.train, seed, report), "the estimator of normals", report)
    network = NormalEstimator(WIDTH)
    network.load_state_dict(weights)
    return network.to(pick_device()).eval(), facts


def _train(split: Split, seed: int, report: Progressing) -> Kept:
    """Train with Adam and one cycle of its rate on 1 − cos of the angle; every other batch is mirrored."""
    began, device = time.monotonic(), pick_device()
    rng = torch.Generator().manual_seed(seed)
    with private_rng(seed):
        network = NormalEstimator(WIDTH).to(device).train()
    steps = max(2, min(VIEWS, EACH * len(split)) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.2)
    mirrored = torch.tensor([-1.0, 1.0, 1.0], device=device)[:, None, None]
    with few_threads(split.array.shape[2:]):
        for step in range(1, steps + 1):
            views, _ = split.take(torch.randint(len(split), (BATCH,), generator=rng).numpy())
            picture, truth = _tensor(views).split(3, 1)
            if step % 2:
                picture, truth = picture.flip(3), truth.flip(3) * mirrored
            loss = (1 - F.cosine_similarity(network(picture), truth, dim=1)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step < steps:
                cycle.step()
            report("training the estimator of normals, once", step * BATCH, steps * BATCH)
    network.eval().requires_grad_(False)
    views, _ = split.take(random_part(len(split), _FIT))
    spreads = [float(part.var(axis=0, dtype=np.float64).sum()) for part in _parts(network, views)]
    scales = [(SPREAD / 2 / spread) ** 0.5 if spread > 0 else 1.0 for spread in spreads]
    weights = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    facts = {
        "version": VERSION,
        "views": len(split),
        "scales": scales,
        "seconds": round(time.monotonic() - began, 1),
        "hash": hash_of(f"normals {scales!r}", weights),
    }
    return weights, facts


def _parts(network: NormalEstimator, views: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, 2w) means of the coarsest maps of pictures, and (n, 48) normals at places of a grid."""
    with torch.inference_mode():
        picture, truth = _tensor(views).split(3, 1)
        seen = network.code(picture)[1].mean((2, 3))
        return seen.cpu().numpy(), F.adaptive_avg_pool2d(truth, GRID).flatten(1).cpu().numpy()


def _tensor(views: np.ndarray) -> Tensor:
    """Return uint8 (n, k, h, w, 3) views, or pictures alone, as float (n, 3k, h, w) in [−1, 1]."""
    return view_floats(torch.from_numpy(np.ascontiguousarray(views)).to(pick_device()), PIXELS)
