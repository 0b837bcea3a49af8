"""What two runs of the same configuration share, for tests that compare them; and a run that is killed."""

import os
import signal
import threading

import numpy as np
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.core.run_folder import RunFolder


def assert_same(a, b):
    """Two runs hold the same bits: weights, averages, moments, random states, curves, grids and samples."""
    assert a.step == b.step
    for part in ("weights", "ema", "state"):
        x, y = (run.folder.latest().tensors(part) for run in (a, b))
        assert x.keys() == y.keys()
        for name in x:
            assert torch.equal(x[name], y[name]), name
    timing = ("seconds", "images_per_second")
    curves = [[{k: v for k, v in row.items() if k not in timing} for row in run.curves()] for run in (a, b)]
    assert curves[0] == curves[1]
    grids = [[path.name for path in run.folder.samples()] for run in (a, b)]
    assert grids[0] == grids[1]
    for one, other in zip(a.folder.samples(), b.folder.samples(), strict=True):
        assert pixels(one) == pixels(other), one.name
    if a.family.samples:
        assert np.array_equal(a.sample(100, seed=3), b.sample(100, seed=3))


def pixels(path):
    with Image.open(path) as picture:
        return picture.tobytes()


def train_until_killed(out, recipe, settings, steps, delay):
    """Train, or continue the run in ``out``, and die without warning ``delay`` seconds after so many steps."""

    class Killed(sp.Watcher):
        done = 0

        def stepped(self, trainer):
            self.done += 1
            if self.done == steps:
                threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    if RunFolder(out).checkpoints():
        sp.resume(out, quiet=True, watchers=(Killed(),))
    else:
        sp.train(recipe, out=out, watchers=(Killed(),), **settings)
