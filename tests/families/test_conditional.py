"""With which classes conditional games draw their samples."""

import numpy as np
import pytest
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec
from saddlepoint.families.conditional import Classes
from saddlepoint.runs.prepare import prepare, spec_of

NAMES = tuple("abcd")


def drawn(spec, n=20_000, condition=None):
    rng = torch.Generator().manual_seed(0)
    return Classes(spec).draw(n, rng=rng, condition=condition), rng.get_state()


def test_classes_are_drawn_as_often_as_training_shows_them():
    spec = DataSpec("toy", "images", (8, 8, 1), NAMES, 100, counts=(30, 0, 10, 60), unseen=(1,))
    label, _ = drawn(spec)
    share = np.bincount(label.numpy(), minlength=4) / len(label)
    expected = np.array([0.3, 0, 0.1, 0.6])
    assert (np.abs(share - expected) <= 6 * np.sqrt(expected * (1 - expected) / len(label))).all()


def test_a_run_that_kept_no_counts_draws_as_it_always_did():
    spec = DataSpec("toy", "images", (8, 8, 1), NAMES, 100, unseen=(1,))
    label, _ = drawn(spec, 50)
    equally = torch.randint(3, (50,), generator=torch.Generator().manual_seed(0))
    assert torch.equal(label, torch.tensor([0, 2, 3])[equally])


def test_what_follows_does_not_depend_on_whether_a_class_was_asked_for():
    spec = DataSpec("toy", "images", (8, 8, 1), NAMES, 100, counts=(30, 10, 10, 50))
    asked = torch.full((50,), 2)
    (any_class, state), (third, other) = drawn(spec, 50), drawn(spec, 50, asked)
    assert torch.equal(state, other)
    assert torch.equal(third, asked)
    assert not torch.equal(any_class, asked)


def test_a_run_keeps_how_many_examples_each_class_has():
    prepared = prepare("labelled_dcgan", "digits", flags={"width": 4, "hidden": 8})
    label = prepared.data.train.labels(np.arange(len(prepared.data.train)))
    assert label is not None
    assert spec_of(prepared.config()).counts == tuple(np.bincount(label).tolist())


@pytest.mark.parametrize(
    "counts", [5, "abc", [1], [-1] * 10, [None] * 10, [float("nan")] * 10, ["x"] * 10, [10**400] * 10, {"a": 1}]
)
def test_damaged_counts_are_refused(counts):
    config = prepare("labelled_dcgan", "digits", flags={"width": 4, "hidden": 8}).config()
    config["data"]["counts"] = counts
    with pytest.raises(UserError, match="damaged"):
        spec_of(config)
