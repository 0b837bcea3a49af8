"""Guarding a run: one that turns sick goes back to where it was healthy, and on with one thing changed.

Looks come at fixed shares of the budget, so that a guarded run repeats its bits and resumes exactly. The run's
``guard.json`` has what was done, in order. It is written before anything else of an act, and every checkpoint
says how many acts it knows of: after a kill, checkpoints of a way that was given up are told from newer ones.
"""

import dataclasses
from typing import Any

import torch

from saddlepoint.core.checkpoint import Checkpoint
from saddlepoint.core.errors import DamagedError, UserError, reason
from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.diagnosing.examples import Examples
from saddlepoint.diagnosing.finding import Finding
from saddlepoint.diagnosing.live import REAL, LiveSignals, look
from saddlepoint.diagnosing.signals import strayed
from saddlepoint.engine.loop import NotFiniteError, Trainer, Watcher
from saddlepoint.objectives import Penalty
from saddlepoint.runs.prepare import Prepared, rebuild

LOOKS = 16  # at a run, at equal shares of its budget
ALSO = ("rate-too-high", "critic-overfits")  # conditions beside the live ones: looks are few
TAME = ("critic-overpowers", "critic-overfits")  # that a penalty cures, where the game has one
CURED = {
    "critic-overpowers": "d",
    "critic-overfits": "d",
    "mode-collapse": "g",
}  # by a lower rate of this player
NEW: dict[str, Any] = {"acts": 0, "healthy": 0, "suspect": ""}  # what a guard keeps in checkpoints, at first
RATES = ("diverged", "rate-too-high", "oscillation", "saturated-output")  # by those that the finding names


class SickError(Exception):
    """A guarded run is to go back.

    Attributes:
        condition: what was found.
        finding: with its evidence.
        trainer: the run as it stands.
    """

    def __init__(self, condition: str, finding: Finding, trainer: Trainer):
        super().__init__(condition)
        self.condition, self.finding, self.trainer = condition, finding, trainer


