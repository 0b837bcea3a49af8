"""What other programs take of the processor's cores."""

import os
import time
from pathlib import Path
from typing import NamedTuple

BUSY = 0.3  # cores that others take, from which on a machine is called busy; at least the next line
SHARE = 0.02  # of all cores: the system counts in ticks, and an idle machine of many cores is never quite idle
LOOK = 0.1  # seconds; a tick is a hundredth
STAT = Path("/proc/stat")


class _Reading(NamedTuple):
    when: float
    busy: float | None
    own: float


class Meter:
    """Measures from its making on what others take, while this process computes or sleeps."""

    def __init__(self) -> None:
        self._start = _read()

    def others(self) -> float | None:
        """Return how many cores others kept busy on average, None where the system does not tell."""
        now, start = _read(), self._start
        if now.busy is None or start.busy is None or now.when <= start.when:
            return None
        taken = (now.busy - start.busy - (now.own - start.own)) / (now.when - start.when)
        return min(max(taken, 0.0), cores())  # ticks are counted on fewer occasions than a process's own time


def others() -> float | None:
    """Return how many cores others keep busy now, None where the system does not tell."""
    meter = Meter()
    time.sleep(LOOK)
    return meter.others()


def is_busy(others: float | None) -> bool:
    """Say whether so many cores in others' hands make a machine a busy one; what is not known does not."""
    return others is not None and others > max(BUSY, SHARE * cores())


def cores() -> int:
    """Return how many cores this process may use."""
    return len(_allowed()) or 1


def _allowed() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _read() -> _Reading:
    return _Reading(time.perf_counter(), _busy_seconds(), time.process_time())


def _busy_seconds() -> float | None:
    """Return how long the cores of this process have not been idle, summed since the machine started."""
    try:
        lines = STAT.read_text().splitlines()
    except OSError:
        return None
    names = {f"cpu{core}" for core in _allowed()}
    ticks = 0
    for line in lines:
        name, *counts = line.split()
        if name in names:
            user, nice, system, _idle, _waiting, *interrupts = map(int, counts[:8])  # rest is in user and nice
            ticks += user + nice + system + sum(interrupts)
    return ticks / os.sysconf("SC_CLK_TCK") if ticks else None  # sandboxes show a file of zeros
