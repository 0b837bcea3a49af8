"""How much arithmetic a step of a GAN needs, whoever does it."""

from typing import Any

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.inspection.summary import Network, summarise


def step_flops(recipe: str, size: int, channels: int, batch: int, flags: dict[str, Any]) -> int:
    """Return the useful floating-point operations of a step: one turn of each player on shared fakes.

    Let G and D be the FLOPs of one example forward through generator and critic, and g and d those of their
    first layers. Going back through a layer costs its FLOPs once for the gradient of its input and once for
    that of its weights. Then

        generator's turn: G + D forward, 2G − g back through the generator (noise needs no gradient), and
            D back through the critic (whose weights need none in this turn);
        critic's turn: 2D forward, on real images and fakes, and 2·(2D − d) back (images need no gradient);

        step = batch · (3G − g + 8D − 2d).

    Matrix products and convolutions alone are counted, a multiplication and an addition as two. What is
    computed twice, or computed and thrown away (as ``backward()`` through a critic that does not move), is
    not useful.

    Args:
        recipe: name of a recipe with one generator and one critic, each of which moves once a step.
        size: side of the images in pixels.
        channels: channels of the images.
        batch: images a step.
        flags: the recipe's flags.
    """
    data = DataSpec("any", "images", (size, size, channels), (), batch)
    networks = summarise(recipes.get(recipe).build(data, **flags).family, data)
    generator, critic = networks["generator"], networks["critic"]
    return batch * (3 * generator.flops - _first(generator) + 8 * critic.flops - 2 * _first(critic))


def _first(network: Network) -> int:
    return next(layer.flops for layer in network.layers if layer.flops)
