"""The recipe that trains where none is named: by the kind of data, and whether images have classes."""

from typing import NamedTuple

from saddlepoint.core.experiment import DataSpec
from saddlepoint.core.kinds import kinds

USUAL = "dcgan"
OTHERS = {"points": "r3gan", "waves": "wave_gan", "views": "style_structure"}  # by kind of data
PER_CLASS = 20  # images of a class, on average, below which classes are not told apart by what they show


class Choice(NamedTuple):
    """A recipe that was not asked for.

    Attributes:
        recipe: its name.
        why: what decided, as words after "as".
    """

    recipe: str
    why: str


def choose(data: DataSpec) -> Choice:
    """Return the recipe for data of any kind.

    Nothing is worth more to images than their labels: on 8×8 digits the Fréchet distance after 20,000 images is
    a third of that without them (docs/families.md, "Codes and classes").
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
        return Choice(USUAL, "the images have no classes")
    if data.count < PER_CLASS * classes:
        return Choice(USUAL, f"{data.count:,} images are few for {classes:,} classes")
    return Choice("labelled_dcgan", f"the images have {classes:,} classes")
