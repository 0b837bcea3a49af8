"""Text on pictures, without a font file of our own."""

from PIL import Image, ImageDraw, ImageFont

INK = (40, 44, 52)
PAPER = (255, 255, 255)


def caption(width: int, label: str, *, size: int = 15, centred: bool = False) -> Image.Image:
    """Return a white RGB strip of ``width`` pixels with one line of text, shortened where it is too long.

    Args:
        width: pixels.
        label: the text; line breaks become spaces.
        size: height of the letters in pixels; the strip is 1.8 times as high.
        centred: in the middle instead of at the left.
    """
    strip = Image.new("RGB", (width, round(1.8 * size)), PAPER)
    draw, font = ImageDraw.Draw(strip), ImageFont.load_default(size)
    line = shortened(" ".join(label.split()), width - size, lambda text: draw.textlength(text, font))
    x, anchor = (width / 2, "mm") if centred else (size // 2, "lm")
    draw.text((x, strip.height / 2), line, INK, font, anchor)
    return strip


def shortened(text: str, room: float, measure) -> str:  # noqa: D417
    """Return ``text``, or as much of its beginning as fits with "..." into ``room``.

    Args:
        measure: (text) -> length in the unit of ``room``.
    """
    if measure(text) <= room:
        return text
    while text and measure(text + "...") > room:
        text = text[:-1]
    return text.rstrip() + "..." if text else ""
