"""Runs of known kinds, made once and kept."""

import _pydecimal
import inspect
import json
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any

import numpy as np

import saddlepoint as sp
from benchmarks.doctor.scenarios import SOURCES, Case
from benchmarks.doctor.slips import slipped
from saddlepoint.core.errors import TrainingError
from saddlepoint.core.experiment import recipes
from saddlepoint.core.files import write_text
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset

MADE, RUNS, DATA = "made.jsonl", "runs", "data"
MOST = 4_000  # examples of data that are spoiled
SETTINGS: dict[str, Any] = {
    "threads": 1,
    "kernels": "library",
    "quiet": True,
    "card": False,
    "grids": 1,
    "keep": 1,
    "checkpoint_every": 1e9,
}


def make(cases: Iterable[Case], places: dict[str, str], out: Path) -> None:
    """Make the runs that are not there yet, and note each in a line of ``made.jsonl``.

    Args:
        cases: what is to be made.
        places: sources by name, as ``saddle train --data`` takes them; cases of others are left out.
        out: folder of runs, data and notes.
    """
    done = {Case(row["name"], row["data"], row["seed"]) for row in rows(out / MADE)}
    for case in cases:
        if case.data not in places or case in done:
            continue
        began = time.process_time()
        note = _made(case, places[case.data], out)
        append(out / MADE, {**case._asdict(), **note, "seconds": round(time.process_time() - began, 1)})
        print(f"{case.folder}: {note}, {time.process_time() - began:.0f} s", flush=True)


def written(out: Path) -> dict[str, str]:
    """Write texts that come with Python, and return their files by name: its manual, and code."""
    texts = {
        "manual": "\n".join(topics[name] for name in sorted(topics)),
        "decimal": inspect.getsource(_pydecimal),
    }
    places = {}
    for name, text in texts.items():
        path = (out / DATA / f"{name}.txt").absolute()
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, text)
        places[name] = str(path)
    return places


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of notes, none where it is not there yet."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def append(path: Path, row: dict[str, Any]) -> None:
    """Add a line to a file of notes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")


def _made(case: Case, place: str, out: Path) -> dict[str, Any]:
    scenario, source = case.scenario, SOURCES[case.data]
    folder = out / RUNS / case.folder
    shutil.rmtree(folder, ignore_errors=True)  # what a killed benchmark has begun
    data, size = place, source.size
    if scenario.spoil is not None or source.length is not None:
        data, size = str(_stored(case, load(place, size=size), out)), None
    recipe = slipped(scenario.recipe, scenario.slip) if scenario.slip else scenario.recipe
    settings = {**SETTINGS, "images": scenario.images, "size": size, "seed": case.seed}
    if source.width is not None and "width" in recipes.get(recipe).flags:
        settings["width"] = source.width
    try:
        run = sp.train(recipe, data, out=folder, **{**settings, **scenario.flags})
    except TrainingError as error:
        return {"step": None, "error": str(error)}
    return {"step": run.step}


def _stored(case: Case, dataset: Dataset, out: Path) -> Path:
    """Write a part of some data, spoiled or cut, and return its path."""
    rng = np.random.default_rng(case.seed)
    parts = [split.take(np.arange(min(MOST, len(split)))) for split in dataset.splits.values()]
    examples = np.concatenate([one for one, _ in parts])
    labels = [label for _, label in parts if label is not None]
    label = np.concatenate(labels) if labels else None
    length = SOURCES[case.data].length
    if length is not None:
        examples = np.ascontiguousarray(examples[..., :length])
    if case.scenario.spoil is not None:
        examples, label = case.scenario.spoil(examples, label, rng)
    path = out / DATA / f"{case.folder}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"x": examples} if label is None else {"x": examples, "y": label}
    np.savez(path, **arrays)
    return path
