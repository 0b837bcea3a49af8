"""The 28×28 convolutional pair of Stanford's cs231n assignment 3 ("DC-GAN", after InfoGAN)."""

from torch import nn

from saddlepoint.networks.blocks import Critic, FromMap, named, visit


def cs231n_generator(latent: int, image_channels: int) -> nn.Sequential:
    """Build latent -> 1024 -> 128×7×7 -> 'SAME' transposed convolutions -> 28×28 tanh image.

    'SAME' in TensorFlow means side·stride; for kernel 4 and stride 2 that is a padding of 1.
    """
    return named(
        [
            ("dense0", nn.Linear(latent, 1024)),
            ("relu0", nn.ReLU()),
            ("norm0", nn.BatchNorm1d(1024)),
            ("dense1", nn.Linear(1024, 128 * 7 * 7)),
            ("relu1", nn.ReLU()),
            ("norm1", nn.BatchNorm1d(128 * 7 * 7)),
            ("map", nn.Unflatten(1, (128, 7, 7))),
            ("up2", nn.ConvTranspose2d(128, 64, 4, 2, padding=1)),
            ("relu2", nn.ReLU()),
            ("norm2", nn.BatchNorm2d(64)),
            ("to_image", nn.ConvTranspose2d(64, image_channels, 4, 2, padding=1)),
            ("tanh", nn.Tanh()),
        ]
    )


def cs231n_critic(image_channels: int) -> Critic:
    """Build 28×28 image -> two 5×5 convolutions with max pooling -> 1024 -> a score."""
    return Critic(
        named(
            [
                ("conv0", nn.Conv2d(image_channels, 32, 5)),  # 28 -> 24
                ("leaky0", nn.LeakyReLU(0.01)),
                ("pool0", nn.MaxPool2d(2)),  # 12
                ("conv1", nn.Conv2d(32, 64, 5)),  # 8
                ("leaky1", nn.LeakyReLU(0.01)),
                ("pool1", nn.MaxPool2d(2)),  # 4
                ("flatten", FromMap()),
                ("dense2", nn.Linear(4 * 4 * 64, 4 * 4 * 64)),
                ("leaky2", nn.LeakyReLU(0.01)),
            ]
        ),
        nn.Linear(4 * 4 * 64, 1),
    )


def xavier_weights(network: nn.Module) -> nn.Module:
    """Draw weights of dense and transposed layers by Glorot's uniform rule; all else is as PyTorch has it."""

    def initialise(layer: nn.Module) -> None:
        if isinstance(layer, nn.Linear | nn.ConvTranspose2d):
            nn.init.xavier_uniform_(layer.weight)

    return visit(network, initialise)
