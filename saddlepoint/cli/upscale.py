"""``saddle upscale``."""

from pathlib import Path

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting

SUMMARY = "make pictures of any size larger with a run of srresnet or srgan"


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle upscale",
        description="Make a picture, or a folder of pictures, two or four times as large with a trained run.",
        epilog="examples:\n  saddle upscale runs/srgan-photos-0001 holiday.jpg\n"
        "  saddle upscale runs/srresnet-photos-0001 thumbnails/ --out large/",
    )
    parser.add_argument("run", help="folder of the run, or its name under runs/")
    parser.add_argument("source", metavar="PICTURE|FOLDER", help="what is made larger")
    parser.add_argument("--out", metavar="DIR", help="folder of the results (default: upscaled/ in the run)")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    with starting():
        from saddlepoint.exploring.upscaling import save_upscaled
        from saddlepoint.runs.model import Model
    from saddlepoint.core.waiting import waiting

    run = Model.open(found.run)
    with waiting("enlarging") as report:
        paths = save_upscaled(run, Path(found.source), Path(found.out) if found.out else None, report=report)
    print(*paths, sep="\n")
    return 0
