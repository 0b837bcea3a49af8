"""Runs: train one, resume one, load one, sample from it. The public Python API."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from saddlepoint import terminal
from saddlepoint.core.errors import UserError, nearest
from saddlepoint.core.experiment import Budget
from saddlepoint.core.files import atomic_path
from saddlepoint.core.folder import RunFolder, check_free, newest_run, runs_root
from saddlepoint.data import load as load_data
from saddlepoint.data.batches import to_uint8
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Crop, Report, silent
from saddlepoint.engine.loop import Habits, Interrupted, Trainer, Watcher
from saddlepoint.engine.plan import Plan
from saddlepoint.engine.sampling import sample
from saddlepoint.engine.state import load_weights
from saddlepoint.plots.grid import save_images
from saddlepoint.plots.png import save_png
from saddlepoint.preparation import Prepared, choose_budget, describe_machine, prepare, rebuild
from saddlepoint.recording import Recorder, draw, save_pictures

if TYPE_CHECKING:
    from saddlepoint.evaluate import Card


class Run:
    """A run on disk: its configuration, its curves, and samples from its weights."""

    def __init__(self, folder: RunFolder):
        self.folder = folder
        self.config = folder.read_config()
        self._prepared: Prepared | None = None

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.folder.path

    @property
    def step(self) -> int:
        """Steps done at the newest checkpoint."""
        return self.folder.latest().step

    def curves(self) -> list[dict[str, Any]]:
        """Return the rows of ``metrics.jsonl``, oldest first."""
        return self.folder.rows()

    def sample(self, n: int = 64, seed: int = 0, label: int | str | None = None) -> np.ndarray:
        """Draw samples from the newest weights (their average, where there is one).

        Args:
            n: how many; sample i of a seed is the same whatever n is.
            seed: seed of the latents.
            label: class index or name, for conditional recipes.

        Returns:
            uint8 (n, h, w, c) images, or float32 (n, d) points.

        Raises:
            UserError: the run has no checkpoint, or the recipe knows no classes.
        """
        if n < 1:
            raise UserError(f"-n must be at least 1, got {n}")
        prepared = self._load()
        condition = None if label is None else self._condition(prepared, n, label)
        floats = sample(prepared.experiment.family, n, seed=seed, condition=condition)
        return to_uint8(floats, prepared.experiment.pixels)

    def data(self, report: Report = silent) -> Dataset:
        """Read the data that the run was trained on, at its size.

        Raises:
            UserError: they cannot be read, or are no longer the same.
        """
        stored = self.config["data"]
        side = stored["shape"][0] if stored["kind"] == "images" else None
        data = load_data(stored["source"], size=side, crop=stored["crop"], report=report)
        if data.fingerprint != stored["fingerprint"]:
            raise UserError(
                f"the data at {stored['source']} have changed since {self.path} was started; "
                f"start a new run from its weights with: saddle train --init {self.path}"
            )
        return data

    def evaluate(self, **settings: Any) -> "Card":
        """Score the run's samples; settings and result as for :func:`saddlepoint.score`."""
        from saddlepoint.scoring import score

        return score(self, **settings)

    def _load(self) -> Prepared:
        """Build the family with the newest weights, once."""
        if self._prepared is None:
            prepared = rebuild(self.config)
            checkpoint = self.folder.latest()
            load_weights(prepared.experiment.family, checkpoint)
            load_weights(prepared.experiment.family, checkpoint, "ema")
            self._prepared = prepared
        return self._prepared

    def _condition(self, prepared: Prepared, n: int, label: int | str) -> torch.Tensor:
        if not prepared.experiment.family.conditional:
            raise UserError(
                f"recipe {prepared.recipe.name!r} cannot be asked for a class: it is not conditional"
            )
        classes = prepared.spec.classes
        if isinstance(label, str) and not label.isdigit():
            if label not in classes:
                raise UserError(f"there is no class {label!r}{nearest(label, classes)}")
            label = classes.index(label)
        if not 0 <= int(label) < len(classes):
            raise UserError(f"there is no class {label}; there are {len(classes)}, from 0")
        return torch.full((n,), int(label))

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"


