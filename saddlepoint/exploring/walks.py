"""Walks between samples."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.exploring.output import drawn_with
from saddlepoint.plots.animation import FILMS, save_loop
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import picture_path, provenance, save_picture, writing
from saddlepoint.sampling.latents import bounded, take, walk

WALKS, STEPS = 8, 10
FRAMES = 30  # of a film, one way


def interpolate(
    run: Model,
    n: int = WALKS,
    *,
    steps: int = STEPS,
    seed: int = 0,
    label: int | str | None = None,
    truncation: float = 1.0,
    part: str | None = None,
) -> np.ndarray:
    """Walk through the latents of samples 0, 1, ..., n of a seed, each walk beginning where the last one ended.

    Uniform latents are joined by straight lines, which stay within their box. Normal latents are joined along
    circles around 0: nearly all of them lie near a sphere of radius √d, and the middle of a straight line is
    far inside of it, where the generator was never trained. Labels and one-hot codes are kept through a walk.

    Args:
        run: whose weights to use.
        n: number of walks.
        steps: images a walk, both ends included, at least 2.
        seed: seed of the latents.
        label: class by name or label, for conditional recipes.
        truncation: as for :meth:`Model.sample`.
        part: of the latent, by name, that moves alone; the rest stays as it is where the walk begins.

    Returns:
        uint8 (n, steps, h, w, c) images, or float32 (n, steps, d) points.

    Raises:
        UserError: n or steps are too small, the latent has no such part, or as for :meth:`Model.sample`.
    """
    if n < 1:
        raise UserError(f"-n must be at least 1, got {n}")
    if steps < 2:
        raise UserError(f"a walk has at least 2 steps, got {steps}")
    ends = run.latents(n + 1, seed, label, truncation)
    walks = walk(take(ends, slice(0, n)), take(ends, slice(1, n + 1)), steps, bounded(run.family))
    if part is not None:
        _check_part(run, ends, part)
        walks = {**take(ends, torch.arange(n).repeat_interleave(steps)), part: walks[part]}
    samples = run.render(walks)
    return samples.reshape(n, steps, *samples.shape[1:])


def _check_part(run: Model, latents: Any, part: str) -> None:
    """Raise UserError where latents have no part of that name."""
    names = list(latents) if isinstance(latents, dict) else []
    if part not in names:
        recipe = run.config["recipe"]
        has = f"it has {' and '.join(names)}" if names else "it is one piece"
        raise UserError(f"the latent of recipe {recipe!r} has no part {part!r}; {has}")


def save_walks(
    run: Model, out: Path, n: int = WALKS, *, steps: int | None = None, seed: int = 0, **settings: Any
) -> Path:
    """Write :func:`interpolate` to ``out``; return where.

    Args:
        run: whose weights to use.
        out: ``.png`` with a walk a row; ``.gif`` or ``.webp``, a film in which all walks go there and back for
            ever, side by side; or ``.npy``.
        n: number of walks.
        steps: images a walk (10; of a film 30).
        seed: seed of the latents.
        **settings: as for :func:`interpolate`.

    Raises:
        UserError: as :func:`interpolate`, or ``out`` cannot be written.
    """
    film = out.suffix.lower() in FILMS
    out = out if film else picture_path(out, FILMS)
    walks = interpolate(run, n, steps=steps or (FRAMES if film else STEPS), seed=seed, **settings)
    text = provenance(run, seed=seed, **drawn_with(settings)) | {
        "walks": f"samples 0 to {n}, one row from each"
    }
    if settings.get("part") is not None:
        text["part"] = settings["part"]
    if film:
        with writing(out):
            save_loop(out, run.drawing.frames(walks, run.behind(), title=run.title), text=text)
        return out
    return save_picture(out, walks, lambda: run.drawing.walks(walks, run.behind(), title=run.title), text)
