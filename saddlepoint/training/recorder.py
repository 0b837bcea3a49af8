"""What a run leaves behind for people to look at: grids over time, TensorBoard events, final pictures."""

import hashlib
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from saddlepoint.core.protocol import Family
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.data.batches import to_uint8
from saddlepoint.data.dataset import Dataset
from saddlepoint.engine.ema import Average
from saddlepoint.engine.loop import Trainer, Watcher
from saddlepoint.engine.sampling import draw_latents, sample
from saddlepoint.plots.png import save_png
from saddlepoint.plots.samples import POINTS, draw, truth
from saddlepoint.training.events import Events

SHOWN = 64  # images in a grid
LEAST_FILM = 200_000  # bytes that a film may take however small the weights are


class Recorder(Watcher):
    """Writes sample grids while training, from the same latents each time, and TensorBoard events."""

    def __init__(self, folder: RunFolder, data: Dataset, seed: int):
        self.folder = folder
        self.seed = seed
        self.data, self.classes = data.name, data.classes
        self.truth = truth(data)
        self.events = Events(folder)

    def ticked(self, trainer: Trainer, row: dict[str, Any]) -> None:
        """Copy the row to TensorBoard."""
        self.events.add(row)

    def scored(self, trainer: Trainer, figures: dict[str, Any]) -> None:
        """Copy the figures of a finished run to TensorBoard."""
        self.events.add({"step": trainer.done, "seconds": trainer.seconds, **figures})

    def snapshot(self, trainer: Trainer) -> None:
        """Write a grid of the averaged weights' samples."""
        n = SHOWN if self.truth is None else POINTS
        floats = sample(trainer.family, n, seed=self.seed, average=trainer.average)
        label = trainer.family.labels(draw_latents(trainer.family, n, seed=self.seed))
        title = f"{self.data}, step {trainer.done:,}"  # not the run's name: equal runs draw equal pictures
        picture = draw(to_uint8(floats, trainer.experiment.pixels), self.truth, title=title)
        text = {
            "run": self.folder.path.name,
            "step": str(trainer.done),
            "seed": str(self.seed),
            "weights": fingerprint(trainer.family, trainer.average),
        }
        if label is not None:
            text["classes"] = ", ".join(self.classes[index] for index in label.tolist())
        path = self.folder.sample_path(trainer.done)
        save_png(path, picture, text=text)
        self.events.add_grid(trainer.done, path)

    def close(self) -> None:
        """Write what is buffered."""
        self.events.close()


def save_pictures(folder: RunFolder, title: str, references: dict[str, float]) -> None:
    """Write the final grid, the animation over training time and the curves."""
    from saddlepoint.plots.animation import save_animation
    from saddlepoint.plots.curves.picture import save_curves

    paths = folder.samples()
    if paths:
        frames = [_read(path) for path in paths]
        labels = [f"step {folder.step_of(path):,}" for path in paths]
        weights = folder.latest().size("weights")
        save_animation(folder.animation, frames, labels=labels, most=max(LEAST_FILM, weights))
        text = {str(key): value for key, value in frames[-1].info.items() if isinstance(value, str)}
        save_png(folder.grid, frames[-1], text=text)
    rows = folder.rows()
    if rows:
        save_curves(folder.curves, rows, title=title, references=references)


def fingerprint(family: Family, average: Average | None) -> str:
    """Return 16 hexadecimal digits that identify the weights that sampling uses."""
    tensors: dict[str, Tensor] = dict(family.state_dict())
    if average is not None:
        tensors.update(average.tensors)
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def _read(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
        return picture
