"""Figures of games that enlarge images: how near to the truth they come, on brightness as papers measure it."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from saddlepoint.core.kinds import to_floats
from saddlepoint.evaluate.metric import About, Figure
from saddlepoint.evaluate.statistics import Z
from saddlepoint.objectives.fidelity import inner, luma, psnr, ssim

ABOUT: Mapping[str, About] = {
    "psnr": About("higher", "test images enlarged again: peak signal-to-noise ratio of brightness, dB"),
    "psnr_gain": About("higher", "dB by which that is above a bicubic filter's"),
    "ssim": About("higher", "test images enlarged again: structural similarity of brightness"),
}
UNIT = (0.0, 1.0)
FINEST = 60.0  # dB; images of 8 bits that differ in one pixel of 4,096 by one level are above


def fidelity(truth: np.ndarray, enlarged: np.ndarray, plain: np.ndarray, border: int) -> dict[str, Figure]:
    """Return PSNR and SSIM of enlarged images on Y, without a border, and the gain over a bicubic filter.

    Intervals are 1.96 standard errors over images. Equal images count as 60 dB.

    Args:
        truth: uint8 (n, h, w, c).
        enlarged: the same images, reduced and enlarged by a game.
        plain: the same, enlarged by a bicubic filter.
        border: pixels at each edge that are left out (Ledig et al. 2017: the scale).
    """
    real, ours, bicubic = (_brightness(images, border) for images in (truth, enlarged, plain))
    values = {
        "psnr": psnr(ours, real).clamp(max=FINEST),
        "psnr_gain": psnr(ours, real).clamp(max=FINEST) - psnr(bicubic, real).clamp(max=FINEST),
        "ssim": ssim(ours, real),
    }
    beside = {"psnr": psnr(bicubic, real).clamp(max=FINEST), "ssim": ssim(bicubic, real)}
    found = {}
    for name, value in values.items():
        reach = Z * float(value.std()) / len(value) ** 0.5
        mean = float(value.mean())
        detail = {"border": border, **({"bicubic": float(beside[name].mean())} if name in beside else {})}
        found[name] = Figure(mean, mean - reach, mean + reach, len(value), encoder="brightness", detail=detail)
    return found


def _brightness(images: np.ndarray, border: int) -> Tensor:
    return inner(luma(to_floats(torch.from_numpy(images), UNIT).double()), border)
