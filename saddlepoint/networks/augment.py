"""Differentiable augmentation of what the critic sees (Zhao et al. 2020), with a probability that may adapt.

The same function is applied to reals and fakes, in the critic's and in the generator's turn, so that the
generator is never asked for augmented images.
"""

import math
from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.core.aliases import suggested
from saddlepoint.core.errors import UserError

IMAGES = 500_000  # real images over which an adaptive probability moves by 1 (Karras et al. 2020)


class Augment(nn.Module):
    """Random changes of images in [-1, 1], drawn for each image from torch's global generator.

    Args:
        policy: names of POLICIES, separated by commas.
        target: share that keeps every change's probability adapting, None applies all of them always. The
            probability rises while the mean sign of the critic's logits of real images is above ``target``,
            and falls below it (ADA, Karras et al. 2020, section 3).

    Raises:
        UserError: there is no such policy, or the target is not below 1.
    """

    probability: Tensor
    signs: Tensor
    seen: Tensor

    def __init__(self, policy: str, target: float | None = None):
        super().__init__()
        names = [name.strip() for name in policy.split(",")]
        for name in names:
            if name not in POLICIES:
                raise UserError(f"--augment knows no {name!r}{suggested(name, POLICIES)}")
        if target is not None and not 0 <= target < 1:
            raise UserError(f"--augment-target must be at least 0 and below 1, got {target}")
        self.policy = ",".join(names)
        self.changes = [change for name in names for change in POLICIES[name]]
        self.target = target
        self.register_buffer("probability", torch.tensor(1.0 if target is None else 0.0))
        self.register_buffer("signs", torch.tensor(0.0))
        self.register_buffer("seen", torch.tensor(0.0))

    def forward(self, x: Tensor) -> Tensor:
        """Change images (n, c, h, w), each in its own way; gradients flow through.

        In float32 always: fakes that came in bf16 would else be rounded at every change, and reals not.
        """
        x = x.float()
        for change in self.changes:
            changed = change(x)
            if self.target is not None:
                chosen = torch.rand(len(x), 1, 1, 1, device=x.device) < self.probability
                changed = torch.where(chosen, changed, x)
            x = changed
        return x

    def extra_repr(self) -> str:
        """Return what torch prints in brackets, which tells one game from another."""
        return self.policy

    def observe(self, score: Tensor) -> None:
        """Note the critic's logits (n,) of real images."""
        with torch.no_grad():
            self.signs.add_(score.sign().sum())
            self.seen.add_(len(score))

    def adapt(self) -> None:
        """Move the probability by what was noted since the last call."""
        with torch.no_grad():
            if self.target is not None:
                excess = self.signs / self.seen.clamp_min(1) - self.target
                self.probability.add_(excess.sign() * self.seen / IMAGES).clamp_(0, 1)
            self.signs.zero_()
            self.seen.zero_()

    def watch(self) -> Mapping[str, Tensor]:
        """Return what is worth watching of an adaptive probability."""
        return {} if self.target is None else {"augmentation": self.probability.clone()}


def chosen_augment(policy: str | None, target: float | None) -> Augment | None:
    """Return what the flags ``--augment`` and ``--augment-target`` ask for; raises UserError.

    ``none`` asks for no augmentation where a recipe has one by default.
    """
    if policy is None or policy == "none":
        if target is not None:
            raise UserError("--augment-target adapts an augmentation; name one with --augment")
        return None
    return Augment(policy, target)


def brightness(x: Tensor) -> Tensor:
    """Add one number from U(−0.5, 0.5) to all pixels of an image."""
    return x + (_uniform(x) - 0.5)


def saturation(x: Tensor) -> Tensor:
    """Scale each pixel's distance from its grey by U(0, 2)."""
    grey = x.mean(dim=1, keepdim=True)
    return (x - grey) * (2 * _uniform(x)) + grey


def contrast(x: Tensor) -> Tensor:
    """Scale each pixel's distance from the image's mean by U(0.5, 1.5)."""
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    return (x - mean) * (0.5 + _uniform(x)) + mean


def translation(x: Tensor) -> Tensor:
    """Shift an image by at most an eighth of its side in each direction; zeros move in."""
    n, _, h, w = x.shape
    rows = _shifted(n, h, x.device)  # (n, h) rows of the padded image
    columns = _shifted(n, w, x.device)
    padded = F.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)  # (n, h + 2, w + 2, c)
    image = torch.arange(n, device=x.device)[:, None, None]
    return padded[image, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def cutout(x: Tensor) -> Tensor:
    """Set a square of half the side, anywhere that overlaps the image, to zero."""
    n, _, h, w = x.shape
    inside = _window(n, h, x.device)[:, :, None] & _window(n, w, x.device)[:, None, :]
    return x * (~inside)[:, None].to(x.dtype)


def affine(x: Tensor) -> Tensor:
    """Turn an image by up to 20°, stretch sides up to 1.35 times, slant it by up to 0.8, shift it by a tenth.

    With half the slant, one InfoGAN of two still took upright and slanted digits for different kinds.
    Bilinear, by gathering four neighbours, which unlike torch's grid_sample can be differentiated twice; zeros
    move in. Not part of DiffAugment.
    """
    n, channels, h, w = x.shape
    angle, across, down, slant, right, below = (torch.rand(6, n, 1, 1, device=x.device) * 2 - 1).unbind()
    cosine, sine = (angle * math.radians(20)).cos(), (angle * math.radians(20)).sin()
    across, down, slant = (0.3 * across).exp(), (0.3 * down).exp(), 0.8 * slant
    y, z = (torch.arange(side, device=x.device) - (side - 1) / 2 for side in (h, w))
    y, z = y[:, None] * down, z * across
    column = (cosine * (z + slant * y) - sine * y + 0.1 * w * right) + (w - 1) / 2
    row = (sine * (z + slant * y) + cosine * y + 0.1 * h * below) + (h - 1) / 2
    padded = F.pad(x, (1, 1, 1, 1)).flatten(2)
    left, top = column.floor(), row.floor()
    x = torch.zeros_like(x)
    for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = (1 - (row - top - dy).abs()) * (1 - (column - left - dx).abs())
        place = (top.long() + dy + 1).clamp(0, h + 1) * (w + 2) + (left.long() + dx + 1).clamp(0, w + 1)
        found = padded.gather(2, place.view(n, 1, h * w).expand(-1, channels, -1))
        x = x + share[:, None] * found.view(n, channels, h, w)
    return x


POLICIES: dict[str, tuple[Callable[[Tensor], Tensor], ...]] = {
    "color": (brightness, saturation, contrast),
    "translation": (translation,),
    "cutout": (cutout,),
    "affine": (affine,),
}


def _uniform(x: Tensor) -> Tensor:
    return torch.rand(len(x), 1, 1, 1, dtype=x.dtype, device=x.device)


def _shifted(n: int, side: int, device: torch.device) -> Tensor:
    reach = int(side / 8 + 0.5)
    shift = torch.randint(-reach, reach + 1, (n, 1), device=device)
    # 0 and side + 1 are the padding's zeros.
    return (torch.arange(side, device=device) + shift + 1).clamp(0, side + 1)


def _window(n: int, side: int, device: torch.device) -> Tensor:
    """Return (n, side) bool, true within half a side around a random centre."""
    width = int(side / 2 + 0.5)
    start = torch.randint(0, side + 1 - width % 2, (n, 1), device=device) - width // 2
    place = torch.arange(side, device=device)
    return (place >= start) & (place < start + width)
