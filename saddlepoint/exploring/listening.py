"""A page on which samples of a run can be heard, above real examples."""

import base64
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.files import write_text
from saddlepoint.data.subset import random_part
from saddlepoint.pages.render import data_uri, render
from saddlepoint.plots.drawing import Drawing
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import writing

REAL = 12  # examples beside the samples, at most


def save_listening(
    run: Model,
    out: Path,
    *,
    n: int = 12,
    seed: int = 0,
    label: int | str | None = None,
    truncation: float = 1.0,
) -> Path:
    """Write an HTML page with a picture and a player for each sample, which needs nothing from elsewhere.

    Held-out real examples stand below, where the run's data can still be read.

    Args:
        run: whose weights to sample.
        out: the page, ``.html``.
        n: how many samples.
        seed: as for :func:`save_samples`.
        label: as for :func:`save_samples`.
        truncation: as for :meth:`Model.sample`.

    Raises:
        UserError: samples of the run cannot be heard, or ``out`` cannot be written.
    """
    if not run.drawing.audible:
        raise UserError(f"--out {out} is a page to listen to, and {run.kind.many} cannot be heard; give a .png")
    samples = run.sample(n, seed=seed, label=label, truncation=truncation)
    classes = run.class_names(n, seed, label)
    names = [", ".join([f"sample {i}", *classes[i : i + 1]]) for i in range(n)]
    parts = [_part(f"Samples of seed {seed}", run.drawing, samples, names)]
    with suppress(UserError):  # the samples can be heard without them
        held_out = run.data().splits["test"]
        real, labels = held_out.take(random_part(len(held_out), min(n, REAL)))
        of = [] if labels is None else [run.config["data"]["classes"][one] for one in labels]
        names = [", ".join([f"real {run.kind.one} {i}", *of[i : i + 1]]) for i in range(len(real))]
        parts.append(_part(f"Real {run.kind.many} of the test split", run.drawing, real, names))
    page = render("listening.html", title=run.title, about="", parts=parts, legend=run.drawing.legend)
    with writing(out):
        write_text(out, page)
    return out


def _part(heading: str, drawing: Drawing, examples: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    players = [
        {
            "name": name,
            "picture": data_uri(drawing.small(one[None])),
            "sound": "data:audio/wav;base64," + base64.b64encode(drawing.sound(one)).decode(),
        }
        for name, one in zip(names, examples, strict=True)
    ]
    return {"heading": heading, "players": players}
