"""What was met while reading many images, and what their reader should know of it."""

from dataclasses import dataclass

from saddlepoint.data.files.image import WHITE, Picture
from saddlepoint.data.pixels import white_level
from saddlepoint.data.request import Request

_DARK = 16_383  # no brighter than this, colours of 16 bits hold 14 or fewer


class OtherWhite(Exception):  # noqa: N818 - a finding, no failure
    """The set has no value that its 16 bits need: it must be read again with this as white."""

    def __init__(self, white: int):
        super().__init__(white)
        self.white = white


@dataclass
class Tally:
    """Counts over a set, that no single picture could tell.

    Attributes:
        pictures: images read.
        fitted: of these cropped or resized.
        flattened: with transparent parts.
        lost: of these not to be told from the background.
        moving: with more than one frame.
        peak: largest value of grey images of 16 bits, -1 without any.
        coloured_peak: the same for colours.
    """

    pictures: int = 0
    fitted: int = 0
    flattened: int = 0
    lost: int = 0
    moving: int = 0
    peak: int = -1
    coloured_peak: int = -1

    def add(self, picture: Picture) -> None:
        """Count one image."""
        self.pictures += 1
        self.fitted += picture.fitted
        self.flattened += picture.flattened
        self.lost += picture.lost
        self.moving += picture.moving
        self.peak = max(self.peak, picture.peak)
        self.coloured_peak = max(self.coloured_peak, picture.coloured_peak)

    def check_white(self, white: int) -> None:
        """Raise OtherWhite where grey images of 16 bits hold fewer: 12, say, which would be read as dark."""
        if white == WHITE and self.peak > 0 and (found := white_level(self.peak)) != WHITE:
            raise OtherWhite(found)

    def notes(self, request: Request, side: int, white: int) -> list[str]:
        """Return the sentences for the user, as images were read to ``side`` pixels with ``white``."""
        found, of = [], f"of {self.pictures:,} images"
        if self.fitted:
            verb = "centre-cropped" if request.crop == "center" else "stretched"
            found.append(f"{verb} or resized {self.fitted:,} {of} to {side} pixels")
        if self.flattened:
            found.append(f"flattened {self.flattened:,} {of} with transparent parts on {request.background}")
        if self.lost:
            other = "black" if request.background == "white" else "white"
            found.append(
                f"{self.lost:,} {of} cannot be seen on {request.background}, being as "
                f"{'bright' if other == 'black' else 'dark'}: --background {other} shows them"
            )
        if self.moving:
            found.append(f"read the first frame of {self.moving:,} {of}, which hold several")
        if white != WHITE:
            found.append(
                f"grey images of 16 bits hold {white.bit_length()}, their largest value being {self.peak:,}: "
                f"read with {white:,} as white"
            )
        if 0 <= self.coloured_peak <= _DARK:
            found.append(
                f"colours of 16 bits stay below {self.coloured_peak + 257:,} of 65,535, as if they held fewer "
                "bits, and are dark: convert them to 8"
            )
        return found