def load(path: str | Path | None = None) -> Run:
    """Return the run at ``path``, by default the newest one; raises UserError where there is none."""
    return Run(RunFolder.open(path) if path else newest_run())


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
    device: str = "auto",
    precision: str = "auto",
    log_every: int = 20,
    checkpoint_every: float = 45.0,
    keep: int = 2,
    best: str | None = None,
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
        device: "auto", "cpu", "cuda" or "mps".
        precision: "auto", "fp32" or "bf16".
        log_every: steps between rows of the curves.
        checkpoint_every: seconds between checkpoints.
        keep: how many of the newest checkpoints stay.
        best: name of a curve; the checkpoint where it was lowest stays too.
        card: end with a line of scores; it takes a while the first time that data are scored.
        quiet: print nothing.
        watchers: told of every step, tick and snapshot.
        **flags: the recipe's own flags.

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
        device=device,
        precision=precision,
        log_every=log_every,
        checkpoint_every=checkpoint_every,
        keep=keep,
        best=best,
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
        "fingerprint": prepared.data.fingerprint,
    }
    config |= {
        "created": time.time(),
        "budget": {budget.unit: getattr(budget, budget.unit)},
        "plan": started.plan.to_json(),
        "habits": vars(started.habits),
        "init": str(init) if init else None,
        **describe_machine(),
    }
    folder.write_config(config)
    started.screen.introduce(prepared, started.plan, budget, folder.path)
    try:
        return _run(folder, started, watchers)
    except UserError:
        if not folder.rows():  # nothing is learned yet
            folder.delete()
        raise


def dry_run(recipe: str = "dcgan", data: str = "digits", **settings: Any) -> None:
    """Print what :func:`train` would train with the same settings, and write nothing."""
    started = _resolve(recipe, data, **settings)
    started.screen.introduce(started.prepared, started.plan, started.budget, None)


def train_seeds(seeds: int, recipe: str = "dcgan", data: str = "digits", **settings: Any) -> list[Run]:
    """Train ``seeds`` runs that differ in their seed alone, for comparisons; settings as for :func:`train`."""
    if seeds < 1:
        raise UserError(f"--seeds must be at least 1, got {seeds}")
    out, first = settings.pop("out", None), settings.pop("seed", 0)
    places = [None if out is None else Path(out) / f"seed-{first + i}" for i in range(seeds)]
    return [train(recipe, data, seed=first + i, out=places[i], **settings) for i in range(seeds)]


def resume(
    path: str | Path | None = None,
    *,
    steps: int | None = None,
    quiet: bool = False,
    watchers: tuple[Watcher, ...] = (),
) -> Run:
    """Continue a run exactly where it stopped, or extend it.

    Args:
        path: the run's folder, by default that of the newest run.
        steps: train until this many steps are done in total, whatever the budget was.
        quiet: print nothing.
        watchers: told of every step, tick and snapshot.

    Raises:
        UserError: the run is damaged or finished, or its data have changed.
    """
    run = load(path)
    config, folder = run.config, run.folder
    screen = terminal.Screen(quiet)
    budget = Budget(**config["budget"])
    latest = folder.latest()
    values = latest.values()
    if steps is not None:
        if steps <= latest.step:
            raise UserError(f"{folder.path} has done {latest.step} steps already; ask for more with --steps")
        budget = Budget(steps=steps)
    stored = config["data"]
    if budget.fraction(latest.step, values["drawn"], stored["count"], values["seconds"]) >= 1:
        raise UserError(
            f"{folder.path} has finished its {budget}; extend it with: "
            f"saddle resume {folder.path} --steps {2 * latest.step}"
        )
    prepared = rebuild(config)
    with screen.reading() as report:
        data = run.data(report)
    prepared = Prepared(prepared.recipe, prepared.flags, data.spec, data, prepared.experiment, prepared.seed)
    plan = Plan.from_json(config["plan"])
    if steps is not None:
        folder.write_config(config | {"budget": {"steps": steps}})
    screen.introduce(prepared, plan, budget, folder.path, resumed=latest.step)
    started = _Started(prepared, plan, budget, Habits(**config["habits"]), screen)
    return _run(folder, started, watchers, resumed=True)


