"""Which encoder judges which data."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate.encoder import Encoder, can_be_judged, encoders
from saddlepoint.evaluate.encoders._imported import imported_encoder
from saddlepoint.evaluate.statistics import of_share


def find_encoder(
    name: str | Encoder | None, dataset: Dataset, report: Progressing = silent, *, taught: Collection[str] = ()
) -> Encoder:
    """Return the encoder called ``name``, trained or loaded for ``dataset``.

    Args:
        name: a registered name, an import path ``package.module:callable``, or an Encoder to use as it is.
            None chooses: ``judge`` for labelled images and ``patches`` for others, else the first that reads
            this kind of data.
        dataset: the data that the encoder is fitted to where it is one that learns.
        report: told how slow work goes.
        taught: encoders that taught the game whose samples are compared, which are not chosen.

    Raises:
        UserError: there is no such encoder, or it cannot serve these data.
    """
    if isinstance(name, Encoder):
        return name
    if name is None:
        return _usual(dataset, report, taught)
    if ":" in name:
        return imported_encoder(name)
    return encoders.get(name)(dataset, report)


def _usual(dataset: Dataset, report: Progressing, taught: Collection[str]) -> Encoder:
    """Return the encoder that is used where none is named; a judge that guesses, or that taught, is not."""
    if not can_be_judged(dataset):
        plain = encoders.get("patches")
        fitting = [plain, *(maker for _, maker in encoders.items())]
        return next(maker for maker in fitting if dataset.kind in maker.kinds)(dataset, report)
    if "judge" in taught:
        warning = (
            "The judge of these classes taught the game, and would praise it for that; patches are compared "
            "instead."
        )
        return replace(encoders.get("patches")(dataset, report), warning=warning)
    judge = encoders.get("judge")(dataset, report)
    test = dataset.splits.get("test", dataset.train)
    label = test.labels(np.arange(len(test)))
    if judge.accuracy is None or label is None:
        return judge
    common, right = np.bincount(label).max() / len(test), round(judge.accuracy * len(test))
    if of_share(right, len(test))[0] > common:
        return judge
    warning = (
        f"The judge of these classes names {right} of {len(test)} test images rightly, which guessing might do "
        "as well; patches are compared instead."
    )
    return replace(encoders.get("patches")(dataset, report), warning=warning)
