"""The recipe that trains where none is named: by the kind of data, their classes, number and size."""

from typing import NamedTuple

import torch

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.kinds import kinds

USUAL = "dcgan"
OTHERS = {"points": "deligan", "waves": "wave_gan", "views": "style_structure"}  # by kind of data
FEW = 10_000  # images without classes up to which a recipe for few images is taken
FEW_SIDE = 64  # pixels; smaller images leave a recipe for few images nothing to excite
CPU_SIDE = 64  # pixels; larger images than that no CPU trains in an evening
PER_CLASS = 20  # images of a class, on average, below which classes are not told apart by what they show


class Choice(NamedTuple):
    """A recipe that was not asked for.

    Attributes:
        recipe: its name.
        why: what decided, as words after "as".
    """

    recipe: str
    why: str


def choose(data: DataSpec, fixed: bool = False) -> Choice:
    """Return the recipe for data of any kind, which need not support their size unless that is ``fixed``.

    Nothing is worth more to images than their labels: on 8×8 digits the Fréchet distance after 20,000 images is
    a third of that without them, on CIFAR-10 after 40,000 two thirds (docs/speed.md, "Time to quality"). What a
    few images without labels gain from a recipe of their own is in docs/families.md, "Few images".
    """
    if data.kind in OTHERS:
        return Choice(OTHERS[data.kind], f"{data.name} holds {kinds.get(data.kind).many}")
    if data.kind == "tokens":
        notes = data.vocabulary is not None and data.vocabulary.notes
        return (
            Choice("melody_gan", f"{data.name} holds tunes")
            if notes
            else Choice("seq_mle", f"{data.name} is text")
        )
    classes = len(data.classes)
    if classes < 2:
        few = data.count <= FEW and data.size >= FEW_SIDE
        if few and not (fixed and recipes.get("fast_gan").nearest_size(data.size) != data.size):
            return Choice("fast_gan", f"{data.count:,} images are few, and have no classes")
        return Choice(USUAL, "the images have no classes")
    if data.count < PER_CLASS * classes:
        return Choice(USUAL, f"{data.count:,} images are few for {classes:,} classes")
    return Choice("labelled_dcgan", f"the images have {classes:,} classes")


def affordable(native: int) -> int:
    """Return the side at which a machine trains images of ``native`` pixels where no size is asked for."""
    return native if torch.accelerator.is_available() else min(native, CPU_SIDE)
