"""Predictors that see the others alone, what both players minimise, and a code that finds the factors."""

import pytest
import torch
from torch import nn

from saddlepoint.core.protocol import Batch, Progress
from saddlepoint.families.predictability import Predictability, Predictors


def test_no_predictor_sees_its_own_unit():
    torch.manual_seed(0)
    y = torch.randn(1, 5, requires_grad=True)
    predictors = Predictors(5, 8)
    slopes = torch.stack([torch.autograd.grad(p, y, retain_graph=True)[0][0] for p in predictors(y)[0]])
    assert torch.equal(slopes.diagonal(), torch.zeros(5))
    assert (slopes - torch.diag_embed(slopes.diagonal())).count_nonzero() == 20


def test_the_terms_are_the_formulas():
    torch.manual_seed(0)
    encoder, decoder = nn.Sequential(nn.Linear(3, 2), nn.Tanh()), nn.Linear(2, 3)
    game = Predictability(encoder, decoder, Predictors(2, 4), weight=0.7)
    x = torch.randn(6, 3)
    y = encoder(x)
    error = ((game.predictors(y) - y) ** 2).sum(1).mean()
    batch = Batch(x)
    assert game.turns(Progress(0, 0, 0.0, 0.0)) == ("p", "e")
    torch.testing.assert_close(game.terms("p", batch, None, None).minimise["prediction"], error)
    terms = game.terms("e", batch, None, None).minimise
    torch.testing.assert_close(terms["unpredictability"], -0.7 * error)
    torch.testing.assert_close(terms["reconstruction"], ((decoder(y) - x) ** 2).sum(1).mean())
    torch.testing.assert_close(game.reconstruct(x), decoder(y))


@pytest.mark.parametrize("copies", [True, False])
def test_predictors_find_what_units_tell_of_each_other(copies):
    """The error of the best prediction is the conditional variance: 0 of a copy, 1 of an independent sign."""
    torch.manual_seed(0)
    y = torch.randint(0, 2, (400, 2)).float() * 2 - 1
    if copies:
        y[:, 1] = -y[:, 0]
    predictors = Predictors(2, 8)
    optimizer = torch.optim.Adam(predictors.parameters(), 0.03)
    for _ in range(150):
        error = (predictors(y) - y).square().mean()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
    assert error.item() == pytest.approx(0.0 if copies else 1.0, abs=0.03)
