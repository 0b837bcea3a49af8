"""Deep convolutional networks for square images of any side from 8 pixels (Radford et al. 2016)."""

from collections.abc import Iterator

from torch import nn

from saddlepoint.networks.blocks import Critic, FromMap, ToMap, named, visit
from saddlepoint.networks.sizes import channels, sides


def dcgan_generator(
    size: int,
    image_channels: int,
    *,
    latent: int,
    width: int,
    kernel: int = 4,
    hidden: int = 0,
    extra_layers: int = 0,
    flat_norm: bool = False,
    bias: bool = False,
    output: type[nn.Module] = nn.Tanh,
) -> nn.Sequential:
    """Build latent (n, d) -> projection -> fractionally strided convolutions -> image.

    Batch normalisation and ReLU everywhere but at the output.

    Args:
        size: side of the image in pixels, at least 8.
        image_channels: channels of the image.
        latent: dimension d of the latent.
        width: channels of the map of 32 pixels.
        kernel: side of the kernels, 4 or 5.
        hidden: width of a dense layer between latent and projection, as in the paper's code for MNIST; 0: none.
        extra_layers: 3×3 convolutions at the largest hidden map.
        flat_norm: normalise each unit of the projection on its own, as the paper's code does, instead of
            each channel.
        bias: whether layers have biases.
        output: the last non-linearity.
    """
    *larger_sides, base = sides(size, kernel)
    inputs = channels(base, width)
    units = inputs * base * base
    fold = ("map", ToMap(inputs, base))
    layers: list[tuple[str, nn.Module]] = []
    if hidden:
        layers += [
            ("dense", nn.Linear(latent, hidden, bias=bias)),
            ("dense_norm", nn.BatchNorm1d(hidden)),
            ("dense_relu", nn.ReLU(inplace=True)),
        ]
    layers += [
        ("project", nn.Linear(hidden or latent, units, bias=bias)),
        *([("norm0", nn.BatchNorm1d(units)), fold] if flat_norm else [fold, ("norm0", nn.BatchNorm2d(inputs))]),
        ("relu0", nn.ReLU(inplace=True)),
    ]
    side = base
    for index, larger in enumerate(reversed(larger_sides[1:]), start=1):
        outputs = channels(larger, width)
        layers += [
            (f"up{index}", upsample(inputs, outputs, kernel, side, larger, bias=bias)),
            (f"norm{index}", nn.BatchNorm2d(outputs)),
            (f"relu{index}", nn.ReLU(inplace=True)),
        ]
        inputs, side = outputs, larger
    layers += _extra(extra_layers, inputs, lambda: nn.ReLU(inplace=True))
    layers += [
        ("to_image", upsample(inputs, image_channels, kernel, side, size, bias=bias)),
        ("output", output()),
    ]
    return named(layers)


def dcgan_critic(
    size: int,
    image_channels: int,
    *,
    width: int,
    kernel: int = 4,
    hidden: int = 0,
    extra_layers: int = 0,
    norm: bool = True,
    bias: bool = False,
    slope: float = 0.2,
) -> Critic:
    """Build image (n, c, size, size) -> strided convolutions -> a score; no pooling.

    Args:
        size: side of the image in pixels, at least 8.
        image_channels: channels of the image.
        width: channels of the map of 32 pixels.
        kernel: side of the kernels, 4 or 5.
        hidden: width of a dense layer before the score; 0: none.
        extra_layers: 3×3 convolutions at the largest hidden map.
        norm: batch normalisation everywhere but at the input.
        bias: whether layers have biases.
        slope: of LeakyReLU.
    """
    chain = sides(size, kernel)
    layers: list[tuple[str, nn.Module]] = []
    inputs = image_channels

    def leaky() -> nn.Module:
        return nn.LeakyReLU(slope, inplace=True)

    for index, side in enumerate(chain[1:]):
        outputs = channels(side, width)
        layers.append((f"down{index}", nn.Conv2d(inputs, outputs, kernel, 2, (kernel - 1) // 2, bias=bias)))
        if norm and index > 0:
            layers.append((f"norm{index}", nn.BatchNorm2d(outputs)))
        layers.append((f"leaky{index}", leaky()))
        if index == 0:
            layers += _extra(extra_layers, outputs, leaky, norm=norm)
        inputs = outputs
    layers.append(("flatten", FromMap()))
    inputs *= chain[-1] ** 2
    if hidden:
        layers.append(("dense", nn.Linear(inputs, hidden, bias=bias)))
        if norm:
            layers.append(("dense_norm", nn.BatchNorm1d(hidden)))
        layers.append(("dense_leaky", leaky()))
    return Critic(named(layers), nn.Linear(hidden or inputs, 1, bias=bias))


def normal_weights(network: nn.Module, std: float = 0.02) -> nn.Module:
    """Draw weights from N(0, std²) and gains of batch normalisation from N(1, std²); set biases to 0."""

    def initialise(layer: nn.Module) -> None:
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            layer.weight.normal_(0.0, std)
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) and layer.affine:
            layer.weight.normal_(1.0, std)
        if getattr(layer, "bias", None) is not None:
            layer.bias.zero_()  # pyright: ignore[reportOptionalMemberAccess, reportCallIssue]

    return visit(network, initialise)


def upsample(
    inputs: int, outputs: int, kernel: int, side: int, larger: int, *, bias: bool = False
) -> nn.ConvTranspose2d:
    """Return the transposed convolution from ``side`` to ``larger`` pixels, adjoint to the critic's."""
    padding = (kernel - 1) // 2
    output_padding = larger - ((side - 1) * 2 - 2 * padding + kernel)
    return nn.ConvTranspose2d(inputs, outputs, kernel, 2, padding, output_padding, bias=bias)


def _extra(count: int, width: int, activation, *, norm: bool = True) -> Iterator[tuple[str, nn.Module]]:
    for index in range(count):
        yield f"extra{index}", nn.Conv2d(width, width, 3, padding=1, bias=False)
        if norm:
            yield f"extra_norm{index}", nn.BatchNorm2d(width)
        yield f"extra_activation{index}", activation()
