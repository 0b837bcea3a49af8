"""Which encoder judges which data."""

from dataclasses import replace

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate.encoder import Encoder, encoders
from saddlepoint.evaluate.encoders._imported import imported_encoder
from saddlepoint.evaluate.interval import of_share


def find_encoder(name: str | Encoder | None, dataset: Dataset, report: Progressing = silent) -> Encoder:
    """Return the encoder called ``name``, trained or loaded for ``dataset``.

    Args:
        name: a registered name, an import path ``package.module:callable``, or an Encoder to use as it is.
            None chooses: ``points`` for points, ``judge`` for labelled images, else ``patches``.
        dataset: the data that the encoder is fitted to where it is one that learns.
        report: told how slow work goes.

    Raises:
        UserError: there is no such encoder, or it cannot serve these data.
    """
    if isinstance(name, Encoder):
        return name
    if name is None:
        return _usual(dataset, report)
    if ":" in name:
        return imported_encoder(name)
    make = encoders.get(name)
    if (dataset.kind == "points") != (name == "points"):
        raise UserError(f"encoder {name!r} does not read {dataset.kind}, which is what {dataset.name!r} holds")
    return make(dataset, report)


def _usual(dataset: Dataset, report: Progressing) -> Encoder:
    """Return the encoder that is used where none is named; a judge that guesses is not."""
    if dataset.kind == "points" or not dataset.classes:
        return encoders.get("points" if dataset.kind == "points" else "patches")(dataset, report)
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
