"""Signs, their mixing, and the classes that tell them."""

import numpy as np

from saddlepoint.data import load
from saddlepoint.data.sources.factors import NOISE, mixing, signs


def test_points_are_mixed_signs_and_noise():
    data = load("factors")
    points, label = data.splits["test"].take(np.arange(2_000))
    assert label is not None
    assert np.allclose(np.linalg.norm(mixing(), axis=0), 1)
    rest = points - signs(label) @ mixing().T
    assert abs(rest.std() / NOISE - 1) < 0.03
    assert np.abs(np.corrcoef(signs(label).T) - np.eye(4)).max() < 0.1
    assert data.classes[5] == "+-+-"
    assert signs(np.array([5])).tolist() == [[1, -1, 1, -1]]
