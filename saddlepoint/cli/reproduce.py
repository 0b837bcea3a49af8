"""``saddle reproduce``."""

import json
from typing import Any

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting
from saddlepoint.core.errors import INTERRUPTED, UserError

SUMMARY = "run a published claim again and say whether it holds"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    if found.claim:
        from saddlepoint.core.declared import check_declared

        check_declared("claim", found.claim, "saddlepoint.claims.catalogue", given=True)
    with starting():
        from saddlepoint.claims.overview import overview
        from saddlepoint.claims.reproduce import reproduce
        from saddlepoint.claims.stored_verdicts import judge_again
        from saddlepoint.claims.table import draw_table, write_table
        from saddlepoint.engine.loop import Interrupted

    if found.table:
        if found.claim:
            raise UserError(f"--table takes every result in --out; leave {found.claim!r} out")
        for change in judge_again(found.out):
            print(change)
        print(write_table(found.out))
        print(*draw_table(found.out), sep="\n")
        return 0
    if not found.claim:
        _list(overview(found.out), as_json=found.json)
        return 0
    sources = {name: value for name in ("mnist", "cifar10") if (value := getattr(found, name))}
    try:
        result = reproduce(
            found.claim,
            full=found.full,
            quick=found.quick,
            seed=found.seed,
            seeds=found.seeds,
            jobs=found.jobs,
            out=found.out,
            sources=sources,
            quiet=found.json,
        )
    except (Interrupted, KeyboardInterrupt):
        if not found.json:
            print(f"stopped; finished trials are kept, go on with:  saddle reproduce {' '.join(arguments)}")
        return INTERRUPTED
    if found.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))
    return 0


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle reproduce",
        description="Run a published claim again, from training to verdict. Without a claim: list all.",
        epilog="examples:\n  saddle reproduce\n  saddle reproduce parzen-mnist\n"
        "  saddle reproduce parzen-mnist --full --out full\n  saddle reproduce --table --out docs/results",
    )
    parser.add_argument("claim", nargs="?", help="name of the claim (default: list all)")
    parser.add_argument("--full", action="store_true", help="the paper's length, or as near as a machine can")
    parser.add_argument("--quick", action="store_true", help="seconds, to see that it runs")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the first seed (default: 0)")
    parser.add_argument(
        "--seeds", type=int, metavar="N", help="seeds S, S+1, ..., N of them (default: the protocol's)"
    )
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="seeds at the same time, a process each (default: 1)"
    )
    parser.add_argument("--out", default="results", metavar="DIR", help="folder of results (default: results)")
    parser.add_argument(
        "--mnist", metavar="SOURCE", help="for example mnist:FOLDER (default: $SADDLE_MNIST, or download)"
    )
    parser.add_argument("--cifar10", metavar="SOURCE", help="the same for CIFAR-10 ($SADDLE_CIFAR10)")
    parser.add_argument(
        "--table", action="store_true", help="draw all verdicts again; write DIR/README.md and DIR/claims.png"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _list(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"version": 1, "claims": {claim.pop("name"): claim for claim in found}}, indent=1))
        return
    from rich.console import Console

    from saddlepoint.catalog.tables import print_wrapped
    from saddlepoint.evaluate.card import legend

    console = Console(highlight=False)
    for claim in found:
        console.print(f"[bold]{claim['name']}[/bold]: {claim['help']}")
        holds = {True: "holds", False: "does not hold", None: "not decided"}[claim["holds"]]
        last = f"{claim['figure']} {claim['last']}  ({claim['last_protocol']} protocol: {holds})"
        settings = ", ".join(f"{name} {value}" for name, value in claim["protocol"].items())
        budget = f"about {claim['minutes']:g} min on two CPU cores"
        rows = [
            ("paper", f"{claim['paper']}, {claim['where']}"),
            ("published", claim["published"]),
            ("measured", last if claim["last"] else "not yet"),
            ("protocol", f"{settings}, {_count(claim['seeds'])}"),
            ("budget", f"{budget}; --full about {_hours(claim['minutes_full'])}"),
        ]
        for reason in dict.fromkeys(claim["lacks"].values()):
            arms = [arm for arm, why in claim["lacks"].items() if why == reason]
            rows.append(("skips", f"{', '.join(arms)}: {reason}"))
        print_wrapped(rows, width=12)
    console.print(legend(claim["headline"] for claim in found))
    console.print("\nrun one with:  saddle reproduce CLAIM")


def _hours(minutes: float) -> str:
    return f"{minutes:g} min" if minutes < 90 else f"{minutes / 60:,.0f} h"


def _count(seeds: int) -> str:
    return "one seed" if seeds == 1 else f"{seeds} seeds"
