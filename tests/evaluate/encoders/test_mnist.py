"""What only real digits can show. Slow: the judge trains for a minute or two."""

import os
from pathlib import Path

import numpy as np
import pytest

from saddlepoint.data import load
from saddlepoint.evaluate import evaluate, find_encoder
from saddlepoint.evaluate.metrics.parzen import parzen

ROOT = os.environ.get("SADDLE_TEST_DATA")
pytestmark = pytest.mark.skipif(
    not ROOT or not (Path(ROOT) / "mnist").is_dir(),
    reason="set SADDLE_TEST_DATA to a folder with mnist/*-ubyte.gz",
)


@pytest.fixture(scope="module")
def mnist():
    return load(f"mnist:{ROOT}/mnist")


def test_the_judge_and_the_floors(mnist):
    judge = find_encoder(None, mnist)
    assert judge.accuracy is not None
    assert 0.993 <= judge.accuracy <= 0.998
    test = mnist.splits["test"].take(np.arange(10_000))[0]
    card = evaluate(mnist, test, encoder=judge)
    assert card["frechet"].value == pytest.approx(0.04, abs=0.03)
    # 1 − 2⁻⁵ of two sets of one law; the judge has seen the training images, which lie closer for it.
    assert card["coverage"].value == pytest.approx(0.96, abs=0.02)
    assert card["density"].value == pytest.approx(1, abs=0.05)
    assert card["class_kl"].value == pytest.approx(9 / 20_000, abs=6e-4)


def test_parzen_of_real_training_images(mnist):
    images = mnist.train.take(np.arange(10_000))[0]
    found = parzen(mnist, images)
    assert found.real == pytest.approx(243, abs=4)
    assert found.value == pytest.approx(243, abs=6)
    assert found.error == pytest.approx(2.1, abs=0.3)
    assert found.sigma == pytest.approx(0.1668, abs=1e-3)
