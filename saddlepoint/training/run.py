"""A run on disk: load it, sample from it, score it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from saddlepoint.core.classes import find_class
from saddlepoint.core.errors import UserError
from saddlepoint.core.files import atomic_path
from saddlepoint.core.protocol import Family
from saddlepoint.core.run_folder import Checkpoint, RunFolder, newest_run
from saddlepoint.core.words import printable
from saddlepoint.data import load as load_data
from saddlepoint.data.batches import to_floats, to_uint8
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Report, silent
from saddlepoint.engine.latents import truncate
from saddlepoint.engine.sampling import BLOCK, draw_latents, evaluating, render, sample
from saddlepoint.engine.state import load_weights
from saddlepoint.engine.traversal import traverse
from saddlepoint.plots.collage import rows_named, titled
from saddlepoint.plots.grid import save_images
from saddlepoint.plots.png import save_png
from saddlepoint.plots.samples import draw, truth
from saddlepoint.runs.prepare import Prepared, rebuild

if TYPE_CHECKING:
    from PIL import Image

    from saddlepoint.evaluate import Card
    from saddlepoint.exploring.latents import Arithmetic, Neighbours
    from saddlepoint.scoring.probe import Probe


class Run:
    """A run on disk: its configuration, its curves, and samples from its weights."""

    def __init__(self, folder: RunFolder):
        self.folder = folder
        self.config = folder.read_config()
        self._prepared: Prepared | None = None
        self._origin: dict[str, Any] | None = None
        self._checkpoint: Checkpoint | None = None

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

    @property
    def family(self) -> Family:
        """The game with the newest weights (their average, where there is one)."""
        return self._load().experiment.family

    def sample(
        self, n: int = 64, seed: int = 0, label: int | str | None = None, truncation: float = 1.0
    ) -> np.ndarray:
        """Draw samples from the newest weights (their average, where there is one).

        Args:
            n: how many; sample i of a seed is the same whatever n is.
            seed: seed of the latents.
            label: class by name (text) or label (a whole number), for conditional recipes; see ``find_class``.
            truncation: ψ in [0, 1]. Latents z become ψ·z, which is nearer to their mean of 0: normal latents
                get the standard deviation ψ, uniform ones a box ψ times as wide. Samples become more typical
                and less varied; 1 is training's own distribution.

        Returns:
            uint8 (n, h, w, c) images, or float32 (n, d) points.

        Raises:
            UserError: the run has no checkpoint, or the recipe knows no classes.
        """
        if truncation != 1:
            return self.render(self.latents(n, seed, label, truncation))
        condition = self._condition(n, label)
        return to_uint8(sample(self.family, n, seed=seed, condition=condition), self._load().experiment.pixels)

    def latents(
        self, n: int = 64, seed: int = 0, label: int | str | None = None, truncation: float = 1.0
    ) -> Any:
        """Draw the latents of :meth:`sample`: a pytree of tensors with first axis n; arguments as there."""
        if not 0 <= truncation <= 1:
            raise UserError(f"--truncation must be from 0 (the mean) to 1 (as in training), got {truncation}")
        condition = self._condition(n, label)
        return truncate(draw_latents(self.family, n, seed=seed, condition=condition), truncation)

    def render(self, latents: Any) -> np.ndarray:
        """Turn latents, a pytree as :meth:`latents` returns it, into samples as :meth:`sample` does."""
        return to_uint8(render(self.family, latents), self._load().experiment.pixels)

    def interpolate(self, n: int = 8, **settings: Any) -> np.ndarray:
        """Walk between pairs of samples; settings and result as for ``exploring.interpolate``."""
        from saddlepoint.exploring.latents import interpolate

        return interpolate(self, n, **settings)

    def arithmetic(self, expression: str, **settings: Any) -> "Arithmetic":
        """Add and subtract averaged latents; as ``saddlepoint.exploring.latents.arithmetic``."""
        from saddlepoint.exploring.latents import arithmetic

        return arithmetic(self, expression, **settings)

    def neighbours(self, n: int = 8, **settings: Any) -> "Neighbours":
        """Find the training images nearest to samples; as ``saddlepoint.exploring.latents.neighbours``."""
        from saddlepoint.exploring.latents import neighbours

        return neighbours(self, n, **settings)

    def traverse(self, columns: int = 10, seed: int = 0) -> dict[str, np.ndarray]:
        """Draw samples that differ in one code alone, for every code of the recipe.

        Args:
            columns: different latents, 1 to 64: those of the first samples of ``seed``.
            seed: seed of the latents.

        Returns:
            By code uint8 (values, columns, h, w, c) images, or float32 (values, columns, d) points.

        Raises:
            UserError: the recipe has no codes.
        """
        prepared = self._load()
        family = prepared.experiment.family
        if not family.codes:
            raise UserError(f"recipe {prepared.recipe.name!r} has no codes to traverse; infogan has some")
        if not 1 <= columns <= BLOCK:
            raise UserError(f"a traversal shows 1 to {BLOCK} latents, not {columns}")
        found = {}
        for code in family.codes:
            floats = traverse(family, code, columns, seed=seed)
            flat = to_uint8(floats.flatten(0, 1), prepared.experiment.pixels)
            found[code.name] = flat.reshape(len(code.values), columns, *flat.shape[1:])
        return found

    def recognise(self, images: np.ndarray) -> np.ndarray | None:
        """Return (n,) int64, the first discrete code that the recipe's networks read off data, or None.

        Args:
            images: uint8 (n, h, w, c), or float32 (n, d) points.
        """
        prepared = self._load()
        codes = []
        with torch.no_grad(), evaluating(prepared.experiment.family, None):
            for start in range(0, len(images), BLOCK):
                block = torch.from_numpy(np.ascontiguousarray(images[start : start + BLOCK]))
                code = prepared.experiment.family.recognise(to_floats(block, prepared.experiment.pixels))
                if code is None:
                    return None
                codes.append(code.cpu().numpy())
        return np.concatenate(codes)

    def class_names(self, n: int = 64, seed: int = 0, label: int | str | None = None) -> list[str]:
        """Return the class of each sample that :meth:`sample` draws with these; empty where none are told."""
        prepared = self._load()
        drawn = prepared.experiment.family.labels(self.latents(n, seed, label))
        return [] if drawn is None else [prepared.spec.classes[index] for index in drawn.tolist()]

    @property
    def conditional(self) -> bool:
        """Whether samples of one class can be asked for."""
        return self._load().experiment.family.conditional

    def data(self, report: Report = silent, *, cure: str = "") -> Dataset:
        """Read the data that the run was trained on, at its size.

        Args:
            report: told of slow reading.
            cure: the command that helps where they have moved, by default the one that the run remembers.

        Raises:
            UserError: they cannot be read, or are no longer the same.
        """
        stored = self.config["data"]
        source = Path(stored["source"])
        if source.is_absolute() and not source.exists():
            raise UserError(
                f"the data of {self.path} are no longer at {source}; if they have moved: "
                f"{cure or f'saddle resume {self.path} --data PATH'}"
            )
        side = stored["shape"][0] if stored["kind"] == "images" else None
        later = {
            "background": stored.get("background", "white"),
            "labels": stored.get("labels"),
        }  # not kept at first
        data = load_data(stored["source"], size=side, crop=stored["crop"], **later, report=report)
        if data.fingerprint != stored["fingerprint"]:
            raise UserError(
                f"the data at {stored['source']} have changed since {self.path} was started; "
                f"start a new run from its weights with: saddle train --init {self.path}"
            )
        return data

    def picture(self, samples: np.ndarray, **layout: Any) -> "Image.Image":
        """Draw samples of this run: a grid, or points over real ones where its data can be read.

        Args:
            samples: as :meth:`sample` returns them.
            **layout: as for ``saddlepoint.plots.samples.draw``.
        """
        over = None
        if samples.ndim == 2:
            with suppress(UserError):  # the samples can be seen without them
                over = truth(self.data())
        return draw(samples, over, title=f"{self.path.name}, step {self.step:,}", **layout)

    def evaluate(self, **settings: Any) -> "Card":
        """Score the run's samples; settings and result as for :func:`saddlepoint.score`."""
        from saddlepoint.scoring.scoring import score

        return score(self, **settings)

    def layers(self, seed: int = 0) -> "Image.Image":
        """Draw what every layer has learned into the run's folder; as ``exploring.layers.draw_layers``."""
        from saddlepoint.exploring.layers import draw_layers

        return draw_layers(self, seed=seed)

    def probe(self, **settings: Any) -> "Probe":
        """Read classes from the critic's layers; see :func:`saddlepoint.scoring.probe.probe_run`."""
        from saddlepoint.scoring.probe import probe_run

        return probe_run(self, **settings)

    @property
    def origin(self) -> dict[str, Any]:
        """Where this object's weights are from: ``run``, ``step`` and ``weights``, their hash.

        They are those of the newest checkpoint when they were first asked for, whatever is trained since.
        """
        if self._origin is None:
            checkpoint = self.folder.latest()
            self._checkpoint = checkpoint
            self._origin = {
                "run": printable(self.path.name),
                "step": checkpoint.step,
                "weights": checkpoint.weights_hash,
            }
        return self._origin

    def prepared(self) -> Prepared:
        """Return the experiment with the weights of :attr:`origin` (and their average), built anew."""
        prepared = rebuild(self.config)
        assert self.origin
        checkpoint = self._checkpoint
        assert checkpoint is not None
        load_weights(prepared.experiment.family, checkpoint)
        load_weights(prepared.experiment.family, checkpoint, "ema")
        return prepared

    def _load(self) -> Prepared:
        """Build the family with the newest weights, once."""
        if self._prepared is None:
            self._prepared = self.prepared()
        return self._prepared

    def _condition(self, n: int, label: int | str | None) -> torch.Tensor | None:
        """Return ``label`` as n classes; raises UserError for a bad ``n`` too."""
        if n < 1:
            raise UserError(f"-n must be at least 1, got {n}")
        if label is None:
            return None
        return torch.full((n,), self._label(label))

    def _label(self, asked: int | str) -> int:
        prepared = self._load()
        if not prepared.experiment.family.conditional:
            raise UserError(
                f"recipe {prepared.recipe.name!r} cannot be asked for a class: it is not conditional"
            )
        return find_class(asked, prepared.spec.classes, prepared.spec.unseen)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"


