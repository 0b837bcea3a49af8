"""What is known of every claim without running it."""

from pathlib import Path
from typing import Any

from saddlepoint.claims.claim import claims
from saddlepoint.claims.requirements import lacks
from saddlepoint.claims.results import headline, read

SHIPPED = Path(__file__).parents[2] / "docs" / "results"


def overview(out: str | Path = "results") -> list[dict[str, Any]]:
    """Return what is known of every claim: what was published, how it is run, and the last result."""
    rows = []
    for name, claim in claims.items():
        short = claim.protocols["short"]
        stored = read(Path(out) / f"{name}.json") or read(SHIPPED / f"{name}.json")
        rows.append(
            {
                "name": name,
                "help": claim.help,
                "paper": claim.paper,
                "where": claim.where,
                "published": claim.published,
                "headline": claim.headline,
                "figure": claim.figure,
                "minutes": short.minutes,
                "minutes_full": claim.protocols["full"].minutes,
                "seeds": short.seeds,
                "protocol": dict(short.settings),
                "lacks": lacks(claim),
                "last": None if stored is None else headline(stored),
                "last_protocol": None if stored is None else stored["protocol"],
                "holds": None if stored is None else stored["verdict"]["holds"],
            }
        )
    return rows
