"""Training: start a run, several that differ in their seed, or resume one."""

import dataclasses
import inspect
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch

from saddlepoint.compute.alike import alike, siblings
from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget
from saddlepoint.core.run_folder import RunFolder, check_free, runs_root
from saddlepoint.core.waiting import clock
from saddlepoint.data.batches import to_uint8
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Background, Crop
from saddlepoint.engine.loop import Evaluation, Habits, Interrupted, Trainer, Watcher
from saddlepoint.engine.sampling import sample
from saddlepoint.engine.state import load_weights
from saddlepoint.engine.tuning import rethreaded, tune
from saddlepoint.evaluate.card import number
from saddlepoint.runs.prepare import Prepared, choose_budget, describe_machine, duration, prepare, rebuild
from saddlepoint.scoring.quick import QuickScores, Stopped, TooSlow, figures
from saddlepoint.training import screen as terminal
from saddlepoint.training.pace import Pace
from saddlepoint.training.recorder import Recorder, save_pictures
from saddlepoint.training.run import Run, load
from saddlepoint.training.worth_seeing import advice

EVALUATIONS = 8  # the most of a run by default
EVALUATION_IMAGES = (
    150_000  # the fewest between two: with them an MLP's evaluations cost a twentieth of its time
)

CURVES = ("frechet", "class_kl", "diversity", "modes", "high_quality")  # figures that become curves

__all__ = ["Interrupted", "dry_run", "resume", "train", "train_seeds"]


def train(
    recipe: str = "dcgan",
    data: str = "digits",
    *,
    steps: int | None = None,
    images: int | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    out: str | Path | None = None,
    seed: int = 0,
    init: str | Path | None = None,
    batch: int | None = None,
    ema: float | None = None,
    size: int | None = None,
    crop: Crop = "center",
    background: Background = "white",
    labels: str | None = None,
    device: str = "auto",
    precision: str = "auto",
    threads: int | None = None,
    kernels: str = "auto",
    log_every: int = 20,
    checkpoint_every: float = 45.0,
    keep: int = 2,
    best: str | None = None,
    evaluate_every: int | None = None,
    card: bool = True,
    quiet: bool = False,
    watchers: tuple[Watcher, ...] = (),
    **flags: Any,
) -> Run:
    """Train a recipe on data, and return the finished run.

    Args:
        recipe: name of the recipe.
        data: name of a data set, or path of images.
        steps: budget in steps.
        images: budget in real images shown to the critic.
        epochs: budget in passes over the training split.
        minutes: budget in minutes.
        out: the run's folder; by default ``runs/<recipe>-<data>-<number>``.
        seed: seed of everything that is random.
        init: run whose newest weights are the initial ones.
        batch: images a step.
        ema: decay per step of the weights' average that is sampled from; 0 turns it off.
        size: side of the images in pixels.
        crop: "center" cuts a square from each image, "stretch" squeezes the whole image into one.
        background: "white" or "black", what transparent parts of images are flattened on.
        labels: FILE or FILE:COLUMN that gives classes to a folder of images: CSV, or JSON like {"file": label}.
        device: "auto", "cpu", "cuda" or "mps".
        precision: "auto", "fp32", "tf32" or "bf16".
        threads: CPU threads; by default what is measured to be fastest.
        kernels: "auto", what is measured to be fastest, and captured steps on NVIDIA's GPUs; or "library",
            torch's own convolutions and threads, operation by operation.
        log_every: steps between rows of the curves.
        checkpoint_every: seconds between checkpoints.
        keep: how many of the newest checkpoints stay.
        best: name of a curve; the checkpoint where it was lowest stays too.
        evaluate_every: steps between quick scores of the samples, which then are curves; 0 for none. By
            default some on the way of a long run that ends with a card, for less than a twentieth of its time.
        card: end with a quick score card, in at most 30 s or a tenth of the training time.
        quiet: print nothing.
        watchers: told of every step, tick and snapshot.
        **flags: the recipe's own flags, and settings of its optimizers: ``lr_d`` and ``lr_g``, and, for all
            players or as ``{player: value}``, ``betas``, ``weight_decay`` and ``schedule`` ("constant", or
            "linear" or "cosine", which fall to 0 over the budget).

    Raises:
        UserError: something asked for does not exist or does not fit; nothing is left behind.
        TrainingError: a loss is no longer finite, or a file cannot be written; checkpoints stay.
        Interrupted: Ctrl-C; everything is saved.
    """
    started = _resolve(
        recipe,
        data,
        steps=steps,
        images=images,
        epochs=epochs,
        minutes=minutes,
        out=out,
        seed=seed,
        init=init,
        batch=batch,
        ema=ema,
        size=size,
        crop=crop,
        background=background,
        labels=labels,
        device=device,
        precision=precision,
        threads=threads,
        kernels=kernels,
        log_every=log_every,
        checkpoint_every=checkpoint_every,
        keep=keep,
        best=best,
        evaluate_every=evaluate_every,
        card=card,
        quiet=quiet,
        **flags,
    )
    prepared, budget = started.prepared, started.budget
    assert prepared.data is not None
    folder = RunFolder.create(runs_root(), f"{recipe}-{prepared.spec.name}", Path(out) if out else None)
    config = prepared.config()
    config["data"] |= {
        "source": prepared.data.source,
        "crop": crop,
        "background": background,
        "labels": prepared.data.labels,
        "fingerprint": prepared.data.fingerprint,
    }
    config |= {
        "created": time.time(),
        "budget": budget.to_json(),
        "plan": started.plan.to_json(),
        "habits": vars(started.habits),
        "init": str(init) if init else None,
        **describe_machine(),
    }
    folder.write_config(config)
    started.screen.introduce(
        prepared, started.plan, budget, folder.path, init=init, scores=started.told, worth=started.worth
    )
    try:
        with started.plan.applied():
            return _run(folder, started, watchers)
    except UserError:
        if not folder.rows() and not any(one.step for one in folder.checkpoints()):  # nothing is learned yet
            folder.delete()
        raise