class Guard(Watcher):
    """Looks at a run, keeps the checkpoint of the last healthy look, and turns back to it.

    An act halves rates, or doubles the weight of the game's penalties. Where the last act went back to the same
    step, no look since was healthy: the next one changes the square of that, a quarter, then an eighth.

    Args:
        prepared: what is trained.
        folder: the run's.
        most: acts in all.

    Attributes:
        acts: what was done, as ``guard.json`` has it.
        failed: why looking came to nothing, after which nobody looks any more; empty where it did not.
    """

    def __init__(self, prepared: Prepared, folder: RunFolder, most: int):
        self.prepared, self.folder, self.most = prepared, folder, most
        self.examples = Examples(prepared.data, prepared.seed, REAL)
        penalties: list[tuple[Penalty, float]] = getattr(prepared.experiment.family, "penalties", [])
        self.weights = list(penalties)
        self.acts = folder.read_guard()
        known = {"penalty", *(f"lr_{player}" for player in prepared.experiment.optimizers)}
        if other := {name for act in self.acts for name in act["change"]} - known:
            raise UserError(f"guard.json of {folder.path} changes {min(other)}, which this game does not have")
        self.failed = ""
        self._suspect = ""
        self._fraction = 0.0

    def experiment(self) -> Experiment:
        """Return what is trained, with all that was changed; call it when the folder is as it will go on from.

        Checkpoints of a way that was given up are removed: a kill may have left them.

        Raises:
            DamagedError: a checkpoint keeps what no guard wrote, or knows of acts that ``guard.json`` lacks.
        """
        while self.folder.checkpoints():
            latest = self.folder.latest()
            known = _noted(latest)["acts"]
            if known > len(self.acts):
                raise DamagedError(
                    f"guard.json of {self.folder.path} lacks acts that the checkpoint after step "
                    f"{latest.step:,} was trained with; put it back, or train anew"
                )
            back = self.acts[-1]["back"] if known < len(self.acts) else latest.step
            if latest.step < back:  # a damaged one was passed over
                self.acts = self.acts[:known]
                self.folder.write_guard(self.acts)
            if latest.step <= back:
                break
            self.folder.remove_checkpoints(after=back)
        experiment = self.prepared.experiment
        rates, weight = self._factors()
        if self.weights:
            vars(experiment.family)["penalties"] = [(one, weight * gamma) for one, gamma in self.weights]
        optimizers = {player: _slowed(one, rates[player]) for player, one in experiment.optimizers.items()}
        return dataclasses.replace(experiment, optimizers=optimizers)

    def begin(self, trainer: Trainer) -> None:
        """Take up a run at the checkpoint that it goes on from."""
        values = trainer.kept.get("guard", NEW)
        turned = values["acts"] < len(self.acts)
        self._suspect = "" if turned else values["suspect"]
        trainer.held = trainer.done if turned else values["healthy"]
        if turned:
            trainer.seconds = self.acts[-1]["seconds"]  # time that was spent does not come back
        self._fraction = trainer.progress.fraction
        self._keep(trainer)

    def settled(self, trainer: Trainer) -> None:
        """Look, where it is time; keep a healthy run, and raise SickError for one that is to go back."""
        before, self._fraction = self._fraction, trainer.progress.fraction
        if self.failed or int(self._fraction * LOOKS) == int(before * LOOKS) or len(self.acts) >= self.most:
            return
        try:
            with torch.random.fork_rng():
                signals = _Signals(trainer, self.prepared, self.examples, trainer.folder.rows())
                found = look(signals, ALSO)
        except Exception as error:  # whatever it is, the run is worth more than a look at it
            self.failed = reason(error)
            return
        sick = [one for one in found if one[0] in CURED or one[0] in RATES]
        before, self._suspect = self._suspect, sick[0][0] if sick else ""
        sure = bool(sick) and (before or sick[0][0] == "diverged")
        if sure and self._change(sick[0][0], sick[0][1].change, 0.5):
            raise SickError(*sick[0], trainer)
        if not found:
            trainer.held = trainer.done
        self._keep(trainer)
        if not found:
            trainer.checkpoint()

    def turn_back(self, trouble: SickError | NotFiniteError) -> str:
        """Note what was found and what is changed; return it in a sentence, or "" where nothing can be done."""
        trainer = trouble.trainer
        condition, what, sure = "diverged", str(trouble).split(";")[0], 1.0
        named: dict[str, Any] = {}
        if isinstance(trouble, SickError):
            condition, what, sure = trouble.condition, trouble.finding.what, trouble.finding.sure
            named = trouble.finding.change
        back = trainer.held
        times = 1 + sum(act["back"] == back for act in self.acts)
        change = self._change(condition, named, 0.5**times)
        if not change or len(self.acts) >= self.most:
            return ""
        changed = " and ".join(f"{name} {old:.4g} → {new:.4g}" for name, (old, new) in change.items())
        found = f"{condition} ({sure:.0%} sure) at step {trainer.done:,}: {what}"
        told = f"{found}; back to step {back:,} with {changed}"
        act = {"step": trainer.done, "condition": condition, "back": back, "change": change, "told": told}
        self.acts.append(act | {"seconds": trainer.seconds})
        self.folder.write_guard(self.acts)
        return told

    def _change(self, condition: str, named: dict[str, Any], factor: float) -> dict[str, list[float]]:
        """Return what an act changes: by flag its value before and after."""
        rates, weight = self._factors()
        if condition in TAME and any(gamma for _, gamma in self.weights):
            return {"penalty": [weight, weight / factor]}
        optimizers = self.prepared.experiment.optimizers
        wanted = [CURED.get(condition, "")] if condition in CURED else [n.removeprefix("lr_") for n in named]
        players = [one for one in wanted if one in optimizers] or list(optimizers)
        return {
            f"lr_{one}": [optimizers[one].lr * rates[one], optimizers[one].lr * rates[one] * factor]
            for one in players
            if optimizers[one].lr
        }

    def _factors(self) -> tuple[dict[str, float], float]:
        """Return what rates, by player, and the penalties' weights are multiplied by after all acts."""
        rates, weight = dict.fromkeys(self.prepared.experiment.optimizers, 1.0), 1.0
        for act in self.acts:
            for name, (before, after) in act["change"].items():
                if name == "penalty":
                    weight *= after / before
                else:
                    rates[name.removeprefix("lr_")] *= after / before
        return rates, weight

    def _keep(self, trainer: Trainer) -> None:
        state = {"acts": len(self.acts), "healthy": trainer.held, "suspect": self._suspect}
        trainer.kept = {**trainer.kept, "guard": state}


class _Signals(LiveSignals):
    """What a guard sees: how far weights have moved, too."""

    @property
    def moved(self) -> dict[str, float]:
        """By player, how far its weights are from where they began; nothing where those were another run's."""
        config = self.trainer.folder.read_config()
        return {} if config.get("init") else strayed(rebuild(config).experiment.family, self.player)


def _noted(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what a guard keeps in a checkpoint; raises DamagedError for what no guard wrote."""
    kept = checkpoint.values().get("kept", {})  # not there at first
    noted = kept.get("guard", NEW) if isinstance(kept, dict) else None
    if not (
        isinstance(noted, dict)
        and all(type(noted.get(name)) is int and noted[name] >= 0 for name in ("acts", "healthy"))
        and isinstance(noted.get("suspect"), str)
    ):
        raise DamagedError(f"{checkpoint.path} is damaged: what it keeps is not as a guard writes it")
    return noted


def _slowed(optimizer: Optimizer, factor: float) -> Optimizer:
    """Return an optimizer with its rate times ``factor``, however it is scheduled."""
    schedules = dict(optimizer.schedules)
    if "lr" in schedules:
        rate = schedules["lr"]
        schedules["lr"] = lambda progress: factor * rate(progress)
    return dataclasses.replace(optimizer, lr=factor * optimizer.lr, schedules=schedules)
