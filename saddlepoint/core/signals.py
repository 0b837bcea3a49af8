"""Ctrl-C, SIGTERM and a terminal that closes, as an event that a loop asks after: nothing is cut in two."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # the last where there are terminals that hang up


@contextmanager
def interruptions() -> Iterator[threading.Event]:
    """Yield an event that those signals set; a second one ends the process at once."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    def stop(number: int, frame: object) -> None:
        if event.is_set():
            os._exit(128 + number)
        event.set()

    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
