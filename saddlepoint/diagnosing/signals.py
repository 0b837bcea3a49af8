"""What a run shows: its curves, its samples beside real data, its critic, its units. Needs no labels.

Everything is computed when it is first asked for, from a few thousand examples that the seed chose, in seconds.
"""

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.protocol import Batch, Family
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.engine.sampling import draw_latents
from saddlepoint.inspection.recorder import hooked, is_leaf
from saddlepoint.runs.model import Model
from saddlepoint.runs.prepare import rebuild
from saddlepoint.training.worth_seeing import worth

SAMPLES, REAL, HELD = 1_000, 2_000, 1_000
DIMENSIONS = 30  # principal axes in which examples are compared
LEAST_IN_BIN, MOST_BINS = 30, 40  # real examples in a bin on average, and bins
BATCH = 256  # examples that networks are shown at once


class Bins(NamedTuple):
    """How samples fall into parts of the data's space.

    Attributes:
        real: (k,) share of real examples.
        fake: (k,) share of samples.
        lost: share of real examples in bins where samples are so rare that chance does not explain it.
        spread: variance of samples within bins over that of real examples there, a mean over samples.
    """

    real: np.ndarray
    fake: np.ndarray
    lost: float
    spread: float


class Units(NamedTuple):
    """Units of a network's rectifiers.

    Attributes:
        count: all of them.
        dead: share that gave nothing for any example.
    """

    count: int
    dead: float


