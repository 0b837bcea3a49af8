"""``saddle sample``."""

import argparse
from pathlib import Path

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting
from saddlepoint.core.errors import UserError
from saddlepoint.core.run_folder import find_run
from saddlepoint.core.waiting import waiting
from saddlepoint.core.words import slug

SUMMARY = "draw samples from a run, walk between them, add them up, or set them beside images of the data"


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle sample",
        description="Draw samples from a run's newest weights, or look into its latents.",
        epilog="examples:\n  saddle sample -n 100 --seed 1 --out grid.png\n"
        "  saddle sample runs/dcgan-mnist-0001 -n 10000 --out samples.npy\n"
        "  saddle sample -n 50 --out folder/\n"
        "  saddle sample runs/wave_gan-tones-0001 --out sounds.html\n"
        "  saddle sample --interpolate -n 12\n"
        "  saddle sample --interpolate --out walk.gif\n"
        "  saddle sample runs/style_structure-scenes-0001 --interpolate --part style\n"
        '  saddle sample --arithmetic "3,17,40 - 5,9 + 12"\n'
        '  saddle sample --arithmetic "class:7 - class:1 + class:4"\n'
        "  saddle sample --neighbours --encoder judge\n"
        "  saddle sample --with runs/dcgan-faces-0001/inverted/latents.npz --interpolate\n"
        "  saddle sample runs/infogan-mnist-0001 --traverse\n"
        "  saddle sample runs/vae-mnist-0001 --reconstructions\n"
        "  saddle sample runs/lapgan-cifar10-0001 --levels",
    )
    parser.add_argument("run", nargs="?", help="folder of the run (default: the newest)")
    parser.add_argument(
        "-n",
        type=int,
        help="how many samples (default: 64), or walks, neighbours, reconstructions or levels (8)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed, the same images")
    parser.add_argument("--class", dest="label", metavar="C", help="class, for conditional recipes")
    parser.add_argument(
        "--truncation",
        type=float,
        metavar="PSI",
        help="latents times PSI, from 0 (their mean) to 1: more typical, less varied",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="FILE.png, .npy, .wav or .html with players (sounds, melodies), .mid (melodies), .txt (text), or "
        "DIR/ (default: in the run)",
    )
    asked = parser.add_argument_group("looking inside").add_mutually_exclusive_group()
    asked.add_argument(
        "--interpolate",
        action="store_true",
        help="a grid, each row a walk between two samples; a film with --out FILE.gif or FILE.webp",
    )
    asked.add_argument(
        "--arithmetic",
        metavar="SUM",
        help='add averages of samples: "3,17,40 - 5,9 + 12" by index, or "class:7 - class:1"',
    )
    asked.add_argument("--neighbours", action="store_true", help="samples beside their nearest training images")
    asked.add_argument(
        "--traverse", action="store_true", help="a grid a code: rows of its values, columns of one latent each"
    )
    asked.add_argument(
        "--reconstructions",
        action="store_true",
        help="test images over what a game with a code of its own (vae, rbm, ebgan) makes of them",
    )
    asked.add_argument(
        "--levels", action="store_true", help="samples coarse to fine, where they come so: lapgan's"
    )
    asked.add_argument(
        "--density",
        action="store_true",
        help="the density that a game has learned of points in the plane (nce, vae) beside the true one",
    )
    parser.add_argument(
        "--part",
        metavar="NAME",
        help="for --interpolate: walk in this part of the latent alone, structure or style of style_structure",
    )
    parser.add_argument(
        "--with",
        dest="given",
        metavar="FILE.npz",
        help="latents of pictures, from saddle invert, as the first samples, numbers 0, 1 and so on",
    )
    parser.add_argument("--encoder", metavar="NAME", help="for --neighbours: its features instead of pixels")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    _check(found)
    with starting():
        from saddlepoint import exploring
        from saddlepoint.runs.model import Model
    chosen = Model.open(found.run)
    if found.given is not None:
        from saddlepoint.exploring.inverting import begun_with

        chosen = begun_with(chosen, Path(found.given))
    truncation = 1.0 if found.truncation is None else found.truncation
    settings = {"seed": found.seed, "label": found.label, "truncation": truncation}
    many = {} if found.n is None else {"n": found.n}

    def out(name: str) -> Path:
        if found.out:
            return Path(found.out)
        named = None if found.label is None else slug(chosen.class_names(1, label=found.label)[0], "")
        given = None if found.given is None else slug(Path(found.given).parent.name, "")
        asked = {"with": given, "n": found.n, "class": named, "truncation": found.truncation}
        settings = [f"{what}{value}" for what, value in asked.items() if value is not None]
        return chosen.folder.drawing(name, found.seed, *settings)

    if found.interpolate:
        walks = "walks" if found.part is None else f"walks-{slug(found.part, 'part')}"
        path = exploring.save_walks(chosen, out(walks), **many, **settings, part=found.part)
    elif found.arithmetic is not None:
        with waiting("sampling") as report:
            more = {"report": report, **settings}
            path = exploring.save_arithmetic(chosen, out("arithmetic"), found.arithmetic, **more)
    elif found.neighbours:
        with waiting("looking for neighbours") as report:
            more = {"encoder": found.encoder, "report": report}
            path = exploring.save_neighbours(chosen, out("neighbours"), **many, **more, **settings)
    elif found.density:
        path = exploring.save_density(chosen, out("density"), seed=found.seed)
    elif found.reconstructions:
        path = exploring.save_reconstructions(chosen, out("reconstructions"), **many, seed=found.seed)
    elif found.levels:
        path = exploring.save_levels(chosen, out("levels"), **many, **settings)
    elif found.traverse:
        place = Path(found.out) if found.out else chosen.folder.traversals(found.seed)
        print(*exploring.save_traversals(chosen, place, seed=found.seed), sep="\n")
        return 0
    elif found.out and found.out.lower().endswith(".html"):
        path = exploring.save_listening(chosen, out("samples"), **many, **settings)
    else:
        path = exploring.save_samples(chosen, out("samples"), **many, **settings, file=not found.out)
        for suffix in () if found.out else chosen.drawing.files:
            print(path.with_suffix(suffix))
    print(path)
    return 0