_FILES = (".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".npz", ".pt", ".zip", ".html", ".csv")


def load(path: str | Path | None = None) -> Run:
    """Return the run at ``path``, by default the newest one; raises UserError where there is none."""
    return Run(RunFolder.open(path) if path else newest_run())


def save_traversals(run: Run, out: Path, *, columns: int = 10, seed: int = 0) -> list[Path]:
    """Write a grid for every code of the recipe into the folder ``out``, a row a value; return the files.

    Raises:
        UserError: the recipe has no codes, makes no images, or the folder cannot be written.
    """
    if out.suffix:
        raise UserError(f"--traverse writes one grid a code; give a folder as --out, not {out}")
    found = run.traverse(columns, seed)
    values = {
        code.name: [f"{value:.3g}".replace("-", "−") for value in code.values] for code in run.family.codes
    }
    for code in run.family.codes:
        if run.conditional and code.name == "class":
            values[code.name] = [run.config["data"]["classes"][int(label)] for label in code.values]
    text = provenance(run, seed=seed)
    paths = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, samples in found.items():
            paths.append(out / f"{name}.png")
            flat = samples.reshape(-1, *samples.shape[2:])
            picture = run.picture(flat, columns=columns)
            if flat.ndim == 4:
                title = f"{name}: a row for each of its values, a column for each latent"
                picture = titled(title, rows_named(picture, values[name]))
            save_png(paths[-1], picture, text={**text, "code": name})
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from error
    return paths


def save_samples(
    run: Run, out: Path, *, n: int = 64, seed: int = 0, label: int | str | None = None, truncation: float = 1.0
) -> Path:
    """Draw samples and write them; return where.

    Args:
        run: whose weights to sample.
        out: ``.png`` for one grid, ``.npy`` for an array as :meth:`Run.sample` returns it, otherwise a folder
            that gets one PNG an image, whose name ends in its class where it was drawn for one.
        n: how many.
        seed: seed of the latents.
        label: class by name (text) or label (a whole number), for conditional recipes; see ``find_class``.
        truncation: as for :meth:`Run.sample`.

    Raises:
        UserError: the folder exists and is not empty, or ``out`` cannot be written.
    """
    is_folder = out.suffix.lower() not in (".png", ".npy")
    if out.suffix.lower() in _FILES:
        raise UserError(f"--out must be FILE.png, FILE.npy or a folder, got {out}")
    if is_folder and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} exists and is not an empty folder; name a new folder, a .png or a .npy")
    samples = run.sample(n, seed=seed, label=label, truncation=truncation)
    classes = run.class_names(n, seed, label)
    text = provenance(run, seed=seed, label=label, truncation=truncation)
    if not is_folder:
        if classes and label is None:
            text["classes"] = ", ".join(classes)
        return save_picture(out, samples, lambda: run.picture(samples), text)
    if samples.ndim != 4:
        raise UserError("points are no images; write them to a .npy or a .png")
    with writing(out):
        save_images(out, samples, text, classes=classes)
    return out


