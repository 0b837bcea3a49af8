"""What the critic of a run has learned: its layers read by a linear classifier (Radford et al. 2016)."""

import inspect
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from saddlepoint.compute.threads import few_threads, pick_device
from saddlepoint.core.errors import UserError
from saddlepoint.core.files import write_json
from saddlepoint.core.kinds import to_floats
from saddlepoint.core.waiting import waiting
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate.probe import KINDS, TRAINING, Activations, Probed, probe
from saddlepoint.inspection.batchnorm import recalibrate
from saddlepoint.inspection.recorder import Kind, activations, has_layers
from saddlepoint.runs.model import Model
from saddlepoint.runs.prepare import Built

VERSION = 1
_LEAST = 100  # labelled images
_SETTLED, _BLOCK = 2_000, 250


@dataclass(frozen=True)
class Probe:
    """What a linear classifier reads from a critic's layers, beside what it reads from simpler features.

    Attributes:
        rows: ``critic``, ``random critic``, ``pixels`` and ``patches``.
        layers: which of the critic's layers were read.
        data: name and fingerprint of the data.
        step: steps that the critic had been trained for.
        weights: first 16 hexadecimal digits of the hash of the run's weights.
        seed: seed of the choice of images and of the patches.
    """

    rows: Mapping[str, Probed]
    layers: Kind
    data: Mapping[str, str]
    step: int
    weights: str
    seed: int

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON: ``rows`` maps names to accuracy, low, high, tested, trained, ..."""
        return {"version": VERSION, **asdict(self)}

    @property
    def verdict(self) -> str:
        """What training has changed, in a sentence; ± is a 95 % interval over test images."""
        critic, random = self.rows["critic"], self.rows["random critic"]
        gain = 100 * (critic.accuracy - random.accuracy)
        reach = 50 * math.hypot(critic.high - critic.low, random.high - random.low)
        if abs(gain) <= reach:
            return f"What training has changed ({gain:+.1f} ± {reach:.1f} points over random) may be chance."
        what = "added" if gain > 0 else "cost"
        return f"Training has {what} {abs(gain):.1f} ± {reach:.1f} points over the same critic before training."


def probe_run(
    target: "str | Path | Model | None" = None,
    *,
    images: int = TRAINING,
    seed: int = 0,
    quiet: bool = False,
) -> Probe:
    """Probe the critic of a run with the labels of its data.

    All convolutional layers are read, max-pooled to 4×4; a critic without any is read at its dense layers.
    The random critic has the weights that the run began with. Both are given the statistics of batch
    normalisation that real training images have, so that neither lacks what the other has.

    Args:
        target: the run or its folder, by default the newest run.
        images: labelled training images that the classifiers learn from.
        seed: seed of their choice and of the patches.
        quiet: say nothing about the work.

    Returns:
        The result, which is also written into the run's folder as ``probe.json``.

    Raises:
        UserError: the data have no labels, or the critic cannot be read.
    """
    if images < _LEAST:
        raise UserError(f"a probe needs at least {_LEAST} labelled images, not {images}")
    run = target if isinstance(target, Model) else Model.open(target)
    if run.kind.name not in KINDS or not run.config["data"]["classes"]:
        raise UserError(
            f"a probe needs labelled images, and {run.config['data']['name']!r}, which {run.path} was "
            "trained on, has none"
        )
    trained, untrained = run.built(), run.untrained()
    critic = _critic(trained)
    kind: Kind = "convolutional" if has_layers(critic, "convolutional") else "dense"
    with waiting("reading", quiet=quiet) as report:
        dataset = run.data(report)
        rows = probe(
            dataset,
            _reader(trained, dataset, kind),
            _reader(untrained, dataset, kind),
            images=images,
            seed=seed,
            report=report,
        )
    data = {"name": dataset.name, "fingerprint": dataset.fingerprint}
    found = Probe(rows, kind, data, run.origin["step"], run.origin["weights"], seed)
    write_json(run.folder.probe, found.to_json())
    return found


def _critic(built: Built) -> nn.Module:
    """Return the network that judges images alone; raises UserError where the family has none."""
    family = built.experiment.family
    if not family.critics:
        raise UserError(f"recipe {built.recipe.name!r} has no critic to probe")
    critic = family.get_submodule(family.critics[-1])
    parameters = inspect.signature(critic.forward).parameters.values()
    if sum(p.default is p.empty and p.kind is not p.VAR_KEYWORD for p in parameters) != 1:
        raise UserError(
            f"the critic of recipe {built.recipe.name!r} is told more than the image, "
            "so a probe would read the answer off its input"
        )
    return critic


def _reader(built: Built, dataset: Dataset, kind: Kind) -> Activations:
    """Return a function from uint8 images to the critic's layers, each (n, c, h, w)."""
    device = pick_device()
    critic = _critic(built).to(device)

    def floats(images: np.ndarray) -> torch.Tensor:
        return to_floats(torch.from_numpy(images).to(device), built.experiment.range)

    order = random_part(len(dataset.train), _SETTLED)
    blocks = [dataset.train.take(rows)[0] for rows in np.array_split(order, -(-len(order) // _BLOCK))]
    with few_threads(dataset.shape), torch.no_grad():
        recalibrate(critic, lambda: [critic(floats(block)) for block in blocks])

    def read(images: np.ndarray) -> list[torch.Tensor]:
        found = activations(critic, floats(images), kind).values()
        return [layer if layer.ndim == 4 else layer[:, :, None, None] for layer in found]

    return read
