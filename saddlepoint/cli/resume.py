"""``saddle resume``."""

from saddlepoint.cli.parser import Parser, add_arguments
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
    with starting():
        from saddlepoint.training.resuming import resume
        from saddlepoint.training.settings import Length, names

    groups = {
        "budget in total, what is done already included (one of them)": names(Length),
        "how it goes on": ("data", "threads", "quiet"),
    }
    add_arguments(parser, resume, groups, positional="path", metavar="RUN")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    settings = vars(make_parser().parse(arguments))
    with starting():
        from saddlepoint.engine.loop import Interrupted
        from saddlepoint.training import resume

    try:
        resume(**settings)
    except Interrupted:
        return INTERRUPTED
    return 0
