"""Score cards of runs, and of samples that any other tool has made."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.core.files import remove
from saddlepoint.core.kinds import kind_of
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.run_folder import is_run
from saddlepoint.core.seeds import derive
from saddlepoint.core.waiting import Waiting, waiting
from saddlepoint.data import load as load_data
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Background, Crop
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate import Card, Figure, Inputs, evaluate
from saddlepoint.evaluate.class_figures import code_error, knn_accuracy
from saddlepoint.plots.png import save_png
from saddlepoint.runs.model import Model
from saddlepoint.scoring.fidelity import fidelity
from saddlepoint.scoring.given import Geometry, alike, check_target, in_colours_of, read_samples
from saddlepoint.scoring.likelihood import likelihood

SAMPLES = 10_000
TEST = 10_000  # test images that the figures of classes rest on, at most


def score(
    target: "str | Path | np.ndarray | Model | None" = None,
    *,
    against: str | None = None,
    metrics: Sequence[str] | None = None,
    samples: int = SAMPLES,
    encoder: str | None = None,
    seed: int = 0,
    knn: int | None = None,
    size: int | None = None,
    crop: Crop | None = None,
    background: Background | None = None,
    quiet: bool = False,
) -> Card:
    """Score a run, or images of any other origin.

    Args:
        target: a run or its folder (default: the newest run), an ``.npy`` of images or (n, d) points, a
            folder or zip of images, or an array.
        against: data to compare with: by default those that the run was trained on.
        metrics: names of metrics; by default all that fit.
        samples: how many samples to draw, or the most to use.
        encoder: name of an encoder, or ``package.module:callable``; by default chosen by the data.
        seed: seed of the latents and of the metrics.
        knn: also classify test images by the nearest of this many class-conditional samples of a run.
        size: side in pixels at which samples and data are compared; by default that of the samples.
        crop: "center" or "stretch", how both become square; by default "center", or as the run's data.
        background: "white" or "black", what transparent parts of both are flattened on.
        quiet: say nothing about slow work; it is told on the error stream.

    Returns:
        The card; that of a run is also written into its folder, as ``card.json`` and ``card.md``
        with pictures beside them. Figures there of the same samples that were not asked for again stay.

    Raises:
        UserError: target and data do not fit each other, or the encoder taught the run that it is to judge.
    """
    settings = {"metrics": metrics, "samples": samples, "encoder": encoder, "seed": seed}
    geometry = Geometry(size, crop, background)
    with waiting("reading", quiet=quiet) as report:
        return _score(target, against, knn, geometry, report, settings)


def _score(
    target: "str | Path | np.ndarray | Model | None",
    against: str | None,
    knn: int | None,
    geometry: Geometry,
    report: Waiting,
    settings: dict[str, Any],
) -> Card:
    labels = None
    if not isinstance(target, np.ndarray | Model):
        check_target(target, against)
    if target is None or isinstance(target, Model) or (not isinstance(target, np.ndarray) and is_run(target)):
        run = target if isinstance(target, Model) else Model.open(target)
        run.needs_samples()
        check_impartial(run, settings["encoder"])
        settings["taught"] = run.family.taught_by
        if geometry == Geometry():
            dataset = reference(run, against, f"saddle evaluate {run.path} --against PATH", report)
            _check_knn(run, dataset, knn)
            return _score_run(run, dataset, report, knn, settings)
        if against is None:  # those that were changed are told here; their size then is another
            run.data(report, cure=f"saddle evaluate {run.path} --against PATH")
        # At another size its samples are judged as those of a file; the run keeps the card of its own.
        target, stored = run.sample(settings["samples"], seed=settings["seed"]), run.config["data"]
        against, labels = against or stored["source"], None if against else stored.get("labels")
        crop, background = stored["crop"], stored.get("background", "white")
        geometry = Geometry(geometry.size, geometry.crop or crop, geometry.background or background)
    if knn is not None:
        raise UserError("--knn needs a run at its own size, whose recipe can be asked for a class")
    if against is None:
        raise UserError("an array is no run, so name the data to compare with: --against SOURCE")
    images, told = read_samples(target, geometry, report)
    if kind_of(images).timed:
        dataset = load_data(str(against), labels=labels, report=report)
        images, told = alike(target, dataset, report)
        return evaluate(dataset, images, told=told, report=report, **settings)
    asked: dict[str, Any] = geometry.settings() | {"size": images.shape[1] if kind_of(images).sized else None}
    dataset = load_data(str(against), **asked, labels=labels, report=report)
    return evaluate(dataset, in_colours_of(images, dataset), told=told, report=report, **settings)


def check_impartial(run: Model, encoder: str | None) -> None:
    """Raise UserError where a run learned from the features of the encoder that is to judge it."""
    if encoder in run.family.taught_by:
        raise UserError(
            f"{run.path} was trained to please encoder {encoder!r}, which would praise it for that; "
            "choose another, such as --encoder patches"
        )


def reference(run: Model, against: str | None, cure: str, report: Progressing = silent) -> Dataset:
    """Return the data that a run is compared with: its own, or ``against`` at its size.

    Args:
        run: the run.
        against: other data, or None.
        cure: the command that helps where the run's own data have moved.
        report: told how reading goes.
    """
    if against is None:
        return run.data(report, cure=cure)
    return load_data(against, size=run.config["data"]["shape"][0] if run.kind.sized else None)


def told_figures(
    run: Model, dataset: Dataset, *, knn: int | None = None, seed: int = 0, named: bool = False
) -> dict[str, Figure]:
    """Return the figures of a run that knows classes: ``code_error`` where it has codes, ``knn_accuracy``.

    Args:
        run: the run.
        dataset: labelled data with a test split.
        knn: class-conditional samples for ``knn_accuracy``; None leaves it out.
        seed: seed of the samples.
        named: metrics were chosen by name, so that nothing is added that was not asked for.
    """
    test = dataset.splits.get("test", dataset.train)
    images, label = test.take(random_part(len(test), TEST))
    if label is None:
        return {}
    figures = {}
    if not named and (code := run.recognise(images)) is not None:
        figures["code_error"] = code_error(code, label)
    if knn is not None:
        real = dataset.train.take(random_part(len(dataset.train), knn))
        assert real[1] is not None
        control = knn_accuracy(images, label, [(real[0], real[1])]).value
        seen = [label for label in range(len(dataset.classes)) if label not in dataset.unseen]
        found = knn_accuracy(images, label, _of_classes(run, knn, seen, seed))
        figures["knn_accuracy"] = replace(found, real=control, real_samples=len(real[0]))
    return figures


def _of_classes(
    run: Model, count: int, classes: Sequence[int], seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ``count`` samples in blocks, as many of each class as of any other."""
    for place, label in enumerate(classes):
        left, part = count // len(classes) + (place < count % len(classes)), 0
        while left:
            n = min(left, SAMPLES)
            # Blocks must not repeat each other, nor one class's latents another's.
            block = run.sample(n, seed=derive(seed, "knn", label, part), label=label)
            yield block, np.full(n, label)
            left, part = left - n, part + 1


