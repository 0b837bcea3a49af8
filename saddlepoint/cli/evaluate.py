"""``saddle evaluate``."""

import json
from pathlib import Path
from typing import Any

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting
from saddlepoint.core.errors import UserError
from saddlepoint.core.run_folder import RunFolder, newest_run

SUMMARY = "score a run's samples, with error bars and beside real images"
SAMPLES = 10_000


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle evaluate",
        description="Score a run's samples, or images of any origin, beside real images.",
        epilog="examples:\n  saddle evaluate\n  saddle evaluate runs/dcgan-mnist-0001 --metrics frechet\n"
        "  saddle evaluate samples.npy --against mnist --json\n"
        "  saddle evaluate runs/dcgan-mnist-0001 --layers\n  saddle evaluate --probe",
    )
    parser.add_argument(
        "target", nargs="?", metavar="RUN", help="run, FILE.npy or folder of images (default: newest run)"
    )
    parser.add_argument("--against", metavar="SOURCE", help="data to compare with (default: the run's own)")
    parser.add_argument("--metrics", nargs="+", metavar="NAME", help="only these (see: saddle list)")
    parser.add_argument("--samples", type=int, metavar="N", help=f"(default: {SAMPLES})")
    parser.add_argument("--encoder", metavar="NAME", help="see: saddle list; or package.module:callable")
    parser.add_argument(
        "--knn",
        nargs="?",
        type=int,
        const=10_000,
        metavar="N",
        help="classify test images by the nearest of N class-conditional samples (default: 10000)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed, the same card")
    shape = parser.add_argument_group("how images become comparable (samples and data alike)")
    shape.add_argument("--size", type=int, metavar="PIXELS", help="side of the images (default: the samples')")
    shape.add_argument(
        "--crop", choices=("center", "stretch"), help="how to make them square (default: center)"
    )
    shape.add_argument(
        "--background", choices=("white", "black"), help="for transparent parts of images (default: white)"
    )
    instead = parser.add_argument_group("instead of a score").add_mutually_exclusive_group()
    instead.add_argument(
        "--probe",
        action="store_true",
        help="read classes from the critic's layers; --samples then counts the labelled images to learn from",
    )
    instead.add_argument("--layers", action="store_true", help="a picture of what every layer has learned")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    settings = vars(make_parser().parse(arguments))
    as_json, layers, probe = (settings.pop(name) for name in ("json", "layers", "probe"))
    _check(settings, as_json=as_json, layers=layers, probe=probe)
    if layers:
        return _draw_layers(settings["target"], settings["seed"])
    if settings["samples"] is None:
        settings["samples"] = SAMPLES
    if probe:
        return _probe(settings, as_json)
    with starting():
        from saddlepoint.catalog import tables
        from saddlepoint.scoring import scoring

    card = scoring.score(**settings)
    if as_json:
        print(json.dumps(card.to_json(), indent=1))
    else:
        tables.print_card(card)
        if card.origin:
            place = RunFolder.open(settings["target"])
            if place.chosen is None:
                print(f"the card of this run is {place.card_text}, with pictures beside it")
    return 0


def _check(settings: dict[str, Any], *, as_json: bool, layers: bool, probe: bool) -> None:
    """Settle which run is meant; raise UserError for what is wrong at first sight, before libraries load."""
    from saddlepoint.core.declared import check_declared
    from saddlepoint.scoring.given import check_target

    given = [name for name, value in settings.items() if name not in ("target", "seed") and value is not None]
    if layers and (given or as_json):
        raise UserError(f"--layers draws a picture and scores nothing; leave out --{[*given, 'json'][0]}")
    if probe and (useless := [name for name in given if name != "samples"]):
        raise UserError(f"--probe reads a run's critic and has no use for --{useless[0]}; leave it out")
    for name in settings["metrics"] or ():
        check_declared("metric", name, "saddlepoint.evaluate.metrics")
    if settings["encoder"] and ":" not in settings["encoder"]:
        check_declared("encoder", settings["encoder"], "saddlepoint.evaluate.encoders")
    if settings["target"] is None:
        settings["target"] = newest_run().path  # once: another may be the newest afterwards
    if layers or probe:
        RunFolder.open(settings["target"])
    check_target(settings["target"], settings["against"])


def _probe(settings: dict[str, Any], as_json: bool) -> int:
    with starting():
        from saddlepoint.catalog import tables
        from saddlepoint.scoring import probe as probing

    target, images, seed = settings["target"], settings["samples"], settings["seed"]
    found = probing.probe_run(target, images=images, seed=seed)
    if as_json:
        print(json.dumps(found.to_json(), indent=1))
    else:
        tables.print_probe(found)
    return 0


def _draw_layers(target: str | Path, seed: int) -> int:
    """Write the picture of a run's layers and print its path."""
    with starting():
        from saddlepoint.training.run import load

    run = load(target)
    run.layers(seed)
    print(run.folder.layers)
    return 0