def save_picture(
    out: Path, array: np.ndarray, picture: Callable[[], "Image.Image"], text: dict[str, str]
) -> Path:
    """Write ``array`` to a ``.npy``, or the picture with ``text`` in its chunks to a ``.png``; return where.

    Raises:
        UserError: ``out`` cannot be written.
    """
    with writing(out):
        if out.suffix.lower() == ".npy":
            with atomic_path(out) as temporary, open(temporary, "wb") as file:
                np.save(file, array)
        else:
            save_png(out, picture(), text=text)
    return out


def picture_path(out: Path, films: Sequence[str] = ()) -> Path:
    """Return ``out``; raises UserError where neither :func:`save_picture` nor one of ``films`` can write it."""
    if out.suffix.lower() not in (".png", ".npy"):
        raise UserError(f"--out {out} must end in {', '.join(('.png', *films))} or .npy")
    return out


def provenance(
    run: Run, *, seed: int, label: int | str | None = None, truncation: float = 1.0
) -> dict[str, str]:
    """Return what a picture's text chunks say of where it comes from."""
    text = {name: str(value) for name, value in run.origin.items()} | {"seed": str(seed)}
    if label is not None:
        text["class"] = run.class_names(1, seed, label)[0]
    if truncation != 1:
        text["truncation"] = str(truncation)
    return text


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Make the parent folder of ``out``; raises UserError where the block cannot write to it."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from error