class Signals:
    """What a run shows.

    Args:
        run: a run on disk with a checkpoint.
        seed: of samples and choices.
    """

    def __init__(self, run: Model, seed: int = 0):
        self.run = run
        self.seed = seed

    # What is known without looking at any example.

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The curves."""
        return self.run.curves()

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

    @cached_property
    def family(self) -> Family:
        """The game with the newest weights, averaged where they are, in evaluation mode."""
        return self.run.family.eval()

    @cached_property
    def worth(self) -> int:
        """Images after which results of the recipe are worth seeing."""
        return worth(self.run._loaded).images

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

    def _some(self, split: Split, most: int) -> tuple[np.ndarray, np.ndarray | None]:
        rng = np.random.default_rng(self.seed)
        return split.take(np.sort(rng.permutation(len(split))[:most]))

    @cached_property
    def _real(self) -> tuple[np.ndarray, np.ndarray | None]:
        assert self.data is not None
        return self._some(self.data.train, REAL)

    @property
    def real(self) -> np.ndarray:
        """Training examples as they lie in memory."""
        return self._real[0]

    @property
    def real_labels(self) -> np.ndarray | None:
        """Their classes, None where there are none."""
        return self._real[1]

    @cached_property
    def held(self) -> np.ndarray:
        """Examples that were never trained on."""
        assert self.data is not None
        parts = [self._some(self.data.splits[name], HELD)[0] for name in ("validation", "test")]
        return np.concatenate(parts)[:HELD]

    @cached_property
    def fake(self) -> np.ndarray:
        """Samples."""
        return self.run.sample(SAMPLES, seed=self.seed)

    def floats(self, examples: np.ndarray) -> Tensor:
        """Return examples as the networks see them."""
        prepared = self.run._loaded
        return prepared.kind.to_tensor(
            torch.from_numpy(np.ascontiguousarray(examples)), prepared.experiment.pixels
        )

    # Samples beside real examples.

    @cached_property
    def _axes(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean, and principal axes of the training examples scaled to the first one's deviation."""
        flat = _flat(self.real)
        mean = flat.mean(0)
        _, scale, axes = np.linalg.svd(flat - mean, full_matrices=False)
        keep = scale > 1e-6 * max(scale[0], 1e-12)
        return mean, axes[keep][:DIMENSIONS].T / (scale[0] / math.sqrt(len(flat)) or 1.0)

    def place(self, examples: np.ndarray) -> np.ndarray:
        """Return (n, d) of examples in the data's principal axes."""
        mean, axes = self._axes
        return (_flat(examples) - mean) @ axes

    @cached_property
    def bins(self) -> Bins:
        """How samples fall into parts of the data's space: k-means cells (Richardson and Weiss 2018)."""
        from scipy.stats import binom
        from sklearn.cluster import KMeans

        real, fake = self.place(self.real), self.place(self.fake)
        count = int(np.clip(len(real) // LEAST_IN_BIN, 2, MOST_BINS))
        cells = KMeans(count, max_iter=50, random_state=self.seed).fit(real)
        assert cells.labels_ is not None
        of_real, of_fake = cells.labels_, cells.predict(fake)
        p = np.bincount(of_real, minlength=count) / len(real)
        q = np.bincount(of_fake, minlength=count) / len(fake)
        rare = (q < p / 4) & (binom.cdf(q * len(fake), len(fake), p) < 0.01 / count)
        shares, ratios = [], []
        for cell in range(count):
            here, there = real[of_real == cell], fake[of_fake == cell]
            if len(there) >= 8 and len(here) >= 8:
                shares.append(len(there))
                ratios.append(there.var(0).sum() / max(here.var(0).sum(), 1e-12))
        spread = float(np.average(ratios, weights=shares)) if ratios else 0.0
        return Bins(p, q, float(p[rare].sum()), spread)

    @cached_property
    def variety(self) -> float:
        """Variance of samples over that of real examples, in all directions."""
        return float(self.place(self.fake).var(0).sum() / max(self.place(self.real).var(0).sum(), 1e-12))

    @cached_property
    def told_apart(self) -> float:
        """Share of examples whose five nearest others say rightly whether they are real: ½ for equal sets."""
        from sklearn.neighbors import KNeighborsClassifier

        count = min(len(self.real), len(self.fake))
        both = np.concatenate([self.place(self.real[:count]), self.place(self.fake[:count])])
        kind = np.repeat([0, 1], count)
        near = KNeighborsClassifier(6).fit(both, kind).kneighbors(both, return_distance=False)[:, 1:]
        return float(((kind[near].mean(1) > 0.5) == kind).mean())

    @cached_property
    def copied(self) -> float:
        """Share of copies that would explain how often a training example is nearer than a held-out one."""
        from sklearn.neighbors import NearestNeighbors

        count = min(len(self.real), len(self.held))
        fake = self.place(self.fake)
        near = [
            NearestNeighbors(n_neighbors=1).fit(self.place(part[:count])).kneighbors(fake)[0][:, 0]
            for part in (self.real, self.held)
        ]
        return float(2 * (near[0] < near[1]).mean() - 1)

    # The critic.

    @cached_property
    def scores(self) -> dict[str, np.ndarray] | None:
        """The critic's scores of training examples, held-out ones and samples; None where it gives none."""
        critique = getattr(self.family, "critique", None)
        if critique is None or self.family.conditional or getattr(self.family, "pack", 1) > 1:
            return None
        parts = {"real": self.real[:HELD], "held": self.held, "fake": self.fake}
        with torch.no_grad():
            return {
                name: torch.cat([critique(x, Batch(x)).score for x in self.floats(part).split(BATCH)])
                .double()
                .numpy()
                for name, part in parts.items()
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
        return Units(len(each), 1 - float(each.double().mean()) if len(each) else 0.0)

    @cached_property
    def generator_units(self) -> Units:
        """Rectifiers of the generator, for latents of samples."""
        network = nn.ModuleList([self.family.get_submodule(name) for name in self.family.generators])
        return self.units(network, lambda: self.run.sample(BATCH, seed=self.seed))

    @cached_property
    def normalised_by_batch(self) -> float | None:
        """How far samples with a batch's own statistics are from those with the stored ones.

        The squared distance over the variance of samples; None where nothing is normalised by batch.
        """
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
        return float((own - stored).square().mean() / stored.var(0).mean().clamp_min(1e-12))

    @cached_property
    def moved(self) -> dict[str, float]:
        """By player, how far its weights are from where they began, over their own length."""
        before = rebuild(self.run.config).experiment.family
        found = {}
        for player in self.family.players:
            first, last = before.parameters_of(player), self.family.parameters_of(player)
            apart = sum(float((last[name] - first[name]).detach().double().square().sum()) for name in first)
            length = sum(float(first[name].detach().double().square().sum()) for name in first)
            found[player] = math.sqrt(apart / max(length, 1e-12))
        return found

    @cached_property
    def checkerboard(self) -> float | None:
        """Power of samples at waves of two pixels over that of real images; None where images are small."""
        if not self.run.kind.sized or self.real.shape[1] < 16:
            return None
        return _fine(self.fake) / max(_fine(self.real), 1e-9)


def _flat(examples: np.ndarray) -> np.ndarray:
    scale = 255.0 if examples.dtype == np.uint8 else 1.0
    return examples.reshape(len(examples), -1).astype(np.float64) / scale


def _fine(images: np.ndarray) -> float:
    """Return the share of images' power, without their means, at waves of exactly two pixels in either axis."""
    grey = images.astype(np.float64).mean(-1)
    power = np.abs(np.fft.fft2(grey - grey.mean((1, 2), keepdims=True))).__pow__(2).mean(0)
    middle = power.shape[0] // 2
    return float((power[middle].sum() + power[:, middle].sum()) / max(power.sum(), 1e-12))


def chances_apart(first: np.ndarray, second: np.ndarray) -> float:
    """Return the chance that one of ``first`` is above one of ``second``, ties halved: ½ for equal sets."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([first, second]))[: len(first)].sum()
    return float((ranks - len(first) * (len(first) + 1) / 2) / (len(first) * len(second)))


def last_part(values: Sequence[float] | np.ndarray, share: float = 0.25) -> np.ndarray:
    """Return the last part of a curve, one value at least, without NaN."""
    array = np.asarray(values, float)
    array = array[np.isfinite(array)]
    return array[-max(1, round(share * len(array))) :] if len(array) else array
