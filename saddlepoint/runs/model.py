"""A run on disk as an object: its configuration, its weights, and samples from them."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch

from saddlepoint.core.checkpoint import Checkpoint
from saddlepoint.core.classes import find_class
from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import Kind, Range, kinds
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.protocol import Density, Enlarger, Family
from saddlepoint.core.run_folder import RunFolder, find_run
from saddlepoint.core.words import printable
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Reading
from saddlepoint.engine.state import load_weights
from saddlepoint.plots.drawing import Drawing, drawing_of
from saddlepoint.runs.prepare import Built, rebuild, spec_of
from saddlepoint.sampling.latents import join, movable, take, truncate
from saddlepoint.sampling.samples import BLOCK, draw_latents, evaluating, examples, render, sample, traverse

if TYPE_CHECKING:
    from PIL import Image


class Model:
    """A run on disk: its configuration, its curves, and samples from its weights.

    Attributes:
        given: latents that come before all that are drawn, so that samples 0, 1, ... are theirs; or None.
    """

    def __init__(self, folder: RunFolder):
        self.folder = folder
        self.config = folder.read_config()
        self.given: Any = None

    @classmethod
    def open(cls, path: str | Path | None = None) -> Self:
        """Return the run at ``path``, by default the newest one; raises UserError where there is none."""
        return cls(find_run(path))

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.folder.path

    @property
    def step(self) -> int:
        """Steps that its weights were trained for."""
        return self.checkpoint.step

    @property
    def kind(self) -> Kind:
        """The kind of data that it was trained on."""
        return kinds.get(self.config["data"]["kind"])

    @property
    def range(self) -> Range:
        """Range of the floats that its networks see."""
        return self._loaded.experiment.range

    def curves(self) -> list[dict[str, Any]]:
        """Return the rows of ``metrics.jsonl``, oldest first."""
        return self.folder.rows()

    @property
    def family(self) -> Family:
        """The game with the newest weights (their average, where there is one)."""
        return self._loaded.experiment.family

    def sample(
        self, n: int = 64, seed: int = 0, label: int | str | None = None, truncation: float = 1.0
    ) -> np.ndarray:
        """Draw samples from the newest weights (their average, where there is one).

        Args:
            n: how many; sample i of a seed is the same whatever n is.
            seed: seed of the latents.
            label: class by name (text) or label (a whole number), for conditional recipes; see ``find_class``.
            truncation: ψ in [0, 1]. Latents z become ψ·z, which is nearer to their mean of 0: normal latents
                get the standard deviation ψ, uniform ones a box ψ times as wide. Samples become more typical
                and less varied; 1 is training's own distribution.

        Returns:
            uint8 (n, h, w, c) images, or float32 (n, d) points.

        Raises:
            UserError: the run has no checkpoint, or the recipe knows no classes.
        """
        if truncation != 1 or self.given is not None:
            return self.render(self.latents(n, seed, label, truncation))
        condition = self._condition(n, seed, label)
        return self._loaded.to_array(sample(self.family, n, seed=seed, condition=condition))

    def latents(
        self, n: int = 64, seed: int = 0, label: int | str | None = None, truncation: float = 1.0
    ) -> Any:
        """Draw the latents of :meth:`sample`: a pytree of tensors with first axis n; arguments as there."""
        if not 0 <= truncation <= 1:
            raise UserError(f"--truncation must be from 0 (the mean) to 1 (as in training), got {truncation}")
        if self.given is not None and (label is not None or truncation != 1):
            raise UserError("latents that were given stay as they are; leave out the class and the truncation")
        condition = self._condition(n, seed, label)
        drawn = draw_latents(self.family, n, seed=seed, condition=condition)
        if truncation != 1 and (self.family.condition == "example" or not movable(drawn)):
            raise UserError(
                f"--truncation pulls noise towards its mean, and recipe {self._loaded.recipe.name!r} "
                "draws none; leave it out"
            )
        drawn = truncate(drawn, truncation)
        return drawn if self.given is None else take(join(self.given, drawn), slice(n))

    def render(self, latents: Any) -> np.ndarray:
        """Turn latents, a pytree as :meth:`latents` returns it, into samples as :meth:`sample` does."""
        return self._loaded.to_array(render(self.family, latents))

    def to_array(self, floats: torch.Tensor) -> np.ndarray:
        """Return float samples (n, ...) in the recipe's range as examples of its data lie in memory."""
        return self._loaded.to_array(floats)

    def traverse(self, columns: int = 10, seed: int = 0) -> dict[str, np.ndarray]:
        """Draw samples that differ in one code alone, for every code of the recipe.

        Args:
            columns: different latents, 1 to 64: those of the first samples of ``seed``.
            seed: seed of the latents.

        Returns:
            By code uint8 (values, columns, h, w, c) images, or float32 (values, columns, d) points.

        Raises:
            UserError: the recipe has no codes.
        """
        built = self._loaded
        family = built.experiment.family
        if not family.codes:
            raise UserError(f"recipe {built.recipe.name!r} has no codes to traverse; infogan has some")
        if not 1 <= columns <= BLOCK:
            raise UserError(f"a traversal shows 1 to {BLOCK} latents, not {columns}")
        found = {}
        for code in family.codes:
            floats = traverse(family, code, columns, seed=seed)
            flat = built.to_array(floats.flatten(0, 1))
            found[code.name] = flat.reshape(len(code.values), columns, *flat.shape[1:])
        return found

    def recognise(self, images: np.ndarray) -> np.ndarray | None:
        """Return (n,) int64, the first discrete code that the recipe's networks read off data, or None.

        Args:
            images: uint8 (n, h, w, c), or float32 (n, d) points.
        """
        built = self._loaded
        codes = []
        with torch.no_grad(), evaluating(built.experiment.family, None):
            for floats in self.blocks(images):
                code = built.experiment.family.recognise(floats)
                if code is None:
                    return None
                codes.append(code.cpu().numpy())
        return np.concatenate(codes)

    def log_density(self, examples: np.ndarray, seed: int = 0) -> tuple[np.ndarray, Density] | None:
        """Return (n,) log p of data in nats, or a bound on it, and what it is; None where the game cannot say.

        Args:
            examples: uint8 (n, h, w, c) images, or float32 (n, d) points.
            seed: seed of what an estimate draws.
        """
        built = self._loaded
        with torch.no_grad(), evaluating(built.experiment.family, None):
            torch.manual_seed(seed)
            density = built.experiment.family.density()
            if density is None:
                return None
            nats = [density.log(x).double().cpu().numpy() for x in self.blocks(examples)]
        return np.concatenate(nats), density

    def reconstruct(self, examples: np.ndarray) -> np.ndarray:
        """Return examples after a way through the recipe's code and back, as :meth:`sample` returns them.

        Args:
            examples: uint8 (n, h, w, c) images, or float32 (n, d) points.

        Raises:
            UserError: the recipe has no such way.
        """
        built, rebuilt = self._loaded, []
        with torch.no_grad(), evaluating(built.experiment.family, None):
            for x in self.blocks(examples):
                found = built.experiment.family.reconstruct(x)
                if found is None:
                    raise UserError(
                        f"recipe {built.recipe.name!r} has no way back from data to a code, and so no "
                        "reconstructions; vae, rbm and ebgan have"
                    )
                rebuilt.append(found.float().cpu())
        return built.to_array(torch.cat(rebuilt))

    def enlarger(self) -> Enlarger:
        """Return how the recipe enlarges images; raises UserError where it does not."""
        found = self.family.enlarger()
        if found is None:
            recipe = self.config["recipe"]
            raise UserError(f"recipe {recipe!r} does not enlarge images; srresnet and srgan do")
        return found

    def class_names(self, n: int = 64, seed: int = 0, label: int | str | None = None) -> list[str]:
        """Return the class of each sample that :meth:`sample` draws with these; empty where none are told."""
        built = self._loaded
        drawn = built.experiment.family.labels(self.latents(n, seed, label))
        return [] if drawn is None else [built.spec.classes[index] for index in drawn.tolist()]

    @property
    def conditional(self) -> bool:
        """Whether samples of one class can be asked for."""
        return self._loaded.experiment.family.conditional

    def data(self, report: Progressing = silent, *, cure: str = "") -> Dataset:
        """Read the data that the run was trained on, at its size.

        Args:
            report: told of slow reading.
            cure: the command that helps where they have moved, by default the one that the run remembers.

        Raises:
            UserError: they cannot be read, or are no longer the same.
        """
        stored = self.config["data"]
        source = Path(stored["source"])
        if source.is_absolute() and not source.exists():
            raise UserError(
                f"the data of {self.path} are no longer at {source}; if they have moved: "
                f"{cure or f'saddle resume {self.path} --data PATH'}"
            )
        reading: Reading = {
            "size": stored["shape"][0] if self.kind.sized else None,
            "crop": stored["crop"],
            "background": stored.get("background", "white"),
            "labels": stored.get("labels"),
            "rate": stored.get("rate") or None,
            "length": stored.get("length"),
            "tokens": stored.get("tokens", "character"),
        }  # not kept at first
        data = load(stored["source"], report=report, **reading)
        if data.fingerprint != stored["fingerprint"]:
            raise UserError(
                f"the data at {stored['source']} have changed since {self.path} was started, or this version "
                f"reads them otherwise; start a new run from its weights with: saddle train --init {self.path}"
            )
        return data

    @property
    def drawing(self) -> Drawing:
        """How its kind of data is drawn."""
        return drawing_of(spec_of(self.config))

    def picture(self, samples: np.ndarray) -> "Image.Image":
        """Draw samples of this run as :meth:`sample` returns them."""
        return self.drawing.samples(samples, self.behind(), title=self.title)

    @property
    def title(self) -> str:
        """What stands over its pictures."""
        return f"{self.path.name}, step {self.step:,}"

    def behind(self) -> Any:
        """Return what its samples are drawn over; None where that is nothing, or its data cannot be read."""
        if self.drawing.over_real:
            with suppress(UserError):  # the samples can be seen without them
                return self.drawing.behind(self.data())
        return None

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """Where this object's weights are from: the newest checkpoint when it was first asked for.

        It stays that one, whatever is trained since.
        """
        return self.folder.latest()

    @cached_property
    def origin(self) -> dict[str, Any]:
        """``run``, ``step`` and ``weights``, a hash, of :attr:`checkpoint`."""
        return {
            "run": printable(self.path.name),
            "step": self.checkpoint.step,
            "weights": self.checkpoint.weights_hash,
        }

    def untrained(self) -> Built:
        """Return the experiment with the weights that it began with, built anew."""
        return rebuild(self.config, self.data)

    def built(self) -> Built:
        """Return the experiment with the weights of :attr:`checkpoint` (and their average), built anew."""
        built = self.untrained()
        load_weights(built.experiment.family, self.checkpoint)
        load_weights(built.experiment.family, self.checkpoint, "ema")
        return built

    def needs_samples(self) -> None:
        """Raise UserError where the recipe's game makes no samples, whatever is to be done with them."""
        if not self.family.samples:
            raise UserError(f"{self.path} has no samples: its recipe {self.config['recipe']!r} makes none")

    def blocks(self, examples: np.ndarray) -> Iterator[torch.Tensor]:
        """Yield examples in memory, 64 at a time, as the networks see them."""
        built = self._loaded
        device = next(built.experiment.family.parameters()).device
        for start in range(0, len(examples), BLOCK):
            block = torch.from_numpy(np.ascontiguousarray(examples[start : start + BLOCK])).to(device)
            yield built.kind.to_tensor(block, built.experiment.range)

    @cached_property
    def _loaded(self) -> Built:
        """The experiment with the weights, built once."""
        return self.built()

    def _condition(self, n: int, seed: int, label: int | str | None) -> torch.Tensor | None:
        """Return ``label`` as n classes, or n test images; raises UserError for a bad ``n`` too."""
        self.needs_samples()
        if n < 1:
            raise UserError(f"-n must be at least 1, got {n}")
        if label is not None:
            return torch.full((n,), self._label(label))
        if self.family.condition != "example":
            return None
        return examples(self.family, self._unseen, n, seed, self.range)

    @cached_property
    def _unseen(self) -> Split:
        """The test split of the run's data."""
        return self.data().splits["test"]

    def _label(self, asked: int | str) -> int:
        built = self._loaded
        if not built.experiment.family.conditional:
            raise UserError(f"recipe {built.recipe.name!r} cannot be asked for a class: it is not conditional")
        return find_class(asked, built.spec.classes, built.spec.unseen)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"
