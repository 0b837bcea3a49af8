"""Pictures and lines of text put together into larger pictures, on white, without a font file of our own."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from saddlepoint.core.words import clipped
from saddlepoint.plots.canvas import INK

PAPER = "white"
SPACE = 12  # pixels between two pictures


def caption(width: int, label: str, *, size: int = 15, colour: str = INK, centred: bool = False) -> Image.Image:
    """Return a white RGB strip of ``width`` pixels with one line of text, clipped where it is too long.

    Args:
        width: pixels.
        label: the text; line breaks become spaces.
        size: height of the letters in pixels; the strip is 1.8 times as high.
        colour: of the letters.
        centred: in the middle instead of at the left.
    """
    strip = Image.new("RGB", (width, round(1.8 * size)), PAPER)
    draw, font = ImageDraw.Draw(strip), ImageFont.load_default(size)
    line = clipped(" ".join(label.split()), width - size, lambda text: draw.textlength(text, font))
    x, anchor = (width / 2, "mm") if centred else (size // 2, "lm")
    draw.text((x, strip.height / 2), line, colour, font, anchor)
    return strip


def caption_width(label: str, *, size: int = 15) -> int:
    """Return the pixels that a :func:`caption` needs to hold all of ``label``."""
    return size + 1 + round(ImageFont.load_default(size).getlength(" ".join(label.split())))


def beside(pictures: Sequence[Image.Image], *, gap: int = SPACE) -> Image.Image:
    """Put pictures side by side, in RGB, their tops on one line."""
    height = max(picture.height for picture in pictures)
    sheet = Image.new("RGB", (sum(p.width + gap for p in pictures) - gap, height), PAPER)
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width + gap
    return sheet


def stacked(pictures: Sequence[Image.Image], *, gap: int = SPACE) -> Image.Image:
    """Put pictures under one another, in RGB, at the left."""
    width = max(picture.width for picture in pictures)
    sheet = Image.new("RGB", (width, sum(p.height + gap for p in pictures) - gap), PAPER)
    top = 0
    for picture in pictures:
        sheet.paste(picture, (0, top))
        top += picture.height + gap
    return sheet


def titled(title: str, picture: Image.Image, *, size: int = 15, width: int = 0) -> Image.Image:
    """Put one line of text over a picture, which may be made wider so that the text has ``width`` pixels."""
    return stacked([caption(max(width, picture.width), title, size=size), picture], gap=0)


def subtitled(picture: Image.Image, label: str, *, size: int = 12, colour: str = INK) -> Image.Image:
    """Put one short line of text under the middle of a picture."""
    return stacked([picture, caption(picture.width, label, size=size, colour=colour, centred=True)], gap=0)


def rows_named(picture: Image.Image, names: Sequence[str], *, size: int = 15) -> Image.Image:
    """Put a name at the left of each of a picture's rows, which are equally high, in RGB."""
    width = size + max(caption_width(name, size=size) for name in names)
    margin = Image.new("RGB", (width, picture.height), PAPER)
    for index, name in enumerate(names):
        strip = caption(width, name, size=size)
        margin.paste(strip, (0, round((index + 0.5) * picture.height / len(names) - strip.height / 2)))
    return beside([margin, picture], gap=0)


def framed(picture: Image.Image, margin: int = SPACE) -> Image.Image:
    """Put a white margin around a picture."""
    sheet = Image.new("RGB", (picture.width + 2 * margin, picture.height + 2 * margin), PAPER)
    sheet.paste(picture, (margin, margin))
    return sheet


def resized(picture: Image.Image, side: int) -> Image.Image:
    """Return ``picture`` in RGB, reduced to ``side`` pixels at most or enlarged by a whole factor."""
    picture, longest = opaque(picture), max(picture.size)
    if longest > side:
        # A box filter keeps the edges of enlarged pixels crisp, and adds few colours.
        size = [max(1, round(length * side / longest)) for length in picture.size]
        return picture.resize((size[0], size[1]), Image.Resampling.BOX)
    factor = side // longest
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def opaque(picture: Image.Image) -> Image.Image:
    """Return ``picture`` as RGB, with white paper under what is transparent."""
    if "A" not in picture.getbands():
        return picture.convert("RGB")
    paper = Image.new("RGBA", picture.size, PAPER)
    return Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")
