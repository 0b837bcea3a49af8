"""Batches from files larger than memory: their pages are asked for before they are needed."""

import ctypes
import mmap
import os
import sys
import time

import numpy as np
import pytest
import torch

from saddlepoint.data import dataset
from saddlepoint.data.batches import Batches
from saddlepoint.data.dataset import Split


def test_pages_of_coming_batches_are_asked_for_once(tmp_path, monkeypatch):
    """Every example of an epoch is asked for once and before it is taken."""
    monkeypatch.setattr(dataset, "LARGE", 0)
    path = tmp_path / "images.npy"
    images = np.random.default_rng(0).integers(0, 256, (50, 64, 64, 3), np.uint8)
    np.save(path, images)
    rows = np.arange(5, 45)
    split = Split(np.load(path, mmap_mode="c"), rows=rows)
    asked: list[int] = []
    advise = Split.advise

    def spy(self, index):
        asked.extend(index)
        advise(self, index)

    monkeypatch.setattr(Split, "advise", spy)
    batches = Batches(split, 4, seed=0, device=torch.device("cpu"), range=(0.0, 255.0))
    taken: list[int] = []
    for _ in range(10):
        position = batches.drawn
        real = batches.next().real
        order = batches._order[position : position + 4]
        assert np.array_equal(real.permute(0, 2, 3, 1).numpy(), images[rows[order]])
        assert set(order) <= set(asked) or not taken  # the first batch comes too soon
        taken.extend(order)
    assert len(asked) == len(set(asked)) == 36


@pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's page tables")
def test_advice_brings_pages_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "LARGE", 0)
    path = tmp_path / "images.npy"
    np.save(path, np.ones((4000, 64, 64, 3), np.uint8))
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    images = np.load(path, mmap_mode="c")
    split, file = Split(images), images._mmap
    libc = ctypes.CDLL(None, use_errno=True)

    def resident() -> int:
        length = file.size()
        pages = (ctypes.c_ubyte * (-(-length // mmap.PAGESIZE)))()
        base = np.frombuffer(file, np.uint8).ctypes.data
        assert libc.mincore(ctypes.c_void_p(base), ctypes.c_size_t(length), pages) == 0
        return sum(page & 1 for page in pages)

    before = resident()
    if before > 100:
        pytest.skip("this file system keeps its files in memory")
    split.advise(np.arange(0, 4000, 40))
    end = time.monotonic() + 10
    while resident() < before + 300 and time.monotonic() < end:
        time.sleep(0.01)
    assert resident() >= before + 300  # a hundred images of three pages


@pytest.mark.parametrize("labelled", [True, False])
def test_a_resident_split_gives_the_same_batches(labelled, monkeypatch):
    """As on an accelerator: indexed where it lies, over the ends of epochs too."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (50, 4, 4, 3), np.uint8), rng.integers(0, 10, 50)
    split = Split(images, labels if labelled else None, rows=np.arange(5, 45))

    def draw():
        batches = Batches(split, 7, seed=0, device=torch.device("cpu"))
        return [batches.next() for _ in range(20)]

    expected = draw()
    monkeypatch.setattr("saddlepoint.data.batches._lives_there", lambda split, device: True)
    for one, other in zip(draw(), expected, strict=True):
        assert torch.equal(one.real, other.real)
        assert one.real.stride() == other.real.stride()
        assert (one.label is not None) is labelled
        if one.label is not None and other.label is not None:
            assert torch.equal(one.label, other.label)
