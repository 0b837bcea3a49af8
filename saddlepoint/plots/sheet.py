"""Pictures put together into larger ones, on white."""

from collections.abc import Sequence

from PIL import Image, ImageFont

from saddlepoint.plots.caption import PAPER, caption

SPACE = 12  # pixels between two pictures


def beside(pictures: Sequence[Image.Image], *, gap: int = SPACE, centred: bool = False) -> Image.Image:
    """Put pictures side by side, in RGB; their tops, or with ``centred`` their middles, on one line."""
    height = max(picture.height for picture in pictures)
    sheet = Image.new("RGB", (sum(p.width + gap for p in pictures) - gap, height), PAPER)
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, (height - picture.height) // 2 if centred else 0))
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


def rows_named(picture: Image.Image, names: Sequence[str], *, size: int = 15) -> Image.Image:
    """Put a name at the left of each of a picture's rows, which are equally high, in RGB."""
    width = size + round(max(ImageFont.load_default(size).getlength(name) for name in names)) + size
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
