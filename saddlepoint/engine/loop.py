"""The training loop: steps until the budget is used up, with ticks, snapshots and checkpoints on the way."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from saddlepoint.compute import patch_convolution
from saddlepoint.compute.plan import Plan
from saddlepoint.core.aliases import suggested
from saddlepoint.core.checkpoint import Checkpoint
from saddlepoint.core.errors import TrainingError, UserError
from saddlepoint.core.experiment import Budget, Experiment
from saddlepoint.core.protocol import Progress
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.core.seeds import generator
from saddlepoint.core.signals import interruptions
from saddlepoint.data.dataset import Split
from saddlepoint.engine.state import capture, restore
from saddlepoint.engine.step import Stepper
from saddlepoint.sampling.average import Average
from saddlepoint.sampling.samples import examples, sample

FIRST_EVALUATION = 15.0  # seconds into a run that is evaluated by the clock
REST = 24  # times an evaluation's own cost that pass before the next one by the clock

Evaluation = Callable[["Trainer"], dict[str, Any]]


@dataclass(frozen=True)
class Habits:
    """What a run writes, and when.

    Attributes:
        log_every: steps a tick: one row of the curves.
        checkpoint_every: seconds between checkpoints; they change nothing in the run.
        keep: how many of the newest checkpoints stay.
        best: name of a curve; the checkpoint where it was lowest stays too.
        card: whether the run ends with a line of scores.
        evaluate_every: steps between evaluations of the samples; 0 for none; None for as often as
            takes one second in 25, for budgets in minutes: it cannot be repeated bit for bit.
        grids: how many grids of samples are drawn on the way, beside one before training; 1 is the last alone.
        guard: how many times a sick run may go back; 0 for never.
    """

    log_every: int
    checkpoint_every: float
    keep: int
    best: str | None
    card: bool
    evaluate_every: int | None
    grids: int = 30  # for runs of before it was kept
    guard: int = 0  # the same


class Interrupted(Exception):  # noqa: N818 - not an error
    """The user asked to stop; everything is saved."""


class NotFiniteError(TrainingError):
    """A loss or a weight is no longer finite.

    Attributes:
        trainer: the run as it stands.
        step: at which that was seen.
    """

    def __init__(self, text: str, trainer: "Trainer", step: int):
        super().__init__(text)
        self.trainer = trainer
        self.step = step


class Watcher:
    """Something that is told how training goes. It must not change the run."""

    def stepped(self, trainer: "Trainer") -> None:
        """One more step is done."""

    def ticked(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """One more row of the curves is written."""

    def snapshot(self, trainer: "Trainer") -> None:
        """It is time for a grid of samples."""

    def settled(self, trainer: "Trainer") -> None:
        """All that a step brings about is done; what is raised here ends training, as the run stands."""

    def replanned(self, trainer: "Trainer", why: str) -> None:
        """The run goes on in another way than it was planned."""


class Trainer:
    """An experiment in training: all of its state, and the loop over it.

    Args:
        experiment: what is trained.
        split: the training data.
        plan: how this machine computes.
        folder: where everything is written.
        budget: how long.
        seed: seed of data order, latents and noise; initial weights are the caller's.
        habits: what is written when.
        watchers: who is told.
        evaluation: figures of the samples, written into the row of the first tick after each
            ``habits.evaluate_every`` steps; it must not change the run.
        unseen: what samples are made of where a game makes them of examples; by default the training data.
    """

    def __init__(
        self,
        experiment: Experiment,
        split: Split,
        plan: Plan,
        folder: RunFolder,
        *,
        budget: Budget,
        seed: int,
        habits: Habits,
        watchers: tuple[Watcher, ...] = (),
        evaluation: Evaluation | None = None,
        unseen: Split | None = None,
    ):
        self.experiment = experiment
        self.folder = folder
        self.budget = budget
        self.habits = habits
        self.watchers = watchers
        self.evaluation = evaluation
        self.family = experiment.family
        self.examples = unseen or split
        self.stepper = Stepper.of(experiment, split, plan, seed)
        patch_convolution.install(self.family, plan.kernels)
        self.batches = self.stepper.batches
        torch.manual_seed(generator("cpu", seed, "noise").initial_seed())
        self.average = Average(self.family, experiment.ema) if experiment.ema else None
        self.done = 0
        self.seconds = 0.0
        self.reached = 0.0
        self.best: tuple[float, int] | None = None
        self.last_row: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}  # what others keep in checkpoints, as JSON
        self.held: int | None = None  # the step of a checkpoint that stays
        self._save = False
        self._pending: list[dict[str, Tensor]] = []
        self._tick_start = (0, 0.0)
        self._clock = 0.0
        self._saved_at = 0.0
        self.stopping: Callable[[], bool] = lambda: False  # whether the user asked to stop
        self._evaluate_at = FIRST_EVALUATION
        self._evaluated = False

    @property
    def progress(self) -> Progress:
        """How far the run has come."""
        images, count = self.batches.drawn, len(self.batches.split)
        fraction = self.budget.fraction(self.done, images, count, self.seconds)
        return Progress(self.done, images, images / count, fraction, self.reached)

    def resume(self, checkpoint: Checkpoint) -> None:
        """Continue from ``checkpoint``, forgetting what was logged after it."""
        values = restore(checkpoint, self.stepper, self.average)
        self.done, self.seconds = values["step"], values["seconds"]
        self.reached = values.get("reached", 0.0)  # not kept at first
        self.batches.drawn = values["drawn"]
        self.best = tuple(values["best"]) if values["best"] else None
        self.kept = values.get("kept", {})  # not there at first
        self._pending = [
            {n: torch.tensor(v, device=self.batches.device) for n, v in step.items()}
            for step in values["pending"]
        ]
        self.folder.cut_back(self.done)
        rows = self.folder.rows()
        self.last_row = rows[-1] if rows else {}

    def train(self) -> None:
        """Train until the budget is used up.

        Raises:
            Interrupted: on Ctrl-C or SIGTERM, after saving.
            TrainingError: a loss or a weight is no longer finite, or a file cannot be written.
        """
        try:
            self._train()
        except OSError as error:
            raise TrainingError(
                f"step {self.done}: cannot write {error.filename or self.folder.path} ({error.strerror}); "
                f"{self._last_good()}"
            ) from error

    def _train(self) -> None:
        self._clock = time.monotonic() - self.seconds
        self._tick_start = (self.batches.drawn, self.seconds)
        grids = self.habits.grids
        if self.done == 0:
            if grids > 1:
                self._tell("snapshot")
            self.checkpoint()
        self._saved_at = self.seconds
        with interruptions() as interrupted:
            self.stopping = interrupted.is_set
            progress = self.progress
            while progress.fraction < 1:
                plan = self.stepper.plan
                self._pending.append(self.stepper.step(progress))
                if self.stepper.plan is not plan:
                    self._replan()
                self.done += 1
                if self.average is not None:
                    self.average.update(self.done)
                self.seconds = time.monotonic() - self._clock
                before, progress = progress, self.progress
                self._tell("stepped")
                if self.done % self.habits.log_every == 0:
                    self._tick()
                if int(progress.fraction * grids) > int(before.fraction * grids):
                    self._read_pending()  # of a player that is no number there is nothing to draw
                    self._check_weights()
                    self._tell("snapshot")
                self._tell("settled")
                if self._save or self.seconds - self._saved_at >= self.habits.checkpoint_every:
                    self.checkpoint()
                if interrupted.is_set() and progress.fraction < 1:
                    self.checkpoint()
                    raise Interrupted
        if self._pending:
            self._tick()
        self.checkpoint()

    def sample(self, n: int, *, seed: int = 0, averaged: bool = True) -> np.ndarray:
        """Return ``n`` samples of the weights as they are now, as examples of the data lie in memory.

        Args:
            n: how many.
            seed: sample i of a seed is the same whatever ``n`` is.
            averaged: sample from the weights' average, where there is one.
        """
        condition = examples(self.family, self.examples, n, seed, self.experiment.range)
        average = self.average if averaged else None
        floats = sample(self.family, n, seed=seed, average=average, condition=condition)
        return self.batches.kind.to_array(floats, self.experiment.range)

    def checkpoint(self) -> Checkpoint:
        """Save everything, if it is finite."""
        pending = self._read_pending()
        self._check_weights()
        self._check_moments()
        if self._is_best(self.last_row):
            self.best = (self.last_row[str(self.habits.best)], self.done)
        values = {
            "seconds": self.seconds,
            "drawn": self.batches.drawn,
            "reached": self.progress.stage,
            "pending": pending,
            "best": self.best,
            "kept": self.kept,
        }
        saved = self.folder.save_checkpoint(self.done, capture(self.stepper, self.average), values)
        self.folder.prune_checkpoints(self.habits.keep, (self.best[1] if self.best else None, self.held))
        self._saved_at, self._save = self.seconds, False
        return saved

    def conclude(self, figures: dict[str, Any]) -> None:
        """Add figures of the finished run's samples to its last row."""
        self.last_row = {**self.last_row, **figures}
        self.folder.replace_last_row(self.last_row)
        if self._is_best(self.last_row):
            self.checkpoint()

    def _tick(self) -> None:
        """Turn the statistics of the last steps into one row of the curves."""
        reports = self._read_pending()
        self._pending = []
        figures = self._evaluate(self.done - len(reports))
        names = sorted({name for report in reports for name in report})
        means = {}
        for name in names:
            found = [report[name] for report in reports if name in report]
            means[name] = math.fsum(found) / len(found)
        images, seconds = self._tick_start
        speed = (self.batches.drawn - images) / max(1e-9, self.seconds - seconds)
        self._tick_start = (self.batches.drawn, self.seconds)
        row = {
            "step": self.done,
            "images": self.batches.drawn,
            "seconds": round(self.seconds, 3),
            "images_per_second": round(speed, 1),
            **means,
            **figures,
        }
        self._check_best(row)
        self.folder.append_row(row)
        self.last_row = row
        self._tell("ticked", row)
        # Such rows are rare: without a checkpoint at the end of the step the weights would be lost.
        self._save = bool(figures) and self._is_best(row)

    def _evaluate(self, last_tick: int) -> dict[str, Any]:
        """Return the figures of the samples where an evaluation is due since the step ``last_tick``."""
        every = self.habits.evaluate_every
        if every is None:
            due = self.seconds >= self._evaluate_at
        else:
            due = every > 0 and self.done // every > last_tick // every
        if self.evaluation is None or not due:
            return {}
        started = time.monotonic()
        figures = self.evaluation(self)
        cost = time.monotonic() - started
        self._clock += cost  # the seconds of a run are spent training
        # The first one may train a judge, which is done once for all data and says nothing of the others' cost.
        self._evaluate_at = self.seconds + (REST * cost if self._evaluated else FIRST_EVALUATION)
        self._evaluated = True
        return figures

    def _replan(self) -> None:
        """Store the plan that the run goes on with, so that a resumed run follows it too."""
        self.folder.write_config(self.folder.read_config() | {"plan": self.stepper.plan.to_json()})
        self._tell("replanned", self.stepper.replanned)

    def _is_best(self, row: dict[str, Any]) -> bool:
        value = row.get(self.habits.best) if self.habits.best else None
        if value is None or not math.isfinite(value):
            return False
        return self.best is None or value < self.best[0]

    def _check_best(self, row: dict[str, Any]) -> None:
        """Refuse a name for ``--best`` that no row will have; an evaluation's are known after the first."""
        best = self.habits.best
        if best is None or best in row or self.best is not None:
            return
        every = self.habits.evaluate_every
        comes = not self._evaluated if every is None else self.done < every
        if self.evaluation is None or not comes:
            curves = [name for name in row if name not in ("step", "images", "seconds", "images_per_second")]
            raise UserError(f"--best: this run has no curve {best!r}{suggested(best, curves)}")

    def _read_pending(self) -> list[dict[str, float]]:
        """Read the statistics since the last tick from the device, at once.

        Raises:
            TrainingError: one of them is not finite.
        """
        flat = [value for report in self._pending for value in report.values()]
        values = iter(torch.stack([value.float() for value in flat]).tolist() if flat else [])
        reports = [{name: next(values) for name in report} for report in self._pending]
        for step, report in enumerate(reports, start=self.done - len(reports) + 1):
            bad = [name for name, value in report.items() if not math.isfinite(value)]
            if bad:
                raise NotFiniteError(
                    f"{bad[0]} became {report[bad[0]]} at step {step}; {self._last_good()}; "
                    "a lower learning rate, --precision fp32 or a --penalty may help",
                    self,
                    step,
                )
        return reports

    def _check_weights(self) -> None:
        bad = [n for n, p in self.family.named_parameters() if not bool(torch.isfinite(p).all())]
        if bad:
            text = f"{bad[0]} is not finite after step {self.done}; {self._last_good()}"
            raise NotFiniteError(text, self, self.done)

    def _check_moments(self) -> None:
        """Refuse moments that overflowed: what they belong to would never move again."""
        for player, optimizer in self.stepper.optimizers.items():
            bad = [n for n, value in optimizer.state().items() if not bool(torch.isfinite(value).all())]
            if bad:
                text = f"{player}'s moment {bad[0]} is not finite after step {self.done}; {self._last_good()}"
                raise NotFiniteError(f"{text}; a lower learning rate may help", self, self.done)

    def _last_good(self) -> str:
        steps = [checkpoint.step for checkpoint in self.folder.checkpoints()]
        return (
            f"the checkpoint of step {steps[-1]} is kept in {self.folder.path}"
            if steps
            else "nothing is saved yet"
        )

    def _tell(self, event: str, *details: Any) -> None:
        for watcher in self.watchers:
            getattr(watcher, event)(self, *details)
