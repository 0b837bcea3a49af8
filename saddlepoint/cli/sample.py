"""``saddle sample``."""

from pathlib import Path

from saddlepoint.cli.parser import Parser

SUMMARY = "draw samples from a run: a grid, a folder of images, or an array"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    parser = Parser(
        prog="saddle sample",
        description="Draw samples from a run's newest weights.",
        epilog="examples:\n  saddle sample -n 100 --seed 1 --out grid.png\n"
        "  saddle sample runs/dcgan-mnist-0001 -n 10000 --out samples.npy\n"
        "  saddle sample -n 50 --out folder/\n  saddle sample runs/infogan-mnist-0001 --traverse",
    )
    parser.add_argument("run", nargs="?", help="folder of the run (default: the newest)")
    parser.add_argument("-n", type=int, default=64, help="how many (default: 64)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed, the same images")
    parser.add_argument("--class", dest="label", metavar="C", help="class, for conditional recipes")
    parser.add_argument(
        "--traverse",
        action="store_true",
        help="one grid a code: rows of its values, columns of one latent each",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="FILE.png, FILE.npy or DIR/ (default: samples-seedS.png in the run)"
    )
    found = parser.parse(arguments)
    from saddlepoint import run

    chosen = run.load(found.run)
    if found.traverse:
        out = Path(found.out) if found.out else chosen.path / f"traverse-seed{found.seed}"
        print(*run.save_traversals(chosen, out, seed=found.seed), sep="\n")
        return 0
    out = Path(found.out) if found.out else chosen.path / f"samples-seed{found.seed}.png"
    print(run.save_samples(chosen, out, n=found.n, seed=found.seed, label=found.label))
    return 0
