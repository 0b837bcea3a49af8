"""``saddle resume``."""

import argparse
from typing import Literal

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting
from saddlepoint.core.errors import INTERRUPTED

SUMMARY = "continue a run exactly where it stopped, or extend it"


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle resume",
        description="Continue a run exactly where it stopped, or extend it.",
        epilog="example:\n  saddle resume runs/dcgan-mnist-0001 --steps 20000\n  saddle resume --minutes 60",
    )
    parser.add_argument("run", nargs="?", help="folder of the run (default: the newest)")
    budget = parser.add_argument_group("budget in total, what is done already included (one of them)")
    budget.add_argument("--steps", type=int, metavar="N", help="steps")
    budget.add_argument("--images", type=int, metavar="N", help="real images shown to the critic")
    budget.add_argument("--epochs", type=float, metavar="N", help="passes over the training split")
    budget.add_argument("--minutes", type=float, metavar="M", help="minutes of training")
    parser.add_argument("--data", metavar="SOURCE", help="where the run's data are now, if they have moved")
    parser.add_argument(
        "--threads", type=_threads, metavar="N", help="CPU threads from here on; auto: measured again"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    settings = vars(make_parser().parse(arguments))
    with starting():
        from saddlepoint.engine.loop import Interrupted
        from saddlepoint.training import resume

    try:
        resume(settings.pop("run"), **settings)
    except Interrupted:
        return INTERRUPTED
    return 0


def _threads(text: str) -> int | Literal["auto"]:
    if text == "auto":
        return "auto"
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"give a number or auto, not {text!r}") from None
