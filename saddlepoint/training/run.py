"""What one does with a run: score it, probe it, walk through its latents."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saddlepoint.runs.model import Model

if TYPE_CHECKING:
    from PIL import Image

    from saddlepoint.evaluate import Card
    from saddlepoint.exploring.concepts import Arithmetic
    from saddlepoint.exploring.inverting import Inversion
    from saddlepoint.exploring.nearest import Neighbours
    from saddlepoint.scoring.probe import Probe


class Run(Model):
    """A run on disk: its configuration, its curves, samples from its weights, and what can be asked of them."""

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

    def levels(self, n: int = 8, **settings: Any) -> dict[str, np.ndarray]:
        """Draw the images through which samples come to be; as ``saddlepoint.exploring.levels``."""
        from saddlepoint.exploring.coarse_to_fine import levels

        return levels(self, n, **settings)

    def interpolate(self, n: int = 8, **settings: Any) -> np.ndarray:
        """Walk between pairs of samples; settings and result as for ``exploring.interpolate``."""
        from saddlepoint.exploring.walks import interpolate

        return interpolate(self, n, **settings)

    def arithmetic(self, expression: str, **settings: Any) -> "Arithmetic":
        """Add and subtract averaged latents; as ``saddlepoint.exploring.arithmetic``."""
        from saddlepoint.exploring.concepts import arithmetic

        return arithmetic(self, expression, **settings)

    def invert(self, images: np.ndarray, **settings: Any) -> "Inversion":
        """Look for the latents whose samples are nearest to images; as ``saddlepoint.exploring.invert``."""
        from saddlepoint.exploring.inverting import invert

        return invert(self, images, **settings)

    def neighbours(self, n: int = 8, **settings: Any) -> "Neighbours":
        """Find the training images nearest to samples; as ``saddlepoint.exploring.neighbours``."""
        from saddlepoint.exploring.nearest import neighbours

        return neighbours(self, n, **settings)


def load(path: str | Path | None = None) -> Run:
    """Return the run at ``path``, by default the newest one; raises UserError where there is none."""
    return Run.open(path)
