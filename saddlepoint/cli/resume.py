"""``saddle resume``."""

from saddlepoint.cli.exits import INTERRUPTED
from saddlepoint.cli.parser import Parser

SUMMARY = "continue a run exactly where it stopped, or extend it"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    parser = Parser(
        prog="saddle resume",
        description="Continue a run exactly where it stopped, or extend it.",
        epilog="example:\n  saddle resume runs/dcgan-mnist-0001 --steps 20000",
    )
    parser.add_argument("run", nargs="?", help="folder of the run (default: the newest)")
    parser.add_argument("--steps", type=int, metavar="N", help="go on until N steps are done in total")
    parser.add_argument("--data", metavar="SOURCE", help="where the run's data are now, if they have moved")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    found = parser.parse(arguments)
    from saddlepoint import training

    try:
        training.resume(found.run, steps=found.steps, data=found.data, quiet=found.quiet)
    except training.Interrupted:
        return INTERRUPTED
    return 0