def dry_run(recipe: str = "dcgan", data: str = "digits", **settings: Any) -> None:
    """Print what :func:`train` would train with the same settings, and write nothing."""
    started = _resolve(recipe, data, **settings)
    plan, told, worth = started.plan, started.told, started.worth
    started.screen.introduce(started.prepared, plan, started.budget, None, scores=told, worth=worth)


def train_seeds(seeds: int, recipe: str = "dcgan", data: str = "digits", **settings: Any) -> list[Run]:
    """Train ``seeds`` runs that differ in their seed alone, for comparisons; settings as for :func:`train`."""
    if seeds < 1:
        raise UserError(f"--seeds must be at least 1, got {seeds}")
    out, first = settings.pop("out", None), settings.pop("seed", 0)
    places = [None if out is None else Path(out) / f"seed-{first + i}" for i in range(seeds)]
    with alike():
        return [train(recipe, data, seed=first + i, out=places[i], **settings) for i in range(seeds)]


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
        UserError: the run is damaged or finished, or its data have changed.
    """
    run = load(path)
    config, folder = run.config, run.folder
    if folder.chosen is not None:
        raise UserError(f"a run goes on from its newest checkpoint: saddle resume {folder.path}")
    if data is not None:
        _move(run, data)
    screen = terminal.Screen(quiet)
    before = Budget(**config["budget"])
    budget = choose_budget(before, steps=steps, images=images, epochs=epochs, minutes=minutes)
    latest = folder.latest()
    values = latest.values()
    used = (latest.step, values["drawn"], config["data"]["count"], values["seconds"])
    if budget.fraction(*used) >= 1:
        if budget is not before:
            done = f"{round(budget.used(*used), 2):,} {budget.unit}"
            raise UserError(f"{folder.path} has done {done} already; ask for more with --{budget.unit}")
        longer = f"saddle resume {folder.path} --steps {2 * latest.step}"
        if data is None:
            raise UserError(f"{folder.path} has finished its {budget}; extend it with: {longer}")
        screen.moved(folder.path, data, budget, longer)
        return run
    latest.check()
    prepared = rebuild(config)
    with screen.reading() as report:
        found = run.data(report)
    prepared = Prepared(prepared.recipe, prepared.flags, found.spec, found, prepared.experiment, prepared.seed)
    plan = dataclasses.replace(Plan.from_json(config["plan"]), reason="")  # it was the reason then
    if threads is not None:
        with screen.working("finding what is fastest on this machine"):
            plan = rethreaded(plan, prepared.experiment, found.train, budget, threads)
        config |= _rethreaded(config, plan, latest.step)
    siblings().add(plan)
    if budget is not before or threads is not None:
        folder.write_config(config | {"budget": budget.to_json()})
    habits = Habits(**config["habits"])
    scores, told = _quick_scores(prepared, plan, budget, habits, screen, folder.rows())
    screen.introduce(prepared, plan, budget, folder.path, resumed=latest.step, scores=told)
    started = _Started(prepared, plan, budget, habits, screen, scores, told)
    with plan.applied():
        return _run(folder, started, watchers, resumed=True)


def _rethreaded(config: dict[str, Any], plan: Plan, step: int) -> dict[str, Any]:
    """Return what changes in a configuration as a run goes on with the threads of ``plan`` from a step on."""
    before = config["plan"]["threads"]
    if plan.threads == before:
        return {"plan": plan.to_json()}
    return {"plan": plan.to_json(), "threads_before": [*config.get("threads_before", ()), [step, before]]}


def _move(run: Run, data: str) -> None:
    """Let a run find its data at ``data``; raises UserError where those are others."""
    before = run.config["data"]
    source = str(Path(data).expanduser().absolute()) if Path(data).expanduser().exists() else data
    run.config["data"] = before | {"source": source}
    try:
        run.data()
    except UserError as error:
        raise UserError(f"the data of {run.path} are not at {data}: {error}") from error
    with run.folder.locked():
        run.folder.write_config(run.config)


class _Started(NamedTuple):
    """Everything that a run needs, resolved.

    Attributes:
        told: what its scores will cost, in words.
        worth: what the budget buys, in lines, where that is too little to be worth seeing.
    """

    prepared: Prepared
    plan: Plan
    budget: Budget
    habits: Habits
    screen: terminal.Screen
    scores: QuickScores
    told: str
    worth: Sequence[str] = ()


def _resolve(
    recipe: str,
    data: str,
    *,
    steps: int | None = None,
    images: int | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    out: str | Path | None = None,
    seed: int = 0,
    init: str | Path | None = None,
    batch: int | None = None,
    ema: float | None = None,
    size: int | None = None,
    crop: Crop = "center",
    background: Background = "white",
    labels: str | None = None,
    device: str = "auto",
    precision: str = "auto",
    threads: int | None = None,
    kernels: str = "auto",
    log_every: int = 20,
    checkpoint_every: float = 45.0,
    keep: int = 2,
    best: str | None = None,
    evaluate_every: int | None = None,
    card: bool = True,
    quiet: bool = False,
    **flags: Any,
) -> _Started:
    """Check everything that was asked for and read the data, before anything is written."""
    screen = terminal.Screen(quiet)
    _check_habits(log_every, checkpoint_every, keep, evaluate_every)
    if kernels not in ("auto", "library"):
        raise UserError(f"--kernels must be auto or library, got {kernels!r}")
    Plan.choose(
        device, precision, threads=threads
    )  # a device that is not here should not cost the reading of the data
    if out is not None:
        check_free(Path(out))
    source = RunFolder.open(init) if init else None
    with screen.reading() as report:
        prepared = prepare(
            recipe,
            data,
            seed=seed,
            batch=batch,
            ema=ema,
            size=size,
            crop=crop,
            background=background,
            labels=labels,
            flags=flags,
            beside=inspect.signature(train).parameters,
            report=report,
        )
    if source is not None:
        load_weights(prepared.experiment.family, source.latest())
    default = prepared.experiment.budget
    budget = choose_budget(default, steps=steps, images=images, epochs=epochs, minutes=minutes)
    plan = Plan.choose(device, precision, threads=threads, exact=prepared.spec.kind == "points")
    plan = siblings().join(plan)
    if kernels == "auto" and prepared.data is not None:
        with screen.working("finding what is fastest on this machine"):
            plan = tune(plan, prepared.experiment, prepared.data.train, budget)
    siblings().add(plan)
    if evaluate_every is None:
        evaluate_every = default_evaluate_every(budget, prepared) if card and not quiet else 0
    _check_best(best, evaluate_every)
    habits = Habits(log_every, checkpoint_every, keep, best, card, evaluate_every)
    scores, told = _quick_scores(prepared, plan, budget, habits, screen)
    worth: list[str] = []
    if not quiet and budget is not default and prepared.data is not None:
        with screen.working("finding what the budget buys"):
            given = {"size": size, "labels": labels, "batch": batch, "ema": ema}
            given |= {} if crop == "center" else {"crop": crop}
            chosen = {name: value for name, value in given.items() if value is not None}
            worth = advice(prepared, plan, budget, chosen)
    return _Started(prepared, plan, budget, habits, screen, scores, told, worth)


def _run(folder: RunFolder, started: _Started, watchers: tuple[Watcher, ...], *, resumed: bool = False) -> Run:
    """Train in ``folder`` until the budget is used up, then draw the pictures."""
    prepared, plan, budget, habits, screen, scores, *_ = started
    data: Dataset | None = prepared.data
    assert data is not None
    with folder.locked(), torch.random.fork_rng():
        bar = screen.bar()
        trainer = Trainer(
            prepared.experiment,
            data.train,
            plan,
            folder,
            budget=budget,
            seed=prepared.seed,
            habits=habits,
            evaluation=_evaluation(scores, screen, bar),
        )
        if resumed:
            trainer.resume(folder.latest())
        recorder = Recorder(folder, data, prepared.seed)
        trainer.watchers = (recorder, bar, Pace(screen.replan), *watchers)
        line = ""
        try:
            with bar:
                trainer.train()
            if habits.card and not screen.quiet:
                line = _score(Run(folder), trainer, recorder, scores, screen)
        except Interrupted:
            screen.interrupted(folder.path, trainer.done)
            raise
        finally:
            recorder.close()
        with screen.working("drawing"):
            title = f"{prepared.recipe.name} on {data.name}, {prepared.experiment.objective}"
            save_pictures(folder, title, dict(prepared.experiment.family.references))
    run = Run(folder)
    screen.conclude(run, line, _behind(run))
    return run


def _quick_scores(
    prepared: Prepared,
    plan: Plan,
    budget: Budget,
    habits: Habits,
    screen: terminal.Screen,
    rows: Sequence[Mapping[str, Any]] = (),
) -> tuple[QuickScores, str]:
    """Return what scores a run, and in words what that costs beside training; "" where it has no scores."""
    assert prepared.data is not None
    scores = QuickScores(prepared.data, duration(prepared, plan.step_seconds, budget), rows)
    if screen.quiet or not habits.card or not prepared.experiment.family.samples:
        return scores, ""
    family, pixels = prepared.experiment.family, prepared.experiment.pixels
    with screen.working("finding what scores will cost"):
        seconds, why = scores.expected(lambda n: to_uint8(sample(family, n, seed=0), pixels))
    return scores, f"about {clock(seconds)} on top{', ' if why else ''}{why}"


def _evaluation(scores: QuickScores, screen: terminal.Screen, bar: terminal.Bar | terminal.Lines) -> Evaluation:
    """Return what scores the averaged weights' samples during training."""

    def evaluation(trainer: Trainer) -> dict[str, Any]:
        if scores.refused is not None:
            return {}

        def draw(n: int) -> np.ndarray:
            floats = sample(trainer.family, n, seed=0, average=trainer.average)
            return to_uint8(floats, trainer.experiment.pixels)

        try:
            with bar.working("scoring the samples") as report:
                return figures(scores.card(draw, report, trainer.stopping), CURVES)
        except Stopped:
            return {}
        except UserError as error:  # training is not lost to it
            screen.note(f"no score at step {trainer.done}: {error}")
            return {}

    return evaluation


