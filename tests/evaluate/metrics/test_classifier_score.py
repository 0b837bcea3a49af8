import numpy as np
import pytest

from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.classifier_score import classifier_score
from tests.evaluate.toys import toy


def scored(logits, rng):
    encoded = Features(np.zeros((len(logits), 1), np.float32), logits.astype(np.float32))
    return classifier_score(Inputs(encoded, encoded, encoded, toy(tuple("0123456789")), rng))[
        "classifier_score"
    ]


def test_clear_samples_of_ten_equal_classes_score_ten(rng):
    found = scored(50 * np.eye(10)[np.arange(1000) % 10], rng)
    assert found.value == pytest.approx(10, rel=1e-9)
    assert found.low is not None
    assert 9.8 < found.low < 10


@pytest.mark.parametrize("logits", [np.zeros((500, 10)), 50 * np.eye(10)[np.full(500, 4)]])
def test_unclear_or_single_class_samples_score_one(rng, logits):
    assert scored(logits, rng).value == pytest.approx(1, rel=1e-9)


def test_agrees_with_the_formula_written_out(rng):
    logits = rng.normal(size=(300, 10))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = np.exp((p * np.log(p / p.mean(0))).sum(1).mean())
    assert scored(logits, rng).value == pytest.approx(expected, rel=1e-5)
