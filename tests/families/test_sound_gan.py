"""The generator's terms against moments that are known."""

import math

import pytest
import torch

from saddlepoint.core.protocol import Batch
from saddlepoint.families.sound_gan import Moments
from saddlepoint.runs.prepare import prepare


def test_moments_are_over_batch_and_places():
    features = torch.tensor([[[1.0, 3.0], [2.0, 2.0]], [[5.0, 7.0], [2.0, 2.0]]])  # (n, c, t)
    mean, log_variance = Moments.of(features)
    assert mean.tolist() == [4.0, 2.0]
    assert log_variance.tolist() == pytest.approx([math.log(5), math.log(1e-8)])


def test_the_generator_minimises_distances_of_means_and_of_logarithms_of_variances(monkeypatch):
    """Features that are the sounds themselves: shifted by 2 and e times as loud, they are 4 and 4 away."""
    torch.manual_seed(0)
    family = prepare("sound_gan", "ma8", flags={"features": 2}).experiment.family
    monkeypatch.setattr(family, "layers", lambda x: [x, 0 * x])
    real = torch.randn(8, 1, 64)
    real -= real.mean()
    terms = family.terms("g", Batch(real), None, math.e * real + 2).minimise
    assert terms["mean"].item() == pytest.approx(4, abs=1e-4)
    assert terms["variance"].item() == pytest.approx(4, abs=1e-4)
    assert terms.keys() == {"mean", "variance"}


def test_equal_sounds_leave_the_generator_in_peace():
    torch.manual_seed(0)
    family = prepare("sound_gan", "ma8", flags={"features": 2}).experiment.family
    real = torch.randn(8, 1, 64)
    terms = family.terms("g", Batch(real), None, real.clone().requires_grad_())
    gradients = [value.item() for value in terms.minimise.values()]
    assert gradients == [0, 0]
