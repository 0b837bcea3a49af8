"""The language model: what it minimises, and how it samples."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from saddlepoint.compute.plan import Plan
from saddlepoint.core.protocol import START, Batch
from saddlepoint.data.oracle import Oracle
from saddlepoint.engine.step import Stepper
from saddlepoint.networks.recurrent import LanguageModel, _by_rank, _by_word
from saddlepoint.runs.prepare import prepare


def test_the_likelihood_is_that_of_whole_sequences_by_the_chain_rule():
    torch.manual_seed(0)
    family = prepare("seq_mle", "oracle:4").experiment.family
    model: Any = family.generator
    every = torch.cartesian_prod(*[torch.arange(4)] * 3)
    with torch.no_grad():
        logs = model(every).log_softmax(2).gather(2, every[..., None]).sum((1, 2))
        said = family.terms("g", Batch(every), None, None).minimise["likelihood"].item()
    assert logs.exp().sum().item() == pytest.approx(1, abs=1e-5)
    assert said == pytest.approx(-logs.mean().item() / 3, abs=1e-6)


def test_samples_have_the_models_probabilities():
    torch.manual_seed(1)
    model = LanguageModel(3, embedding=4, hidden=5)
    every = torch.cartesian_prod(torch.arange(3), torch.arange(3))
    with torch.no_grad():
        chances = model(every).log_softmax(2).gather(2, every[..., None]).sum((1, 2)).exp()
        drawn = model.draw(torch.rand(20_000, 2))
    shares = torch.bincount(drawn @ torch.tensor([3, 1]), minlength=9) / 20_000
    assert shares.tolist() == pytest.approx(chances.tolist(), abs=4 * math.sqrt(0.25 / 20_000))


@pytest.mark.parametrize("ahead", [2, 256])
def test_small_chances_fall_on_likely_words(monkeypatch, ahead):
    """With chances below p only the fewest words that sum up to p are drawn: a nucleus."""
    monkeypatch.setattr("saddlepoint.networks.recurrent.SORTED", ahead)
    probability = torch.tensor([[0.1, 0.5, 0.05, 0.35]])
    chance = torch.linspace(0, 1, 1_000)[:, None]
    words = _by_rank(probability.expand(1_000, -1).contiguous(), chance)[:, 0]
    assert words[0] == 1
    assert set(words[chance[:, 0] < 0.84].tolist()) == {1, 3}
    counts = torch.bincount(words, minlength=4) / 1_000
    assert counts.tolist() == pytest.approx(probability[0].tolist(), abs=0.002)


def test_training_falls_towards_the_entropy_of_the_oracle_from_above():
    prepared = prepare("seq_mle", "oracle:4")
    data = prepared.data
    assert data is not None
    assert isinstance(data.truth, Oracle)
    test = data.splits["test"].array
    entropy = -data.truth.log_likelihood(test).mean() / 20
    stepper = Stepper.of(prepared.experiment, data.train, Plan("cpu", "fp32", 1), 0)
    held = Batch(torch.from_numpy(test).long())

    def nll():
        with torch.no_grad():
            return prepared.experiment.family.terms("g", held, None, None).minimise["likelihood"].item()

    before = nll()
    for _ in range(40):
        stepper.step(START)
    assert before == pytest.approx(math.log(4), abs=0.2)
    error = float(np.std(data.truth.log_likelihood(test) / 20)) / math.sqrt(len(test))
    assert entropy - error < nll() < (before + entropy) / 2


def test_words_in_the_order_of_the_vocabulary_are_as_likely_as_in_any_other():
    """Chances in equal steps fall on each word as often as its share says, whichever order it is."""
    share = torch.tensor([0.2, 0.5, 0.05, 0.25])
    chance = (torch.arange(400) + 0.5)[:, None] / 400
    for fallen_on in (_by_rank, _by_word):
        found = fallen_on(share.expand(400, 4).contiguous(), chance)[:, 0]
        assert found.bincount().tolist() == [80, 200, 20, 100]
    assert found[:80].eq(0).all()
