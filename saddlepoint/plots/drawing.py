"""What a kind of data looks like in pictures: its samples, walks between them, and files of single ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import Described
from saddlepoint.core.registry import Registry
from saddlepoint.data.dataset import Dataset


class Drawing:
    """How one kind is drawn; a kind overrides :meth:`samples`, and more where its pictures differ.

    Args:
        of: what an example is.

    Attributes:
        shown: samples in a picture of a run.
        over_real: whether samples are drawn over real examples, rather than speak for themselves.
        files: suffixes of files that hold many samples as people hear or read them; none where a
            picture is that.
        audible: whether an example can be heard, see :meth:`sound`.
    """

    shown: ClassVar[int] = 64
    over_real: ClassVar[bool] = False
    files: ClassVar[tuple[str, ...]] = ()
    audible: ClassVar[bool] = False

    def __init__(self, of: Described):
        self.of = of

    def behind(self, data: Dataset) -> Any:
        """Return what samples are drawn over; None where they stand alone."""
        return None

    def samples(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw samples (n, ...) as they lie in memory.

        Args:
            samples: what to draw.
            behind: as :meth:`behind` returns it, or None.
            title: one line, for a kind that does not speak for itself.
        """
        raise NotImplementedError

    @property
    def legend(self) -> str:
        """What the axes of an example's picture are, in a line; "" where they go without saying."""
        return ""

    def sound(self, example: np.ndarray) -> bytes:
        """Return one example as a WAV file, where such can be heard."""
        raise NotImplementedError

    def on_page(self) -> int:
        """Return how many samples a page shows of one run."""
        return self.shown

    def small(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw samples for a page beside those of other runs."""
        return self.samples(samples, behind, title=title)

    def walks(self, walks: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw walks (n, steps, ...) from sample to sample."""
        return self.samples(_flat(walks), behind, title=title)

    def frames(self, walks: np.ndarray, behind: Any = None, *, title: str = "") -> list[Image.Image]:
        """Draw walks (n, steps, ...) as a film: a picture a step, all of one size."""
        return [self.samples(step, behind, title=title) for step in np.moveaxis(walks, 1, 0)]

    def traversal(
        self, samples: np.ndarray, code: str, values: Sequence[str], behind: Any = None, *, title: str = ""
    ) -> Image.Image:
        """Draw what each value of a code does.

        Args:
            samples: (values, latents, ...).
            code: its name.
            values: of the code, in words.
            behind: as for :meth:`samples`.
            title: as for :meth:`samples`.
        """
        return self.samples(_flat(samples), behind, title=title)

    def save_each(
        self, folder: Path, samples: np.ndarray, text: dict[str, str], *, classes: Sequence[str] = ()
    ) -> None:
        """Write a file a sample into a new folder, which appears whole or not at all.

        Args:
            folder: a new or an empty one.
            samples: what to write.
            text: where they come from, for files that can hold it.
            classes: of each sample, where they have some.

        Raises:
            UserError: this kind has no files of its own, or the folder holds files.
        """
        raise UserError(f"{folder}: such samples have no files of their own; write them to a .npy or a .png")

    def save_all(self, out: Path, samples: np.ndarray) -> None:
        """Write all samples into one file, which ends in one of :attr:`files`."""
        raise NotImplementedError


drawings: Registry[type[Drawing]] = Registry("drawing of the kind", "saddlepoint.plots.drawings")


def drawing_of(of: Described) -> Drawing:
    """Return how examples of some data are drawn."""
    melodic = of.vocabulary is not None and of.vocabulary.notes
    return drawings.get("melodies" if melodic else of.kind)(of)


def _flat(samples: np.ndarray) -> np.ndarray:
    return samples.reshape(-1, *samples.shape[2:])
