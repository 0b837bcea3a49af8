"""What is shown while something takes time: a bar on a terminal, a line every few seconds elsewhere."""

import threading
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from saddlepoint.core.words import clock

FIRST, EVERY = 3.0, 10.0  # seconds before the first line, and between lines


class Waiting:
    """A ``Progressing`` for people: called as (what, done, total), with a total of 0 where nobody knows it.

    As a context it also tells how long ``what`` has taken where nothing is reported at all. Nothing is shown
    of work that is done within three seconds, and nothing of a bar stays.

    Args:
        console: where it is shown.
        what: what takes time, until a report says more.
        bar: a live display on that console which it joins.
    """

    def __init__(self, console: Console, what: str = "", bar: Progress | None = None):
        self.console = console
        self._bar = bar
        self._what, self._done, self._total = what, 0, 0
        self._began = time.monotonic()
        self._shown = self._began
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Keep what is going on; it is shown when it is time."""
        if what != self._what:
            self._began = time.monotonic()
        self._what, self._done, self._total = what, done, total

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self.console.print(text, highlight=False, markup=False)

    def __enter__(self) -> "Waiting":
        if not self.console.quiet:
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        if self._over.wait(FIRST):
            return
        if self.console.is_terminal:
            self._draw()
        else:
            self._print()

    def _draw(self) -> None:
        if self._bar is not None:
            self._follow(self._bar)
            return
        columns = (
            TextColumn("  {task.description}", markup=False),  # it may be the name of a file
            BarColumn(bar_width=20),
            TextColumn("{task.fields[status]}"),
        )
        with Progress(*columns, console=self.console, transient=True) as bar:
            self._follow(bar)

    def _follow(self, bar: Progress) -> None:
        task = bar.add_task("", total=None, status="")
        while True:
            known = {"completed": self._done, "total": self._total or None}
            bar.update(task, description=self._what, status=self.status(), **known)
            if self._over.wait(0.2):
                bar.remove_task(task)
                return

    def _print(self) -> None:
        while True:
            if self._what:
                said = f"  {self._what}{': ' if self.status() else ''}{self.status()}"
                self.console.print(said, markup=False)
            if self._over.wait(EVERY):
                return

    def status(self) -> str:
        """Return how far the work is and how long it will take, or has taken; "" in its first second."""
        seconds = time.monotonic() - self._began
        if not self._total or not self._done:
            return f"{clock(seconds)} so far" if seconds >= 1 else ""
        share = self._done / self._total
        return f"{share:.0%}, {clock(seconds / share - seconds)} left"


def waiting(what: str = "", *, quiet: bool = False) -> Waiting:
    """Return a :class:`Waiting` on the error stream, so that what a command prints stays clean."""
    return Waiting(Console(stderr=True, quiet=quiet, soft_wrap=True), what)
