"""A game without samples trains and resumes; whoever asks for samples is told that there are none."""

import pytest
import torch
from torch import nn

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.experiment import Budget, Experiment, Optimizer, recipe, recipes
from saddlepoint.core.protocol import Family, Terms


class Estimator(Family):
    """Noise-contrastive estimation (Gutmann & Hyvärinen 2010) of points against normal noise."""

    players = {"c": ("model",)}  # noqa: RUF012
    generators = ()
    critics = ("model",)
    samples = False

    def __init__(self, d):
        super().__init__()
        self.d, self.model = d, nn.Linear(d, 1)

    def turns(self, progress):
        return ("c",)

    def latent(self, n, *, rng, condition=None):
        return torch.randn(n, self.d, generator=rng, device=rng.device)

    def fakes(self, player, latent, batch):
        return latent

    def terms(self, player, batch, latent, fake):
        loss = nn.functional.softplus(-self.model(batch.real)) + nn.functional.softplus(self.model(fake))
        return Terms({"loss": loss.mean()})


@pytest.fixture
def estimator():
    """A recipe that is registered for one test."""

    @recipe(needs=("points",))
    def estimator(data, *, lr: float = 1e-3):
        """Estimate a density without samples.

        Args:
            lr: learning rate.
        """
        return Experiment(Estimator(data.shape[0]), {"c": Optimizer(lr)}, batch=8, budget=Budget(steps=4))

    yield
    recipes.remove("estimator")


def test_it_trains_without_grids_and_scores_and_says_so_once(estimator, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "estimator", "--data", "ring8", "--steps", "4", "--out", "run"]) == 0
    said = capsys.readouterr()
    assert (said.out + said.err).count("makes no samples") == 1
    run = sp.load("run")
    assert (run.folder.samples(), run.folder.grid.exists(), run.folder.card.exists()) == ([], False, False)
    assert sp.resume(run.path, steps=6, quiet=True).step == 6
    sp.train("estimator", "ring8", steps=4, seed=1, out="other", quiet=True)
    for command in (["sample", "run"], ["evaluate", "run"], ["compare", "run", "other"]):
        assert main(command) == 2
        assert "has no samples: its recipe 'estimator' makes none" in capsys.readouterr().err
