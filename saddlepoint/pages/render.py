"""Templates filled into HTML pages that need nothing from elsewhere: no network, no script."""

import base64
import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from saddlepoint.plots.canvas import DARK, LIGHT
from saddlepoint.plots.png import png_bytes
from saddlepoint.version import __version__

SPACE, JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"


def render(template: str, **values: Any) -> str:
    """Return the page that a template of ``pages/templates`` makes of ``values``; text in them is escaped."""
    return _environment().get_template(template).render(values)


def data_uri(image: Image.Image) -> str:
    """Return a picture as the ``src`` of an ``<img>`` that holds it."""
    return "data:image/png;base64," + base64.b64encode(png_bytes(image)).decode()


def signs_kept(text: str) -> str:
    """Return a sentence whose signs, bars and fractions no end of a line parts from what they belong to."""
    for sign in "=<":
        text = text.replace(f" {sign} ", f"{SPACE}{sign}{SPACE}")
    text = re.sub(r"(?<=\d) %|(?<=\blog) (?=\w)", lambda found: SPACE + found[0][1:], text)
    return re.sub(r"(\||(?<=[\d)])/)(?=\S)", rf"\1{JOINER}", text)


@cache
def _environment() -> Environment:
    """Return how templates are read: what they name must be given, and every value is escaped."""
    environment = Environment(
        loader=PackageLoader("saddlepoint.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["signs_kept"] = signs_kept
    environment.globals |= {"light": LIGHT, "dark": DARK, "version": __version__}
    return environment
