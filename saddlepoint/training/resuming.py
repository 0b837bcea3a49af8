"""Resuming: a run goes on exactly where it stopped."""

import dataclasses
import os
from pathlib import Path
from typing import Any, Literal

from saddlepoint.compute.alike import siblings
from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.engine.loop import Habits, Watcher
from saddlepoint.training.run import Run, load
from saddlepoint.training.running import Started, train_on
from saddlepoint.training.scores import quick_scores
from saddlepoint.training.screen import Screen
from saddlepoint.training.settings import Length
from saddlepoint.training.teachers import meet_teachers
from saddlepoint.training.tuning import rethreaded


def resume(
    path: str | Path | None = None,
    *,
    steps: int | None = None,
    images: int | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    data: str | None = None,
    threads: int | Literal["auto"] | None = None,
    quiet: bool = False,
    watchers: tuple[Watcher, ...] = (),
) -> Run:
    """Continue a run exactly where it stopped, or extend it.

    A run that has done all of its steps and lacks its pictures or its card, as after a kill, gets them.

    Args:
        path: the run's folder, by default that of the newest run.
        steps: train until this many steps are done in total, whatever the budget was.
        images: the same in real images shown to the critic.
        epochs: the same in passes over the training split.
        minutes: the same in minutes of training.
        data: where the run's data are now, if they have moved; the run remembers it. A finished run that gets
            no larger budget is then left as it is.
        threads: CPU threads from here on, "auto" for what is measured to be fastest now; by default those of
            the run. Others round otherwise: the run no longer has the bits of one that was left alone.
        quiet: print nothing.
        watchers: told of every step, tick and snapshot.

    Raises:
        UserError: the run is damaged or finished, another process trains it, or its data have changed.
    """
    folder = load(path).folder
    if folder.chosen is not None:
        raise UserError(f"a run goes on from its newest checkpoint: saddle resume {folder.path}")
    length, screen = Length(steps, images, epochs, minutes), Screen(quiet)
    with folder.locked():  # what is read from here on is what no other process writes
        return _resume(Run(folder), length, data, threads, screen, watchers)


def _resume(
    run: Run,
    length: Length,
    data: str | None,
    threads: int | Literal["auto"] | None,
    screen: Screen,
    watchers: tuple[Watcher, ...],
) -> Run:
    """Continue a run whose lock is held; arguments as for :func:`resume`."""
    config, folder = run.config, run.folder
    if data is not None:
        _move(run, data)
    before = Budget(**config["budget"])
    budget = length.budget(before)
    habits = Habits(**{"card": True, "evaluate_every": 0} | config["habits"])  # not kept at first
    latest = folder.latest()
    values = latest.values()
    used = (latest.step, values["drawn"], config["data"]["count"], values["seconds"])
    ending = budget is before and data is None and _lacks_ending(folder, habits, screen)
    if budget.fraction(*used) >= 1 and not ending:
        if budget is not before:
            done = f"{round(budget.used(*used), 2):,} {budget.unit}"
            raise UserError(f"{folder.path} has done {done} already; ask for more with --{budget.unit}")
        longer = f"saddle resume {folder.path} --steps {2 * latest.step}"
        if data is None:
            raise UserError(f"{folder.path} has finished its {budget}; extend it with: {longer}")
        screen.moved(folder.path, data, budget, longer)
        return run
    built = run.untrained()
    with screen.reading() as report:
        found = run.data(report)
    prepared = built.on(found)
    meet_teachers(prepared, screen)
    plan = dataclasses.replace(Plan.from_json(config["plan"]), reason="")  # it was the reason then
    if threads is not None:
        with screen.working("finding what is fastest on this machine"):
            plan = rethreaded(plan, prepared.experiment, found.train, budget, threads)
        config |= _rethreaded(config, plan, latest.step)
    siblings().add(plan)
    if budget is not before or threads is not None:
        folder.write_config(config | {"budget": budget.to_json()})
    scores, told = quick_scores(prepared, plan, budget, habits, screen, folder.rows())
    screen.introduce(prepared, plan, budget, folder.path, resumed=latest.step, scores=told)
    with plan.applied():
        started = Started(prepared, plan, budget, habits, screen, scores, told)
        return train_on(folder, started, watchers, resumed=True)


def _lacks_ending(folder: RunFolder, habits: Habits, screen: Screen) -> bool:
    """Say whether a run that has done all of its steps was killed before its pictures or its card."""
    scored = habits.card and not screen.quiet and folder.samples()
    return not folder.curves.exists() or (bool(scored) and not folder.card.exists())


def _rethreaded(config: dict[str, Any], plan: Plan, step: int) -> dict[str, Any]:
    """Return what changes in a configuration as a run goes on with the threads of ``plan`` from a step on."""
    before = config["plan"]["threads"]
    if plan.threads == before:
        return {"plan": plan.to_json()}
    return {"plan": plan.to_json(), "threads_before": [*config.get("threads_before", ()), [step, before]]}


def _move(run: Run, data: str) -> None:
    """Let a run find its data at ``data``; raises UserError where those are others."""
    before = run.config["data"]
    path = Path(os.path.expanduser(data))
    source = str(path.absolute()) if path.exists() else data
    run.config["data"] = before | {"source": source}
    try:
        run.data()
    except UserError as error:
        raise UserError(f"the data of {run.path} are not at {data}: {error}") from error
    run.folder.write_config(run.config)
