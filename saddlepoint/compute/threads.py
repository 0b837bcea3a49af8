"""From arrays of pixels to tensors on the fastest device, leaving global state alone."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from saddlepoint.core.machine import multiplies_bf16

T = TypeVar("T")


def pick_device() -> torch.device:
    """Return the GPU if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def to_pixels(images: np.ndarray, device: torch.device) -> Tensor:
    """Return uint8 (n, h, w, c) as float32 (n, c, h, w) in [-1, 1], channels last in memory."""
    pixels = torch.from_numpy(np.ascontiguousarray(images)).to(device)
    pixels = pixels.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
    return pixels.contiguous(memory_format=torch.channels_last)


def half_precision(device: torch.device) -> torch.autocast:
    """Return a bfloat16 autocast where the device is faster in it, else one that does nothing."""
    return torch.autocast(device.type, torch.bfloat16, enabled=multiplies_bf16(device))


@contextmanager
def private_rng(seed: int) -> Iterator[None]:
    """Seed torch's CPU generator inside the block and put its state back after."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with torch on one thread inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def map_blocks(function: Callable[[np.ndarray], T], blocks: Sequence[np.ndarray]) -> list[T]:
    """Return ``function`` of every block, in order, computed side by side with one torch thread each.

    Threads that share one layer wait for each other at its end; on a busy machine that made encoding three
    to eight times slower than blocks which never meet.
    """
    with one_thread():  # workers count their own threads, but one library's setting is the process's
        workers = max(1, min(8, len(blocks), os.cpu_count() or 1))
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(function, blocks))


def few_threads(shape: tuple[int, ...]) -> AbstractContextManager[None]:
    """Return a context that computes on one thread where images of ``shape`` are too small to share out.

    Layers of images up to 16 by 16 take microseconds, less than threads wait for each other on a busy
    machine: training on digits beside another program was ten times slower on two threads than on one.
    """
    return one_thread() if shape[0] * shape[1] <= 256 else nullcontext()
