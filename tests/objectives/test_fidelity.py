"""PSNR and SSIM on brightness, against their formulas."""

import math

import numpy as np
import pytest
import torch

from saddlepoint.objectives.fidelity import C1, inner, luma, psnr, ssim


def images(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_brightness_is_that_of_the_standard():
    colours = torch.tensor([[0.0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])[:, :, None, None]
    expected = [16, 235, 81.481, 144.553, 40.966]
    assert (255 * luma(colours)).flatten().tolist() == pytest.approx(expected, abs=1e-3)
    grey = images(2, 1, 4, 4)
    assert torch.equal(luma(grey), grey)


def test_psnr_of_a_constant_difference():
    x = images(2, 1, 5, 5) * 0.5
    assert psnr(x + 0.1, x).tolist() == pytest.approx([20, 20])
    assert psnr(x + torch.tensor([0.1, 0.01])[:, None, None, None], x).tolist() == pytest.approx([20, 40])


def test_a_border_is_left_out():
    assert inner(torch.zeros(1, 1, 10, 8), 3).shape == (1, 1, 4, 2)
    assert inner(torch.zeros(1, 1, 10, 8), 0).shape == (1, 1, 10, 8)


def test_similarity_of_flat_images_is_that_of_their_means():
    a, b = (
        torch.full((1, 1, 12, 12), 0.2, dtype=torch.float64),
        torch.full((1, 1, 12, 12), 0.6, dtype=torch.float64),
    )
    assert ssim(a, b).item() == pytest.approx((2 * 0.12 + C1) / (0.04 + 0.36 + C1), rel=1e-9)
    x = images(3, 1, 16, 16)
    assert ssim(x, x).tolist() == pytest.approx([1, 1, 1])
    assert ssim(x, 1 - x).max() < 0


def test_similarity_is_wangs_equation_13():
    x, y = images(1, 1, 13, 12), images(1, 1, 13, 12, seed=1)
    place = np.arange(11) - 5
    line = np.exp(-(place**2) / (2 * 1.5**2))
    window = np.outer(line, line) / line.sum() ** 2
    values = []
    for top in range(3):
        for left in range(2):
            a, b = (side[0, 0, top : top + 11, left : left + 11].numpy() for side in (x, y))
            ma, mb = (window * a).sum(), (window * b).sum()
            va, vb = (window * (a - ma) ** 2).sum(), (window * (b - mb) ** 2).sum()
            cov = (window * (a - ma) * (b - mb)).sum()
            top_, bottom = (2 * ma * mb + 1e-4) * (2 * cov + 9e-4), (ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4)
            values.append(top_ / bottom)
    assert ssim(x, y).item() == pytest.approx(math.fsum(values) / 6, rel=1e-6)
