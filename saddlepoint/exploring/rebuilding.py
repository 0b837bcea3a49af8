"""Test images beside what a run's own code keeps of them."""

from pathlib import Path

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.words import brief
from saddlepoint.data.subset import random_part
from saddlepoint.exploring.output import needs_kind
from saddlepoint.plots.neighbours import Block, Strip, neighbours_image
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import picture_path, provenance, save_picture

KINDS = ("images",)  # whose likeness can be told by eye
IMAGES = 8


def save_reconstructions(run: Model, out: Path, n: int = IMAGES, *, seed: int = 0) -> Path:
    """Write test images over their reconstructions to ``out``, with the distance of each in pixels; return it.

    Args:
        run: whose newest weights to use.
        out: ``.png``, or ``.npy`` (n, 2, ...), the test image first.
        n: images, drawn at random from the test split.
        seed: seed of that.

    Raises:
        UserError: the run is not one of images, its recipe has no code, or there are fewer test images.
    """
    out = picture_path(out)
    needs_kind(run, "reconstructions", KINDS)
    data = run.data()
    test = data.splits.get("test", data.train)
    if not 1 <= n <= len(test):
        raise UserError(f"-n must be from 1 to the {len(test)} test images, got {n}")
    rows = random_part(len(test), n, seed)
    images, _ = test.take(rows)
    rebuilt = run.reconstruct(images)
    distance = np.sqrt(((images.astype(float) - rebuilt) ** 2).reshape(n, -1).sum(axis=1)) / 255
    strips = [Strip("test image", images), Strip("rebuilt", rebuilt, [brief(d) for d in distance])]
    heading = f"{run.path.name}: test images and their reconstructions, with distances in pixels"
    text = provenance(run, seed=seed) | {"test images": ", ".join(map(str, rows))}
    array = np.stack([images, rebuilt], 1)
    return save_picture(out, array, lambda: neighbours_image([Block(heading, strips)]), text)
