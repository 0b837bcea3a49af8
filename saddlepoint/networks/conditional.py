"""Networks that are told a label: beside their input, at every layer, or in the last layer but one."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.core.protocol import Critique
from saddlepoint.networks.blocks import FromMap, Maxout, ToMap, one_hot
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator, upsample
from saddlepoint.networks.sizes import channels, sides


def beside(x: Tensor, onehot: Tensor) -> Tensor:
    """Append (n, k) one-hot labels to codes (n, f), or as constant maps to maps (n, c, h, w)."""
    if x.dim() == 4:
        onehot = onehot[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, onehot.to(x.dtype)], 1)


class ConditionalGenerator(nn.Module):
    """Latent and label -> dense -> projection -> transposed convolutions of 5; the label joins every layer.

    As in the paper's code for MNIST (Newmu/dcgan_code, train_cond_dcgan.py): batch normalisation without
    affine, no biases, sigmoid.

    Args:
        size: side of the image in pixels, at least 8.
        image_channels: channels of the image.
        latent: dimension of the latent.
        classes: number of labels.
        width: channels of a map of 32 pixels, doubled for each halving.
        hidden: width of the dense layer.
    """

    def __init__(self, size: int, image_channels: int, *, latent: int, classes: int, width: int, hidden: int):
        super().__init__()
        *larger_sides, base = sides(size, 5)
        inputs = channels(base, width)
        units = inputs * base * base
        self.classes = classes
        self.dense = nn.Linear(latent + classes, hidden, bias=False)
        self.dense_norm = nn.BatchNorm1d(hidden, affine=False)
        self.project = nn.Linear(hidden + classes, units, bias=False)
        self.project_norm = nn.BatchNorm1d(units, affine=False)
        self.fold = ToMap(inputs, base)
        self.ups, self.norms = nn.ModuleList(), nn.ModuleList()
        side = base
        for larger in reversed(larger_sides[1:]):
            outputs = channels(larger, width)
            self.ups.append(upsample(inputs + classes, outputs, 5, side, larger))
            self.norms.append(nn.BatchNorm2d(outputs, affine=False))
            inputs, side = outputs, larger
        self.to_image = upsample(inputs + classes, image_channels, 5, side, size)

    def forward(self, latent: Tensor, label: Tensor) -> Tensor:
        """Map (n, latent) and (n,) int64 to images (n, c, size, size) in [0, 1]."""
        onehot = one_hot(label, self.classes, latent.dtype)
        x = self.dense_norm(self.dense(beside(latent, onehot))).relu()
        x = self.fold(self.project_norm(self.project(beside(x, onehot)))).relu()
        for up, norm in zip(self.ups, self.norms, strict=True):
            x = norm(up(beside(x, onehot))).relu()
        return self.to_image(beside(x, onehot)).sigmoid()


class ConditionalCritic(nn.Module):
    """Image and label -> strided convolutions of 5 -> dense -> score; the label joins every layer.

    Batch normalisation without affine everywhere but at the input; LeakyReLU 0.2; no biases. Arguments as
    for :class:`ConditionalGenerator`.
    """

    def __init__(self, size: int, image_channels: int, *, classes: int, width: int, hidden: int):
        super().__init__()
        self.classes = classes
        self.downs, self.norms = nn.ModuleList(), nn.ModuleList()
        chain, inputs = sides(size, 5), image_channels
        for index, side in enumerate(chain[1:]):
            outputs = channels(side, width)
            self.downs.append(nn.Conv2d(inputs + classes, outputs, 5, 2, 2, bias=False))
            self.norms.append(nn.BatchNorm2d(outputs, affine=False) if index else nn.Identity())
            inputs = outputs
        self.dense = nn.Linear(inputs * chain[-1] ** 2 + classes, hidden, bias=False)
        self.dense_norm = nn.BatchNorm1d(hidden, affine=False)
        self.head = nn.Linear(hidden + classes, 1, bias=False)

    def forward(self, x: Tensor, label: Tensor) -> Critique:
        """Return what (n, c, size, size) images with (n,) int64 labels are worth."""
        onehot = one_hot(label, self.classes, x.dtype)
        for down, norm in zip(self.downs, self.norms, strict=True):
            x = F.leaky_relu(norm(down(beside(x, onehot))), 0.2)
        code = F.leaky_relu(self.dense_norm(self.dense(beside(x.flatten(1), onehot))), 0.2)
        return Critique(self.head(beside(code, onehot)).flatten().float(), code)


class ToldGenerator(nn.Module):
    """DCGAN's generator, which is told the label as a part of its latent.

    Args:
        size: side of the image in pixels, at least 8.
        image_channels: channels of the image.
        latent: dimension of the noise.
        classes: number of labels.
        width: channels of a map of 32 pixels, doubled for each halving.
        hidden: width of the dense layer; 0: none.
        strength: what a label's one stands for beside the noise.
    """

    def __init__(
        self,
        size: int,
        image_channels: int,
        *,
        latent: int,
        classes: int,
        width: int,
        hidden: int,
        strength: float,
    ):
        super().__init__()
        self.classes = classes
        self.strength = strength
        self.body = dcgan_generator(size, image_channels, latent=latent + classes, width=width, hidden=hidden)

    def forward(self, latent: Tensor, label: Tensor) -> Tensor:
        """Map (n, latent) and (n,) int64 labels to images (n, c, size, size) in [−1, 1]."""
        return self.body(beside(latent, self.strength * one_hot(label, self.classes, latent.dtype)))


class LateCritic(nn.Module):
    """DCGAN's convolutions -> a dense layer that is told the label -> score.

    Args:
        size: side of the image in pixels, at least 8.
        image_channels: channels of the image.
        classes: number of labels.
        width: channels of a map of 32 pixels, doubled for each halving.
        hidden: width of the dense layer; 0: one of its own at each place of the last map, a convolution of 1×1.
        strength: what a label's one stands for beside the features of the image.
    """

    def __init__(
        self, size: int, image_channels: int, *, classes: int, width: int, hidden: int, strength: float
    ):
        super().__init__()
        self.classes = classes
        self.strength = strength
        maps = dcgan_critic(size, image_channels, width=width).body
        last = sides(size, 4)[-1]
        units = channels(last, width)
        if hidden:
            self.maps = maps
            self.dense = nn.Linear(units * last**2 + classes, hidden, bias=False)
            self.norm = nn.BatchNorm1d(hidden)
        else:
            self.maps = nn.Sequential(maps, ToMap(units, last))
            self.dense = nn.Conv2d(units + classes, units, 1, bias=False)
            self.norm = nn.BatchNorm2d(units)
        self.flat = nn.Identity() if hidden else FromMap()
        self.head = nn.Linear(hidden or units * last**2, 1, bias=False)

    def forward(self, x: Tensor, label: Tensor) -> Critique:
        """Return what (n, c, size, size) images with (n,) int64 labels are worth."""
        told = self.strength * one_hot(label, self.classes, x.dtype)
        code = self.flat(F.leaky_relu(self.norm(self.dense(beside(self.maps(x), told))), 0.2))
        return Critique(self.head(code).flatten().float(), code)


class ProjectionCritic(nn.Module):
    """DCGAN's convolutions -> a score that each class has weights of its own for (Miyato and Koyama 2018).

    With the features φ of an image the score is (w + e_c)·φ, equation 3 of the paper with a linear ψ.

    Args:
        size: side of the image in pixels, at least 8.
        image_channels: channels of the image.
        classes: number of labels.
        width: channels of a map of 32 pixels, doubled for each halving.
    """

    def __init__(self, size: int, image_channels: int, *, classes: int, width: int):
        super().__init__()
        critic = dcgan_critic(size, image_channels, width=width)
        self.body, self.head = critic.body, critic.head
        last = sides(size, 4)[-1]
        self.classes = classes
        self.of_class = nn.Linear(classes, channels(last, width) * last**2, bias=False)

    def forward(self, x: Tensor, label: Tensor) -> Critique:
        """Return what (n, c, size, size) images with (n,) int64 labels are worth."""
        code = self.body(x)
        own = (code * self.of_class(one_hot(label, self.classes, x.dtype))).sum(1)
        return Critique((self.head(code).flatten() + own).float(), code)


class TwoPathGenerator(nn.Module):
    """Noise and label through dense layers of their own, then one joint layer (Mirza and Osindero 2014, 4.1).

    Args:
        shape: (c, h, w) of an image or (d,) of a point.
        latent: dimension of the noise.
        classes: number of labels.
        widths: units on the noise's path, on the label's, and of the joint layer.
        output: last non-linearity.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        latent: int,
        classes: int,
        widths: tuple[int, int, int],
        output: nn.Module,
    ):
        super().__init__()
        self.classes = classes
        self.of_noise = nn.Linear(latent, widths[0])
        self.of_label = nn.Linear(classes, widths[1])
        self.joint = nn.Linear(widths[0] + widths[1], widths[2])
        self.to_data = nn.Linear(widths[2], math.prod(shape))
        self.output = output
        self.shape = nn.Unflatten(1, shape)

    def forward(self, latent: Tensor, label: Tensor) -> Tensor:
        """Map (n, latent) and (n,) int64 to (n, *shape)."""
        onehot = one_hot(label, self.classes, latent.dtype)
        x = torch.cat([self.of_noise(latent).relu(), self.of_label(onehot).relu()], 1)
        return self.shape(self.output(self.to_data(self.joint(x).relu())))


class TwoPathCritic(nn.Module):
    """Example and label through maxout layers of their own, then a joint one (Mirza and Osindero 2014, 4.1).

    Args:
        shape: (c, h, w) of an image or (d,) of a point.
        classes: number of labels.
        units: maxout units on the example's path, on the label's, and of the joint layer.
        dropout: of every hidden layer.
    """

    def __init__(self, shape: tuple[int, ...], *, classes: int, units: tuple[int, int, int], dropout: float):
        super().__init__()
        self.classes = classes
        self.of_data = Maxout(math.prod(shape), units[0], 5)
        self.of_label = Maxout(classes, units[1], 5)
        self.joint = Maxout(units[0] + units[1], units[2], 4)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(units[2], 1)

    def forward(self, x: Tensor, label: Tensor) -> Critique:
        """Return what (n, *shape) examples with (n,) int64 labels are worth."""
        onehot = one_hot(label, self.classes, x.dtype)
        code = torch.cat([self.drop(self.of_data(x.flatten(1))), self.drop(self.of_label(onehot))], 1)
        code = self.drop(self.joint(code))
        return Critique(self.head(code).flatten().float(), code)
