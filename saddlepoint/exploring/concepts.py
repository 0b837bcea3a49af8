"""Sums of concepts, each the average of some samples' latents."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.seeds import generator
from saddlepoint.evaluate.encoders.find import find_encoder
from saddlepoint.exploring.expression import Term, parse
from saddlepoint.exploring.output import WORD_TILE, drawn_with, needs_kind, word_scale
from saddlepoint.plots.collage import beside, framed, stacked, titled
from saddlepoint.plots.grid import grid
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import picture_path, provenance, save_picture
from saddlepoint.sampling.latents import combine, mean, scatter, take

if TYPE_CHECKING:
    from PIL import Image

KINDS = ("images",)  # whose concepts can be told by eye
EXEMPLARS = 3  # of a class, as many as in DCGAN's figures
SEARCHED = 2048  # samples among which exemplars of a class are looked for
AROUND, RADIUS = 9, 0.25


@dataclass(frozen=True)
class Concept:
    """One term of a sum.

    Attributes:
        sign: 1 or −1.
        text: the term as it was written.
        samples: indices, within the seed, of the samples whose latents were averaged.
        exemplars: uint8 (k, h, w, c) those samples.
        average: uint8 (h, w, c) the image of their average latent.
    """

    sign: int
    text: str
    samples: tuple[int, ...]
    exemplars: np.ndarray
    average: np.ndarray


@dataclass(frozen=True)
class Arithmetic:
    """What a sum of concepts looks like.

    Attributes:
        concepts: its terms.
        result: uint8 (h, w, c) the image of the resulting latent.
        around: uint8 (9, h, w, c) the result in the middle, at index 4, amid images of latents near to its own.
        latent: the resulting latent, as :meth:`Model.render` takes it.
    """

    concepts: tuple[Concept, ...]
    result: np.ndarray
    around: np.ndarray
    latent: Any


def arithmetic(
    run: Model,
    expression: str,
    *,
    seed: int = 0,
    label: int | str | None = None,
    truncation: float = 1.0,
    report: Progressing = silent,
) -> Arithmetic:
    """Add and subtract concepts, each the average of some samples' latents (Radford et al. 2016, 6.3.2).

    Single latents are unstable, so a concept is an average of several: of the samples that are named, or of the
    first three of a class. For a conditional recipe those are samples drawn with that class; for any other the
    first samples that the judge, a classifier trained on the data's own labels, assigns to it. Labels and
    one-hot codes are those of the first term.

    Args:
        run: whose weights to use.
        expression: for example ``"3,17,40 - 5,9 + 12"`` (samples by index) or ``"class:7 - class:1 + 4"``.
        seed: seed of the latents; indices count its samples.
        label: class of samples that are named by index, for conditional recipes.
        truncation: as for :meth:`Model.sample`.
        report: told how slow work goes.

    Raises:
        UserError: the expression cannot be read, the data have no such class or no labels, too few samples
            belong to it, or the run is one of points.
    """
    needs_kind(run, "arithmetic", KINDS)
    known = run.config["data"]
    terms = parse(expression, known["classes"], known.get("unseen", ()))
    drawn = {"seed": seed, "truncation": truncation}
    labels = [term.label for term in terms if term.label is not None]
    chosen = {} if run.family.conditional else _of_classes(run, labels, drawn, report)
    concepts, averages = [], []
    for term in terms:
        samples = term.samples if term.label is None else chosen.get(term.label, tuple(range(EXEMPLARS)))
        wanted = label if term.label is None or not run.family.conditional else term.label
        # Given latents are of no class that is asked for.
        source = run if run.given is None or wanted is None else Model(run.folder)
        exemplars = take(source.latents(max(samples) + 1, label=wanted, **drawn), list(samples))
        averages.append(mean(exemplars))
        concepts.append(
            Concept(term.sign, term.text, samples, run.render(exemplars), run.render(averages[-1])[0])
        )
    latent = combine(averages, [term.sign for term in terms])
    noisy = scatter(latent, AROUND, RADIUS, generator("cpu", seed, "around"))
    around = run.render(noisy)
    result = run.render(latent)[0]
    around[AROUND // 2] = result
    return Arithmetic(tuple(concepts), result, around, latent)


def save_arithmetic(run: Model, out: Path, expression: str, *, seed: int = 0, **settings: Any) -> Path:
    """Write :func:`arithmetic` to ``out``: ``.png``, or ``.npy`` of ``around``; return where."""
    out = picture_path(out)
    found = arithmetic(run, expression, seed=seed, **settings)
    text = provenance(run, seed=seed, **drawn_with(settings)) | {"arithmetic": _written(found.concepts)}
    return save_picture(out, found.around, lambda: _sum(found), text)


def _of_classes(
    run: Model, labels: Sequence[int], drawn: dict[str, Any], report: Progressing
) -> dict[int, tuple[int, ...]]:
    """Return, for each class, the first samples that the judge assigns to it."""
    if not labels:
        return {}
    data = run.data()
    judge = find_encoder("judge", data, report)
    verdicts = np.empty(0, np.int64)
    latents = run.latents(SEARCHED, **drawn)
    found: dict[int, tuple[int, ...]] = {}
    for start in range(0, SEARCHED, 256):
        logits = judge.encode(run.render(take(latents, slice(start, start + 256)))).logits
        assert logits is not None
        verdicts = np.concatenate([verdicts, logits.argmax(1)])
        found = {label: tuple(map(int, np.flatnonzero(verdicts == label)[:EXEMPLARS])) for label in labels}
        if all(len(samples) == EXEMPLARS for samples in found.values()):
            return found
    rare = min(labels, key=lambda label: len(found[label]))
    raise UserError(
        f"the judge finds only {len(found[rare])} of {EXEMPLARS} samples of class {data.classes[rare]!r} among "
        f"the first {SEARCHED} of seed {drawn['seed']}; name another class or samples by their index"
    )


def _written(concepts: Sequence[Term | Concept]) -> str:
    """Return a sum as text, each class with the samples that stand for it."""
    words = ""
    for concept in concepts:
        words += " - " if concept.sign < 0 else " + " if words else ""
        listed = ",".join(map(str, concept.samples))
        words += concept.text if concept.text == listed else f"{concept.text} ({listed})"
    return words.strip()


def _sum(found: Arithmetic) -> "Image.Image":
    scale = word_scale(found.around)
    parts = []
    for place, concept in enumerate(found.concepts):
        sign = "- " if concept.sign < 0 else "+ " if place else ""
        average = titled(sign + concept.text, grid(concept.average[None], scale=scale), width=WORD_TILE + 30)
        columns = -(-len(concept.exemplars) // EXEMPLARS)
        exemplars = titled("average of", grid(concept.exemplars, columns=columns, scale=scale), size=13)
        parts.append(stacked([average, exemplars], gap=0) if len(concept.samples) > 1 else average)
    result = titled("= the sum, amid latents near it", grid(found.around, columns=3, scale=scale))
    return framed(beside([*parts, result]))
