"""What a generator holds: walks, sums of concepts, neighbours, layers, levels."""

from typing import TYPE_CHECKING

from saddlepoint.core.lazy import handing_out

if TYPE_CHECKING:
    from saddlepoint.exploring.coarse_to_fine import levels, save_levels
    from saddlepoint.exploring.concepts import Arithmetic, Concept, arithmetic, save_arithmetic
    from saddlepoint.exploring.inverting import Inversion, begun_with, invert, save_inversion
    from saddlepoint.exploring.landscape import save_density
    from saddlepoint.exploring.layers import draw_layers
    from saddlepoint.exploring.listening import save_listening
    from saddlepoint.exploring.nearest import Neighbours, neighbours, save_neighbours
    from saddlepoint.exploring.output import save_samples, save_traversals
    from saddlepoint.exploring.rebuilding import save_reconstructions
    from saddlepoint.exploring.walks import interpolate, save_walks

__all__ = [
    "Arithmetic",
    "Concept",
    "Inversion",
    "Neighbours",
    "arithmetic",
    "begun_with",
    "draw_layers",
    "interpolate",
    "invert",
    "levels",
    "neighbours",
    "save_arithmetic",
    "save_density",
    "save_inversion",
    "save_levels",
    "save_listening",
    "save_neighbours",
    "save_reconstructions",
    "save_samples",
    "save_traversals",
    "save_walks",
]

__getattr__ = handing_out(
    __name__,
    {
        "Arithmetic": "saddlepoint.exploring.concepts",
        "Concept": "saddlepoint.exploring.concepts",
        "Inversion": "saddlepoint.exploring.inverting",
        "Neighbours": "saddlepoint.exploring.nearest",
        "arithmetic": "saddlepoint.exploring.concepts",
        "begun_with": "saddlepoint.exploring.inverting",
        "draw_layers": "saddlepoint.exploring.layers",
        "interpolate": "saddlepoint.exploring.walks",
        "invert": "saddlepoint.exploring.inverting",
        "levels": "saddlepoint.exploring.coarse_to_fine",
        "neighbours": "saddlepoint.exploring.nearest",
        "save_arithmetic": "saddlepoint.exploring.concepts",
        "save_inversion": "saddlepoint.exploring.inverting",
        "save_levels": "saddlepoint.exploring.coarse_to_fine",
        "save_listening": "saddlepoint.exploring.listening",
        "save_density": "saddlepoint.exploring.landscape",
        "save_neighbours": "saddlepoint.exploring.nearest",
        "save_reconstructions": "saddlepoint.exploring.rebuilding",
        "save_samples": "saddlepoint.exploring.output",
        "save_traversals": "saddlepoint.exploring.output",
        "save_walks": "saddlepoint.exploring.walks",
    },
)
