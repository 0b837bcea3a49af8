"""Writing what a run makes: pictures and arrays, and where they come from."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.files import atomic_path
from saddlepoint.plots.png import save_png
from saddlepoint.runs.model import Model

if TYPE_CHECKING:
    from PIL import Image


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
    run: Model, *, seed: int, label: int | str | None = None, truncation: float = 1.0
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
