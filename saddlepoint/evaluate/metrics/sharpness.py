"""How much of the fine detail of real images samples have: blur lacks it, noise has too much."""

import math

import numpy as np

from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import Z

FINE = 0.25  # cycles a pixel, half of the highest frequency that there is along an axis
MOST = 10_000  # images


@metric(
    figures={"sharpness": About("real", "energy of fine detail over that of real images")},
    kinds=("images",),
    most=MOST,
    least=20,
)
def sharpness(inputs: Inputs) -> dict[str, Figure]:
    """Energy of samples above a quarter of a cycle a pixel, over that of training images; 1 is theirs.

    Larger images are shrunk to 32 pixels first. Blurred samples lie below 1, noise far above it. The interval
    is 1.96 standard errors, over samples and training images, by the delta method.
    """
    channels = inputs.dataset.shape[-1]
    fake = fine_energy(_images(inputs.fake.pixels, channels))
    real = fine_energy(_images(inputs.real.head(MOST).pixels, channels))
    details: dict = {"encoder": "pixels", "range": POSITIVE}
    if not real.any():  # flat images have no detail to compare with
        return {"sharpness": Figure(None, None, None, len(fake), **details)}
    value = float(fake.mean() / real.mean())
    of_fake, of_real = (float(energy.std(ddof=1) / math.sqrt(len(energy))) for energy in (fake, real))
    reach = Z * math.hypot(of_fake, value * of_real) / float(real.mean())
    return {"sharpness": Figure(value, value - reach, value + reach, len(fake), **details)}


def fine_energy(images: np.ndarray) -> np.ndarray:
    """Return float64 (n,) the energy of images (n, h, w, c) above a quarter of a cycle a pixel along any axis.

    Energies of all frequencies sum up to the sum of squared pixels (Parseval).
    """
    height, width = images.shape[1:3]
    power = np.abs(np.fft.fft2(images.astype(np.float64), axes=(1, 2))) ** 2 / (height * width)
    fine = np.maximum(np.abs(np.fft.fftfreq(height))[:, None], np.abs(np.fft.fftfreq(width))) > FINE
    return power[:, fine].sum(axis=(1, 2))


def _images(pixels: np.ndarray, channels: int) -> np.ndarray:
    side = math.isqrt(pixels.shape[1] // channels)
    return pixels.reshape(len(pixels), side, side, channels)
