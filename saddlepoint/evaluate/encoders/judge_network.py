"""The judge's convolutional network, and how it is trained."""

import math
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from saddlepoint.compute.threads import few_threads, half_precision, private_rng, to_pixels
from saddlepoint.core.progress import Progressing
from saddlepoint.data.dataset import Split
from saddlepoint.evaluate.encoder import BLOCK

FEATURES = 64
EPOCHS, BATCH, WEIGHT_DECAY = 20, 128, 0.02
GOOD = 0.99  # share of held-out images that the small network names rightly where it is enough
TRIAL = 6  # steps that tell how long training takes
HELD_OUT = 5_000  # training images that tell whether it is, at most a tenth of them


class Size(NamedTuple):
    """A judge's network and how it learns.

    Attributes:
        name: what the card says of it.
        widths: maps at full size and after each halving of the image.
        grid: side of the maps that the code reads: averages where it is 1, else maxima.
        images: shown in training, at most 20 epochs.
        rate: the largest learning rate of the cycle.
        shift: most that a training image is moved, in its sides.
        turn: most that it is rotated, in degrees.
        zoom: most that its scale changes.
    """

    name: str
    widths: tuple[int, int, int]
    grid: int
    images: int
    rate: float
    shift: float
    turn: float = 0.0
    zoom: float = 0.0


