"""``saddle train``."""

import argparse

from saddlepoint.cli.parser import Parser, add_data, parse_with_flags
from saddlepoint.cli.starting import starting
from saddlepoint.core.errors import INTERRUPTED

SUMMARY = "train a recipe on a data set or a folder of images"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    settings = parse_with_flags(make_parser, arguments)
    seeds, dry = settings.pop("seeds"), settings.pop("dry_run")
    with starting():
        from saddlepoint.engine.loop import Interrupted
        from saddlepoint.training.seeds import train_seeds
        from saddlepoint.training.training import dry_run, train

    try:
        if dry:
            dry_run(**settings)
        elif seeds is not None:
            train_seeds(seeds, **settings)
        else:
            train(**settings)
    except Interrupted:
        return INTERRUPTED
    return 0


def make_parser(recipe: str = "dcgan", help_line: str = "") -> Parser:
    """Return the command's parser, without the recipe's flags."""
    parser = Parser(
        prog="saddle train",
        description=f"Train a recipe. Shown with the flags of {recipe}: {help_line}",
        epilog="examples:\n  saddle train\n  saddle train dcgan --data path/to/images --minutes 30\n"
        "  saddle train cs231n_fc --data mnist --objective least_squares --penalty r1 --gamma 0.5",
    )
    parser.add_argument("recipe", nargs="?", default="dcgan", help="see: saddle list (default: dcgan)")
    add_data(parser)
    budget = parser.add_argument_group("budget (one of them; default: the recipe's own)")
    budget.add_argument("--steps", type=int, metavar="N", help="steps")
    budget.add_argument("--images", type=int, metavar="N", help="real images shown to the critic")
    budget.add_argument("--epochs", type=float, metavar="N", help="passes over the training split")
    budget.add_argument("--minutes", type=float, metavar="M", help="minutes of training")
    run = parser.add_argument_group("run")
    run.add_argument("--out", metavar="DIR", help="folder of the run (default: runs/RECIPE-DATA-NUMBER)")
    run.add_argument("--seed", type=int, default=0, metavar="S", help="seed of all randomness (default: 0)")
    run.add_argument("--seeds", type=int, metavar="N", help="train N runs with seeds S, S+1, ...")
    run.add_argument("--init", metavar="RUN", help="start from the newest weights of another run")
    run.add_argument("--batch", type=int, metavar="N", help="images a step (default: the recipe's)")
    run.add_argument("--ema", type=float, metavar="DECAY", help="average of the generator's weights; 0: none")
    run.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: auto)")
    run.add_argument("--precision", default="auto", help="auto, fp32, tf32 or bf16 (default: auto)")
    run.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: the fastest, measured)")
    run.add_argument(
        "--kernels", default="auto", help="auto (measured), or library: torch's convolutions (default: auto)"
    )
    run.add_argument("--dry-run", action="store_true", help="print what would be trained, and stop")
    run.add_argument("--quiet", action="store_true", help="print nothing")
    files = parser.add_argument_group("files")
    files.add_argument("--log-every", type=int, default=20, metavar="N", help="steps a row (default: 20)")
    files.add_argument("--checkpoint-every", type=float, default=45.0, metavar="SECONDS", help="(default: 45)")
    files.add_argument("--keep", type=int, default=2, metavar="K", help="newest checkpoints kept (default: 2)")
    files.add_argument(
        "--card",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="end with a quick score card",
    )
    files.add_argument(
        "--evaluate-every", type=int, metavar="STEPS", help="quick scores as curves; 0: none (default: a few)"
    )
    files.add_argument("--best", metavar="CURVE", help="also keep the checkpoint where this was lowest")
    return parser
