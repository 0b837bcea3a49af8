"""Whether a short search beats the defaults: ``python -m benchmarks.auto SOURCE[@SIZE] ... --out FILE``.

Two arms train for the same minutes of the processor, on one thread: the default recipe for the data as it
stands, and what a search picks. The search has a quarter of the time for candidates that differ in width, rates
and weight of R1, the default among them. Of six the better half, by a quick card of 1,000 samples, goes on from
where it stood with twice as much time each, and the best of these has all the time that is left. Scores on the
way are part of the search's time; reading data and building networks is nobody's.

At the end 10,000 samples of both meet the normal card. A row is a source with a seed, and added to FILE (JSON).
"""

import argparse
import contextlib
import inspect
import math
import random
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import saddlepoint as sp
from saddlepoint.core.checkpoint import read_json
from saddlepoint.core.experiment import recipes
from saddlepoint.core.files import write_json
from saddlepoint.core.machine import describe_machine
from saddlepoint.evaluate import Card, cheap, evaluate
from saddlepoint.runs.prepare import Prepared, prepare

SHARE = 0.25  # of the time, for the search
CANDIDATES, RUNGS = 6, 2  # each rung has the same time
QUICK, SAMPLES = 1_000, 10_000
PROBE = 4.0  # seconds whose speed says how many images the default may show
WIDTHS, RATES, WEIGHTS = (0.5, 1.0, 2.0), (0.5, 1.0, 2.0, 4.0), (None, 0.1, 1.0)
DEFAULT = (1.0, 1.0, None)
USUAL = {"labelled_dcgan": 32, "dcgan": 32, "r3gan": 64, "wave_gan": 32}  # widths on small data
ENDLESS = 1 << 50
SETTINGS: dict[str, Any] = {"card": False, "quiet": True, "threads": 1, "grids": 1}


@dataclass
class Candidate:
    """A run that is trained in parts.

    Attributes:
        words: what it changes.
        flags: the same, as the recipe takes it.
        folder: of its run.
        seconds: of the processor that training took.
        images: shown to its critic.
        speed: images a second of the newest part.
        losses: of its quick cards; lower is better.
    """

    words: str
    flags: dict[str, Any]
    folder: Path
    seconds: float = 0.0
    images: int = 0
    speed: float = 0.0
    losses: list[float] = field(default_factory=list)


class Clock(sp.Watcher):
    """Counts processor seconds after a part's first step, and stops the run, saved, when they are used up."""

    def __init__(self, most: float):
        self.most, self.begun, self.seconds, self.first, self.images = most, 0.0, 0.0, 0, 0
        self.trainer: Any = None

    def stepped(self, trainer: Any) -> None:
        """Look at the clock."""
        self.trainer, self.images = trainer, trainer.batches.drawn
        if not self.begun:
            self.begun, self.first = time.process_time(), self.images
        self.seconds = time.process_time() - self.begun
        if self.seconds >= self.most:
            self.most = math.inf
            signal.raise_signal(signal.SIGINT)


class Arena:
    """What the runs of one row share.

    Args:
        source: of data.
        size: side of images, None for the data's.
        seed: of all runs.
        folder: for runs.
    """

    def __init__(self, source: str, size: int | None, seed: int, folder: Path):
        self.source, self.size, self.seed, self.folder = source, size, seed, folder
        self.default = prepare(None, source, size=size, seed=seed)
        self.data = self.default.data
        self.encoder = "patches" if self.data.kind == "images" else None

    def train(self, run: Candidate, seconds: float, images: int = ENDLESS) -> Any:
        """Train a candidate on for so long, or until so many images; return its trainer."""
        clock = Clock(seconds)
        with contextlib.suppress(sp.Interrupted):
            if run.images:
                sp.resume(run.folder, images=images, quiet=True, watchers=(clock,))
            else:
                asked = {**SETTINGS, **run.flags, "images": images, "size": self.size, "seed": self.seed}
                sp.train(self.default.recipe.name, self.source, out=run.folder, watchers=(clock,), **asked)
        run.seconds += clock.seconds
        run.speed = (clock.images - clock.first) / max(clock.seconds, 1e-9)
        run.images = clock.images
        return clock.trainer

    def candidates(self) -> list[Candidate]:
        """Return the default and others that are drawn at random."""
        grid = [(w, r, g) for w in WIDTHS for r in RATES for g in WEIGHTS if (w, r, g) != DEFAULT]
        drawn = [DEFAULT, *random.Random(self.seed).sample(grid, CANDIDATES - 1)]
        return [
            Candidate(words(*one), changes(self.default, *one), self.folder / f"candidate-{i}")
            for i, one in enumerate(drawn)
        ]

    def score(self, trainer: Any) -> tuple[float, float]:
        """Return how bad a trainer's samples are by a quick card, and the processor seconds that it took."""
        begun = time.process_time()
        card = cheap(self.data, trainer.sample, samples=QUICK, encoder=self.encoder, seed=self.seed)
        return loss(card), time.process_time() - begun


