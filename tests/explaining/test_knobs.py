"""What readers compute in their browsers is what Python computes."""

import numpy as np
import pytest
import torch

from saddlepoint.objectives import objectives
from saddlepoint.theory import (
    energy,
    games,
    information,
    noise_contrastive,
    optimal_critic,
    penalties,
    updates,
)
from saddlepoint.theory.convolution_arithmetic import Layer
from saddlepoint.theory.divergences import bells, gaussian_kl, jensen_shannon, kl
from tests.explaining.scripts import computed


def test_games():
    grid = [{"h": h, "steps": steps} for h in (0.02, 0.3, 0.5, 0.62, 1.2) for steps in (1, 40)]
    for values, result in zip(grid, computed("games", grid), strict=True):
        for rule in games.RULES:
            assert result[rule] == pytest.approx(games.modulus(rule, values["h"]), rel=1e-9)
            path = games.path(rule, games.bilinear, (1.0, 1.0), values["h"], values["steps"])
            assert np.allclose(result["paths"][rule], path, rtol=1e-6, atol=1e-9)


def test_optimal_critic():
    grid = [
        {"mean": mean, "data": data, "samples": samples}
        for mean in (0, 2, 6)
        for data in (0.3, 1, 3)
        for samples in (0.3, 2)
    ]
    x = torch.linspace(-24, 24, 1201, dtype=torch.float64)
    for values, result in zip(grid, computed("optimal_critic", grid), strict=True):
        data, samples = values["data"], values["samples"]
        p, q = bells(x, 0.0, deviation=data), bells(x, values["mean"], deviation=samples)
        assert result["jsd"] == pytest.approx(jensen_shannon(p, q).item(), abs=1e-9)
        assert result["cost"] == pytest.approx(optimal_critic.cost(p, q).item(), abs=1e-9)
        assert result["forward"] == pytest.approx(gaussian_kl(0, data, values["mean"], samples), rel=1e-9)
        assert result["reverse"] == pytest.approx(gaussian_kl(values["mean"], samples, 0, data), rel=1e-9)
        assert np.allclose(result["best"], (p - q).sigmoid(), atol=1e-9)


def test_updates():
    grid = [{"logit": logit, "spread": spread} for logit in (-8, -5, 0, 3) for spread in (0, 1, 4)]
    noise = torch.linspace(-8, 8, 1601, dtype=torch.float64)
    weight = (-0.5 * noise**2).softmax(0)
    for values, result in zip(grid, computed("updates", grid), strict=True):
        for rule in updates.RULES:
            s = (values["logit"] + values["spread"] * noise).requires_grad_()
            (slope,) = torch.autograd.grad((weight * objectives.get(rule).generator(s, s)).sum(), s)
            assert result[rule] == pytest.approx(-slope.sum().item(), abs=1e-6)
            s, loss = torch.tensor(result["losses"][rule], dtype=torch.float64).T
            assert torch.allclose(objectives.get(rule).generator(s, s), loss, atol=1e-12)


def test_updates_fit():
    grid = [{"centre": centre, "width": width} for centre in (-3, 0, 5) for width in (0.5, 3.2, 4)]
    p = updates.two_modes()
    for values, result in zip(grid, computed("updates_fit", grid), strict=True):
        q = updates.gaussian(torch.tensor([values["centre"], np.log(values["width"])], dtype=torch.float64))
        for rule, divergence in {"likelihood": kl, **updates.DIVERGENCES}.items():
            assert result[rule] == pytest.approx(divergence(p, q).item(), rel=1e-5, abs=1e-5)


def test_information():
    grid = [{"noise": noise, "believed": believed} for noise in (0.2, 0.8, 3) for believed in (0.2, 0.8, 2)]
    centres = torch.tensor(information.CENTRES)
    for values, result in zip(grid, computed("information", grid), strict=True):
        joint = information.bells_of_codes(centres, values["noise"])
        read = information.bells_of_codes(centres, values["believed"]).log_softmax(0).T
        assert result["information"] == pytest.approx(information.mutual_information(joint).item(), abs=1e-4)
        assert result["bound"] == pytest.approx(information.bound(joint, read).item(), rel=1e-4, abs=1e-4)
        assert result["gap"] == pytest.approx(information.gap(joint, read).item(), rel=1e-3, abs=1e-4)


def test_convolutions():
    grid = [
        {"input": side, "kernel": kernel, "stride": stride, "padding": 2, "extra": 1}
        for side in (1, 5, 12)
        for kernel in (1, 4, 5)
        for stride in (1, 2, 3)
    ]
    for values, result in zip(grid, computed("convolutions", grid), strict=True):
        assert result["cut"] <= min(2, values["kernel"] - 1)
        layer = Layer(values["kernel"], values["stride"], result["cut"], result["added"])
        assert result["counts"] == layer.reached(values["input"]).tolist()
        origins = layer.origins(values["input"])
        assert (result["smallest"], result["largest"]) == (origins[0], origins[-1])
        assert (result["least"], result["most"]) == layer.inner()


def test_energy():
    grid = [{"distance": distance, "margin": margin} for distance in (0, 1.5, 4) for margin in (0.1, 2)]
    for values, result in zip(grid, computed("energy", grid), strict=True):
        x, real, fake = energy.bells(values["distance"])
        least = energy.cheapest(real, fake, values["margin"])
        decided = abs(x) > 1e-9  # between the bells, both energies cost the same
        assert np.array_equal(np.array(result["energy"])[decided], least[decided])
        assert np.allclose(result["real"], real, rtol=1e-9)
        assert result["value"] == pytest.approx(energy.value(real, fake, least, values["margin"]), rel=1e-9)
        assert result["variation"] == pytest.approx(abs(real - fake).sum() / 2, abs=1e-12)
        assert result["of_real"] == pytest.approx(real @ result["energy"], abs=1e-12)
        assert result["of_fake"] == pytest.approx(fake @ result["energy"], abs=1e-12)


def test_penalties():
    grid = [{"theta": 1.0, "gamma": 0.3, "sigma": 0.5}, {"theta": 2.5, "gamma": 5, "sigma": 2}]
    for values, result in zip(grid, computed("penalties", grid), strict=True):
        bells = penalties.Bells.apart(values["theta"])
        for name, slope in bells.slopes(values["gamma"]).items():
            seen = np.abs(slope) < 1e3  # beyond, nothing but rounding is divided by what is almost 0
            assert np.allclose(
                np.array(result["slopes"][name])[seen][300:-300], slope[seen][300:-300], rtol=1e-6
            )
        square, differences = bells.differences(values["gamma"], values["sigma"])
        assert result["exact"] == pytest.approx(values["gamma"] / 2 * square @ bells.real[1:], rel=1e-9)
        assert result["ratio"] == pytest.approx(
            differences @ bells.real[1:] / (square @ bells.real[1:]), rel=1e-9
        )


def test_relatives():
    grid = [{"deviation": deviation} for deviation in (0.4, 1, 2.5, 5)]
    for values, result in zip(grid, computed("relatives", grid), strict=True):
        precision, c = noise_contrastive.limits(values["deviation"])
        assert result["precision"] == pytest.approx(precision, rel=1e-6)
        assert result["normaliser"] == pytest.approx(c, rel=1e-6)
        assert result["told"][1000] == pytest.approx(values["deviation"] / (1 + values["deviation"]), rel=1e-9)
