"""The table and the picture of all results."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saddlepoint.claims.claim import claims
from saddlepoint.claims.results import answer, headline, read_all
from saddlepoint.core import files
from saddlepoint.core.errors import UserError
from saddlepoint.core.words import clock

TITLE = "# Published claims, run again"
HEAD = (
    "claim",
    "paper",
    "published",
    "figure",
    "here",
    "holds",
    "protocol",
    "seeds",
    "time",
    "machine",
    "command",
)


def write_table(out: str | Path = "results") -> Path:
    """Write ``README.md`` with one row for each result in ``out``; return its path."""
    out = Path(out)
    results = read_all(out)
    lines = [
        TITLE,
        "",
        "Made from the JSON files beside it by `saddle reproduce --table`. Values are mean ± standard",
        "deviation over seeds. *Short* is about ten minutes on two CPU cores and less than the paper's; *full*",
        "is the paper's length where a machine can do it; the claim says where not. *Quick* proves only that",
        "it runs. A claim *holds*, or does not, where two-sided tests over seeds say so at 5 % for everything",
        "that it demands together (Holm); else it is not decided. An arrow says where better generators lie.",
        "",
        "| " + " | ".join(HEAD) + " |",
        "|" + "---|" * len(HEAD),
        *(row(result) for result in results),
        "",
    ]
    for result in results:
        lines += [f"**{result['claim']}** ({result['protocol']}). {result['verdict']['text']}", ""]
    path = out / "README.md"
    if path.exists() and not path.read_text().startswith(TITLE):
        raise UserError(f"{path} is no table of results and would be lost; name another folder with --out")
    files.write_text(path, "\n".join(lines))
    return path


def draw_table(out: str | Path = "results") -> list[Path]:
    """Draw the results in ``out``; return the paths of the pictures.

    ``claims.png`` has a panel for each, ``over-time.png`` one for each whose claim is about long training.
    """
    from saddlepoint.plots.claim_curves import curves_image
    from saddlepoint.plots.claim_panels import claims_image
    from saddlepoint.plots.png import save_png

    results = read_all(Path(out))
    images = {"claims.png": claims_image(results)}
    curves = [
        (result, curve)
        for result in results
        if (curve := claims.get(result["claim"]).curve) is not None
        and any(trial["figures"].get("over_time") for trial in result["trials"])
    ]
    if curves:
        images["over-time.png"] = curves_image(curves)
    for name, image in images.items():
        save_png(Path(out) / name, image)
    return [Path(out) / name for name in images]


def row(result: Mapping[str, Any]) -> str:
    """Return a result as a row of the Markdown table."""
    cells = (
        result["claim"],
        f"{result['paper']}, {result['where']}",
        result["published"],
        claims.get(result["claim"]).figure.replace("_", " "),
        headline(result),
        answer(result["verdict"]["holds"]),
        result["protocol"],
        str(len(result["seeds"])),
        clock(result["seconds"]),
        result["machine"],
        f"`{result['command']}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
