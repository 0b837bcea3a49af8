"""The density that a run has learned of points in the plane, beside the true one."""

from pathlib import Path

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.data.mixture import Mixture
from saddlepoint.plots.density import CELLS, densities_image
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import picture_path, provenance, save_picture

MARGIN = 0.25  # of the data's reach, around them


def save_density(run: Model, out: Path, *, seed: int = 0) -> Path:
    """Write the density that a run gives to the plane around its data to ``out``, beside the truth; return it.

    Args:
        run: whose newest weights to use.
        out: ``.png``, or ``.npy`` (n, 3) of points and ln p in nats.
        seed: of what an estimate of the normaliser draws.

    Raises:
        UserError: the data are no points in the plane, or the recipe's game has no density.
    """
    out = picture_path(out)
    data = run.data()
    if data.kind != "points" or data.shape != (2,):
        raise UserError(f"--density draws points in the plane, and {data.name!r} holds {data.kind}")
    low, high = data.train.array.min(axis=0), data.train.array.max(axis=0)
    centre, half = (low + high) / 2, (0.5 + MARGIN) * float((high - low).max())
    x, y = ((float(c - half), float(c + half)) for c in centre)

    def learned(points: np.ndarray) -> np.ndarray:
        found = run.log_density(points, seed)
        if found is None:
            raise UserError(
                f"recipe {run.config['recipe']!r} cannot say how likely points are; nce and vae can"
            )
        return found[0]

    panels = {"learned": learned}
    if isinstance(data.truth, Mixture):
        panels["true"] = data.truth.log_density
    grid = np.stack(np.meshgrid(np.linspace(*x, CELLS), np.linspace(*y, CELLS)), axis=-1).reshape(-1, 2)
    grid = grid.astype(np.float32)
    title = f"{run.path.name}, step {run.step:,}: ln p of points in the plane"
    array = np.column_stack([grid, learned(grid)])
    return save_picture(
        out,
        array,
        lambda: densities_image(panels, x, y, title=title),
        provenance(run, seed=seed),
    )
