"""Questions to a generator: walks between samples, sums of concepts, the training images nearest to samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.seeds import generator
from saddlepoint.data.request import Report, silent
from saddlepoint.engine import latents as space
from saddlepoint.evaluate.distances import nearest_few
from saddlepoint.evaluate.encoders.find import find_encoder
from saddlepoint.evaluate.features import real_views, thumbnails, training_order
from saddlepoint.exploring.expression import Term, parse
from saddlepoint.plots.animation import FILMS, save_loop
from saddlepoint.plots.collage import beside, framed, stacked, subtitled, titled
from saddlepoint.plots.grid import GAP, grid, tile_scale
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import picture_path, provenance, save_picture, writing

if TYPE_CHECKING:
    from PIL import Image

ROWS, STEPS, NEAREST = 8, 10, 5
FRAMES = 30  # of a film, one way
EXEMPLARS = 3  # of a class, as many as in DCGAN's figures
SEARCHED = 2048  # samples among which exemplars of a class are looked for
AROUND, RADIUS = 9, 0.25
TILE = 80  # pixels, about, of one image in a picture with words
WORDS = 520  # pixels that the heading over neighbours takes


def interpolate(
    run: Model,
    n: int = ROWS,
    *,
    steps: int = STEPS,
    seed: int = 0,
    label: int | str | None = None,
    truncation: float = 1.0,
) -> np.ndarray:
    """Walk through the latents of samples 0, 1, ..., n of a seed, each walk beginning where the last one ended.

    Uniform latents are joined by straight lines, which stay within their box. Normal latents are joined along
    circles around 0: nearly all of them lie near a sphere of radius √d, and the middle of a straight line is
    far inside of it, where the generator was never trained. Labels and one-hot codes are kept through a walk.

    Args:
        run: whose weights to use.
        n: number of walks.
        steps: images a walk, both ends included, at least 2.
        seed: seed of the latents.
        label: class by name or label, for conditional recipes.
        truncation: as for :meth:`Model.sample`.

    Returns:
        uint8 (n, steps, h, w, c) images, or float32 (n, steps, d) points.

    Raises:
        UserError: n or steps are too small, or as for :meth:`Model.sample`.
    """
    if n < 1:
        raise UserError(f"-n must be at least 1, got {n}")
    if steps < 2:
        raise UserError(f"a walk has at least 2 steps, got {steps}")
    ends = run.latents(n + 1, seed, label, truncation)
    walks = space.walk(
        space.take(ends, slice(0, n)), space.take(ends, slice(1, n + 1)), steps, space.bounded(run.family)
    )
    samples = run.render(walks)
    return samples.reshape(n, steps, *samples.shape[1:])


def save_walks(
    run: Model, out: Path, n: int = ROWS, *, steps: int | None = None, seed: int = 0, **settings: Any
) -> Path:
    """Write :func:`interpolate` to ``out``; return where.

    Args:
        run: whose weights to use.
        out: ``.png`` with a walk a row; ``.gif`` or ``.webp``, a film in which all walks go there and back for
            ever, side by side; or ``.npy``.
        n: number of walks.
        steps: images a walk (10; of a film 30).
        seed: seed of the latents.
        **settings: as for :func:`interpolate`.

    Raises:
        UserError: as :func:`interpolate`, or ``out`` cannot be written.
    """
    film = out.suffix.lower() in FILMS
    out = out if film else picture_path(out, FILMS)
    walks = interpolate(run, n, steps=steps or (FRAMES if film else STEPS), seed=seed, **settings)
    text = provenance(run, seed=seed, **_kept(settings)) | {"walks": f"samples 0 to {n}, one row from each"}
    scale = tile_scale(walks.shape[-2])
    if film:
        frames = [run.picture(step, scale=scale) for step in np.moveaxis(walks, 1, 0)]
        with writing(out):
            save_loop(out, frames, text=text)
        return out
    flat = walks.reshape(-1, *walks.shape[2:])
    return save_picture(out, walks, lambda: run.picture(flat, columns=walks.shape[1], scale=scale), text)


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
    report: Report = silent,
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
    _needs_images(run, "arithmetic")
    known = run.config["data"]
    terms = parse(expression, known["classes"], known.get("unseen", ()))
    drawn = {"seed": seed, "truncation": truncation}
    labels = [term.label for term in terms if term.label is not None]
    chosen = {} if run.family.conditional else _of_classes(run, labels, drawn, report)
    concepts, averages = [], []
    for term in terms:
        samples = term.samples if term.label is None else chosen.get(term.label, tuple(range(EXEMPLARS)))
        wanted = label if term.label is None or not run.family.conditional else term.label
        exemplars = space.take(run.latents(max(samples) + 1, label=wanted, **drawn), list(samples))
        averages.append(space.mean(exemplars))
        concepts.append(
            Concept(term.sign, term.text, samples, run.render(exemplars), run.render(averages[-1])[0])
        )
    latent = space.combine(averages, [term.sign for term in terms])
    noisy = space.scatter(latent, AROUND, RADIUS, generator("cpu", seed, "around"))
    around = run.render(noisy)
    result = run.render(latent)[0]
    around[AROUND // 2] = result
    return Arithmetic(tuple(concepts), result, around, latent)


def save_arithmetic(run: Model, out: Path, expression: str, *, seed: int = 0, **settings: Any) -> Path:
    """Write :func:`arithmetic` to ``out``: ``.png``, or ``.npy`` of ``around``; return where."""
    out = picture_path(out)
    found = arithmetic(run, expression, seed=seed, **settings)
    text = provenance(run, seed=seed, **_kept(settings)) | {"arithmetic": _written(found.concepts)}
    return save_picture(out, found.around, lambda: _sum(found), text)


@dataclass(frozen=True)
class Neighbours:
    """Samples and the training images nearest to them.

    Attributes:
        samples: uint8 (n, h, w, c).
        images: uint8 (n, k, h, w, c) training images, the nearest first.
        index: (n, k) their positions in the training split.
        distance: (n, k) Euclidean distances in ``space``.
        space: what they were measured in, in words.
        searched: number of training images that were compared, drawn at random where there are more.
        of: number of training images.
    """

    samples: np.ndarray
    images: np.ndarray
    index: np.ndarray
    distance: np.ndarray
    space: str
    searched: int
    of: int


def neighbours(
    run: Model,
    n: int = ROWS,
    *,
    k: int = NEAREST,
    seed: int = 0,
    label: int | str | None = None,
    truncation: float = 1.0,
    encoder: str | None = None,
    report: Report = silent,
) -> Neighbours:
    """Find the training images nearest to samples, which shows whether the generator copies.

    Args:
        run: whose weights to use.
        n: number of samples.
        k: training images a sample.
        seed: seed of the latents.
        label: class by name or label, for conditional recipes.
        truncation: as for :meth:`Model.sample`.
        encoder: measure in the features of this encoder instead of in pixels, which are shrunk to 32×32 where
            there are more. Pixels find copies; features find what looks alike.
        report: told how slow work goes.

    Returns:
        The nearest of at most 60,000 training images.

    Raises:
        UserError: the run is one of points, its data cannot be read, or the encoder does not fit them.
    """
    _needs_images(run, "neighbours")
    samples = run.sample(n, seed, label, truncation)
    data = run.data()
    order = training_order(data)
    if k < 1 or k > len(order):
        raise UserError(f"k must be from 1 to the {len(order)} training images, got {k}")
    if encoder is None:
        index, distance = nearest_few(thumbnails(samples), thumbnails(data.train.take(order)[0]), k)
        measured = "pixels"
    else:
        chosen = find_encoder(encoder, data, report)
        index, distance = nearest_few(chosen.features(samples), real_views(data, chosen, report)[0].features, k)
        measured = f"features of {chosen.name}"
    index = order[index]
    images = np.stack([data.train.take(row)[0] for row in index])
    return Neighbours(samples, images, index, distance, measured, len(order), len(data.train))


def save_neighbours(run: Model, out: Path, n: int = ROWS, *, seed: int = 0, **settings: Any) -> Path:
    """Write :func:`neighbours` to ``out``: ``.png``, or ``.npy`` (n, 1 + k, ...), sample first; return it."""
    out = picture_path(out)
    found = neighbours(run, n, seed=seed, **settings)
    text = provenance(run, seed=seed, **_kept(settings)) | {"neighbours": f"in {found.space}"}
    if settings.get("label") is None and (classes := run.class_names(n, seed)):
        text["classes"] = ", ".join(classes)
    array = np.concatenate([found.samples[:, None], found.images], 1)
    return save_picture(out, array, lambda: _pairs(found), text)


def _needs_images(run: Model, what: str) -> None:
    if run.config["data"]["kind"] != "images":
        raise UserError(f"--{what} needs a run on images, and {run.path} was trained on points")


def _of_classes(
    run: Model, labels: Sequence[int], drawn: dict[str, Any], report: Report
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
        logits = judge.encode(run.render(space.take(latents, slice(start, start + 256)))).logits
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


def _kept(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: settings[name] for name in ("label", "truncation") if name in settings}


def _scale(images: np.ndarray) -> int:
    return max(1, round(TILE / images.shape[-3]))


def _written(concepts: Sequence[Term | Concept]) -> str:
    """Return a sum as text, each class with the samples that stand for it."""
    words = ""
    for concept in concepts:
        words += " - " if concept.sign < 0 else " + " if words else ""
        listed = ",".join(map(str, concept.samples))
        words += concept.text if concept.text == listed else f"{concept.text} ({listed})"
    return words.strip()


def _sum(found: Arithmetic) -> "Image.Image":
    scale = _scale(found.around)
    parts = []
    for place, concept in enumerate(found.concepts):
        sign = "- " if concept.sign < 0 else "+ " if place else ""
        average = titled(sign + concept.text, grid(concept.average[None], scale=scale), width=TILE + 30)
        columns = -(-len(concept.exemplars) // EXEMPLARS)
        exemplars = titled("average of", grid(concept.exemplars, columns=columns, scale=scale), size=13)
        parts.append(stacked([average, exemplars], gap=0) if len(concept.samples) > 1 else average)
    result = titled("= the sum, amid latents near it", grid(found.around, columns=3, scale=scale))
    return framed(beside([*parts, result]))


def _pairs(found: Neighbours) -> "Image.Image":
    scale = _scale(found.samples)

    def row(images: np.ndarray, words: Sequence[str]) -> "Image.Image":
        tiles = [grid(image[None], scale=scale) for image in images]
        cells = zip(tiles, words, strict=True)
        return beside([subtitled(tile, text) for tile, text in cells], gap=GAP)

    left = titled("sample", stacked([row(one[None], [""]) for one in found.samples], gap=GAP), size=13)
    near = [
        row(images, [f"{one:.3g}" for one in distance])
        for images, distance in zip(found.images, found.distance, strict=True)
    ]
    of = f"{found.searched:,}" if found.searched == found.of else f"{found.searched:,} of {found.of:,}"
    words = f"nearest of {of} training images, and their distances in {found.space}"
    return framed(beside([left, titled(words, stacked(near, gap=GAP), size=13, width=WORDS)]))