def _score(run: Run, trainer: Trainer, recorder: Recorder, scores: QuickScores, screen: terminal.Screen) -> str:
    """Store the quick card of a finished run; return it in one line, or why there is none.

    A finished run is never lost to it.
    """
    try:
        with screen.working("scoring the samples") as report:
            card = scores.card(run.sample, report)
    except KeyboardInterrupt:
        return f"skipped; for a card:  saddle evaluate {run.path}"
    except TooSlow as slow:
        return f"none: {slow}, more than {clock(scores.limit)}; for a card:  saddle evaluate {run.path}"
    except UserError as error:
        return str(error)
    run.folder.remove_card()
    card = replace(card, origin=run.origin)
    card.save(run.path)
    found = figures(card, CURVES)
    trainer.conclude(found)
    recorder.scored(trainer, found)
    return card.line()


def _behind(run: Run) -> str:
    """Say so where an earlier score of a finished run was better than its last, by more than chance."""
    rows = [row for row in run.curves() if "frechet" in row]
    card = run.folder.read_card()
    if not rows or not card or "frechet" not in card["figures"]:
        return ""
    comparable = [row for row in rows if all(row[name] == rows[-1][name] for name in ("encoder", "samples"))]
    best = min(comparable, key=lambda row: row["frechet"])
    low = card["figures"]["frechet"]["low"]
    if card["origin"].get("step") != rows[-1]["step"] or low is None or best["frechet"] >= low:
        return ""
    better = f"FD {number(best['frechet'])} at step {best['step']:,} was better"
    return better if run.config["habits"]["best"] else f"{better}; --best frechet keeps such a checkpoint"


