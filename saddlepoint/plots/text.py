"""Lines of text as a picture, in whatever script."""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from saddlepoint.core.words import clipped
from saddlepoint.plots.canvas import INK

WIDTH, SIZE, SPACING = 700, 15, 1.8  # pixels of a picture and of its letters, and lines to letters
# Fonts of many scripts on Linux, Windows and macOS, for letters that the built-in ones have not.
WIDE = (
    "NotoSansCJK-Regular.ttc",
    "wqy-microhei.ttc",
    "DroidSansFallbackFull.ttf",
    "msyh.ttc",
    "PingFang.ttc",
    "STHeiti Light.ttc",
)
NO_LETTER = "\U0010ffff"  # which no font has: how a font draws what it lacks
RETURN = "↵"


def lines_image(lines: Sequence[str], *, width: int = WIDTH) -> Image.Image:
    """Draw lines under one another; one that is too long ends in "...", and line breaks are shown as ↵."""
    height = round(SPACING * SIZE)
    sheet = Image.new("RGB", (width, height * len(lines)), "white")
    draw = ImageDraw.Draw(sheet)
    for index, line in enumerate(lines):
        shown = "".join(_printable(letter) for letter in line)
        font = _font_of(frozenset(shown))
        shown = clipped(shown, width - SIZE, lambda text, font=font: draw.textlength(text, font))
        draw.text((SIZE // 2, (index + 0.5) * height), shown, INK, font, "lm")
    return sheet


def _printable(letter: str) -> str:
    """Return a letter, a space for all that is as wide as one, or what stands for a line break."""
    if letter.isprintable():
        return letter
    return " " if letter == "\t" or unicodedata.category(letter) == "Zs" else RETURN


@cache
def _font_of(letters: frozenset[str]) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that lacks the fewest of some letters."""
    return min(_fonts(), key=lambda font: sum(_lacks(font, letter) for letter in letters))


@cache
def _fonts() -> list[ImageFont.FreeTypeFont | ImageFont.ImageFont]:
    """Return the built-in font, matplotlib's, and those of many scripts that the machine has."""
    import matplotlib

    fonts = [ImageFont.load_default(SIZE)]
    for name in (f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", *WIDE):
        with suppress(OSError):
            fonts.append(ImageFont.truetype(name, SIZE))
    return fonts


@cache
def _lacks(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, letter: str) -> bool:
    return letter != " " and _drawn(font, letter) == _drawn(font, NO_LETTER)


def _drawn(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, letter: str) -> bytes:
    picture = Image.new("L", (2 * SIZE, 2 * SIZE))
    ImageDraw.Draw(picture).text((0, 0), letter, 255, font)
    return picture.tobytes()
