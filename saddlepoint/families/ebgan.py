"""Energy-based GAN (Zhao, Mathieu and LeCun 2016): the critic is an autoencoder, its score an energy.

With the energy D(x) = ‖Dec(Enc(x)) − x‖ and the margin m, the critic, d, minimises (equation 1)

    adversarial   E D(x) + E max(0, m − D(G(z)))             the hinge of each sample by itself

and the generator, g, minimises (equation 2)

    adversarial   E D(G(z))
    repel         w · Σ_i Σ_{j≠i} cos²(S_i, S_j) / (N(N − 1))   with --repel w: 0.1 in ebgan_pt (section 2.4)

where S are the codes Enc(G(z)) of the N fakes of a batch.
"""

import math
from typing import Any

import torch
from torch import Generator, Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, between, recipe, variant
from saddlepoint.core.protocol import Batch, Family, Terms
from saddlepoint.networks.autoencoder import Autoencoder, conv_autoencoder, dense_autoencoder
from saddlepoint.networks.dcgan import dcgan_generator, normal_weights
from saddlepoint.networks.mlp import mlp_generator
from saddlepoint.objectives.energy import margin_loss, pulling_away

MNIST_PIXELS = 784  # for which the paper's grid found its margin


class EBGAN(Family):
    """The critic gives data low energy and pushes fakes up to a margin; the generator seeks low energy.

    Args:
        generator: (n, latent) -> fakes.
        critic: fakes or reals -> Critique with the energy as score and the encoder's code as feature.
        margin: energy above which a fake is left alone.
        repel: weight of the pulling-away term in the generator's turn; 0 leaves it out.
    """

    def __init__(self, generator: nn.Module, critic: Autoencoder, *, latent: int, margin: float, repel: float):
        super().__init__()
        self.generator = generator
        self.critic = critic
        self.noise = latent
        self.margin = margin
        self.repel = repel
        self.coupled = 0 if repel else 1
        self.references = {"d/adversarial": margin}

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw noise of shape (n, latent)."""
        return torch.randn(n, self.noise, generator=rng, device=rng.device)

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return fakes of the shape of the real data."""
        return self.generator(latent)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Return what the critic, an autoencoder, makes of examples."""
        return self.critic.decoder(self.critic.encoder(x))

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the energies' terms, and the pulling-away term of the fakes' codes."""
        if player == "g":
            said = self.critic(fake)
            minimise = {"adversarial": said.score.mean()}
            if self.repel:
                minimise["repel"] = self.repel * pulling_away(said.feature.float())
            return Terms(minimise)
        real, said = self.critic(batch.real).score, self.critic(fake)
        loss = margin_loss(real, said.score, self.margin).mean()
        return Terms(
            {"adversarial": loss}, {"energy of real": real.mean(), "energy of fake": said.score.mean()}
        )


@recipe(needs=("images", "points"), sizes=between(8, 256))
def ebgan(
    data: DataSpec,
    *,
    latent: int = 100,
    layers_g: int | None = None,
    layers_d: int | None = None,
    width_g: int | None = None,
    width_d: int | None = None,
    dropout: bool = False,
    convolutional: bool = False,
    margin: float | None = None,
    repel: float = 0.0,
    lr_d: float | None = None,
    lr_g: float | None = None,
) -> Experiment:
    """Energy-based GAN (Zhao et al. 2016): an autoencoder as critic, with a margin for each sample.

    The dense networks are those of the paper's grid on MNIST, at the setting of its best panel; every axis of
    the grid is a flag. The energy is the Euclidean norm of what the autoencoder loses. Where the default leaves
    the paper: images of other sizes scale the margin with the square root of their pixels, and only the
    generator is batch-normalised where the networks are dense. Convolutions halve down to 4 to 7 pixels in both
    networks, where the paper's critic for 64×64 stops at 8 and its generator starts from 1,024 channels.

    Args:
        layers_g: dense layers of the generator, at least 2 (5; up to 16 pixels, and for points, 3).
        layers_d: dense layers of encoder and decoder together, at least 2 (2; for points 3).
        width_g: the generator's width (1600; up to 16 pixels, and for points, 400); with --convolutional 64.
        width_d: the critic's width (1024; up to 16 pixels, and for points, 256); with --convolutional 64.
        dropout: whether half of the encoder's units are dropped while training.
        convolutional: strided convolutions and their mirror instead of dense layers.
        margin: energy above which fakes are left alone (10 for 28×28 pixels; for points 1).
        repel: weight of the pulling-away term; ebgan_pt has the paper's 0.1.
        lr_d: the critic's learning rate (1e-3; with --convolutional 2e-4).
        lr_g: the generator's learning rate (1e-3; with --convolutional 2e-4).
    """
    points = data.kind == "points"
    small = points or data.size <= 16
    if convolutional and points:
        raise UserError("--convolutional needs images; leave it out for points")
    if convolutional and (dropout or layers_g or layers_d):
        raise UserError("--dropout, --layers-g and --layers-d are of dense networks; leave --convolutional out")
    if margin is None:
        margin = 1.0 if points else 10 * math.sqrt(math.prod(data.shape) / MNIST_PIXELS)
    if not margin > 0:
        raise UserError(f"--margin must be more than 0, got {margin}")
    if convolutional:
        generator = dcgan_generator(data.size, data.channels, latent=latent, width=width_g or 64)
        critic = conv_autoencoder(data.size, data.channels, width=width_d or 64)
        normal_weights(critic, std=0.002)
        networks = normal_weights(generator), critic
    else:
        layers_g = layers_g or (3 if small else 5)
        layers_d = layers_d or (3 if points else 2)
        if min(layers_g, layers_d) < 2:
            raise UserError("--layers-g and --layers-d must be at least 2")
        width_g = width_g or (400 if small else 1600)
        width_d = width_d or (256 if small else 1024)
        generator = mlp_generator(
            (latent, *[width_g] * (layers_g - 1)),
            data.tensor_shape,
            activation=nn.ReLU,
            output=None if points else nn.Tanh(),
            norm=lambda index, width: nn.BatchNorm1d(width),
        )
        networks = (
            generator,
            dense_autoencoder(data.tensor_shape, layers=layers_d, width=width_d, dropout=dropout),
        )
    lr = 2e-4 if convolutional else 1e-3
    return Experiment(
        family=EBGAN(*networks, latent=latent, margin=margin, repel=repel),
        optimizers={
            "d": Optimizer(lr=lr if lr_d is None else lr_d),
            "g": Optimizer(lr=lr if lr_g is None else lr_g),
        },
        batch=64,
        budget=Budget(images=600_000 if not small or points else 300_000),
        objective=f"energy, margin {margin:.3g}" + (f" + repel ({repel:g})" if repel else ""),
    )


ebgan_pt = variant(
    "ebgan_pt",
    ebgan,
    "Energy-based GAN with the pulling-away term (Zhao et al. 2016, section 2.4): ebgan with --repel 0.1.",
    repel=0.1,
)
