"""What ``--guard`` does for faulty runs: each is trained without it and with it, from the same seed."""

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import saddlepoint as sp
from benchmarks.doctor.runs import SETTINGS, append, rows
from benchmarks.doctor.scenarios import SMALL
from benchmarks.doctor.slips import slipped
from saddlepoint.core.errors import TrainingError
from saddlepoint.training.run import Run

MADE, RUNS = "guarded.jsonl", "guarded"
ACTS = 3  # as --guard alone allows
SAMPLES = 2_000


class Fault(NamedTuple):
    """A run that goes wrong, or one that does not.

    Attributes:
        recipe: what is trained.
        data: on what.
        images: for how long.
        flags: that bring the fault about.
        slip: the mistake of a copy of the recipe.
    """

    recipe: str
    data: str
    images: int
    flags: dict[str, Any]
    slip: str = ""


NARROW = {"width": 16}
HEALTHY = {
    "healthy dcgan": Fault("dcgan", "digits", 12_000, NARROW),
    "healthy labelled_dcgan": Fault("labelled_dcgan", "digits", 5_000, NARROW),
    "healthy r3gan of points": Fault("r3gan", "ring8", 150_000, SMALL),
}
FAULTS = {
    "generator's rate ×30": Fault("dcgan", "digits", 12_000, {**NARROW, "lr_g": 3e-2}),
    "critic's rate ×30": Fault("dcgan", "digits", 12_000, {**NARROW, "lr_d": 1.5e-2}),
    "both rates ×30": Fault("dcgan", "digits", 12_000, {**NARROW, "lr_g": 3e-2, "lr_d": 1.5e-2}),
    "labelled, both rates ×30": Fault(
        "labelled_dcgan", "digits", 5_000, {**NARROW, "lr_g": 3e-2, "lr_d": 1.5e-2}
    ),
    "rate ×1000": Fault("mlp_gan", "digits", 8_000, {"lr_d": 1.0, "lr_g": 1.0}),
    "strong critic": Fault(
        "dcgan",
        "digits",
        16_000,
        {**NARROW, "objective": "minimax", "critic_steps": 4, "lr_d": 2e-3, "lr_g": 5e-5},
    ),
    "frozen critic": Fault("dcgan", "digits", 8_000, {**NARROW, "lr_d": 0.0}),
    "rate ×30 on a ring": Fault("r3gan", "ring8", 150_000, {**SMALL, "lr": 3e-2}),
    "rate ×300 on a ring": Fault("r3gan", "ring8", 150_000, {**SMALL, "lr": 3e-1}),
    "rate ×30 on a grid": Fault("r3gan", "grid25", 150_000, {**SMALL, "lr": 3e-2}),
    "Wasserstein's rate ×30 on a grid": Fault("wgan_gp", "grid25", 150_000, {**SMALL, "lr": 3e-2}),
    "wrong sign on a ring": Fault("wgan_gp", "ring8", 60_000, SMALL, "wrong_sign"),
}


def guard(seeds: Iterable[int], out: Path) -> None:
    """Make the pairs of runs that are not there yet, note each, and print and write what came of all.

    Args:
        seeds: of every kind of run.
        out: folder of notes and of ``guard.json``.
    """
    done = {(row["name"], row["seed"]) for row in rows(out / MADE)}
    for seed in seeds:
        for name, fault in (FAULTS | HEALTHY).items():
            if (name, seed) not in done:
                pair = {
                    key: _trained(fault, seed, acts, out) for key, acts in (("alone", 0), ("guarded", ACTS))
                }
                append(out / MADE, {"name": name, "seed": seed, **pair})
                print(f"{name}, seed {seed}: {pair}", flush=True)
    found = rows(out / MADE)
    print("\n".join(table(found)))
    (out / "guard.json").write_text(json.dumps({"version": 1, "rows": found}, indent=1) + "\n")


def _trained(fault: Fault, seed: int, acts: int, out: Path) -> dict[str, Any]:
    """Train a run; return what the doctor tells of it, its Fréchet distance, and what a guard did."""
    folder = out / RUNS
    shutil.rmtree(folder, ignore_errors=True)
    recipe = slipped(fault.recipe, fault.slip) if fault.slip else fault.recipe
    settings = {**SETTINGS, "images": fault.images, "seed": seed, "guard": acts, **fault.flags}
    try:
        run = sp.train(recipe, fault.data, out=folder, **settings)
    except TrainingError as error:
        return {"told": ["ended"], "frechet": None, "acts": _acts(Run.open(folder)), "error": str(error)}
    told = [one.condition for one in sp.doctor(run, seed=seed).told]
    card = sp.score(run, metrics=("frechet",), samples=SAMPLES, quiet=True)
    return {"told": told, "frechet": card.figures["frechet"].value, "acts": _acts(run)}


def _acts(run: Run) -> list[list[Any]]:
    return [[act["condition"], act["step"], act["back"], act["change"]] for act in run.folder.read_guard()]


def well(one: dict[str, Any]) -> bool:
    """Return whether the doctor has nothing to say of a run but that it was short."""
    return set(one["told"]) <= {"too-short"}


def better(row: dict[str, Any]) -> bool:
    """Return whether the guarded run is nearer to the data; a run that ended has no distance."""
    with_, without = row["guarded"]["frechet"], row["alone"]["frechet"]
    return with_ is not None and (without is None or with_ < without)


def table(found: list[dict[str, Any]]) -> list[str]:
    """Return by kind of run, in Markdown, how many ended well without a guard and with one."""
    head = ["| run | well without | well with | nearer with | both | acts |", "|---|---|---|---|---|---|"]
    return [*head, *_lines(found)]


def _lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for title, kinds in (("of all faulty", FAULTS), ("of all healthy", HEALTHY)):
        for name in [*kinds, title]:
            of = [row for row in found if (row["name"] in kinds if name == title else row["name"] == name)]
            counts = [
                sum(well(row["alone"]) for row in of),
                sum(well(row["guarded"]) for row in of),
                sum(better(row) for row in of),
                sum(well(row["guarded"]) and better(row) for row in of),
            ]
            acts = sum(len(row["guarded"]["acts"]) for row in of)
            yield f"| {name} | {' | '.join(f'{count} of {len(of)}' for count in counts)} | {acts} |"
