"""What a run shows: its curves, its samples beside real data, its critic, its units. Needs no labels.

Everything is computed when it is first asked for, from a few thousand examples that the seed chose, in seconds.
"""

import copy
import math
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import Kind
from saddlepoint.core.protocol import Batch, Family
from saddlepoint.data.dataset import Dataset
from saddlepoint.diagnosing.examples import Examples
from saddlepoint.diagnosing.samples import Bins, bins, fine, told_apart
from saddlepoint.engine.state import load_weights
from saddlepoint.evaluate.copies import Copies, copies
from saddlepoint.inspection.recorder import hooked, is_leaf
from saddlepoint.runs.model import Model
from saddlepoint.runs.prepare import rebuild
from saddlepoint.runs.worth_seeing import worth
from saddlepoint.sampling.samples import draw_latents, sample

SAMPLES = 1_000
PUSHED = 64  # samples whose push by the generator's loss is looked at
BATCH = 256  # examples that networks are shown at once


class Units(NamedTuple):
    """Units of a network's rectifiers.

    Attributes:
        count: all of them.
        dead: share that gave nothing for any example.
        layers: by rectifier, the share of its own.
    """

    count: int
    dead: float
    layers: dict[str, float]


class Signals:
    """What a run shows.

    Args:
        run: a run on disk with a checkpoint.
        seed: of samples and choices.
    """

    def __init__(self, run: Model, seed: int = 0):
        self.run = run
        self.seed = seed

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.run.path

    @property
    def step(self) -> int:
        """Steps that its weights were trained for."""
        return self.run.step

    @property
    def kind(self) -> Kind:
        """The kind of its data."""
        return self.run.kind

    # What is known without looking at any example.

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The curves."""
        return self.run.curves()

    @property
    def broken(self) -> tuple[int, str] | None:
        """Step at which a number was none any more and training ended, and which; None where it did not."""
        return self.run.folder.read_broken()

    def curve(self, name: str) -> np.ndarray:
        """Return a curve's values, NaN where a row has none."""
        return np.array([row.get(name, math.nan) for row in self.rows], float)

    def steps(self) -> np.ndarray:
        """Return the step of every row."""
        return np.array([row["step"] for row in self.rows], int)

    def since(self, beyond: np.ndarray) -> int | None:
        """Return the step from which on a condition holds until the end, None where it does not hold there."""
        if not len(beyond) or not beyond[-1]:
            return None
        first = len(beyond) - int(np.argmin(beyond[::-1])) if not beyond.all() else 0
        return int(self.steps()[first])

    @property
    def shown(self) -> int:
        """Real images that the critic was shown, as far as the curves tell."""
        return self.rows[-1]["images"] if self.rows else 0

    @cached_property
    def family(self) -> Family:
        """The game with the newest weights, averaged where they are, in evaluation mode."""
        return self.run.family.eval()

    @cached_property
    def worth(self) -> int:
        """Images after which results of the recipe are worth seeing."""
        return worth(self.run._loaded).images

    @cached_property
    def player(self) -> Family:
        """The game with the newest weights themselves, which its players meet; in evaluation mode."""
        family = rebuild(self.run.config).experiment.family
        load_weights(family, self.run.checkpoint)
        return family.eval()

    @cached_property
    def finite(self) -> bool:
        """Whether all weights are numbers, averages too."""
        tensors = [*self.player.state_dict().values(), *self.family.state_dict().values()]
        return all(bool(torch.isfinite(one).all()) for one in tensors if one.is_floating_point())

    @property
    def samples(self) -> bool:
        """Whether the game makes samples."""
        return self.family.samples

    # Examples.

    @cached_property
    def data(self) -> Dataset | None:
        """What it was trained on, None where that cannot be read."""
        try:
            return self.run.data()
        except UserError:
            return None

    @cached_property
    def examples(self) -> Examples:
        """Some of its data."""
        assert self.data is not None
        return Examples(self.data, self.seed)

    @property
    def real(self) -> np.ndarray:
        """Training examples as they lie in memory."""
        return self.examples.real

    @property
    def held(self) -> np.ndarray:
        """Examples that were never trained on."""
        return self.examples.held

    @cached_property
    def fake(self) -> np.ndarray:
        """Samples."""
        return self.run.sample(SAMPLES, seed=self.seed)

    @cached_property
    def fake_now(self) -> np.ndarray:
        """Samples of the weights themselves, which the critic meets."""
        return self.run._loaded.to_array(sample(self.player, SAMPLES, seed=self.seed))

    def floats(self, examples: np.ndarray) -> Tensor:
        """Return examples as the networks see them."""
        prepared = self.run._loaded
        return prepared.kind.to_tensor(
            torch.from_numpy(np.ascontiguousarray(examples)), prepared.experiment.range
        )

    # Samples beside real examples.

    @cached_property
    def placed(self) -> np.ndarray:
        """Samples, (n, d) in the data's principal axes."""
        return self.examples.place(self.fake)

    @cached_property
    def bins(self) -> Bins:
        """How samples fall into parts of the data's space."""
        return bins(self.examples.cells, self.examples.placed, self.placed)

    @cached_property
    def lost(self) -> float:
        """Share of the data in parts that samples avoid, whether parts are small or large: the smaller of both.

        Small parts of a narrow mode are avoided by samples that are wider than it, which miss no mode.
        """
        return min(self.bins.lost, self.few_bins.lost)

    @cached_property
    def few_bins(self) -> Bins:
        """How samples fall into fewer and larger parts."""
        return bins(self.examples.few_cells, self.examples.placed, self.placed)

    @cached_property
    def variety(self) -> float:
        """Variance of samples over that of real examples, in all directions."""
        return float(self.placed.var(0).sum() / max(self.examples.placed.var(0).sum(), 1e-12))

    @cached_property
    def told_apart(self) -> float:
        """Share of examples of which their nearest others say rightly whether they are real."""
        return told_apart(self.examples.placed, self.placed)

    @cached_property
    def told_apart_now(self) -> float:
        """The same of samples that the critic meets."""
        return told_apart(self.examples.placed, self.examples.place(self.fake_now))

    @cached_property
    def copied(self) -> Copies:
        """How many samples are copies, by how often a training example is nearer than a held-out one."""
        return copies(self.placed, self.examples.trained[1], self.examples.unseen)

    # The critic.

    @cached_property
    def scores(self) -> dict[str, np.ndarray] | None:
        """The critic's scores of training examples, held-out ones and samples; None where it gives none.

        None too where there are fewer than two training examples, of which a batch has no statistics, and no
        scores of held-out ones where there are so few. They are those of training: batch normalisation uses the
        batch's own statistics, of one kind at a time.
        """
        if self.player.conditional or getattr(self.player, "pack", 1) > 1:
            return None
        critique = getattr(copy.deepcopy(self.player).train(), "critique", None)
        if critique is None:
            return None
        if len(self.real) < 2:
            return None
        parts = {"real": self.real[: self.examples.most // 2], "held": self.held, "fake": self.fake_now}
        with torch.no_grad(), torch.random.fork_rng():  # a critic may have dropout
            return {
                name: torch.cat([critique(x, Batch(x)).score for x in _even(self.floats(part))])
                .double()
                .cpu()
                .numpy()
                for name, part in parts.items()
                if len(part) >= 2
            }

    @cached_property
    def pull(self) -> float | None:
        """How hard the objective pulls at the generator: mean |slope| of its loss over a sample's score."""
        objective = getattr(self.family, "objective", None)
        if self.scores is None or objective is None:
            return None
        count = min(len(self.scores["fake"]), len(self.scores["real"]))
        fake = torch.tensor(self.scores["fake"][:count], requires_grad=True)
        loss = objective.generator(torch.tensor(self.scores["real"][:count]), fake).sum()
        return float(torch.autograd.grad(loss, fake)[0].abs().mean())

    @cached_property
    def pushed_down(self) -> float | None:
        """Share of samples that the generator's adversarial term pushes to lower scores of the critic."""
        return None if self.pushes is None else float((self.pushes < 0).mean())

    @cached_property
    def pushes(self) -> np.ndarray | None:
        """Cosines between where that term pushes some samples and where the critic's score rises.

        None where it has no such term, no critic with scores, or no slope.
        """
        family = copy.deepcopy(self.player).train()
        critique = getattr(family, "critique", None)
        if self.scores is None or critique is None or "g" not in family.players:
            return None
        with torch.random.fork_rng():
            latent = draw_latents(family, PUSHED, seed=self.seed)
            batch = Batch(self.floats(self.real[:PUSHED]))
            if len(batch.real) < PUSHED:
                return None
            fake = family.generate(latent, batch).detach().requires_grad_()
            term = family.terms("g", batch, latent, fake).minimise.get("adversarial")
            if term is None or not term.requires_grad:
                return None
            (push,) = torch.autograd.grad(term, fake, allow_unused=True)
            (rise,) = torch.autograd.grad(critique(fake, batch).score.sum(), fake)
        if push is None or not bool(push.any()):
            return None
        return -torch.cosine_similarity(push.flatten(1).double(), rise.flatten(1).double()).cpu().numpy()

    # Units.

    def units(self, network: nn.Module, run: Callable[[], object]) -> Units:
        """Return what the rectifiers of ``network`` do while ``run`` lets examples through it."""
        alive: dict[str, Tensor] = {}

        def leave(name: str, layer: nn.Module, output: Any) -> None:
            axes = [axis for axis in range(output.dim()) if axis != 1]
            active = (output > 0).any(dim=axes[0]) if len(axes) == 1 else (output > 0).amax(dim=axes)
            alive[name] = alive.get(name, torch.zeros_like(active)) | active

        rectifiers = [
            (name, one) for name, one in network.named_modules() if is_leaf(one) and isinstance(one, nn.ReLU)
        ]
        with torch.no_grad(), hooked(rectifiers, leave):
            run()
        each = torch.cat([one.flatten() for one in alive.values()]) if alive else torch.zeros(0)
        layers = {name: 1 - float(one.double().mean()) for name, one in alive.items()}
        return Units(len(each), 1 - float(each.double().mean()) if len(each) else 0.0, layers)

    @cached_property
    def generator_units(self) -> Units:
        """Rectifiers of the generator, for latents of samples; none where a game has no generator."""
        modules = dict(self.family.named_modules())
        parts = [modules[name] for name in self.family.generators if name in modules]
        network = parts[0] if len(parts) == 1 else nn.ModuleList(parts)
        return self.units(network, lambda: self.run.sample(BATCH, seed=self.seed))

    @cached_property
    def normalised_by_batch(self) -> float | None:
        """How far samples with a batch's own statistics are from those with the stored ones.

        The squared distance over the variance of samples; None where nothing is normalised by batch.
        """
        if self.both_ways is None:
            return None
        stored, own = self.both_ways
        return float((own - stored).square().mean() / stored.var(0).mean().clamp_min(1e-12))

    @cached_property
    def both_ways(self) -> tuple[Tensor, Tensor] | None:
        """Samples with stored statistics and, of the same latents, with a batch's own, as floats."""
        family = self.family
        norms = [one for one in family.modules() if isinstance(one, nn.modules.batchnorm._BatchNorm)]
        if not norms or not self.samples:
            return None
        kept = [{name: value.clone() for name, value in one.named_buffers()} for one in norms]
        latent = draw_latents(family, BATCH, seed=self.seed)
        with torch.no_grad():
            stored = family.sample(latent)
            for one in norms:
                one.train()
            own = family.sample(latent)
        for one, buffers in zip(norms, kept, strict=True):
            one.eval()
            for name, value in buffers.items():
                one.get_buffer(name).copy_(value)
        return stored, own

    @cached_property
    def moved(self) -> dict[str, float]:
        """By player, how far its weights are from where they began, over their own length.

        Nothing of a run that began with another one's weights, which it does not keep.
        """
        if self.run.config.get("init"):
            return {}
        return strayed(rebuild(self.run.config).experiment.family, self.player)

    @cached_property
    def checkerboard(self) -> float | None:
        """Power of samples at waves of two pixels over that of real images; None where images are small."""
        if not self.kind.sized or self.real.shape[1] < 16:
            return None
        return fine(self.fake) / max(fine(self.real), 1e-9)


def strayed(before: Family, now: Family) -> dict[str, float]:
    """Return by player how far its weights are from where they were ``before``, over the length of those."""
    found = {}
    for player in now.players:
        first, last = before.parameters_of(player), now.parameters_of(player)
        apart = sum(float((last[n].detach().cpu() - first[n].detach()).double().square().sum()) for n in first)
        length = sum(float(first[name].detach().double().square().sum()) for name in first)
        found[player] = math.sqrt(apart / max(length, 1e-12))
    return found


def _even(x: Tensor) -> tuple[Tensor, ...]:
    """Return (n, ...) in parts of nearly equal length: a last one of one example would have no statistics."""
    return x.tensor_split(-(-len(x) // BATCH))


def last_part(values: Sequence[float] | np.ndarray, share: float = 0.25) -> np.ndarray:
    """Return the last part of a curve, one value at least, without NaN."""
    array = np.asarray(values, float)
    array = array[np.isfinite(array)]
    return array[-max(1, round(share * len(array))) :] if len(array) else array
