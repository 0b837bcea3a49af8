"""``saddle resume``."""

from saddlepoint.cli.parser import Parser, add_arguments, signature_of
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
    from saddlepoint.training.settings import Length, names

    groups = {
        "budget in total, what is done already included (one of them)": names(Length),
        "how it goes on": ("data", "threads", "quiet"),
    }
    resume = signature_of("saddlepoint.training.resuming", "resume")
    add_arguments(parser, resume, groups, positional="path", metavar="RUN")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    settings = vars(make_parser().parse(arguments))
    from saddlepoint.core.run_folder import find_run
    from saddlepoint.training.settings import Length, names

    find_run(settings["path"]).read_config()
    Length(**{name: settings[name] for name in names(Length)})
    with starting():
        from saddlepoint.engine.loop import Interrupted
        from saddlepoint.training import resume

    try:
        resume(**settings)
    except Interrupted:
        return INTERRUPTED
    return 0
