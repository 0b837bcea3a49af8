"""The kinds of data: how an example of each lies in memory, and how networks see it.

An array of examples tells its kind by its number of axes and its type of numbers, see :func:`kind_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from saddlepoint.core.registry import Registry
from saddlepoint.core.vocabulary import Vocabulary

if TYPE_CHECKING:  # reading data does not need the libraries that training needs
    from torch import Tensor

Shape = tuple[int, ...]
Range = tuple[float, float]  # of the floats that a family works in


class Described(Protocol):
    """Whatever knows what an example is: a data set, or what a recipe is told of one."""

    @property
    def kind(self) -> str:
        """Name of the kind."""
        ...

    @property
    def shape(self) -> Shape:
        """Of one example in memory."""
        ...

    @property
    def rate(self) -> int:
        """Samples a second of sounds, 0 for all else."""
        ...

    @property
    def vocabulary(self) -> Vocabulary | None:
        """What tokens stand for, None for all else."""
        ...


@dataclass(frozen=True)
class Kind:
    """A kind of data.

    Attributes:
        name: of the kind: ``"images"``.
        many: what people call many examples: ``"images"``, and ``"sounds"`` of waves.
        one: what they call one: ``"image"``.
        dtypes: what the numbers may be in memory.
        axes: of one example in memory.
        exact: whether they need more than bf16's three digits.
        sized: whether an example has a side in pixels, which may be chosen.
        timed: whether it has a length, the last of its axes, which may be chosen.
        suffix: of a file of one example, beside ``.npy``; None where one alone is not worth a file.
        words: what an example is -> what follows "60,000 training images" to tell it.
        tensor_shape: shape of an example in memory -> its shape as the networks see it.
        to_tensor: (examples in memory, range) -> float tensors (n, ...) on the same device.
        to_array: (float tensors (n, ...), range) -> examples as people get them.
    """

    name: str
    many: str
    one: str
    dtypes: tuple[str, ...]
    axes: int
    exact: bool
    sized: bool
    timed: bool
    suffix: str | None
    words: Callable[[Described], str]
    tensor_shape: Callable[[Shape], Shape]
    to_tensor: Callable[[Tensor, Range], Tensor]
    to_array: Callable[[Tensor, Range], np.ndarray]


FULL = 32_768.0  # what 1 is in the memory of sounds
_COLOURS = {1: "grey", 3: "colour"}

kinds: Registry[Kind] = Registry("kind of data")


def kind_of(array: np.ndarray) -> Kind:
    """Return the kind of examples in memory, (n, ...); raises ValueError where there is none like these."""
    for _, kind in kinds.items():
        if array.ndim == kind.axes + 1 and array.dtype.name in kind.dtypes:
            return kind
    raise ValueError(f"no kind of data is {array.dtype} {array.shape}")


def full_scale(array: np.ndarray) -> float:
    """Return what 1 is in memory: 255 for the pixels of images, 32,768 for sounds, 1 for all else."""
    return {"uint8": 255.0, "int16": FULL}.get(array.dtype.name, 1.0)


def to_floats(array: Tensor, span: Range) -> Tensor:
    """Map uint8 (n, h, w, c) images to floats (n, c, h, w) in ``span``, channels last in memory."""
    low, high = span
    return array.permute(0, 3, 1, 2).float().mul_((high - low) / 255).add_(low)


def to_uint8(images: Tensor, span: Range) -> np.ndarray:
    """Quantise floats (n, c, h, w) in ``span`` to uint8 (n, h, w, c)."""
    low, high = span
    levels = ((images.float() - low) * (255 / (high - low))).round_().clamp_(0, 255)
    return levels.byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()


def view_floats(array: Tensor, span: Range) -> Tensor:
    """Map uint8 (n, 2, h, w, c) views to floats (n, 2c, h, w) in ``span``, the picture's channels first."""
    return to_floats(array.permute(0, 2, 3, 1, 4).flatten(3), span)


