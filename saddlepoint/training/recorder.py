"""What a run leaves behind for people to look at: grids over time, TensorBoard events, final pictures."""

import io
import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from saddlepoint.core.hashing import tensors_hash
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.data.dataset import Dataset
from saddlepoint.engine.loop import Trainer, Watcher
from saddlepoint.plots.drawing import drawing_of
from saddlepoint.plots.png import save_png
from saddlepoint.runs.normal import Normal
from saddlepoint.sampling.samples import draw_latents

if TYPE_CHECKING:
    from tensorboard.summary.writer.record_writer import RecordWriter

SIDE = 768  # pixels that a grid may have in TensorBoard; the file would outgrow the weights
LEAST_FILM = 200_000  # bytes that a film may take however small the weights are


class Recorder(Watcher):
    """Writes sample grids while training, from the same latents each time, and TensorBoard events."""

    def __init__(self, folder: RunFolder, data: Dataset, seed: int):
        self.folder = folder
        self.seed = seed
        self.data, self.classes = data.name, data.classes
        self.drawing = drawing_of(data)
        self.behind = self.drawing.behind(data)
        self.events = Events(folder)

    def ticked(self, trainer: Trainer, row: dict[str, Any]) -> None:
        """Copy the row to TensorBoard."""
        self.events.add(row)

    def scored(self, trainer: Trainer, figures: dict[str, Any]) -> None:
        """Copy the figures of a finished run to TensorBoard."""
        self.events.add({"step": trainer.done, "seconds": trainer.seconds, **figures})

    def snapshot(self, trainer: Trainer) -> None:
        """Write a grid of the averaged weights' samples, where the game makes any."""
        if not trainer.family.samples:
            return
        n = self.drawing.shown
        label = trainer.family.labels(draw_latents(trainer.family, n, seed=self.seed))
        title = f"{self.data}, step {trainer.done:,}"  # not the run's name: equal runs draw equal pictures
        picture = self.drawing.samples(trainer.sample(n, seed=self.seed), self.behind, title=title)
        averaged = trainer.average.tensors if trainer.average else {}
        text = {
            "run": self.folder.path.name,
            "step": str(trainer.done),
            "seed": str(self.seed),
            "weights": tensors_hash(dict(trainer.family.state_dict()) | averaged),
        }
        if label is not None:
            text["classes"] = ", ".join(self.classes[index] for index in label.tolist())
        path = self.folder.sample_path(trainer.done)
        save_png(path, picture, text=text)
        self.events.add_grid(trainer.done, path)

    def close(self) -> None:
        """End the events."""
        self.events.close()


class Events:
    """TensorBoard events: curves as scalars and grids as images, all into one file of the run's folder.

    They are a copy, for those who like to look there; nothing is written where TensorBoard is not installed.
    Those of before a resumed run's checkpoint are written again, in the order of their steps.

    Args:
        folder: the run's.
    """

    def __init__(self, folder: RunFolder):
        self.writer = _writer(folder.path)
        if self.writer is None:
            return
        self.started = folder.read_config()["created"]
        self.seconds = 0.0
        self._record(0, file_version="brain.Event:2")
        rows = [(row["step"], 1, row) for row in folder.rows()]
        grids = [(folder.step_of(path), 0, path) for path in folder.samples()]
        for step, _, what in sorted([*rows, *grids], key=lambda one: one[:2]):
            if isinstance(what, Path):
                self.add_grid(step, what)
            else:
                self.add(what)

    def add(self, row: dict[str, Any]) -> None:
        """Write one row of the curves."""
        if self.writer is None:
            return
        self.seconds = row["seconds"]
        values = [
            {"tag": name, "simple_value": value}
            for name, value in row.items()
            if name not in ("version", "step", "seconds", "samples") and isinstance(value, int | float)
        ]
        self._write(row["step"], values)

    def add_grid(self, step: int, path: Path) -> None:
        """Write the grid of samples after ``step``."""
        if self.writer is None:
            return
        with Image.open(path) as picture:
            picture.thumbnail((SIDE, SIDE))
            content = io.BytesIO()
            picture.save(content, "PNG")
        image = {
            "height": picture.height,
            "width": picture.width,
            "colorspace": len(picture.getbands()),
            "encoded_image_string": content.getvalue(),
        }
        self._write(step, [{"tag": "samples", "image": image}])

    def _write(self, step: int, values: list[dict[str, Any]]) -> None:
        self._record(step, summary={"value": values})

    def _record(self, step: int, **content: Any) -> None:
        """Write one event at once; its wall time is the start of the run and the time spent training.

        Raises:
            OSError: it cannot be written, for example as the disk is full.
        """
        from tensorboard.compat.proto.event_pb2 import Event  # pyright: ignore[reportAttributeAccessIssue]

        assert self.writer is not None
        event = Event(wall_time=self.started + self.seconds, step=step, **content)
        self.writer.write(event.SerializeToString())

    def close(self) -> None:
        """Close the file."""
        if self.writer is not None:
            self.writer.close()


def _writer(path: Path) -> "RecordWriter | None":
    """Return what writes events into the folder ``path``, None where TensorBoard is not installed.

    TensorBoard's own writer has a thread, which would tell nobody but the terminal of a disk that is full.
    """
    try:
        from tensorboard.summary.writer.record_writer import RecordWriter
    except ImportError:
        return None
    name = f"events.out.tfevents.{int(time.time())}.{platform.node()}.{os.getpid()}"
    return RecordWriter(open(path / name, "ab", buffering=0))


def save_pictures(
    folder: RunFolder,
    title: str,
    references: dict[str, float],
    examples: str,
    usual: Normal | None = None,
    report: Progressing = silent,
) -> None:
    """Write the final grid, the animation over training time, and the curves over ``examples`` shown.

    The curves of healthy runs, ``usual``, are drawn behind them where there are any.
    """
    from saddlepoint.plots.animation import save_animation
    from saddlepoint.plots.curves.picture import save_curves

    paths = folder.samples()
    if paths:
        frames = [_read(path) for path in paths]
        labels = [f"step {folder.step_of(path):,}" for path in paths]
        weights = folder.latest().size("weights")
        save_animation(folder.animation, frames, labels=labels, most=max(LEAST_FILM, weights), report=report)
        text = {str(key): value for key, value in frames[-1].info.items() if isinstance(value, str)}
        save_png(folder.grid, frames[-1], text=text)
    rows = folder.rows()
    if rows:
        report("drawing the curves", 0, 0)
        behind: dict[str, Any] = {"bands": usual.beside(rows), "usual": str(usual)} if usual else {}
        save_curves(folder.curves, rows, title=title, references=references, examples=examples, **behind)


def _read(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
        return picture
