"""The rows' networks as tutorials write them: plain torch.nn, a sigmoid at the end of the critic."""

from collections.abc import Callable

from torch import Tensor, nn


class _Fold(nn.Module):
    """(n, c·h·w) -> (n, c, h, w)."""

    def __init__(self, channels: int, side: int):
        super().__init__()
        self.shape = (channels, side, side)

    def forward(self, x: Tensor) -> Tensor:
        return x.view(x.size(0), *self.shape)


def _mlp_gan() -> tuple[nn.Module, nn.Module]:
    def block(inputs: int, outputs: int, normalize: bool = True) -> list[nn.Module]:
        layers: list[nn.Module] = [nn.Linear(inputs, outputs)]
        if normalize:
            layers.append(nn.BatchNorm1d(outputs, 0.8))
        layers.append(nn.LeakyReLU(0.2, inplace=True))
        return layers

    generator = nn.Sequential(
        *block(100, 128, normalize=False),
        *block(128, 256),
        *block(256, 512),
        *block(512, 1024),
        nn.Linear(1024, 28 * 28),
        nn.Tanh(),
        _Fold(1, 28),
    )
    critic = nn.Sequential(
        nn.Flatten(),
        nn.Linear(28 * 28, 512),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(512, 256),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(256, 1),
        nn.Sigmoid(),
    )
    return generator, critic


def _dcgan_upsample() -> tuple[nn.Module, nn.Module]:
    generator = nn.Sequential(
        nn.Linear(100, 128 * 8 * 8),
        _Fold(128, 8),
        nn.BatchNorm2d(128),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(128, 128, 3, stride=1, padding=1),
        nn.BatchNorm2d(128, 0.8),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(128, 64, 3, stride=1, padding=1),
        nn.BatchNorm2d(64, 0.8),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64, 1, 3, stride=1, padding=1),
        nn.Tanh(),
    )

    def block(inputs: int, outputs: int, normalize: bool = True) -> list[nn.Module]:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, 3, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Dropout2d(0.25),
        ]
        if normalize:
            layers.append(nn.BatchNorm2d(outputs, 0.8))
        return layers

    critic = nn.Sequential(
        *block(1, 16, normalize=False),
        *block(16, 32),
        *block(32, 64),
        *block(64, 128),
        nn.Flatten(),
        nn.Linear(128 * 2 * 2, 1),
        nn.Sigmoid(),
    )
    return _normal(generator), _normal(critic)


def _dcgan_64() -> tuple[nn.Module, nn.Module]:
    generator = nn.Sequential(
        _Fold(100, 1),
        nn.ConvTranspose2d(100, 512, 4, 1, 0, bias=False),
        nn.BatchNorm2d(512),
        nn.ReLU(True),
        nn.ConvTranspose2d(512, 256, 4, 2, 1, bias=False),
        nn.BatchNorm2d(256),
        nn.ReLU(True),
        nn.ConvTranspose2d(256, 128, 4, 2, 1, bias=False),
        nn.BatchNorm2d(128),
        nn.ReLU(True),
        nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(True),
        nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )
    critic = nn.Sequential(
        nn.Conv2d(3, 64, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64, 128, 4, 2, 1, bias=False),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(128, 256, 4, 2, 1, bias=False),
        nn.BatchNorm2d(256),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(256, 512, 4, 2, 1, bias=False),
        nn.BatchNorm2d(512),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(512, 1, 4, 1, 0, bias=False),
        nn.Sigmoid(),
        nn.Flatten(),
    )
    return _normal(generator), _normal(critic)


def _dcgan_28() -> tuple[nn.Module, nn.Module]:
    generator = nn.Sequential(
        nn.Linear(100, 256, bias=False),
        nn.BatchNorm1d(256),
        nn.ReLU(True),
        nn.Linear(256, 128 * 7 * 7, bias=False),
        _Fold(128, 7),
        nn.BatchNorm2d(128),
        nn.ReLU(True),
        nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(True),
        nn.ConvTranspose2d(64, 1, 4, 2, 1, bias=False),
        nn.Tanh(),
    )
    critic = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64, 128, 4, 2, 1, bias=False),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Flatten(),
        nn.Linear(128 * 7 * 7, 256, bias=False),
        nn.BatchNorm1d(256),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(256, 1, bias=False),
        nn.Sigmoid(),
    )
    return _normal(generator), _normal(critic)


NETWORKS: dict[str, Callable[[], tuple[nn.Module, nn.Module]]] = {
    "mlp_gan": _mlp_gan,
    "dcgan_upsample": _dcgan_upsample,
    "dcgan_64": _dcgan_64,
    "dcgan_28": _dcgan_28,
}


def _normal(network: nn.Module) -> nn.Module:
    def weights_init(layer: nn.Module) -> None:
        name = type(layer).__name__
        if "Conv" in name:
            nn.init.normal_(layer.get_parameter("weight"), 0.0, 0.02)
        elif "BatchNorm" in name:
            nn.init.normal_(layer.get_parameter("weight"), 1.0, 0.02)
            nn.init.constant_(layer.get_parameter("bias"), 0)

    return network.apply(weights_init)
