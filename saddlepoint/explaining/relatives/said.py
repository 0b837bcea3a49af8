"""A sentence that notes say of a relative, and whether it was seen."""

from typing import NamedTuple

from saddlepoint.explaining.text import Text


class Said(NamedTuple):
    """A sentence of the notes, tried here.

    Attributes:
        text: the sentence.
        seen: whether it was seen.
        figure: the numbers behind it.
    """

    text: Text
    seen: bool
    figure: Text
