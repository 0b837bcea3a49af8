"""Results of reproduced claims as they are stored, and the table and the picture of all of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saddlepoint.claims.claim import claims
from saddlepoint.core import files
from saddlepoint.core.errors import UserError
from saddlepoint.core.waiting import clock
from saddlepoint.evaluate.card import number

VERSION = 2
TITLE = "# Published claims, run again"
HEAD = ("claim", "paper", "published", "here", "holds", "protocol", "seeds", "time", "machine", "command")


def read(path: Path) -> dict[str, Any] | None:
    """Return a stored result, None where there is none; raises UserError where it is damaged."""
    if not path.exists():
        return None
    try:
        stored = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is damaged or cannot be read: {error}") from error
    if not isinstance(stored, dict) or stored.get("version") != VERSION or "trials" not in stored:
        raise UserError(f"{path} is no result of this version; remove it, or name another folder with --out")
    return stored


def write_table(out: str | Path = "results") -> Path:
    """Write ``README.md`` with one row for each result in ``out``; return its path."""
    out = Path(out)
    stored = _stored(out)
    lines = [
        TITLE,
        "",
        "Made from the JSON files beside it by `saddle reproduce --table`. Values are mean ± standard",
        "deviation over seeds. *Short* is about ten minutes on two CPU cores and less than the paper's; *full*",
        "is the paper's length where a machine can do it; the claim says where not. *Quick* proves only that",
        "it runs. A claim *holds*, or does not, where two-sided tests over seeds say so at 5 % for everything",
        "that it demands together (Holm); else it is not decided.",
        "",
        "| " + " | ".join(HEAD) + " |",
        "|" + "---|" * len(HEAD),
        *(row(result) for result in stored),
        "",
    ]
    for result in stored:
        lines += [f"**{result['claim']}** ({result['protocol']}). {result['verdict']['text']}", ""]
    path = out / "README.md"
    if path.exists() and not path.read_text().startswith(TITLE):
        raise UserError(f"{path} is no table of results and would be lost; name another folder with --out")
    files.write_text(path, "\n".join(lines))
    return path


def draw_table(out: str | Path = "results") -> Path:
    """Write ``claims.png`` with a panel for each result in ``out``; return its path."""
    from saddlepoint.plots.claim_panels import claims_image
    from saddlepoint.plots.png import save_png

    path = Path(out) / "claims.png"
    save_png(path, claims_image(_stored(Path(out))))
    return path


def row(result: Mapping[str, Any]) -> str:
    """Return a result as a row of the Markdown table."""
    cells = (
        result["claim"],
        f"{result['paper']}, {result['where']}",
        result["published"],
        headline(result),
        answer(result["verdict"]["holds"]),
        result["protocol"],
        str(len(result["seeds"])),
        clock(result["seconds"]),
        result["machine"],
        f"`{result['command']}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def answer(holds: bool | None) -> str:
    """Return a verdict in one or two words."""
    return {True: "yes", False: "**no**", None: "not decided"}[holds]


def headline(result: Mapping[str, Any]) -> str:
    """Return the headline figure of every arm, with its spread over seeds."""
    parts = []
    for arm, figures in result["summary"].items():
        figure = figures.get(result["headline"])
        if figure is not None:
            spread = "" if figure["spread"] is None else f" ± {number(figure['spread'])}"
            parts.append((arm, f"{number(figure['mean'])}{spread}"))
    if len(parts) == 1:
        return parts[0][1]
    return ", ".join(f"{arm} {value}" for arm, value in parts)


def _stored(out: Path) -> list[dict[str, Any]]:
    """Return all results in ``out``; raises UserError where there is none."""
    stored = [result for name in claims.names() if (result := read(out / f"{name}.json"))]
    if not stored:
        raise UserError(f"there is no result in {out}; make one with: saddle reproduce CLAIM --out {out}")
    return stored
