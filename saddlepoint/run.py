"""A run on disk: load it, sample from it, score it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from saddlepoint.core.errors import UserError, nearest
from saddlepoint.core.files import atomic_path
from saddlepoint.core.folder import RunFolder, newest_run
from saddlepoint.data import load as load_data
from saddlepoint.data.batches import to_floats, to_uint8
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Report, silent
from saddlepoint.engine.sampling import BLOCK, evaluating, sample
from saddlepoint.engine.state import load_weights
from saddlepoint.engine.traversal import traverse
from saddlepoint.plots.grid import save_images
from saddlepoint.plots.png import save_png
from saddlepoint.preparation import Prepared, rebuild
from saddlepoint.recording import draw

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

    @property
    def conditional(self) -> bool:
        """Whether samples of one class can be asked for."""
        return self._load().experiment.family.conditional

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


def save_traversals(run: Run, out: Path, *, columns: int = 10, seed: int = 0) -> list[Path]:
    """Write a grid for every code of the recipe into the folder ``out``, a row a value; return the files.

    Raises:
        UserError: the recipe has no codes, makes no images, or the folder cannot be written.
    """
    if out.suffix:
        raise UserError(f"--traverse writes one grid a code; give a folder as --out, not {out}")
    found = run.traverse(columns, seed)
    text = {"run": run.path.name, "seed": str(seed), "weights": run.folder.latest().weights_hash}
    paths = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, samples in found.items():
            paths.append(out / f"{name}.png")
            flat = samples.reshape(-1, *samples.shape[2:])
            save_png(paths[-1], draw(flat, columns=columns), text={**text, "code": name})
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from error
    return paths


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
