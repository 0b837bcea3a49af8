"""Processes that work at one claim together: each takes the seeds that no other is at."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch

from saddlepoint.core.errors import UserError
from saddlepoint.core.locks import HeldError, locked
from saddlepoint.engine.loop import Interrupted


def turns(seeds: Iterable[int], folder: Path, wait: Callable[[], object]) -> Generator[int, None, None]:
    """Yield every seed while no other process has it; those that another has at first come last.

    Args:
        seeds: to yield.
        folder: of the locks, the same for all processes.
        wait: called once when there is nothing left but to wait for the others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    others = []
    for seed in seeds:
        try:
            with locked(folder / f"seed-{seed}.lock"):
                yield seed
        except HeldError:
            others.append(seed)
    if others:
        wait()
    for seed in others:
        with locked(folder / f"seed-{seed}.lock", lambda: None):
            yield seed


def idle(folder: Path) -> bool:
    """Say whether no process has a seed whose lock lies in ``folder``."""
    try:
        for lock in folder.glob("*.lock"):
            with locked(lock):
                pass
    except HeldError:
        return False
    return True


@contextmanager
def helped(count: int, work: Callable[..., object], *arguments: Any) -> Iterator[int]:
    """Run ``work(threads, *arguments)`` in ``count`` more processes while the block runs.

    This process and they have the CPU's threads in equal parts meanwhile, which is what is yielded. When the
    block ends they are waited for; when it raises they are told to stop, as by SIGTERM, and waited for.
    """
    all_threads = torch.get_num_threads()
    threads = max(1, all_threads // (count + 1))
    start = multiprocessing.get_context("spawn").Process
    helpers: list[Any] = []
    torch.set_num_threads(threads)
    try:
        for _ in range(count):
            helper = start(target=_help, args=(work, threads, *arguments), daemon=True)
            helper.start()
            helpers.append(helper)
        yield threads
    except BaseException:
        for helper in helpers:
            helper.terminate()
        raise
    finally:
        for helper in helpers:
            helper.join()
        torch.set_num_threads(all_threads)


def _help(work: Callable[..., object], threads: int, *arguments: Any) -> None:
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C reaches the first process alone, which passes it on
    threading.Thread(target=_end_with, args=[multiprocessing.parent_process()], daemon=True).start()
    torch.set_num_threads(threads)
    with suppress(UserError, Interrupted, KeyboardInterrupt):  # the first process meets or knows the same
        work(threads, *arguments)


def _end_with(parent: Any) -> None:
    """Stop as by SIGTERM when ``parent`` is gone, which waits for its helpers unless it is killed."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
