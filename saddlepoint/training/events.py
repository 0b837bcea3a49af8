"""TensorBoard events: a copy of the curves and of the sample grids for those who like to look there."""

import io
from pathlib import Path
from typing import Any

from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event  # pyright: ignore[reportAttributeAccessIssue]
from tensorboard.compat.proto.summary_pb2 import Summary  # pyright: ignore[reportAttributeAccessIssue]
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from saddlepoint.core.run_folder import RunFolder

SIDE = 768  # pixels that a grid may have here; the file would outgrow the weights


class Events:
    """Writes curves as scalars and grids as images, all into one file of the run's folder.

    Those of before a resumed run's checkpoint are written again, in the order of their steps.

    Args:
        folder: the run's.
    """

    def __init__(self, folder: RunFolder):
        self.started = folder.read_config()["created"]
        self.seconds = 0.0
        self.writer = EventFileWriter(str(folder.path))
        rows = [(row["step"], 1, row) for row in folder.rows()]
        grids = [(folder.step_of(path), 0, path) for path in folder.samples()]
        for step, _, what in sorted([*rows, *grids], key=lambda one: one[:2]):
            if isinstance(what, Path):
                self.add_grid(step, what)
            else:
                self.add(what)

    def add(self, row: dict[str, Any]) -> None:
        """Write one row of the curves."""
        self.seconds = row["seconds"]
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in row.items()
            if name not in ("version", "step", "seconds", "samples") and isinstance(value, int | float)
        ]
        self._write(row["step"], values)

    def add_grid(self, step: int, path: Path) -> None:
        """Write the grid of samples after ``step``."""
        with Image.open(path) as picture:
            picture.thumbnail((SIDE, SIDE))
            content = io.BytesIO()
            picture.save(content, "PNG")
        image = Summary.Image(
            height=picture.height,
            width=picture.width,
            colorspace=len(picture.getbands()),
            encoded_image_string=content.getvalue(),
        )
        self._write(step, [Summary.Value(tag="samples", image=image)])

    def _write(self, step: int, values: list[Any]) -> None:
        """Write one event; its wall time is the start of the run and the time spent training."""
        event = Event(wall_time=self.started + self.seconds, step=step, summary=Summary(value=values))
        self.writer.add_event(event)

    def close(self) -> None:
        """Write what is buffered and close the file."""
        self.writer.close()
