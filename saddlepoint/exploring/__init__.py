"""What a generator holds: walks, arithmetic, neighbours, expressions, layers."""

from typing import TYPE_CHECKING

from saddlepoint.core.lazy import handing_out

if TYPE_CHECKING:
    from saddlepoint.exploring.latents import (
        Arithmetic,
        Concept,
        Neighbours,
        arithmetic,
        interpolate,
        neighbours,
        save_arithmetic,
        save_neighbours,
        save_walks,
    )

__all__ = [
    "Arithmetic",
    "Concept",
    "Neighbours",
    "arithmetic",
    "interpolate",
    "neighbours",
    "save_arithmetic",
    "save_neighbours",
    "save_walks",
]

__getattr__ = handing_out(
    __name__,
    {
        "Arithmetic": "saddlepoint.exploring.latents",
        "Concept": "saddlepoint.exploring.latents",
        "Neighbours": "saddlepoint.exploring.latents",
        "arithmetic": "saddlepoint.exploring.latents",
        "interpolate": "saddlepoint.exploring.latents",
        "neighbours": "saddlepoint.exploring.latents",
        "save_arithmetic": "saddlepoint.exploring.latents",
        "save_neighbours": "saddlepoint.exploring.latents",
        "save_walks": "saddlepoint.exploring.latents",
    },
)
