"""What ails a run while it trains: the cheap conditions, on fewer examples and samples."""

from collections.abc import Collection
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from saddlepoint.core.kinds import Kind
from saddlepoint.core.protocol import Family
from saddlepoint.data.dataset import Dataset
from saddlepoint.diagnosing.examples import Examples
from saddlepoint.diagnosing.finding import Finding, conditions, unexplained
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.engine.loop import Trainer
from saddlepoint.runs.prepare import Prepared
from saddlepoint.runs.worth_seeing import worth

REAL, SAMPLES = 600, 256


class LiveSignals(Signals):
    """What a run shows as it stands, in training.

    Args:
        trainer: its state, which stays as it is.
        prepared: what is trained.
        examples: some of its data, the same for all looks at a run.
        rows: its curves so far.
    """

    def __init__(self, trainer: Trainer, prepared: Prepared, examples: Examples, rows: list[dict[str, Any]]):
        self.trainer = trainer
        self.prepared = prepared
        self.seed = examples.seed
        self.__dict__ |= {"examples": examples, "rows": rows}

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.trainer.folder.path

    @property
    def step(self) -> int:
        """Steps that are done."""
        return self.trainer.done

    @property
    def shown(self) -> int:
        """Real images that the critic was shown."""
        return self.trainer.batches.drawn

    @property
    def broken(self) -> None:
        """Nothing: it goes on."""
        return

    @property
    def kind(self) -> Kind:
        """The kind of its data."""
        return self.prepared.kind

    @property
    def data(self) -> Dataset:
        """What it is trained on."""
        return self.prepared.data

    @property
    def family(self) -> Family:
        """The game as it stands."""
        return self.trainer.family

    @property
    def player(self) -> Family:
        """The same: its players meet these weights."""
        return self.trainer.family

    @property
    def moved(self) -> dict[str, float]:
        """Nothing: where weights began is not kept in memory."""
        return {}

    @cached_property
    def worth(self) -> int:
        """Images after which results of the recipe are worth seeing."""
        return worth(self.prepared).images

    @cached_property
    def fake(self) -> np.ndarray:
        """Samples of the average, where there is one."""
        return self.trainer.sample(SAMPLES, seed=self.seed)

    @cached_property
    def fake_now(self) -> np.ndarray:
        """Samples of the weights themselves."""
        return self.trainer.sample(SAMPLES, seed=self.seed, averaged=False)

    def floats(self, examples: np.ndarray) -> Tensor:
        """Return examples as the networks see them, where they are."""
        floats = self.kind.to_tensor(
            torch.from_numpy(np.ascontiguousarray(examples)), self.trainer.experiment.range
        )
        return floats.to(self.trainer.batches.device)


def look(signals: Signals, also: Collection[str] = ()) -> list[tuple[str, Finding]]:
    """Return what is found of the cheap conditions, the surest first; changes nothing, and repeats its bits.

    Args:
        signals: what the run shows.
        also: names of further conditions.
    """
    found = {}
    for name, condition in conditions.items():
        if (condition.live or name in also) and (signals.finite or name == "diverged"):
            finding = condition.look(signals)
            if finding is not None:
                found[name] = replace(finding, picture=tuple)  # whose examples would stay in memory
    return unexplained(found)
