"""A topic as files: one HTML page that needs nothing else, its pictures as PNG, its films as GIF."""

import base64
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from PIL import Image

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.files import write_bytes
from saddlepoint.explaining.blocks import (
    Block,
    Code,
    Film,
    Formula,
    Heading,
    Knobs,
    Numbers,
    Picture,
    Prose,
    Rows,
    Style,
)
from saddlepoint.explaining.explanation import Explanation
from saddlepoint.explaining.terminal import cell_of, number, short_number
from saddlepoint.explaining.text import Text, said
from saddlepoint.pages.render import data_uri, render
from saddlepoint.plots.animation import save_animation
from saddlepoint.plots.canvas import DARK, LIGHT
from saddlepoint.plots.png import save_png

TOPICS = Path(__file__).parent / "topics"
HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}


def make_folder(folder: Path) -> None:
    """Make the folder of a page where there is none; raises UserError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make the folder {folder}: {reason(error)}") from error


def write(told: Explanation, folder: Path) -> list[Path]:
    """Write the page and the pictures of a topic into ``folder``; return their paths, the page's first.

    Raises:
        UserError: the folder cannot be made.
    """
    make_folder(folder)
    drawn: dict[str, list[Image.Image]] = {}
    paths = []
    themes = (LIGHT,) if told.lesson.quick else (LIGHT, DARK)  # every picture drawn twice takes as much again
    films = [block for block in told.blocks if isinstance(block, Picture | Film)]
    for done, block in enumerate(films):
        told.lesson.progress("drawing", done, len(films))
        style, stem = Style(LIGHT, told.language), f"{told.topic.name}-{block.name}"
        if isinstance(block, Picture):
            drawn[block.name] = [block.draw(replace(style, theme=theme)) for theme in themes]
            paths.append(folder / f"{stem}.png")
            save_png(paths[-1], drawn[block.name][0], text={"Description": block.alt.en})
        else:
            drawn[block.name] = [block.draw(style, moment) for moment in range(len(block.labels))]
            paths.append(folder / f"{stem}.gif")
            labels = [said(label, "en") for label in block.labels]
            save_animation(paths[-1], drawn[block.name], labels=labels, seconds=block.seconds)
    page = folder / f"{told.topic.name}.html"
    write_bytes(page, page_of(told, drawn).encode())
    return [page, *paths]


def page_of(told: Explanation, drawn: dict[str, list[Image.Image]]) -> str:
    """Return the page of a topic, with its pictures (light, maybe dark) and films (their moments) by name."""
    sections: list[dict[str, Any]] = [{"heading": "", "blocks": []}]
    for block in told.blocks:
        if isinstance(block, Heading):
            sections.append({"heading": told.said(block.text), "blocks": []})
        else:
            sections[-1]["blocks"].append(_shown(block, told, drawn))
    scripts = [(TOPICS / f"{block.script}.js").read_text() for block in told.blocks if isinstance(block, Knobs)]
    return render(
        "explanation.html",
        language=HTML_LANGUAGE[told.language],
        zh=told.language == "zh",
        title=told.said(told.topic.title),
        about="",
        sections=[section for section in sections if section["blocks"]],
        scripts=scripts,
        command=_command(told),
        failed=len(told.failed),
    )


def _command(told: Explanation) -> str:
    """Return the command that makes this page again."""
    words = ["saddle", "explain", told.topic.name]
    for name, value in told.given.items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        else:
            words += [f"--{option}", str(value)]
    words += ["--seed", str(told.lesson.seed)] if told.lesson.seed else []
    words += ["--quick"] if told.lesson.quick else []
    words += ["--lang", told.language] if told.language != "en" else []
    return " ".join(words)


def _shown(block: Block, told: Explanation, drawn: dict[str, list[Image.Image]]) -> dict[str, Any]:
    """Return what the template needs of a block."""
    say = told.said
    match block:
        case Prose(text):
            return {"kind": "prose", "text": say(text)}
        case Formula(tex, plain):
            parts = [mathml(part.rstrip(" ,")) for part in tex.split(r"\qquad")]
            return {"kind": "formula", "mathml": " ".join(parts), "plain": plain}
        case Code(text, caption):
            return {"kind": "code", "text": text, "caption": say(caption)}
        case Numbers(rows):
            return {
                "kind": "numbers",
                "known": any(row.exact is not None for row in rows),
                "rows": [
                    {
                        "text": say(row.text),
                        "value": number(row.value, told.language),
                        "exact": "" if row.exact is None else number(row.exact, told.language),
                        "error": "" if row.error is None else short_number(row.error, told.language),
                        "holds": row.holds,
                    }
                    for row in rows
                ],
            }
        case Rows(head, rows):
            words = [all(isinstance(cell, Text) for cell in column) for column in zip(*rows, strict=True)]
            return {
                "kind": "rows",
                "head": list(map(say, head)),
                "rows": [[cell_of(cell, told.language) for cell in row] for row in rows],
                "words": words,
                "prose": len(head) > 3 and all(words),  # on a phone its columns stand below each other
            }
        case Picture(name, _, caption, alt):
            light, *dark = map(data_uri, drawn[name])
            width, height = drawn[name][0].size
            shown = {"light": light, "dark": "".join(dark), "caption": say(caption), "alt": say(alt)}
            return {"kind": "picture", "width": width, "height": height, **shown}
        case Film():
            return _film(block, told, drawn[block.name])
        case Knobs():
            settings = {
                "script": block.script,
                "ratio": block.ratio,
                "narrow": block.narrow,
                "shows": [[key, say(text)] for key, text in block.shows],
            }
            return {
                "kind": "knobs",
                "settings": _json(settings),
                "sliders": [slider._asdict() | {"text": say(slider.text)} for slider in block.sliders],
                "caption": say(block.caption),
                "alt": say(block.alt),
            }
    raise TypeError(f"no page shows a {type(block).__name__}")


def mathml(tex: str) -> str:
    """Return a formula as MathML, with what TeX does by itself and the converter does not.

    Logarithms are set apart from what stands beside them, what a minimum is over stands below it, and signs
    that the converter takes for letters are operators, with the space that these have.
    """
    tex = re.sub(r"(?<=[\w})])\s*\\log", r"\\,\\log", tex)
    tex = re.sub(r"\\log(?:\s+(?=\w)|\s*(?=\\))", r"\\log\\,", tex)
    tex = re.sub(r"\\(min|max)_", r"\\\1\\limits_", tex)
    found = convert(tex, display="block").replace(
        "&#x0007E;", "&#x0223C;"
    )  # the tilde of ASCII stands too high
    return re.sub(r"<mi>(&#x(?:000B1|0223C|02032|027E[89]);|;)</mi>", r"<mo>\1</mo>", found)


def _film(block: Film, told: Explanation, moments: Sequence[Image.Image]) -> dict[str, Any]:
    frames = [
        {"src": _webp(picture), "label": told.said(label)}
        for picture, label in zip(moments, block.labels, strict=True)
    ]
    width, height = moments[0].size
    return {
        "kind": "film",
        "width": width,
        "height": height,
        "still": frames[block.still],
        "start": block.still % len(frames),
        "frames": _json(frames),
        "last": len(frames) - 1,
        "pause": round(1000 * block.seconds / max(1, len(frames))),
        "caption": told.said(block.caption),
        "alt": told.said(block.alt),
    }


def _json(value: Any) -> str:
    """Return JSON that may stand in a page's script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _webp(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, format="WEBP", lossless=True, method=4)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
