"""What a reader of a card must know of the images behind it, and references that no figure can rest on."""

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import kinds
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.subset import part_of
from saddlepoint.evaluate.features import ORDER, held_out
from saddlepoint.evaluate.metric import Inputs

FEWEST = 10  # training images that a figure may rest on


def check_reference(dataset: Dataset) -> None:
    """Raise UserError where the training images are too few, or all equal, for a figure to mean anything."""
    train, what = dataset.train, f"training {kinds.get(dataset.kind).many}"
    if len(train) < FEWEST:
        named = f"training {kinds.get(dataset.kind).one}" if len(train) == 1 else what
        raise UserError(
            f"{dataset.name!r} has {len(train)} {named}, and {FEWEST} are needed to compare samples with"
        )
    first = train.take(np.array([0]))[0]
    for start in range(0, len(train), 1024):
        block, _ = train.take(np.arange(start, min(start + 1024, len(train))))
        if (block != first).any():
            return
    raise UserError(f"all {what} of {dataset.name!r} are equal, so there is nothing to compare samples with")


def notes_on(inputs: Inputs, available: int, seed: int) -> list[str]:
    """Return the sentences that a reader of the card needs.

    Args:
        inputs: what is compared.
        available: samples that those of ``inputs`` were taken from.
        seed: seed of the draw.
    """
    fake, real, heldout = len(inputs.fake), len(inputs.real), len(inputs.heldout)
    notes, kind = [], kinds.get(inputs.dataset.kind).many
    if fake < available:
        notes.append(f"Scored: {part_of(fake, available, 'samples', seed)}.")
    notes += [f"{inputs.dataset.name}: {note}." for note in inputs.dataset.notes]
    trained, held = len(inputs.dataset.train), sum(map(len, held_out(inputs.dataset)))
    if real < trained:
        notes.append(f"Compared with: {part_of(real, trained, f'training {kind}', ORDER)}.")
    if heldout < held:
        notes.append(f"Real figures: {part_of(heldout, held, f'held-out {kind}', ORDER)}.")
    if not heldout:
        notes.append(f"No real {kind} are held out, so no figure has a real one beside it.")
    elif heldout < fake:
        notes.append(
            f"The real figures rest on {heldout:,} held-out {kind}, fewer than the {fake:,} samples: their own "
            "error is larger than the intervals of the samples, and figures that are biased upward at small "
            "counts (frechet, class_kl) are too high for them, so that a sampler may seem to beat the data."
        )
    if real < fake:
        notes.append(
            f"There are {real:,} training {kind} for {fake:,} samples: figures of neighbourhoods (precision, "
            f"recall, density, coverage) and kernel distance compare {real:,} with {real:,}, and intervals do "
            "not cover what a larger training set would change."
        )
    return notes
