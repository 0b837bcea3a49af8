"""The plain loop that Saddlepoint is compared with, in the usual manner of tutorials.

A Dataset that opens, resizes and scales one picture at a time, a DataLoader without workers, fp32, binary
cross-entropy on a sigmoid, Adam as torch makes it by default, ``backward()`` through everything, and the
losses read with ``.item()`` in every step.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.rows import Row
from benchmarks.tutorial_networks import NETWORKS

LATENT = 100


class Pictures(Dataset[Tensor]):
    """Pictures, prepared one at a time.

    Args:
        source: a ``.npy`` of grey uint8 images, as torchvision's MNIST holds them; or a folder of JPEGs.
        size: side in pixels.
    """

    def __init__(self, source: Path, size: int):
        self.size = size
        self.arrays = np.load(source) if source.suffix == ".npy" else None
        self.files = [] if self.arrays is not None else sorted(source.rglob("*.jpg"))

    def __len__(self) -> int:
        return len(self.files) if self.arrays is None else len(self.arrays)

    def __getitem__(self, index: int) -> Tensor:
        """Return floats (c, size, size) in [−1, 1]."""
        if self.arrays is None:
            image = Image.open(self.files[index]).convert("RGB")
        else:
            image = Image.fromarray(self.arrays[index])
        if image.size != (self.size, self.size):
            image = image.resize((self.size, self.size), Image.Resampling.BILINEAR)
        pixels = np.asarray(image, dtype=np.float32) / 255
        pixels = (pixels - 0.5) / 0.5
        if pixels.ndim == 2:
            pixels = pixels[:, :, None]
        return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))


class Tutorial:
    """One row's networks, optimizers and loop.

    Args:
        row: what is trained.
        source: as for :class:`Pictures`; None where only single steps are wanted.
        device: where to train.

    Attributes:
        loading: seconds spent in the DataLoader so far.
    """

    def __init__(self, row: Row, source: Path | None, device: torch.device):
        self.row = row
        self.device = device
        generator, critic = NETWORKS[row.name]()
        self.generator, self.critic = generator.to(device), critic.to(device)
        self.bce = nn.BCELoss()
        lr_g, lr_d = row.rates
        self.optimizer_g = torch.optim.Adam(self.generator.parameters(), lr=lr_g, betas=(0.5, 0.999))
        self.optimizer_d = torch.optim.Adam(self.critic.parameters(), lr=lr_d, betas=(0.5, 0.999))
        self.loader = None
        if source is not None:
            self.loader = DataLoader(Pictures(source, row.size), row.batch, shuffle=True, drop_last=True)
        self.loading = 0.0

    def train(self) -> Iterator[None]:
        """Train for ever; yield after every step."""
        assert self.loader is not None
        while True:
            batches = iter(self.loader)
            while True:
                started = time.perf_counter()
                real = next(batches, None)
                self.loading += time.perf_counter() - started
                if real is None:
                    break
                self.step(real.to(self.device), torch.randn(len(real), LATENT, device=self.device))
                yield

    def step(self, real: Tensor, noise: Tensor) -> tuple[float, float]:
        """Train one step on images (n, c, h, w) and latents (n, 100); return critic's and generator's loss."""
        if self.row.generator_first:
            return self._pytorch_gan(real, noise)
        return self._dcgan_tutorial(real, noise)

    def _pytorch_gan(self, real: Tensor, noise: Tensor) -> tuple[float, float]:
        valid = torch.ones(len(real), 1, device=self.device)
        fake = torch.zeros(len(real), 1, device=self.device)

        self.optimizer_g.zero_grad()
        generated = self.generator(noise)
        g_loss = self.bce(self.critic(generated), valid)
        g_loss.backward()
        self.optimizer_g.step()

        self.optimizer_d.zero_grad()
        real_loss = self.bce(self.critic(real), valid)
        fake_loss = self.bce(self.critic(generated.detach()), fake)
        d_loss = (real_loss + fake_loss) / 2
        d_loss.backward()
        self.optimizer_d.step()
        return d_loss.item(), g_loss.item()

    def _dcgan_tutorial(self, real: Tensor, noise: Tensor) -> tuple[float, float]:
        self.critic.zero_grad()
        label = torch.full((len(real), 1), 1.0, device=self.device)
        output = self.critic(real)
        real_loss = self.bce(output, label)
        real_loss.backward()
        output.mean().item()
        fake = self.generator(noise)
        label.fill_(0.0)
        output = self.critic(fake.detach())
        fake_loss = self.bce(output, label)
        fake_loss.backward()
        output.mean().item()
        self.optimizer_d.step()

        self.generator.zero_grad()
        label.fill_(1.0)
        g_loss = self.bce(self.critic(fake), label)
        g_loss.backward()
        self.optimizer_g.step()
        return (real_loss + fake_loss).item(), g_loss.item()