def save_samples(run: Run, out: Path, *, n: int = 64, seed: int = 0, label: int | str | None = None) -> Path:
    """Draw samples and write them; return where.

    Args:
        run: whose weights to sample.
        out: ``.png`` for one grid, ``.npy`` for an array as :meth:`Run.sample` returns it, otherwise a folder
            that gets one PNG an image.
        n: how many.
        seed: seed of the latents.
        label: class index or name, for conditional recipes.

    Raises:
        UserError: the folder exists and is not empty, or ``out`` cannot be written.
    """
    is_folder = out.suffix.lower() not in (".png", ".npy")
    if is_folder and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} exists and is not an empty folder; name a new folder, a .png or a .npy")
    samples = run.sample(n, seed=seed, label=label)
    text = {
        "run": run.path.name,
        "step": str(run.step),
        "seed": str(seed),
        "weights": run.folder.latest().weights_hash,
    }
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix.lower() == ".npy":
            with atomic_path(out) as temporary, open(temporary, "wb") as file:
                np.save(file, samples)
        elif is_folder:
            if samples.ndim != 4:
                raise UserError("points are no images; write them to a .npy or a .png")
            save_images(out, samples, text)
        else:
            save_png(out, draw(samples), text=text)
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from error
    return out


class _Started(NamedTuple):
    """Everything that a run needs, resolved."""

    prepared: Prepared
    plan: Plan
    budget: Budget
    habits: Habits
    screen: terminal.Screen


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
    device: str = "auto",
    precision: str = "auto",
    log_every: int = 20,
    checkpoint_every: float = 45.0,
    keep: int = 2,
    best: str | None = None,
    card: bool = True,
    quiet: bool = False,
    **flags: Any,
) -> _Started:
    """Check everything that was asked for and read the data, before anything is written."""
    screen = terminal.Screen(quiet)
    habits = _habits(log_every, checkpoint_every, keep, best, card)
    Plan.choose(device, precision)  # a device that is not here should not cost the reading of the data
    if out is not None:
        check_free(Path(out))
    source = RunFolder.open(init) if init else None
    with screen.reading() as report:
        prepared = prepare(
            recipe, data, seed=seed, batch=batch, ema=ema, size=size, crop=crop, flags=flags, report=report
        )
    if source is not None:
        load_weights(prepared.experiment.family, source.latest())
    plan = Plan.choose(device, precision, fine=prepared.spec.kind == "points")
    default = prepared.experiment.budget
    budget = choose_budget(default, steps=steps, images=images, epochs=epochs, minutes=minutes)
    return _Started(prepared, plan, budget, habits, screen)


def _run(folder: RunFolder, started: _Started, watchers: tuple[Watcher, ...], *, resumed: bool = False) -> Run:
    """Train in ``folder`` until the budget is used up, then draw the pictures."""
    prepared, plan, budget, habits, screen = started
    data: Dataset | None = prepared.data
    assert data is not None
    plan.apply()
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
        )
        if resumed:
            trainer.resume(folder.latest())
        recorder = Recorder(folder, data, prepared.seed)
        trainer.watchers = (recorder, bar, *watchers)
        try:
            with bar:
                trainer.train()
        except Interrupted:
            screen.interrupted(folder.path, trainer.done)
            raise
        finally:
            recorder.close()
        with screen.working("drawing"):
            title = f"{prepared.recipe.name} on {data.name}, {prepared.experiment.objective}"
            save_pictures(folder, title, dict(prepared.experiment.family.references))
    run = Run(folder)
    screen.conclude(run, _score(run, data, screen) if habits.card and not screen.quiet else "")
    return run


def _score(run: Run, data: Dataset, screen: terminal.Screen) -> str:
    """Return the samples' scores in one line, or why there are none: a finished run is never lost to it."""
    from saddlepoint.scoring import quick_card

    try:
        with screen.working("scoring the samples"):
            return quick_card(run, data).line()
    except UserError as error:
        return str(error)


def _habits(log_every: int, checkpoint_every: float, keep: int, best: str | None, card: bool) -> Habits:
    if log_every < 1:
        raise UserError(f"--log-every must be at least 1, got {log_every}")
    if not checkpoint_every >= 0:
        raise UserError(f"--checkpoint-every must be at least 0 seconds, got {checkpoint_every}")
    if keep < 1:
        raise UserError(f"--keep must be at least 1, got {keep}")
    return Habits(log_every, checkpoint_every, keep, best, card)
