"""From a run that is resolved to one that is trained, drawn and scored."""

import dataclasses
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import torch

from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.experiment import Budget
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.engine.loop import Habits, Interrupted, NotFiniteError, Trainer, Watcher
from saddlepoint.runs.normal import normal
from saddlepoint.runs.prepare import Prepared
from saddlepoint.scoring.quick import QuickScores
from saddlepoint.training.guard import Guard, SickError
from saddlepoint.training.health import Health
from saddlepoint.training.pace import Pace
from saddlepoint.training.recorder import Recorder, save_pictures
from saddlepoint.training.run import Run
from saddlepoint.training.scores import behind, evaluation_of, final_score
from saddlepoint.training.screen import Screen


class Started(NamedTuple):
    """Everything that a run needs, resolved.

    Attributes:
        told: what its scores will cost, in words.
        worth: what the budget buys, in lines, where that is too little to be worth seeing.
    """

    prepared: Prepared
    plan: Plan
    budget: Budget
    habits: Habits
    screen: Screen
    scores: QuickScores
    told: str
    worth: Sequence[str] = ()


def train_on(
    folder: RunFolder,
    started: Started,
    watchers: tuple[Watcher, ...],
    *,
    resumed: bool = False,
) -> Run:
    """Train in ``folder``, whose lock is held, until the budget is used up, then draw the pictures.

    Args:
        folder: the run's.
        started: what is trained, and how.
        watchers: told of every step.
        resumed: whether the run goes on from its newest checkpoint.
    """
    prepared, screen, habits = started.prepared, started.screen, started.habits
    guard = Guard(prepared, folder, habits.guard) if habits.guard else None
    with torch.random.fork_rng():
        while True:
            try:
                line, well = _train(folder, started, watchers, guard, resumed)
                break
            except (SickError, NotFiniteError) as trouble:
                told = guard.turn_back(trouble) if guard else ""
                if not told:
                    if isinstance(trouble, NotFiniteError):  # which no checkpoint shows
                        with suppress(OSError):  # a full disk does not hide what ended the run
                            folder.write_broken(trouble.step, str(trouble).split(";")[0])
                    raise
                screen.turned_back(told)
                resumed = True
        with screen.working("drawing") as report:
            title = f"{prepared.recipe.name} on {prepared.data.name}, {prepared.experiment.objective}"
            references = dict(prepared.experiment.family.references)
            save_pictures(folder, title, references, prepared.kind.many, normal(prepared), report)
    run = Run(folder)
    if run.drawing.files and prepared.experiment.family.samples:  # a picture is not what one hears or reads
        samples = run.sample(run.drawing.shown)
        for suffix in run.drawing.files:
            run.drawing.save_all(folder.grid.with_suffix(suffix), samples)
    screen.conclude(run, line, behind(run), well)
    return run


def _train(
    folder: RunFolder,
    started: Started,
    watchers: tuple[Watcher, ...],
    guard: Guard | None,
    resumed: bool,
) -> tuple[str, str]:
    """Train until the budget is used up, or a guarded run is to go back; return lines on score and health."""
    _, plan, budget, habits, screen, scores, *_ = started
    prepared = started.prepared
    if guard is not None:
        prepared = dataclasses.replace(prepared, experiment=guard.experiment())
    data = prepared.data
    health = None if screen.quiet else Health(prepared)
    bar = screen.bar(health)
    trainer = Trainer(
        prepared.experiment,
        data.train,
        plan,
        folder,
        budget=budget,
        seed=prepared.seed,
        habits=habits,
        evaluation=evaluation_of(scores, screen, bar),
        unseen=data.splits["test"],
    )
    if resumed:
        trainer.resume(folder.latest())
    if guard is not None:
        guard.begin(trainer)
    try:
        recorder = Recorder(folder, data, prepared.seed)
    except OSError as error:
        raise UserError(f"cannot write into {folder.path}: {reason(error)}") from error
    others: list[Any] = [one for one in (health, guard) if one is not None]
    trainer.watchers = (recorder, *others, bar, Pace(screen.replan), *watchers)
    line = well = ""
    try:
        with bar:
            trainer.train()
        if health is not None:
            with suppress(KeyboardInterrupt), screen.working("looking for what may be wrong"):
                health.look(trainer)
                well = health.told(folder.path)
        if habits.card and not screen.quiet and trainer.family.samples:
            line = final_score(Run(folder), trainer, recorder, scores, screen)
    except Interrupted:
        screen.interrupted(folder.path, trainer.done)
        raise
    finally:
        recorder.close()
    return line, well
