"""SRResNet (Ledig et al. 2017): large images of small ones, as near to the truth as squares of differences say.

With a real image x, reduced by a bicubic filter to s(x), and G(s(x)) of its size again, the one player, p,
minimises (equation 4)

    content   E (G(s(x)) − x)², the mean over pixels

on random pieces of the images. There is no noise: samples are what G makes of test images that were reduced.
"""

from typing import Any

import torch
from torch import Generator, Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Enlarger, Family, Progress, Terms
from saddlepoint.networks.super_resolution import Enlarging, enlarge, shrink

SCALES = (2, 4)
FINEST = 1e-10  # mean square below which images count as equal: a black batch must not make a curve infinite


class SRResNet(Family):
    """One player that enlarges.

    Args:
        generator: (n, c, h, w) small images -> (n, c, scale·h, scale·w).
        shape: (c, size, size) of the images.
        patch: side of the pieces that are trained on.
        pixels: range of the images.
    """

    players = {"p": ("generator",)}  # noqa: RUF012
    critics = ()
    condition = "example"

    def __init__(
        self, generator: Enlarging, *, shape: tuple[int, ...], patch: int, pixels: tuple[float, float]
    ):
        super().__init__()
        self.generator = generator
        self.shape = shape
        self.patch = patch
        self.low, self.high = pixels

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the one player there is."""
        return ("p",)

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> dict[str, Tensor]:
        """Draw where to train, (n, 2) in [0, 1), and take (n, c, s, s) small images from given large ones.

        Without large ones the small ones are grey; training has no use for them.
        """
        c, size, _ = self.shape
        place = torch.rand(n, 2, generator=rng, device=rng.device)
        if condition is not None:
            return {"place": place, "small": shrink(condition, self.generator.scale)}
        side = size // self.generator.scale
        return {"place": place, "small": torch.zeros(n, c, side, side, device=rng.device)}

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return large images of the small ones."""
        return self.generator(latent["small"])

    def fakes(self, player: str, latent: Any, batch: Batch) -> Tensor:
        """Return what the generator makes of a reduced piece of each real image."""
        return self.generator(shrink(self.piece(batch, latent), self.generator.scale))

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the content term, and the PSNR of the pieces in dB beside that of a bicubic filter."""
        real = self.piece(batch, latent)
        loss = (fake.float() - real).square().mean()
        plain = enlarge(shrink(real, self.generator.scale), self.generator.scale)
        watch = {"PSNR": self.quality(fake.detach(), real), "PSNR bicubic": self.quality(plain, real)}
        return Terms({"content": loss}, watch)

    def levels(self, latent: Any) -> dict[str, Tensor]:
        """Return the small images, their bicubic enlargement, and what the generator makes of them."""
        small = latent["small"]
        return {
            "small": small,
            "bicubic": enlarge(small, self.generator.scale),
            "large": self.generator(small),
        }

    def reconstruct(self, x: Tensor) -> Tensor:
        """Return what the generator makes of images that were reduced."""
        return self.generator(shrink(x, self.generator.scale))

    def enlarger(self) -> Enlarger:
        """Return the generator, which takes images of any size."""
        return Enlarger(self.generator.scale, self.generator.reach, self.generator)

    def piece(self, batch: Batch, latent: Any) -> Tensor:
        """Return a random piece (n, c, patch, patch) of each real image, the same one for the same latent."""
        real, size = batch.real, self.shape[-1]
        if self.patch == size:
            return real
        along = torch.arange(self.patch, device=real.device)
        start = (latent["place"] * (size - self.patch + 1)).long()  # (n, 2)
        rows, columns = (start[:, :, None] + along).unbind(1)  # (n, patch) each
        index = torch.arange(len(real), device=real.device)[:, None, None]
        return real.permute(0, 2, 3, 1)[index, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)

    def quality(self, image: Tensor, real: Tensor) -> Tensor:
        """Return the PSNR of a whole batch in dB, over all channels."""
        error = (image.float() - real.float()).square().mean() / (self.high - self.low) ** 2
        return -10 * error.clamp(min=FINEST).log10()


def enlarging(data: DataSpec, *, scale: int, width: int, blocks: int) -> Enlarging:
    """Return a generator that starts as a bicubic filter; raises UserError for another scale than 2 and 4."""
    if scale not in SCALES:
        raise UserError(f"--scale must be {' or '.join(map(str, SCALES))}, got {scale}")
    generator = Enlarging(data.channels, scale=scale, width=width, blocks=blocks)
    nn.init.zeros_(generator.to_image.weight)
    if generator.to_image.bias is not None:
        nn.init.zeros_(generator.to_image.bias)
    return generator


def piece_side(data: DataSpec, patch: int, scale: int) -> int:
    """Return the side of the pieces to train on: at most the images' own, and a multiple of ``scale``."""
    if patch < 2 * scale:
        raise UserError(f"--patch {patch} leaves less than 2 pixels of a small image; give {2 * scale} or more")
    return min(data.size, patch) // scale * scale


def whole_quarters(native: int) -> int:
    """Return the side nearest to ``native`` that can be reduced by 4, from 8 to 512 pixels."""
    return min(512, max(8, 4 * round(native / 4)))


@recipe(sizes=whole_quarters)
def srresnet(
    data: DataSpec,
    *,
    scale: int = 4,
    patch: int = 48,
    width: int = 24,
    blocks: int = 4,
    lr: float = 5e-4,
) -> Experiment:
    """SRResNet (Ledig et al. 2017): a network that enlarges images two- or fourfold, trained on pixels.

    Smaller than the paper's, for a CPU: pieces of 48 pixels where it has 96, 24 channels for 64, 4 blocks for
    16. Where it leaves the paper: no batch normalisation, and the network's output is added to the bicubic
    enlargement, at which it starts; small images are in [−1, 1] as large ones.

    Args:
        scale: how many times as large, 2 or 4.
        patch: side of the random pieces of images to train on, at most that of the images.
        width: channels of the generator's convolutions.
        blocks: residual blocks.
        lr: learning rate.
    """
    generator = enlarging(data, scale=scale, width=width, blocks=blocks)
    pixels = (-1.0, 1.0)
    side = piece_side(data, patch, scale)
    return Experiment(
        SRResNet(generator, shape=data.tensor_shape, patch=side, pixels=pixels),
        {"p": Optimizer(lr=lr, betas=(0.9, 0.999))},
        batch=16,
        budget=Budget(images=60_000),
        range=pixels,
        objective=f"squared differences of pixels, ×{scale}",
    )
