"""The table of what is normal, from healthy runs."""

import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import saddlepoint as sp
from benchmarks.doctor.judging import reach
from benchmarks.doctor.runs import MADE, RUNS, SETTINGS, rows
from benchmarks.doctor.scenarios import Case
from saddlepoint.core.checkpoint import read_json
from saddlepoint.core.files import write_json
from saddlepoint.core.protocol import Progress
from saddlepoint.runs.model import Model
from saddlepoint.runs.normal import TABLE, banded, basis, normal_key, scores
from saddlepoint.runs.prepare import prepare
from saddlepoint.version import __version__

SEEDS = (0, 1, 2)
SCORES = 4  # of a run on its way


class Usual(NamedTuple):
    """A recipe as it stands, on data of which many have runs.

    Attributes:
        recipe: its name.
        data: name of its source.
        images: shown to the critic.
    """

    recipe: str
    data: str
    images: int


USUAL = (
    Usual("dcgan", "mnist", 40_000),
    Usual("labelled_dcgan", "mnist", 40_000),
    Usual("vae", "mnist", 250_000),
    Usual("mlp_gan", "mnist", 100_000),
    Usual("gan", "mnist", 80_000),
    Usual("cgan", "mnist", 80_000),
    Usual("cs231n_fc", "mnist", 250_000),
    Usual("cs231n_lsgan", "mnist", 250_000),
    Usual("cs231n_dc", "mnist", 30_000),
    Usual("rbm", "mnist", 80_000),
    Usual("labelled_dcgan", "digits", 100_000),
    Usual("dcgan", "digits", 100_000),
    Usual("conditional_dcgan", "digits", 60_000),
    Usual("r3gan", "digits", 12_000),
    Usual("wgan_gp", "digits", 25_000),
    Usual("wgan", "digits", 50_000),
    Usual("sngan", "digits", 40_000),
    Usual("infogan", "digits", 60_000),
    Usual("ebgan", "digits", 100_000),
    Usual("ebgan_pt", "digits", 100_000),
    Usual("cgan", "digits", 100_000),
    Usual("gan", "digits", 100_000),
    Usual("cs231n_fc", "digits", 300_000),
    Usual("cs231n_lsgan", "digits", 300_000),
    Usual("dcgan_upsample", "digits", 30_000),
    Usual("mlp_gan", "digits", 150_000),
    Usual("pacgan", "digits", 80_000),
    Usual("lapgan", "digits", 60_000),
    Usual("vae", "digits", 250_000),
    Usual("rbm", "digits", 150_000),
    Usual("predictability", "digits", 300_000),
    Usual("srresnet", "digits", 20_000),
    Usual("srgan", "digits", 15_000),
    Usual("fast_gan", "digits", 5_000),
    Usual("deligan", "ring8", 1_000_000),
    Usual("deligan", "grid25", 1_000_000),
    Usual("gan", "ring8", 100_000),
    Usual("mlp_gan", "ring8", 100_000),
    Usual("sngan", "ring8", 100_000),
    Usual("nce", "ring8", 1_000_000),
    Usual("predictability", "factors", 600_000),
    Usual("seq_mle", "oracle", 20_000),
    Usual("style_structure", "scenes", 4_000),
    Usual("infogan", "mnist", 20_000),
    Usual("conditional_dcgan", "mnist", 20_000),
    Usual("ebgan", "mnist", 40_000),
    Usual("sngan", "mnist", 15_000),
    Usual("pacgan", "mnist", 20_000),
)

Healthy = list[tuple[str, Model]]  # names of data and runs


def make_usual(names: Iterable[str], places: dict[str, str], out: Path) -> None:
    """Train the recipes of ``names`` as they stand, scored on the way; runs that are finished stay.

    Args:
        names: of recipes.
        places: sources by name, as ``saddle train --data`` takes them; runs on others are left out.
        out: folder of runs.
    """
    for one in USUAL:
        if one.recipe not in names or one.data not in places:
            continue
        experiment = prepare(one.recipe, places[one.data]).experiment
        turns = experiment.family.turns(Progress(0, 0, 0.0, 0.0))
        batches = max(map(turns.count, turns))  # of a step
        steps = one.images // experiment.batch // batches
        settings = {**SETTINGS, "evaluate_every": steps // SCORES}
        for seed in SEEDS:
            folder = _folder(one, seed, out)
            if not folder.exists():
                begun = folder.with_name("begun")
                shutil.rmtree(begun, ignore_errors=True)  # of a killed command
                sp.train(one.recipe, places[one.data], images=one.images, seed=seed, out=begun, **settings)
                begun.rename(folder)
                print(folder.name, flush=True)


def write_table(cases: Iterable[Case], out: Path, table: Path = TABLE) -> int:
    """Write the bands of the healthy runs that reach all classes; return how many runs they are.

    Recipes as they stand come before the narrower ones that the doctor is judged by. Bands of recipes, kinds of
    data and sizes of which there are no two such runs stay as they are in the table.
    """
    groups = _grouped(_judged(cases, out)) | _grouped(_usual(out))
    bands = read_json(table)["bands"] if table.exists() else {}
    bands |= {key: _band(found) for key, found in groups.items() if len(found) > 1}
    head = {"version": 1, "made": "python -m benchmarks.doctor normal", "package": __version__}
    write_json(table, {**head, "bands": dict(sorted(bands.items()))})
    return sum(band["runs"] for band in bands.values())


def _judged(cases: Iterable[Case], out: Path) -> Iterable[tuple[str, int, Model]]:
    made = {Case(row["name"], row["data"], row["seed"]) for row in rows(out / MADE)}
    for case in cases:
        if not case.scenario.expected and case in made:
            yield case.data, case.seed, sp.load(out / RUNS / case.folder)


def _usual(out: Path) -> Iterable[tuple[str, int, Model]]:
    for one in USUAL:
        for seed in SEEDS:
            folder = _folder(one, seed, out)
            if folder.exists():
                yield one.data, seed, sp.load(folder)


def _folder(one: Usual, seed: int, out: Path) -> Path:
    return out / RUNS / f"usual-{one.recipe}-on-{one.data}-{seed}"


def _grouped(found: Iterable[tuple[str, int, Model]]) -> dict[str, Healthy]:
    """Return runs that reach all classes by what they share a band with."""
    groups: dict[str, Healthy] = defaultdict(list)
    for data, seed, run in found:
        if not run.family.samples or reach(run, seed) in (None, 1.0):
            groups[normal_key(run.built())].append((data, run))
    return groups


def _band(found: Healthy) -> dict[str, Any]:
    curves_of = [run.curves() for _, run in found]
    images, curves = banded(curves_of)
    rests = {basis(rows) for rows in curves_of}
    scored = {name for name in scores(curves_of[0]) if name in curves}
    band: dict[str, Any] = {
        "runs": len(found),
        "on": sorted({data for data, _ in found}),
        "objective": found[0][1].built().experiment.objective,
        "images": images,
        "curves": curves,
    }
    (shared,) = rests if len(rests) == 1 else (None,)
    if shared is None:  # scores that rest on different things make no band
        return band | {"curves": {name: curve for name, curve in curves.items() if name not in scored}}
    return band | {"scores": {**shared._asdict(), "curves": sorted(scored)}}
