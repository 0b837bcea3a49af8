"""From samples to a score card: encode, measure, and set what real images score beside it."""

import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import kinds
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate.card import Card
from saddlepoint.evaluate.encoder import Encoder
from saddlepoint.evaluate.encoders.find import find_encoder
from saddlepoint.evaluate.features import HELD_OUT, REAL, Features, real_features, sample_features
from saddlepoint.evaluate.metric import Figure, Inputs, Metric, UnmeasurableError
from saddlepoint.evaluate.metric import metrics as registered
from saddlepoint.evaluate.remarks import check_reference, notes_on
from saddlepoint.evaluate.samples import Sample, draw
from saddlepoint.evaluate.statistics import within

VERSION = 3  # of the metrics' arithmetic; a new one makes cached figures of real images unused
CHEAP_SAMPLES, REAL_EACH = 2_000, 5  # of a quick card, and training images a sample


def evaluate(
    dataset: Dataset,
    sample: Sample | np.ndarray,
    *,
    metrics: Sequence[str] | None = None,
    samples: int = 10_000,
    encoder: str | Encoder | None = None,
    seed: int = 0,
    told: Sequence[str] = (),
    taught: Collection[str] = (),
    report: Progressing = silent,
    look: Callable[[Card, Inputs], None] | None = None,
) -> Card:
    """Score samples against a data set.

    Args:
        dataset: what the samples imitate.
        sample: n -> uint8 (n, h, w, c) images or float32 (n, d) points; or an array of them.
        metrics: names of registered metrics; None takes all that data and encoder allow, but slow ones.
        samples: how many samples to draw, or the most to use of an array.
        encoder: registered name, ``package.module:callable``, or an Encoder; None chooses by the data.
        seed: seed of everything random in the metrics. The same samples and seed give the same card.
        told: what the card should note of the samples: that they were resized, say.
        taught: encoders that taught the game that made the samples, which are not chosen.
        report: told how slow work goes.
        look: called with the card and what it was computed from, for pictures.

    Returns:
        The card. Global random state is left as it was.

    Raises:
        UserError: the samples, a metric's name or the encoder do not fit the data.
    """
    if metrics is None:
        chosen = [metric for metric in _all() if not metric.slow]
    else:
        chosen = [registered.get(name) for name in metrics]
    return _score(
        dataset,
        sample,
        chosen,
        strict=metrics is not None,
        samples=samples,
        encoder=encoder,
        seed=seed,
        report=report,
        look=look,
        told=told,
        taught=taught,
    )


def cheap(
    dataset: Dataset,
    sample: Sample | np.ndarray,
    *,
    samples: int = CHEAP_SAMPLES,
    encoder: str | Encoder | None = None,
    seed: int = 0,
    report: Progressing = silent,
) -> Card:
    """Return a quick card of ``samples`` samples: the cheap metrics, beside five training images a sample.

    It is for curves on the way and for the end of training. Arguments and errors as for :func:`evaluate`.
    """
    chosen = [metric for metric in _all() if metric.cheap]
    card = _score(
        dataset,
        sample,
        chosen,
        strict=False,
        samples=samples,
        encoder=encoder,
        seed=seed,
        report=report,
        most=(REAL_EACH * samples, samples),
    )
    return replace(card, quick=True)


def _all() -> list[Metric]:
    return sorted((metric for _, metric in registered.items()), key=lambda metric: metric.name != "frechet")


def _score(
    dataset: Dataset,
    sample: Sample | np.ndarray,
    chosen: Sequence[Metric],
    *,
    strict: bool,
    samples: int,
    encoder: str | Encoder | None,
    seed: int,
    report: Progressing,
    look: Callable[[Card, Inputs], None] | None = None,
    told: Sequence[str] = (),
    taught: Collection[str] = (),
    most: tuple[int, int] = (REAL, HELD_OUT),
) -> Card:
    """Measure ``chosen``; a metric that these data do not allow is an error if ``strict``, else left out."""
    check_reference(dataset)
    report(f"drawing {samples:,} samples", 0, 0)
    images, assumed = draw(dataset, sample, samples, seed)
    found = find_encoder(encoder, dataset, report, taught=taught)
    real, heldout = real_features(dataset, found, report, most=most)
    report(f"encoding {len(images):,} samples with {found.name}", 0, 0)
    # A file may be sorted by class, and some metrics use a part of the samples.
    images = images[np.random.default_rng(seed).permutation(len(images))]
    fake = sample_features(images, found)
    _check_features(fake, real, found, dataset)
    rng = np.random.default_rng(seed)
    inputs = Inputs(fake, real, heldout, dataset, rng, samples=images)
    figures: dict[str, Figure] = {}
    available = len(images) if callable(sample) else len(sample)
    notes = [*([found.warning] if found.warning else []), *(f"Samples: {note}." for note in (*told, *assumed))]
    notes += notes_on(inputs, available, seed)
    parts: list[str] = []
    for metric in chosen:
        reason = _refusal(metric, inputs)
        if reason and strict:
            raise UserError(f"metric {metric.name!r} {reason}")
        if reason and min(len(fake), len(real)) < metric.least:
            notes.append(f"Left out: {metric.name}, which {reason}.")
        if reason:
            continue
        if not metric.cheap:
            report(f"measuring {metric.name}", 0, 0)
        try:
            measured = _measure(metric, inputs, seed)
        except UnmeasurableError as lack:
            if strict:
                raise UserError(f"metric {metric.name!r} {lack}") from lack
            notes.append(f"Left out: {metric.name}, which {lack}.")
            continue
        floor, count = _floor(metric, inputs, f"{dataset.key}-{found.hash}-{len(real)}")
        for name, figure in measured.items():
            figures[name] = _finished(figure, floor.get(name), count, found)
        if metric.most and len(fake) > metric.most:
            parts.append(f"{metric.name} on {metric.most:,}")
    if not figures:
        raise UserError(f"no metric can be computed from {len(fake)} samples; draw more")
    if parts:
        notes.append(
            f"Of {len(fake):,} samples, in random order, some figures rest on the first: {', '.join(parts)}."
        )
    card = Card(
        figures,
        data={"name": dataset.name, "kind": dataset.kind, "fingerprint": dataset.fingerprint},
        encoder={
            "name": found.name,
            "hash": found.hash,
            "accuracy": found.accuracy,
            "features": fake.features.shape[1],
            "note": found.note,
        },
        samples=len(fake),
        reference={"training": len(real), "held_out": len(heldout)},
        seed=seed,
        notes=tuple(notes),
        arithmetic=VERSION,
    )
    if look is not None:
        look(card, inputs)
    return card


