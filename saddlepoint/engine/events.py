"""TensorBoard events: a copy of the curves for those who like to look there."""

from typing import Any

from tensorboard.compat.proto.event_pb2 import Event  # pyright: ignore[reportAttributeAccessIssue]
from tensorboard.compat.proto.summary_pb2 import Summary  # pyright: ignore[reportAttributeAccessIssue]
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from saddlepoint.core.folder import RunFolder


class Events:
    """Writes rows of the curves as TensorBoard scalars; earlier rows of a resumed run are written again."""

    def __init__(self, folder: RunFolder):
        self.writer = EventFileWriter(str(folder.events))
        for row in folder.rows():
            self.add(row)

    def add(self, row: dict[str, Any]) -> None:
        """Write one row; wall time is the run's own clock."""
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in row.items()
            if name not in ("version", "step", "seconds") and isinstance(value, int | float)
        ]
        event = Event(wall_time=row["seconds"], step=row["step"], summary=Summary(value=values))
        self.writer.add_event(event)

    def close(self) -> None:
        """Write what is buffered and close the file."""
        self.writer.close()
