"""The convolutional pair of PyTorch-GAN's ``dcgan.py``: upsampling and 3×3 kernels against strided ones."""

from torch import nn

from saddlepoint.networks.blocks import Critic, ToMap, named, visit

_EPS = 0.8  # what the second positional argument of that script's BatchNorm2d(n, 0.8) is


def upsample_generator(size: int, image_channels: int, *, latent: int) -> nn.Sequential:
    """Build latent (n, d) -> 128 maps of size/4 -> twice (nearest upsampling, 3×3 convolution) -> tanh image.

    Args:
        size: side of the image in pixels, a multiple of 4.
        image_channels: channels of the image.
        latent: dimension d of the latent.
    """
    base = size // 4
    layers: list[tuple[str, nn.Module]] = [
        ("project", nn.Linear(latent, 128 * base * base)),
        ("map", ToMap(128, base)),
        ("norm0", nn.BatchNorm2d(128)),
    ]
    inputs = 128
    for index, outputs in enumerate((128, 64), start=1):
        layers += [
            (f"upsample{index}", nn.Upsample(scale_factor=2)),
            (f"conv{index}", nn.Conv2d(inputs, outputs, 3, padding=1)),
            (f"norm{index}", nn.BatchNorm2d(outputs, eps=_EPS)),
            (f"leaky{index}", nn.LeakyReLU(0.2, inplace=True)),
        ]
        inputs = outputs
    return named([*layers, ("to_image", nn.Conv2d(inputs, image_channels, 3, padding=1)), ("tanh", nn.Tanh())])


def upsample_critic(size: int, image_channels: int) -> Critic:
    """Build image (n, c, size, size) -> four convolutions of stride 2 with 16 to 128 maps -> a score.

    Each is followed by LeakyReLU 0.2, dropout of whole maps (0.25) and, but for the first, normalisation.

    Args:
        size: side of the image in pixels, a multiple of 16.
        image_channels: channels of the image.
    """
    layers: list[tuple[str, nn.Module]] = []
    inputs = image_channels
    for index, outputs in enumerate((16, 32, 64, 128)):
        layers += [
            (f"down{index}", nn.Conv2d(inputs, outputs, 3, 2, 1)),
            (f"leaky{index}", nn.LeakyReLU(0.2, inplace=True)),
            (f"drop{index}", nn.Dropout2d(0.25)),
        ]
        if index > 0:
            layers.append((f"norm{index}", nn.BatchNorm2d(outputs, eps=_EPS)))
        inputs = outputs
    return Critic(named([*layers, ("flatten", nn.Flatten())]), nn.Linear(128 * (size // 16) ** 2, 1))


def normal_convolutions(network: nn.Module, std: float = 0.02) -> nn.Module:
    """Draw convolutions' weights from N(0, std²) and normalisations' gains from N(1, std²).

    All else keeps torch's own initial values, as in that script.
    """

    def initialise(layer: nn.Module) -> None:
        if isinstance(layer, nn.Conv2d):
            layer.weight.normal_(0.0, std)
        elif isinstance(layer, nn.BatchNorm2d):
            layer.weight.normal_(1.0, std)

    return visit(network, initialise)
