"""What readers compute in their browsers is what Python computes."""

import numpy as np
import pytest
import torch

from saddlepoint.objectives import objectives
from saddlepoint.theory import energy, games, penalties, updates
from saddlepoint.theory.convolution_arithmetic import Layer
from saddlepoint.theory.divergences import bells
from tests.explaining.scripts import computed
from tests.explaining.shown import SHOWN

GRIDS = {
    "collapse": [
        {"kept": kept, "width": width, "blur": blur, "n": n}
        for kept, width, blur, n in [(1, 1, 0, 100), (5, 2, 0.1, 2500), (25, 0.2, 0.95, 10000), (7, 1, 1, 100)]
    ],
    "convolutions": [
        {"input": side, "kernel": kernel, "stride": stride, "padding": 2, "extra": 1}
        for side in (1, 5, 12)
        for kernel in (1, 4, 5)
        for stride in (1, 2, 3)
    ],
    "energy": [{"distance": distance, "margin": margin} for distance in (0, 1.5, 4) for margin in (0.1, 2)],
    "games": [{"h": h, "steps": steps} for h in (0.02, 0.3, 0.5, 0.62, 1.2) for steps in (1, 40)],
    "information": [
        {"noise": noise, "believed": believed} for noise in (0.2, 0.8, 3) for believed in (0.2, 0.8, 2)
    ],
    "optimal_critic": [
        {"mean": mean, "data": data, "samples": samples}
        for mean in (0, 2, 6)
        for data in (0.3, 1, 3)
        for samples in (0.3, 2)
    ],
    "penalties": [{"theta": 1.0, "gamma": 0.3, "sigma": 0.5}, {"theta": 2.5, "gamma": 5, "sigma": 2}],
    "reading_losses": [
        {"shift": shift, "width": width, "confidence": confidence}
        for shift, width, confidence in [(0, 1, 1), (1.5, 1, 0), (4, 0.3, 1), (2, 2, 3), (0.7, 0.5, 0.4)]
    ],
    "relatives": [{"deviation": deviation} for deviation in (0.4, 1, 2.5, 5)],
    "updates": [{"logit": logit, "spread": spread} for logit in (-8, -5, 0, 3) for spread in (0, 1, 4)],
    "updates_fit": [{"centre": centre, "width": width} for centre in (-3, 0, 5) for width in (0.5, 3.2, 4)],
}


@pytest.fixture(scope="module")
def results():
    return {script: list(zip(grid, computed(script, grid), strict=True)) for script, grid in GRIDS.items()}


@pytest.mark.parametrize("script", GRIDS)
def test_numbers(results, script):
    for values, result in results[script]:
        exact = SHOWN[script](**values)
        assert {key: result[key] for key in exact} == pytest.approx(exact, rel=1e-5, abs=1e-5)


def test_games(results):
    for values, result in results["games"]:
        for rule in games.RULES:
            path = games.path(rule, games.bilinear, (1.0, 1.0), values["h"], values["steps"])
            assert np.allclose(result["paths"][rule], path, rtol=1e-6, atol=1e-9)


def test_optimal_critic(results):
    x = torch.linspace(-24, 24, 1201, dtype=torch.float64)
    for values, result in results["optimal_critic"]:
        p, q = bells(x, 0.0, deviation=values["data"]), bells(x, values["mean"], deviation=values["samples"])
        assert np.allclose(result["best"], (p - q).sigmoid(), atol=1e-9)


def test_updates(results):
    for _, result in results["updates"]:
        for rule in updates.RULES:
            s, loss = torch.tensor(result["losses"][rule], dtype=torch.float64).T
            s.requires_grad_()
            exact = objectives.get(rule).generator(s, s)
            assert torch.allclose(exact, loss, atol=1e-12)
            (slope,) = torch.autograd.grad(exact.sum(), s)
            assert torch.allclose(slope, torch.tensor(result["slopes"][rule]).T[1].double(), atol=1e-6)


def test_convolutions(results):
    for values, result in results["convolutions"]:
        layer = Layer(values["kernel"], values["stride"], result["cut"], result["added"])
        assert result["counts"] == layer.reached(values["input"]).tolist()


def test_energy(results):
    for values, result in results["energy"]:
        _, real, fake = energy.bells(values["distance"])
        assert np.array_equal(result["energy"], energy.cheapest(real, fake, values["margin"]))
        assert np.allclose(result["real"], real, rtol=1e-9)


def test_penalties(results):
    for values, result in results["penalties"]:
        for name, slope in penalties.Bells.apart(values["theta"]).slopes(values["gamma"]).items():
            seen = np.abs(slope) < 1e3  # beyond, nothing but rounding is divided by what is almost 0
            assert np.allclose(
                np.array(result["slopes"][name])[seen][300:-300], slope[seen][300:-300], rtol=1e-6
            )
