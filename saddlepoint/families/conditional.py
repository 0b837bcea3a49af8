"""The conditional game (Mirza and Osindero 2014): both players are told the class.

They minimise what :mod:`saddlepoint.families.vanilla` says, with s(x, c) for s(x) and G(z, c) for G(z)
(equation 2), where fakes have the classes c of the real batch.
"""

from typing import Any

import torch
from torch import Generator, Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec
from saddlepoint.core.protocol import Batch, Code, Critique
from saddlepoint.families.vanilla import Vanilla


class Classes(nn.Module):
    """The classes that samples are drawn with, each as often as training shows it.

    Args:
        data: whose labels they are. Runs that did not keep how many examples each class has draw all that
            training shows equally often, as they always did.

    Attributes:
        code: the class as a code of the latent.
    """

    seen: Tensor
    ends: Tensor | None

    def __init__(self, data: DataSpec):
        super().__init__()
        seen = tuple(label for label in range(len(data.classes)) if label not in data.unseen)
        counts = torch.tensor([data.counts[label] for label in seen]) if data.counts else None
        ends = None if counts is None else (counts.cumsum(0) / counts.sum()).float()
        self.register_buffer("seen", torch.tensor(seen), persistent=False)
        self.register_buffer("ends", ends, persistent=False)
        self.code = Code("class", seen, True)

    def draw(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Return (n,) int64 labels: those of ``condition``, or random ones, on the device of ``rng``.

        Numbers are drawn either way, so that what follows does not depend on whether a class was asked for.
        """
        last = len(self.seen) - 1
        if self.ends is None:
            drawn = torch.randint(last + 1, (n,), generator=rng, device=rng.device)
        else:
            share = torch.rand(n, generator=rng, device=rng.device)
            drawn = torch.searchsorted(self.ends.to(rng.device), share, right=True).clamp(max=last)
        return self.seen.to(rng.device)[drawn] if condition is None else condition


class Conditional(Vanilla):
    """Vanilla, with networks that also take labels: generator(latent, label), critic(x, label).

    While training, fakes carry the labels of the real batch, so that labels alone tell nothing. Samples
    that were not asked for a class draw theirs at random, as often as training shows it.

    Args:
        data: whose labels they are.
        **settings: of :class:`Vanilla`.
    """

    condition = "label"

    def __init__(self, data: DataSpec, **settings: Any):
        super().__init__(**settings)
        self.classes = Classes(data)
        self.codes = (self.classes.code,)

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> dict[str, Tensor]:
        """Draw noise (n, latent), and take (n,) labels from ``condition`` or draw them."""
        noise = super().latent(n, rng=rng)
        return {"noise": noise, "label": self.classes.draw(n, rng=rng, condition=condition)}

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return fakes of the batch's labels, or of the latent's."""
        label = latent["label"] if batch is None else batch.label
        return self.generator(latent["noise"], label)

    def critique(self, x: Tensor, batch: Batch) -> Critique:
        """Return what the critic says of ``x`` with the batch's labels."""
        return self.critic(x, batch.label)

    def labels(self, latent: Any) -> Tensor:
        """Return the (n,) classes that latents were drawn with."""
        return latent["label"]

    def with_code(self, latent: Any, code: str, value: float) -> dict[str, Tensor]:
        """Return ``latent`` with all labels set to ``value``."""
        return {**latent, "label": torch.full_like(latent["label"], int(value))}


def count_classes(data: DataSpec, recipe: str) -> int:
    """Return the number of classes; raises UserError where the data have no labels."""
    if not data.classes:
        cure = "give labelled data: two folders of images or more, one a class, or --labels FILE"
        told = [note for note in data.notes if "classes" in note]
        raise UserError(
            f"recipe {recipe!r} learns classes, and {data.name!r} has no labels; {'; '.join(told) or cure}"
        )
    return len(data.classes)