def view_levels(views: Tensor, span: Range) -> np.ndarray:
    """Quantise floats (n, 2c, h, w) in ``span`` to uint8 (n, 2, h, w, c)."""
    levels = to_uint8(views, span)
    return np.ascontiguousarray(np.moveaxis(levels.reshape(*levels.shape[:3], 2, -1), 3, 1))


def wave_floats(array: Tensor, ends: Range) -> Tensor:
    """Map int16 (n, c, t) sounds to floats of the same shape, whose silence is the middle of ``ends``."""
    low, high = ends
    return array.float().mul_((high - low) / (2 * FULL)).add_((high + low) / 2)


def to_int16(waves: Tensor, ends: Range) -> np.ndarray:
    """Quantise floats (n, c, t) in ``ends`` to int16; louder ones are cut off."""
    low, high = ends
    levels = ((waves.float() - (high + low) / 2) * (2 * FULL / (high - low))).round_().clamp_(-FULL, FULL - 1)
    return levels.short().contiguous().cpu().numpy()


kinds.add(
    "images",
    Kind(
        name="images",
        many="images",
        one="image",
        dtypes=("uint8",),
        axes=3,
        exact=False,
        sized=True,
        timed=False,
        suffix=".png",
        words=lambda of: (
            f", {of.shape[0]}×{of.shape[1]} {_COLOURS.get(of.shape[2], f'{of.shape[2]} channels')}"
        ),
        tensor_shape=lambda shape: (shape[-1], *shape[:-1]),
        to_tensor=to_floats,
        to_array=to_uint8,
    ),
)
# A picture, and a second one of the same place that holds the normal of each pixel's surface, from −1 to 1 as 0
# to 255: right, up and towards the viewer.
kinds.add(
    "views",
    Kind(
        name="views",
        many="views",
        one="view",
        dtypes=("uint8",),
        axes=4,
        exact=False,
        sized=False,
        timed=False,
        suffix=".png",
        words=lambda of: f", {of.shape[1]}×{of.shape[2]} with the normals of what they show",
        tensor_shape=lambda shape: (2 * shape[-1], *shape[1:-1]),
        to_tensor=view_floats,
        to_array=view_levels,
    ),
)
kinds.add(
    "points",
    Kind(
        name="points",
        many="points",
        one="point",
        dtypes=("float32",),
        axes=1,
        exact=True,
        sized=False,
        timed=False,
        suffix=None,
        words=lambda of: f" in {of.shape[0]} dimensions",
        tensor_shape=lambda shape: shape,
        to_tensor=lambda array, _range: array,
        to_array=lambda tensor, _range: tensor.float().cpu().numpy(),
    ),
)
# Sounds are kept in 16 bits: nearly all files have no more, they take half the memory of floats, equal sounds
# have equal bytes, and what a run samples is what its .wav holds.
kinds.add(
    "waves",
    Kind(
        name="waves",
        many="sounds",
        one="sound",
        dtypes=("int16",),
        axes=2,
        exact=True,
        sized=False,
        timed=True,
        suffix=".wav",
        words=lambda of: f", {of.shape[1]:,} samples at {of.rate:,} Hz{', stereo' * (of.shape[0] == 2)}",
        tensor_shape=lambda shape: shape,
        to_tensor=wave_floats,
        to_array=to_int16,
    ),
)
kinds.add(
    "tokens",
    Kind(
        name="tokens",
        many="sequences",
        one="sequence",
        dtypes=("int32",),
        axes=1,
        exact=True,
        sized=False,
        timed=True,
        suffix=".txt",
        words=lambda of: f" of {of.shape[0]} tokens, a vocabulary of {len(of.vocabulary or ()):,}",
        tensor_shape=lambda shape: shape,
        to_tensor=lambda array, _range: array.long(),  # as embeddings and cross-entropy want them
        to_array=lambda tensor, _range: tensor.cpu().numpy().astype(np.int32),
    ),
)
