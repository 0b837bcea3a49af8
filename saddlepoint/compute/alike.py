"""Runs that are to be compared are planned alike: rounding, and so every sample, depends on the threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from saddlepoint.compute.plan import Plan


class Siblings:
    """What the runs inside one :func:`alike` share.

    Attributes:
        threads: of all of them; None until the first is planned.
        plan: of the newest.
        facts: what was measured for each game.
    """

    def __init__(self, threads: int | None):
        self.threads = threads
        self.plan: Plan | None = None
        self.facts: dict[str, dict[str, Any]] = {}

    def join(self, plan: Plan) -> Plan:
        """Return ``plan`` with the threads that the others have, unless its own were asked for."""
        if self.threads is None or plan.threads_given:
            return plan
        count = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return replace(
            plan, threads=self.threads, threads_given=True, reason=f"{count}, as the runs to compare with"
        )

    def add(self, plan: Plan) -> None:
        """Take a plan's threads for all that follow, if it is the first."""
        self.plan, self.threads = plan, self.threads or plan.threads


_current: ContextVar[Siblings | None] = ContextVar("siblings", default=None)


@contextmanager
def alike(threads: int | None = None) -> Iterator[Siblings]:
    """Plan all runs that are trained inside the block alike, so that they can be compared.

    All take the number of CPU threads that was measured for the first one, and runs of the same game its
    kernels too, whatever else the machine does meanwhile. Threads that a run asks for itself stay its own.

    Args:
        threads: CPU threads of all of them; by default those of a block around this one, or of the first run.
    """
    shared = _current.get()
    if shared is None or threads is not None:
        shared = Siblings(threads)
    token = _current.set(shared)
    try:
        yield shared
    finally:
        _current.reset(token)


def siblings() -> Siblings:
    """Return what is shared with the runs beside the next one: nothing outside of :func:`alike`."""
    return _current.get() or Siblings(None)
