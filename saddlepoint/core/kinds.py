"""The kinds of data: how an example of each lies in memory, and how networks see it.

An array of examples tells its kind by its number of axes and its type of numbers, see :func:`kind_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saddlepoint.core.registry import Registry

if TYPE_CHECKING:  # reading data does not need the libraries that training needs
    from torch import Tensor

Shape = tuple[int, ...]
Range = tuple[float, float]  # of the floats that a family works in


@dataclass(frozen=True)
class Kind:
    """A kind of data.

    Attributes:
        name: what many examples are called: ``"images"``.
        one: what one is called: ``"image"``.
        dtypes: what the numbers may be in memory.
        axes: of one example in memory.
        exact: whether they need more than bf16's three digits.
        sized: whether an example has a side in pixels, which may be chosen.
        suffix: of a file of one example, beside ``.npy``; None where one alone is not worth a file.
        words: shape of an example in memory -> what follows "60,000 training images" to tell it.
        tensor_shape: shape of an example in memory -> its shape as the networks see it.
        to_tensor: (examples in memory, range) -> float tensors (n, ...) on the same device.
        to_array: (float tensors (n, ...), range) -> examples as people get them.
    """

    name: str
    one: str
    dtypes: tuple[str, ...]
    axes: int
    exact: bool
    sized: bool
    suffix: str | None
    words: Callable[[Shape], str]
    tensor_shape: Callable[[Shape], Shape]
    to_tensor: Callable[[Tensor, Range], Tensor]
    to_array: Callable[[Tensor, Range], np.ndarray]


_COLOURS = {1: "grey", 3: "colour"}

kinds: Registry[Kind] = Registry("kind of data")


def kind_of(array: np.ndarray) -> Kind:
    """Return the kind of examples in memory, (n, ...); raises ValueError where there is none like these."""
    for _, kind in kinds.items():
        if array.ndim == kind.axes + 1 and array.dtype.name in kind.dtypes:
            return kind
    raise ValueError(f"no kind of data is {array.dtype} {array.shape}")


def full_scale(array: np.ndarray) -> float:
    """Return what 1 is in memory: 255 for the pixels of images, 1 for floats."""
    return {"uint8": 255.0}.get(array.dtype.name, 1.0)


def to_floats(array: Tensor, span: Range) -> Tensor:
    """Map uint8 (n, h, w, c) images to floats (n, c, h, w) in ``span``, channels last in memory."""
    low, high = span
    return array.permute(0, 3, 1, 2).float().mul_((high - low) / 255).add_(low)


def to_uint8(images: Tensor, span: Range) -> np.ndarray:
    """Quantise floats (n, c, h, w) in ``span`` to uint8 (n, h, w, c)."""
    low, high = span
    levels = ((images.float() - low) * (255 / (high - low))).round_().clamp_(0, 255)
    return levels.byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()


kinds.add(
    "images",
    Kind(
        name="images",
        one="image",
        dtypes=("uint8",),
        axes=3,
        exact=False,
        sized=True,
        suffix=".png",
        words=lambda shape: f", {shape[0]}×{shape[1]} {_COLOURS.get(shape[2], f'{shape[2]} channels')}",
        tensor_shape=lambda shape: (shape[-1], *shape[:-1]),
        to_tensor=to_floats,
        to_array=to_uint8,
    ),
)
kinds.add(
    "points",
    Kind(
        name="points",
        one="point",
        dtypes=("float32",),
        axes=1,
        exact=True,
        sized=False,
        suffix=None,
        words=lambda shape: f" in {shape[0]} dimensions",
        tensor_shape=lambda shape: shape,
        to_tensor=lambda array, _range: array,
        to_array=lambda tensor, _range: tensor.float().cpu().numpy(),
    ),
)