SMALL = Size("small", (16, 32, 64), 3, 100_000, 1e-2, 0.04)
LARGE = Size("large", (32, 64, 128), 1, 200_000, 5e-3, 0.07, 12.0, 0.1)


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    kernel = 2 * stride + 1
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class JudgeNetwork(nn.Module):
    """Five convolutions, a code and a linear classifier.

    Args:
        shape: (h, w, c) of an image, each side at least 8. Images with sides over 47 pixels are halved, or
            more, by the first convolution, so that the cost per image stays about that of 32 pixels.
        classes: number of classes.
        size: how large it is.
    """

    def __init__(self, shape: tuple[int, ...], classes: int, size: Size = LARGE):
        super().__init__()
        side = max(shape[:2])
        stride = max(1, round(side / 32))
        layers: list[nn.Module] = [_block(shape[2], size.widths[0], stride)]
        side = -(-side // stride)
        for inputs, outputs in pairwise(size.widths):
            if side > 7:
                layers.append(nn.MaxPool2d(2))
                side //= 2
            layers += [_block(inputs, outputs), _block(outputs, outputs)]
        layers.append(nn.AdaptiveMaxPool2d(size.grid) if size.grid > 1 else nn.AdaptiveAvgPool2d(1))
        self.body = nn.Sequential(*layers)
        self.blocks = [index for index, layer in enumerate(layers) if isinstance(layer, nn.Sequential)]
        self.code = nn.Linear(size.widths[-1] * size.grid**2, FEATURES)
        self.head = nn.Linear(FEATURES, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Turn pixels in [-1, 1], (n, c, h, w), into features (n, 64) and logits (n, classes)."""
        x = self.body(x).float().flatten(1)
        feature = F.relu(self.code(x))
        return feature, self.head(feature)

    def maps(self, picture: Tensor) -> list[Tensor]:
        """Return the maps (n, c', h', w') of the five convolutions, fine to coarse, of pictures of any size."""
        found = []
        for index, layer in enumerate(list(self.body)[: self.blocks[-1] + 1]):
            picture = layer(picture)
            if index in self.blocks:
                found.append(picture)
        return found


def train_judge(
    split: Split, classes: int, *, seed: int, device: torch.device, report: Progressing
) -> tuple[JudgeNetwork, Size]:
    """Train a judge on a labelled split of images: a small network, and where that is not enough a larger one.

    Adam with one learning-rate cycle, on images that are moved at random. The small network learns from all but
    5,000 (or a tenth), which are held out, and is kept where it names nearly all of those rightly; else the
    large one learns from all of them, rotated and scaled too. The same arguments on the same machine give the
    same weights.

    Args:
        split: labelled images.
        classes: number of classes.
        seed: of the weights, of the images that are held out, and of the order of the others.
        device: where it is computed.
        report: told how many images have been shown.

    Returns:
        The network, and which of the two it is.
    """
    rows = torch.randperm(len(split), generator=torch.Generator().manual_seed(seed)).numpy()
    count = min(HELD_OUT, len(split) // 10)
    held, rest = rows[:count], np.sort(rows[count:])
    with few_threads(split.array.shape[1:]):
        network = _trained(split, rest, classes, SMALL, seed, device, report)
        if count and accuracy(network, split, held) >= GOOD:
            return network, SMALL
        return _trained(split, np.sort(rows), classes, LARGE, seed, device, report), LARGE


def seconds_to_train(split: Split, classes: int, *, device: torch.device) -> tuple[float, float]:
    """Return about how long the small network trains here and now, and for one image, from a few steps."""
    times: list[float] = []
    few = SMALL._replace(images=TRIAL * BATCH)
    rows = np.arange(len(split))
    with few_threads(split.array.shape[1:]):
        _trained(split, rows, classes, few, 0, device, lambda *_: times.append(time.perf_counter()))
    step = float(np.median(np.diff(times)))
    return step * _steps(len(split), SMALL), step / min(BATCH, len(split))


def accuracy(network: JudgeNetwork, split: Split, rows: np.ndarray) -> float:
    """Return the share of the labelled images at ``rows`` of a split that a network names rightly."""
    device = next(network.parameters()).device
    right = 0
    with torch.inference_mode():
        for block in np.array_split(rows, -(-len(rows) // BLOCK)):
            images, label = split.take(block)
            right += int((network(to_pixels(images, device))[1].argmax(1).cpu().numpy() == label).sum())
    return right / len(rows)


def _trained(
    split: Split,
    rows: np.ndarray,
    classes: int,
    size: Size,
    seed: int,
    device: torch.device,
    report: Progressing,
) -> JudgeNetwork:
    rng = torch.Generator().manual_seed(seed)
    with private_rng(seed):
        network = JudgeNetwork(split.array.shape[1:], classes, size)
    network = network.to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    batch = min(BATCH, len(rows))
    steps = _steps(len(rows), size)
    optimizer = torch.optim.AdamW(network.parameters(), lr=size.rate, weight_decay=WEIGHT_DECAY)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, size.rate, total_steps=steps, pct_start=0.2)
    for step, index in enumerate(_order(len(rows), batch, steps, rng), start=1):
        images, label = split.take(rows[index])
        x = _augment(to_pixels(images, device), size, rng)
        with half_precision(device):
            _, logits = network(x)
        loss = F.cross_entropy(logits.float(), torch.from_numpy(label).to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step < steps:
            cycle.step()
        report(f"training the {size.name} judge, once", step * batch, steps * batch)
    return network.eval().requires_grad_(False)


def _steps(count: int, size: Size) -> int:
    return max(2, min(size.images, EPOCHS * count) // min(BATCH, count))


def _order(count: int, batch: int, steps: int, rng: Generator) -> Iterator[np.ndarray]:
    per_epoch = count // batch
    order = torch.empty(0)
    for step in range(steps):
        position = step % per_epoch
        if position == 0:
            order = torch.randperm(count, generator=rng)
        yield order[position * batch : (position + 1) * batch].numpy()


def _augment(x: Tensor, size: Size, rng: Generator) -> Tensor:
    """Shift, rotate and scale each image its own way."""
    u = torch.rand(len(x), 4, generator=rng).mul_(2).sub_(1)
    angle, scale, shift = u[:, 0] * math.radians(size.turn), 1 + size.zoom * u[:, 1], 2 * size.shift * u[:, 2:]
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = torch.stack([cosine, -sine, shift[:, 0], sine, cosine, shift[:, 1]], 1)
    grid = F.affine_grid(rows.view(-1, 2, 3).to(x.device), list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    return x.contiguous(memory_format=torch.channels_last)