def _check_habits(log_every: int, checkpoint_every: float, keep: int, evaluate_every: int | None) -> None:
    if log_every < 1:
        raise UserError(f"--log-every must be at least 1, got {log_every}")
    if not checkpoint_every >= 0:
        raise UserError(f"--checkpoint-every must be at least 0 seconds, got {checkpoint_every}")
    if keep < 1:
        raise UserError(f"--keep must be at least 1, got {keep}")
    if evaluate_every is not None and evaluate_every < 0:
        raise UserError(f"--evaluate-every must be at least 0 steps, got {evaluate_every}")


def _check_best(best: str | None, evaluate_every: int | None) -> None:
    """Refuse a score that nobody will measure, or whose lowest value is not its best."""
    if best not in CURVES:
        return
    from saddlepoint.evaluate import meanings

    if meanings()[best].better != "lower":
        raise UserError(
            f"--best keeps the lowest of a curve, which is not the best {best}; give --best frechet"
        )
    if evaluate_every == 0:
        raise UserError(f"--best {best} needs scores on the way; add --evaluate-every STEPS")


def default_evaluate_every(budget: Budget, prepared: Prepared) -> int | None:
    """Return the default: by the clock where that is the budget, otherwise steps, which can be repeated."""
    if budget.minutes is not None:
        return None
    batch = prepared.experiment.batch
    images = budget.images or (budget.epochs or 0.0) * prepared.spec.count
    steps = budget.steps or -(-int(images) // batch)
    every = max(steps // EVALUATIONS, -(-EVALUATION_IMAGES // batch))
    return every if every <= steps else 0