def _check(found: argparse.Namespace) -> None:
    """Raise UserError for what is wrong at first sight, before libraries are loaded."""
    if found.encoder and not found.neighbours:
        raise UserError("--encoder says where --neighbours are measured; add --neighbours or leave it out")
    if found.part is not None and not found.interpolate:
        raise UserError("--part says in what part of the latent to walk; add --interpolate or leave it out")
    if found.arithmetic is not None and found.n is not None:
        raise UserError("--arithmetic makes one picture; leave out -n")
    if found.traverse:
        given = {"--class": found.label, "--truncation": found.truncation, "-n": found.n}
        for flag, value in given.items():
            if value is not None:
                raise UserError(
                    f"--traverse draws every value of every code and has no use for {flag}; leave it out"
                )
    if found.density and (found.n, found.label, found.truncation) != (None, None, None):
        raise UserError("--density draws the whole plane; leave out -n, --class and --truncation")
    if found.reconstructions and (found.label is not None or found.truncation is not None):
        raise UserError("--reconstructions start from test images; leave out --class and --truncation")
    if found.given is not None:
        others = {"--traverse": found.traverse, "--density": found.density, "--class": found.label is not None}
        others |= {"--reconstructions": found.reconstructions, "--truncation": found.truncation is not None}
        for flag in (flag for flag, asked in others.items() if asked):
            raise UserError(
                f"--with begins with latents as they are, and {flag} has no use for them; leave it out"
            )
    run = find_run(found.run)
    run.read_config()
    run.latest()
