"""Training: start a run."""

import inspect
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from saddlepoint.compute.alike import siblings
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Tries
from saddlepoint.core.machine import describe_machine
from saddlepoint.core.run_folder import RunFolder, runs_root
from saddlepoint.data.request import Background, Crop, Tokens
from saddlepoint.engine.loop import Habits, Watcher
from saddlepoint.engine.state import begin_with
from saddlepoint.runs.prepare import prepare
from saddlepoint.runs.worth_seeing import advice
from saddlepoint.training.run import Run
from saddlepoint.training.running import Started, train_on
from saddlepoint.training.scores import check_best, default_evaluate_every, quick_scores
from saddlepoint.training.screen import Screen
from saddlepoint.training.settings import Computing, Length, Order, Writing, parted
from saddlepoint.training.teachers import meet_teachers
from saddlepoint.training.tuning import tune


def train(
    recipe: str | None = None,
    data: str | Path = "digits",
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
    rate: int | None = None,
    length: int | None = None,
    tokens: Tokens = "character",
    device: str = "auto",
    precision: Literal["auto", "fp32", "tf32", "bf16"] = "auto",
    threads: int | None = None,
    kernels: Literal["auto", "library"] = "auto",
    log_every: int = 20,
    checkpoint_every: float = 45.0,
    keep: int = 2,
    best: str | None = None,
    evaluate_every: int | None = None,
    guard: Tries = 0,
    grids: int = 30,
    card: bool = True,
    quiet: bool = False,
    watchers: tuple[Watcher, ...] = (),
    **flags: Any,
) -> Run:
    """Train a recipe on data, and return the finished run.

    Args:
        recipe: name of the recipe; ``saddle list`` shows them. By default the one that suits the data.
        data: name of a data set, ``name:PATH``, or the path of a folder of images, a zip, IDX files, a .npy, or
            sounds or text.
        steps: budget in steps.
        images: budget in real images shown to the critic.
        epochs: budget in passes over the training split.
        minutes: budget in minutes.
        out: the run's folder; by default ``runs/<recipe>-<data>-<number>``.
        seed: seed of everything that is random.
        init: run whose newest weights are the initial ones.
        batch: images a step; by default the recipe's.
        ema: decay per step of the weights' average that is sampled from, 0 for none; by default the recipe's.
        size: side of the images in pixels; by default the data's, or the nearest that the recipe supports.
        crop: "center" cuts a square from each image, "stretch" squeezes the whole image into one.
        background: "white" or "black", what transparent parts of images are flattened on.
        labels: FILE or FILE:COLUMN that gives classes to a folder of images: CSV, or JSON like {"file": label}.
        rate: samples a second that sound files are resampled to; by default theirs, 16,000 at most.
        length: samples of a sound, or tokens of a sequence, that files are cut or padded to; by default what
            suits them.
        tokens: what a token of a text is, a "character" or a "word".
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
        guard: how many times, 3 where no number is given, a run that turns sick may go back to where it was
            healthy, and on with lower rates or a heavier penalty; 0 for never.
        grids: how many grids of samples are drawn on the way, beside one before training; 1 is the last alone.
        card: end with a quick score card, in at most 30 s or a tenth of the training time.
        quiet: print nothing.
        watchers: told of every step, tick and snapshot.
        **flags: the recipe's own flags, and settings of its optimizers: ``lr_d`` and ``lr_g``, and, for all
            players or as ``{player: value}``, ``betas``, ``weight_decay`` and ``schedule`` ("constant", or
            falling to 0: "linear" or "cosine" over the budget, "late" over its second half).

    Raises:
        UserError: something asked for does not exist or does not fit; nothing is left behind.
        TrainingError: a loss is no longer finite, or a file cannot be written; checkpoints stay.
        Interrupted: Ctrl-C; everything is saved.
    """
    started = _resolve(*parted(locals()))
    prepared, budget = started.prepared, started.budget
    folder = RunFolder.create(
        runs_root(), f"{prepared.recipe.name}-{prepared.spec.name}", Path(out) if out else None
    )
    config = prepared.config()
    config["data"] |= {
        "source": prepared.data.source,
        "crop": crop,
        "background": background,
        "labels": prepared.data.labels,
        "length": length,
        "tokens": tokens,
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
    try:
        try:
            folder.write_config(config)
        except OSError as error:
            raise UserError(f"cannot write {folder.config}: {error.strerror}") from error
        started.screen.introduce(
            prepared, started.plan, budget, folder.path, init=init, scores=started.told, worth=started.worth
        )
        with folder.locked(), started.plan.applied():
            return train_on(folder, started, watchers)
    except UserError:
        if not folder.rows() and not any(one.step for one in folder.checkpoints()):  # nothing is learned yet
            with suppress(UserError, OSError):  # whatever hinders that, the first error is the one to tell
                folder.delete()
        raise


def dry_run(recipe: str | None, data: str, **settings: Any) -> None:
    """Print what :func:`train` would train with the same settings, and write nothing."""
    given = inspect.signature(train).bind(recipe, data, **settings)
    given.apply_defaults()
    started = _resolve(*parted(given.arguments), trying=False)
    plan, told, worth = started.plan, started.told, started.worth
    started.screen.introduce(started.prepared, plan, started.budget, None, scores=told, worth=worth)


def _resolve(
    order: Order, length: Length, computing: Computing, writing: Writing, *, trying: bool = True
) -> Started:
    """Read the data and settle everything that is asked for, before anything is written.

    Args:
        order: what is trained.
        length: how long.
        computing: how it is computed.
        writing: what is written and shown.
        trying: whether what is fastest may be tried.
    """
    screen = Screen(writing.quiet)
    source = RunFolder.open(order.init) if order.init else None
    computing.plan(exact=False)  # a device that is not here should not cost the reading of the data
    with screen.reading() as report:
        prepared = prepare(
            order.recipe or (source and source.read_config()["recipe"]),
            order.data,
            seed=order.seed,
            batch=order.batch,
            ema=order.ema,
            flags=order.flags,
            beside=inspect.signature(train).parameters,
            report=report,
            **order.reading(),
        )
    if source is not None:
        begin_with(prepared.experiment.family, source.latest())
    default = prepared.experiment.budget
    budget = length.budget(default)
    if trying:
        meet_teachers(prepared, screen)
    plan = siblings().join(computing.plan(exact=prepared.kind.exact))
    if computing.kernels == "auto":
        with screen.working("finding what is fastest on this machine"):
            plan = tune(plan, prepared.experiment, prepared.data.train, budget, trying=trying)
    siblings().add(plan)
    evaluate_every = writing.evaluate_every
    if evaluate_every is None:
        scored = writing.card and not writing.quiet and prepared.experiment.family.samples
        evaluate_every = default_evaluate_every(budget, prepared) if scored else 0
    check_best(writing.best, evaluate_every)
    habits = Habits(
        writing.log_every,
        writing.checkpoint_every,
        writing.keep,
        writing.best,
        writing.card,
        evaluate_every,
        writing.grids,
        writing.guard,
    )
    scores, told = quick_scores(prepared, plan, budget, habits, screen)
    worth: list[str] = []
    if not writing.quiet and budget is not default:
        with screen.working("finding what the budget buys"):
            worth = advice(prepared, plan, budget, order.chosen())
    return Started(prepared, plan, budget, habits, screen, scores, told, worth)
