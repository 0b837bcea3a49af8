"""The workbench of one trial: training that can be continued, data, and small things worth keeping."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from saddlepoint.claims.protocol import Arm, Label
from saddlepoint.core import files
from saddlepoint.core.errors import TrainingError
from saddlepoint.core.experiment import Budget
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.data import Dataset, load
from saddlepoint.engine.loop import Trainer, Watcher
from saddlepoint.evaluate import Card, evaluate, parzen
from saddlepoint.training.resuming import resume
from saddlepoint.training.run import Run
from saddlepoint.training.screen import Screen
from saddlepoint.training.training import train

STACKED = "stacked_"  # data sets that are made from another one's files


class Bench:
    """What a claim's function is handed: one arm, one seed, one protocol.

    Args:
        name: name of the arm.
        arm: its recipe and flags.
        seed: seed of everything random.
        label: length of the protocol.
        settings: its numbers.
        work: folder for runs and notes, emptied when the trial is done.
        sources: where data sets come from, for those that are not downloaded.
        screen: where progress goes.
        done: figures of the arms that were tried before with the same seed.
    """

    def __init__(
        self,
        name: str,
        arm: Arm,
        seed: int,
        label: Label,
        settings: Mapping[str, Any],
        work: Path,
        sources: Mapping[str, str],
        screen: Screen,
        done: Mapping[str, Mapping[str, Any]],
    ):
        self.name = name
        self.arm = arm
        self.seed = seed
        self.label = label
        self.settings = settings
        self.work = work
        self.sources = sources
        self.screen = screen
        self.done = done

    @property
    def source(self) -> str:
        """The source of the arm's data set."""
        return source_of(self.arm.data, self.sources)

    def data(self) -> Dataset:
        """Read the arm's data set at its native size."""
        return load(self.source)

    def whole(self) -> Dataset:
        """Read the set that the arm's data are the first K examples of."""
        return load(source_of(self.arm.data.partition("@")[0], self.sources))

    def say(self, text: str) -> None:
        """Print a line about the trial."""
        self.screen.console.print(f"    {text}")

    def train(self, *, watchers: tuple[Watcher, ...] = (), **settings: Any) -> Run:
        """Train the arm's recipe on its data, or continue where an earlier attempt was interrupted.

        Args:
            watchers: told of every step.
            **settings: as for :func:`saddlepoint.train`.
        """
        folder = RunFolder(self.work / "run")
        bar = self.screen.bar()
        watchers = (bar, *watchers)
        if folder.is_run and folder.checkpoints():
            run = Run(folder)
            if not _finished(run):
                with bar:
                    run = resume(folder.path, quiet=True, watchers=watchers)
            return run
        files.remove(folder.path)
        habits = {"keep": 1, "card": False, "grids": 1, "quiet": True}
        with bar:
            return train(
                self.arm.recipe,
                self.source,
                seed=self.seed,
                out=folder.path,
                watchers=watchers,
                **habits | dict(self.arm.flags) | settings,
            )

    def train_or_diverge(self, **settings: Any) -> Run | None:
        """Train as :meth:`train` does; return None where the loss or the weights were no longer finite."""
        try:
            return self.train(**settings)
        except TrainingError as error:
            if isinstance(error.__cause__, OSError):  # a full disk says nothing of the game
                raise
            self.say(str(error).partition(";")[0])
            return None

    def score(
        self,
        data: Dataset,
        images: Callable[[int], np.ndarray] | np.ndarray,
        metrics: tuple[str, ...],
        samples: int,
        encoder: str | None = None,
    ) -> Card:
        """Return the card of some metrics for samples of any origin; ``encoder`` None is the usual one."""
        with self.screen.working("scoring the samples"):
            return evaluate(data, images, metrics=metrics, samples=samples, encoder=encoder, seed=self.seed)

    def log_likelihood(self, run: Run) -> dict[str, Any]:
        """Return the Parzen-window log-likelihood of a run's samples, in nats, beside that of real images.

        Keys: ``log_likelihood``, its standard ``error`` over test images, the bandwidth ``sigma``, and what as
        many training images reach, ``real`` and ``real_error``.
        """
        with self.screen.working("measuring the log-likelihood"):
            estimate = parzen(run.data(), run.sample(self.settings["samples"], seed=self.seed))
        self.say(estimate.line())
        return {
            "log_likelihood": estimate.value,
            "error": estimate.error,
            "sigma": estimate.sigma,
            "real": estimate.real,
            "real_error": estimate.real_error,
        }

    def milestones(self, steps: Iterable[int], measure: "Measuring") -> "Milestones":
        """Return a watcher that measures at certain steps, and remembers it if the trial is interrupted."""
        return Milestones(self.work / "milestones.json", steps, measure)


Measuring = Callable[[Trainer], dict[str, Any]]


class Milestones(Watcher):
    """Measures a run at certain steps.

    Attributes:
        rows: what was measured, with its step, in order.
    """

    def __init__(self, path: Path, steps: Iterable[int], measure: Measuring):
        self.path = path
        self.steps = set(steps)
        self.measure = measure
        self.rows: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []

    def stepped(self, trainer: Trainer) -> None:
        """Measure, if it is time and was not done before."""
        step = trainer.done
        if step in self.steps and step not in {row["step"] for row in self.rows}:
            self.rows.append({"step": step, **self.measure(trainer)})
            self.path.parent.mkdir(parents=True, exist_ok=True)
            files.write_json(self.path, self.rows)


def sampler(trainer: Trainer, *, averaged: bool, seed: int = 0) -> Callable[[int], np.ndarray]:
    """Return n -> samples of a run in training, from its averaged or its raw weights."""
    return lambda n: trainer.sample(n, seed=seed, averaged=averaged)


def source_of(name: str, sources: Mapping[str, str]) -> str:
    """Return where a data set comes from: as given, ``$SADDLE_<NAME>``, or the named download."""
    plain, at, count = name.partition("@")
    if plain.startswith(STACKED) and plain not in sources:
        inner = source_of(plain.removeprefix(STACKED), sources)
        return STACKED + inner if inner.startswith("mnist") else name
    return (sources.get(plain) or os.environ.get(f"SADDLE_{plain.upper()}") or plain) + at + count


def spaced(total: int, count: int) -> list[int]:
    """Return ``count`` steps spread evenly up to ``total``, which is the last."""
    return sorted({max(1, round(total * (i + 1) / count)) for i in range(count)})


def _finished(run: Run) -> bool:
    config, latest = run.config, run.folder.latest()
    values = latest.values()
    used = Budget(**config["budget"]).fraction(
        latest.step, values["drawn"], config["data"]["count"], values["seconds"]
    )
    return used >= 1