def words(width: float, rate: float, weight: float | None) -> str:
    """Return what a candidate changes, for people."""
    return f"width ×{width:g}, rates ×{rate:g}" + ("" if weight is None else f", R1 {weight:g}")


def changes(default: Prepared, width: float, rate: float, weight: float | None) -> dict[str, Any]:
    """Return flags that multiply a recipe's width and rates, and give R1 a weight.

    A penalty that the recipe has stays: a tenth of its weight for the smaller one, ten times it for the larger.
    """
    known, flags = inspect.signature(recipes.get(default.recipe.name).build).parameters, {}
    if width != 1.0:
        usual = 256 if default.spec.kind == "points" else USUAL[default.recipe.name]
        flags["width"] = round(usual * width)
    if rate != 1.0:
        rates = {name: one.lr * rate for name, one in default.experiment.optimizers.items()}
        flags |= {"lr": rates["d"]} if "lr" in known else {f"lr_{name}": lr for name, lr in rates.items()}
    if weight is not None:
        own = [gamma for _, gamma in getattr(default.experiment.family, "penalties", [])]
        if not own:
            flags |= {"penalty": ("r1",), "gamma": (weight,)}
        else:
            scaled = own[0] * (10.0 if weight == max(WEIGHTS[1:]) else 0.1)
            flags["gamma"] = scaled if known["gamma"].annotation is float else (scaled,)
    return flags


def loss(card: Card) -> float:
    """Return what is to be small: the share of modes missed and of samples that lack quality, else Fréchet."""
    if "modes" in card.figures:
        modes, quality = card["modes"], card["high_quality"]
        assert modes.value is not None
        assert quality.value is not None
        return 1 - modes.value / modes.detail["of"] + max(0.0, 1 - quality.value / quality.detail["perfect"])
    value = card["frechet"].value
    return math.inf if value is None else value


def by_default(arena: Arena, seconds: float) -> dict[str, Any]:
    """Train the default for so many seconds, as its speed promises."""
    probe = Candidate("", {}, arena.folder / "probe")
    arena.train(probe, PROBE)
    run = Candidate(words(*DEFAULT), {}, arena.folder / "default")
    arena.train(run, math.inf, images=round(probe.speed * seconds))
    return judged(arena, run, run.seconds)


def by_search(arena: Arena, seconds: float) -> dict[str, Any]:
    """Search, and train the best candidate for the rest of the time."""
    everyone = alive = arena.candidates()
    spent = 0.0
    for _ in range(RUNGS):
        part = SHARE * seconds / RUNGS / len(alive)
        for one in alive:
            before = one.seconds
            found, cost = arena.score(arena.train(one, part))
            one.losses.append(round(found, 4))
            spent += one.seconds - before + cost
        alive = sorted(alive, key=lambda one: one.losses[-1])[: len(alive) // 2]
    best, searching = alive[0], spent
    before = best.seconds
    arena.train(best, math.inf, images=best.images + round(best.speed * (seconds - spent)))
    table = [{"changes": one.words, "scores": one.losses} for one in everyone]
    row = judged(arena, best, searching + best.seconds - before)
    return {**row, "searching": round(searching, 1), "candidates": table}


def judged(arena: Arena, run: Candidate, seconds: float) -> dict[str, Any]:
    """Return how good a run's samples are, and what it was."""
    card = evaluate(arena.data, sp.load(run.folder).sample, samples=SAMPLES, seed=arena.seed)
    names = [name for name in ("frechet", "modes", "high_quality") if name in card.figures]
    figures = {name: card[name].value for name in names}
    about = {"chosen": run.words, "images": run.images, "seconds": round(seconds, 1)}
    return {"loss": loss(card), **figures, **about}


ARMS = {"default": by_default, "search": by_search}


def row(given: str, seed: int, minutes: float) -> dict[str, Any]:
    """Train both arms on a source, SOURCE or SOURCE@SIZE, and judge them."""
    source, _, size = given.partition("@")
    with tempfile.TemporaryDirectory(prefix="saddlepoint-auto-") as folder:
        arena = Arena(source, int(size) if size else None, seed, Path(folder))
        of_arm = {name: arm(arena, 60 * minutes) for name, arm in ARMS.items()}
        about = {"data": arena.data.name, "size": arena.default.spec.size, "recipe": arena.default.recipe.name}
        return {**about, "seed": seed, "minutes": minutes, **of_arm}


def line(found: dict[str, Any]) -> str:
    """Return a row as people read it."""
    parts = (f"{name} {found[name]['loss']:.4g} ({found[name]['chosen']})" for name in ARMS)
    return f"{found['data']} seed {found['seed']}: {', '.join(parts)}"


def main() -> None:
    """Measure, print, and add to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", metavar="SOURCE[@SIZE]")
    parser.add_argument("--minutes", type=float, default=5.0, help="of the processor, for each arm")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    rows = read_json(asked.out)["rows"] if asked.out.exists() else []
    for seed in asked.seeds:
        for source in asked.sources:
            rows.append(row(source, seed, asked.minutes))
            write_json(asked.out, {"version": 1, **describe_machine(), "rows": rows})
            print(line(rows[-1]), flush=True)


if __name__ == "__main__":
    main()
