"""A game small enough to be played while a page is made, on the project's engine."""

from typing import Any

import numpy as np
from torch import Tensor

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Experiment
from saddlepoint.core.protocol import Progress
from saddlepoint.data.dataset import Split
from saddlepoint.engine.step import Stepper


class SmallGame:
    """An experiment on the CPU, one thread, fp32; steps are played when they are asked for.

    Args:
        experiment: the game and how it is trained.
        data: its examples: a split, or float32 (n, d) points.
        seed: of order and latents; weights are the family's, and what it draws itself is torch's.
        last: the step at which schedules end; None keeps them at their start.

    Attributes:
        steps: that were played.
    """

    family: Any  # of whatever class the experiment's is

    def __init__(self, experiment: Experiment, data: Split | np.ndarray, seed: int, *, last: int | None = None):
        self.family = experiment.family
        split = Split(data) if isinstance(data, np.ndarray) else data
        self.stepper = Stepper.of(experiment, split, Plan("cpu", "fp32", 1), seed)
        self.last = last
        self.steps = 0

    def play(self, steps: int, turns: tuple[str, ...] | None = None) -> dict[str, Tensor]:
        """Play so many steps; return the terms and statistics of the last.

        Args:
            steps: how many.
            turns: who moves in each, in order, where the family is not to say it.
        """
        report = {}
        if turns is not None:
            self.family.turns = lambda progress: turns
        with self.stepper.plan.applied():
            for _ in range(steps):
                done = min(1.0, self.steps / self.last) if self.last else 0.0
                report = self.stepper.step(Progress(self.steps, 0, 0.0, done))
                self.steps += 1
        return report