def _check_features(fake: Features, real: Features, encoder: Encoder, dataset: Dataset) -> None:
    if fake.features.ndim != 2 or len(fake.features) != len(fake):
        raise UserError(f"encoder {encoder.name!r} gave features of shape {fake.features.shape}, not (n, f)")
    for encoded in (fake, real):
        if not np.isfinite(encoded.features).all():
            raise UserError(f"encoder {encoder.name!r} gave features that are NaN or infinite")
    if (real.features == real.features[0]).all():
        many = kinds.get(dataset.kind).many
        raise UserError(
            f"encoder {encoder.name!r} gives all training {many} of {dataset.name!r} the same "
            "features, so there is nothing to compare; choose another with --encoder"
        )


def _refusal(metric: Metric, inputs: Inputs) -> str:
    """Return why ``metric`` cannot be computed, or ''."""
    logits, many = inputs.fake.logits, kinds.get(inputs.dataset.kind).many
    if "logits" in metric.needs and logits is None:
        return "needs an encoder that classifies; give labelled data and encoder 'judge'"
    if "classes" in metric.needs and (logits is None or logits.shape[1] != len(inputs.classes)):
        return "needs an encoder that knows the data's classes; give labelled data and encoder 'judge'"
    if metric.truth and not isinstance(inputs.dataset.truth, metric.truth):
        return metric.truth.lacking
    if metric.kinds and inputs.dataset.kind not in metric.kinds:
        return f"compares {' or '.join(metric.kinds)}, and these are {inputs.dataset.kind}"
    if "heldout" in metric.needs and len(inputs.heldout) < 2 * metric.least:
        return f"needs {2 * metric.least} held-out {many}, and there are {len(inputs.heldout)}"
    for what, encoded in (("samples", inputs.fake), (f"training {many}", inputs.real)):
        if len(encoded) < metric.least:
            return f"needs at least {metric.least} {what}, and there are {len(encoded)}"
    return ""


def _floor(metric: Metric, inputs: Inputs, key: str) -> tuple[dict[str, float | None], int]:
    """Return the metric's figures for held-out images in the samples' place, and how many; cached."""
    if not metric.floor:
        return {}, 0
    heldout = inputs.heldout
    split = "heldout" in metric.needs
    most = len(inputs.fake) if metric.most is None else min(metric.most, len(inputs.fake))
    count = min(most, len(heldout) // 2 if split else len(heldout))
    if count < metric.least:
        return {}, 0

    def compute() -> dict[str, float | None]:
        rest = heldout.take(slice(count, None)) if split else heldout
        stand_in = replace(inputs, fake=heldout.head(count), heldout=rest, samples=None)
        try:
            return {name: figure.value for name, figure in _measure(metric, stand_in, 0).items()}
        except UnmeasurableError:
            return {}

    return cache.remembered(f"floor{VERSION}-{key}-{metric.name}-{count}", compute), count


def _measure(metric: Metric, inputs: Inputs, seed: int) -> dict[str, Figure]:
    """Measure with randomness that depends on the metric's name and not on which others are taken.

    Matrices of few features are multiplied on one thread: beside another program, threads of linear algebra
    that wait for each other made a hundred 64×64 eigenvalue problems forty times slower. Pixels are not few.
    """
    rng = np.random.default_rng([seed, zlib.crc32(metric.name.encode())])
    pixels = "images" in metric.kinds or "heldout" in metric.needs
    small = inputs.fake.features.shape[1] <= 256 and not pixels
    fake = inputs.fake if metric.most is None else inputs.fake.head(metric.most)
    with threadpool_limits(1 if small else None, user_api="blas"):
        return metric.measure(replace(inputs, fake=fake, rng=rng))


def _finished(figure: Figure, real: float | None, count: int, encoder: Encoder) -> Figure:
    """Return a metric's figure as a card has it: cut off where it cannot be, beside what real images score."""
    ends = (None if end is None or not np.isfinite(end) else end for end in (figure.low, figure.high))
    low, high = within(figure.range, *ends)
    if figure.real is not None:
        real, count = figure.real, figure.real_samples
    space = figure.encoder or f"{encoder.name}-{encoder.hash}"
    return replace(figure, low=low, high=high, real=real, encoder=space, real_samples=count)
