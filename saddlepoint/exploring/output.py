"""Samples of a run, and traversals of its codes, written to files; and what other pictures of a run share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.plots.png import save_png
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import provenance, save_picture, writing

WORD_TILE = 80  # pixels, about, of one image in a picture with words
_FILES = (
    ".wav",
    ".mid",
    ".txt",
    ".jpg",
    ".jpeg",
    ".gif",
    ".webp",
    ".bmp",
    ".tif",
    ".tiff",
    ".npz",
    ".pt",
    ".zip",
    ".html",
    ".csv",
)


def save_samples(
    run: Model,
    out: Path,
    *,
    n: int = 64,
    seed: int = 0,
    label: int | str | None = None,
    truncation: float = 1.0,
    file: bool = False,
) -> Path:
    """Draw samples and write them; return where.

    Args:
        run: whose weights to sample.
        out: ``.png`` for one picture, ``.npy`` for an array as :meth:`Model.sample` returns it, ``.wav`` for
            all sounds one after the other, ``.txt`` for a sequence a line, ``.mid`` or ``.wav`` for all
            melodies, otherwise a folder that gets a file
            a sample, whose name ends in its class where it was drawn for one.
        n: how many.
        seed: seed of the latents.
        label: class by name (text) or label (a whole number), for conditional recipes; see ``find_class``.
        truncation: as for :meth:`Model.sample`.
        file: also write the same samples beside a picture, as people hear or read them.

    Raises:
        UserError: the folder exists and is not empty, or ``out`` cannot be written.
    """
    files = (".png", ".npy", *run.drawing.files)
    suffix = out.suffix.lower()
    is_folder = suffix not in files
    if suffix in _FILES and is_folder:
        raise UserError(f"--out must be {', '.join(f'FILE{one}' for one in files)} or a folder, got {out}")
    if is_folder and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} exists and is not an empty folder; name a new folder, a {' or a '.join(files)}")
    samples = run.sample(n, seed=seed, label=label, truncation=truncation)
    classes = run.class_names(n, seed, label)
    text = provenance(run, seed=seed, label=label, truncation=truncation)
    if suffix in run.drawing.files:
        with writing(out):
            run.drawing.save_all(out, samples)
        return out
    if file:
        with writing(out):
            for one in run.drawing.files:
                run.drawing.save_all(out.with_suffix(one), samples)
    if not is_folder:
        if classes and label is None:
            text["classes"] = ", ".join(classes)
        return save_picture(out, samples, lambda: run.picture(samples), text)
    if run.kind.suffix is None:
        raise UserError(f"{run.kind.many} have no files of their own; write them to a .npy or a .png")
    with writing(out):
        run.drawing.save_each(out, samples, text, classes=classes)
    return out


def save_traversals(run: Model, out: Path, *, columns: int = 10, seed: int = 0) -> list[Path]:
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
            picture = run.drawing.traversal(samples, name, values[name], run.behind(), title=run.title)
            save_png(paths[-1], picture, text={**text, "code": name})
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from error
    return paths


def needs_kind(run: Model, what: str, served: Sequence[str]) -> None:
    """Raise UserError where a run's kind of data is not ``served``; ``what`` is the flag that asks for it."""
    if run.kind.name not in served:
        kinds = " or ".join(served)
        raise UserError(f"--{what} needs a run on {kinds}, and {run.path} was trained on {run.kind.name}")


def drawn_with(settings: dict[str, Any]) -> dict[str, Any]:
    """Return those of ``settings`` that :func:`provenance` tells of."""
    return {name: settings[name] for name in ("label", "truncation") if name in settings}


def word_scale(images: np.ndarray) -> int:
    """Return the factor by which (..., h, w, c) images are enlarged in a picture with words."""
    return max(1, round(WORD_TILE / images.shape[-3]))
