"""The judge's convolutional network, and how it is trained."""

import math
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from saddlepoint.data.dataset import Split
from saddlepoint.evaluate.encoder import Report
from saddlepoint.evaluate.tensors import few_threads, half_precision, private_rng, to_pixels

FEATURES = 64
IMAGES, EPOCHS, BATCH = 200_000, 20, 128
LEARNING_RATE, WEIGHT_DECAY = 5e-3, 0.02


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    kernel = 2 * stride + 1
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class JudgeNetwork(nn.Module):
    """Five convolutions, a mean over positions, a code and a linear classifier.

    Args:
        shape: (h, w, c) of an image, each side at least 8. Images with sides over 47 pixels are halved, or
            more, by the first convolution, so that the cost per image stays about that of 32 pixels.
        classes: number of classes.
    """

    def __init__(self, shape: tuple[int, ...], classes: int):
        super().__init__()
        side = max(shape[:2])
        stride = max(1, round(side / 32))
        layers: list[nn.Module] = [_block(shape[2], 32, stride)]
        side = -(-side // stride)
        for inputs, outputs in ((32, 64), (64, 128)):
            if side > 7:
                layers.append(nn.MaxPool2d(2))
                side //= 2
            layers += [_block(inputs, outputs), _block(outputs, outputs)]
        self.body = nn.Sequential(*layers)
        self.code = nn.Linear(128, FEATURES)
        self.head = nn.Linear(FEATURES, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Turn pixels in [-1, 1], (n, c, h, w), into features (n, 64) and logits (n, classes)."""
        x = self.body(x).float().mean((2, 3))
        feature = F.relu(self.code(x))
        return feature, self.head(feature)


def train_judge(split: Split, classes: int, *, seed: int, device: torch.device, report: Report) -> JudgeNetwork:
    """Train a judge on a labelled split of images.

    Adam with one learning-rate cycle over 200,000 images (at most 20 epochs), on randomly shifted, rotated
    and scaled copies. The same arguments on the same machine give the same weights.
    """
    with few_threads(split.array.shape[1:]):
        network = _trained(split, classes, seed, device, report)
    return network.eval().requires_grad_(False)


def _trained(split: Split, classes: int, seed: int, device: torch.device, report: Report) -> JudgeNetwork:
    rng = torch.Generator().manual_seed(seed)
    with private_rng(seed):
        network = JudgeNetwork(split.array.shape[1:], classes)
    network = network.to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    batch = min(BATCH, len(split))
    steps = max(1, min(IMAGES, EPOCHS * len(split)) // batch)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.2)
    for step, index in enumerate(_order(len(split), batch, steps, rng), start=1):
        images, label = split.take(index)
        x = _augment(to_pixels(images, device), rng)
        with half_precision(device):
            _, logits = network(x)
        loss = F.cross_entropy(logits.float(), torch.from_numpy(label).to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step < steps:
            cycle.step()
        if step % 500 == 0:
            report(f"judge: step {step} of {steps}, loss {loss.item():.3f}")
    return network


def _order(count: int, batch: int, steps: int, rng: Generator) -> Iterator[np.ndarray]:
    per_epoch = count // batch
    order = torch.empty(0)
    for step in range(steps):
        position = step % per_epoch
        if position == 0:
            order = torch.randperm(count, generator=rng)
        yield order[position * batch : (position + 1) * batch].numpy()


def _augment(x: Tensor, rng: Generator) -> Tensor:
    """Shift by up to 7 % of a side, rotate by up to 12 degrees, scale by up to 10 %, each image its own way."""
    u = torch.rand(len(x), 4, generator=rng).mul_(2).sub_(1)
    angle, scale, shift = u[:, 0] * math.radians(12), 1 + 0.1 * u[:, 1], 0.14 * u[:, 2:]
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = torch.stack([cosine, -sine, shift[:, 0], sine, cosine, shift[:, 1]], 1)
    grid = F.affine_grid(rows.view(-1, 2, 3).to(x.device), list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    return x.contiguous(memory_format=torch.channels_last)
