"""Starting the measured processes and talking to them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[1]


class Failed(Exception):  # noqa: N818 - what people read is the sentence
    """A measured process ended without an answer; its own complaint is on the terminal."""


class Worker:
    """A process of :mod:`benchmarks.worker`, between its start and its end.

    Args:
        side: "saddlepoint" or "tutorial".
        settings: arguments of that side.
        scratch: folder for the cache.

    Attributes:
        about: what it trains: parameters, batch, device, precision, threads.
        memory: its peak memory in bytes, once it has ended.
    """

    def __init__(self, side: str, settings: dict[str, Any], scratch: Path):
        command = [sys.executable, "-m", "benchmarks.worker", side, json.dumps(settings)]
        self.side = side
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(scratch),
        )
        self.memory: dict[str, int] = {}
        self.about = self._answer()

    def window(self, seconds: float, steps: int = 1) -> dict[str, Any]:
        """Train for at least ``seconds`` and ``steps``; return images, steps and seconds."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seconds} {steps}\n")
        self.process.stdin.flush()
        return self._answer()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if kind is None:
            self.process.stdin.close()
            self.memory = self._answer()
        else:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if not self.process.stdin.closed:
            self.process.stdin.close()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"the {self.side} side ended with {self.process.wait()}")
        return json.loads(line)


def environment(scratch: Path) -> dict[str, str]:
    """Return the environment of a measured process: its own cache, and nothing that Saddlepoint set here."""
    variables = dict(os.environ)
    variables.pop("GOMP_SPINCOUNT", None)  # set by importing saddlepoint; each side chooses for itself
    path = os.pathsep.join([str(ROOT), *filter(None, [variables.get("PYTHONPATH")])])
    return variables | {"SADDLE_CACHE": str(scratch / "cache"), "PYTHONPATH": path}