def _check_knn(run: Model, dataset: Dataset, knn: int | None) -> None:
    if knn is None:
        return
    if not run.conditional or not dataset.classes:
        raise UserError(f"--knn asks for samples of a class, and {run.config['recipe']!r} is not conditional")
    if knn < len(dataset.classes):
        raise UserError(f"--knn must be at least {len(dataset.classes)}, one sample a class, got {knn}")


def _score_run(
    run: Model, dataset: Dataset, report: Waiting, knn: int | None, settings: dict[str, Any]
) -> Card:
    """Score a run's samples, and write the card and its pictures into the run's folder."""
    from saddlepoint.scoring.card_pictures import draw_card

    origin = run.origin
    pictures: dict[str, Image.Image] = {}

    def look(card: Card, inputs: Inputs) -> None:
        report("drawing the card", 0, 0)
        pictures.update(draw_card(card, inputs))

    card = evaluate(
        dataset, lambda n: run.sample(n, seed=settings["seed"]), report=report, look=look, **settings
    )
    named = settings["metrics"] is not None
    told = told_figures(run, dataset, knn=knn, seed=settings["seed"], named=named)
    if not named:
        report("measuring the likelihood of test examples", 0, 0)
        told |= likelihood(run, dataset, seed=settings["seed"])
        told |= fidelity(run, dataset, seed=settings["seed"])
    card = replace(card, figures={**card.figures, **told}, origin=origin)
    stored = _stored(run)
    if run.folder.chosen is not None:
        report.say("no card is kept of an older checkpoint; the run's own is of its newest")
        return card
    if stored and _knows_more(stored, card):
        report.say("the card in the run's folder stays: it has more samples or figures")
        return card
    if stored and _same_samples(stored, card):
        replace(card, figures={**stored.figures, **card.figures}).save(run.path)
    else:
        for path in run.folder.card_pictures():
            remove(path)
        card.save(run.path)
    text = {"seed": str(settings["seed"]), **{name: str(value) for name, value in origin.items()}}
    for name, picture in pictures.items():
        save_png(run.folder.card_picture(name), picture, text=text)
    return card


def _stored(run: Model) -> Card | None:
    """Return the card in a run's folder, None where there is none of this version."""
    stored = run.folder.read_card()
    try:
        return Card.from_json(stored) if stored else None
    except (UserError, KeyError, TypeError):
        return None


def _same_samples(stored: Card, card: Card) -> bool:
    """Say whether two cards are of the same samples, judged in the same way."""
    asked = ("origin", "data", "encoder", "samples", "reference", "seed", "arithmetic", "quick")
    return all(getattr(stored, name) == getattr(card, name) for name in asked)


def _knows_more(stored: Card, card: Card) -> bool:
    """Say whether ``stored`` is a larger card of the same weights, which ``card`` should not replace."""
    if stored.quick or (stored.origin, stored.data, stored.arithmetic) != (
        card.origin,
        card.data,
        card.arithmetic,
    ):
        return False
    return not _same_samples(stored, card) and (
        stored.samples > card.samples or len(stored.figures) > len(card.figures)
    )
