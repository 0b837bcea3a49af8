"""``saddle invert``."""

from pathlib import Path

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting

SUMMARY = "find the latent whose sample is nearest to a picture, and what the generator cannot make"


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle invert",
        description="Find the latents of a run whose samples are nearest to pictures of your own.",
        epilog="examples:\n  saddle invert runs/dcgan-faces-0001 me.jpg\n"
        "  saddle invert runs/dcgan-faces-0001 friends/ --starts 16\n"
        "  saddle sample runs/dcgan-faces-0001 --with runs/dcgan-faces-0001/inverted/latents.npz --interpolate",
    )
    parser.add_argument("run", help="folder of the run, or its name under runs/")
    parser.add_argument("source", metavar="PICTURE|FOLDER", help="what is looked for")
    parser.add_argument("--steps", type=int, default=200, help="steps of the descent (default: 200)")
    parser.add_argument("--starts", type=int, default=4, help="latents to start from (default: 4)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the latents")
    parser.add_argument("--out", metavar="DIR", help="folder of the results (default: inverted/ in the run)")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    with starting():
        from saddlepoint.exploring.inverting import save_inversion
        from saddlepoint.runs.model import Model
    from saddlepoint.core.waiting import waiting

    run = Model.open(found.run)
    settings = {"steps": found.steps, "starts": found.starts, "seed": found.seed}
    with waiting("looking for the latents") as report:
        paths = save_inversion(
            run, Path(found.source), Path(found.out) if found.out else None, report=report, **settings
        )
    print(*paths, sep="\n")
    return 0
