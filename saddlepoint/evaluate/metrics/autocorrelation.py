"""Distance of autocorrelations of sounds."""

import numpy as np

from saddlepoint.core.kinds import FULL
from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import around

MOST = 2_000  # sounds
LAGS = 64  # samples, at most
SHOWN = 16  # lags in the detail
_REPLICATES = 200


@metric(
    figures={"autocorrelation": About("lower", "largest difference of autocorrelations ρ(k) over lags")},
    kinds=("waves",),
    least=10,
    most=MOST,
    cheap=True,
)
def autocorrelation(inputs: Inputs) -> dict[str, Figure]:
    """Largest difference between ρ(k) of samples and data, for lags k of 1 to 64, half a sound at most.

    ρ(k) = E x_t x_{t+k} / E x_t², over all places and 2,000 sounds of either side: for noise averaged over a
    window of 8 it is 1 − k/8, then 0. The value is biased upward at few sounds; the interval is 1.96 standard
    deviations over resampled sounds.
    """
    fake, real = (products(view, inputs.dataset.shape) for view in (inputs.fake, inputs.real.head(MOST)))
    truth, found = correlations(real.mean(0)), correlations(fake.mean(0))
    value = float(np.abs(found - truth).max())
    shares = inputs.rng.multinomial(len(fake), np.full(len(fake), 1 / len(fake)), size=_REPLICATES) / len(fake)
    spread = np.abs(correlations(shares @ fake) - truth).max(1)
    detail = {"samples": found[:SHOWN].round(4).tolist(), "data": truth[:SHOWN].round(4).tolist()}
    measure = Figure(
        value, *around(value, spread), len(fake), detail=detail, encoder="waveform", range=POSITIVE
    )
    return {"autocorrelation": measure}


def products(view: Features, shape: tuple[int, ...]) -> np.ndarray:
    """Return float64 (n, 1 + lags), the mean of x_t x_{t+k} over places of each sound, from lag 0 on."""
    sounds = view.pixels.reshape(-1, *shape).astype(np.float32) / np.float32(FULL)  # (n, c, t)
    length = shape[-1]
    lags = range(1 + min(LAGS, length // 2))
    return np.stack([(sounds[..., : length - k] * sounds[..., k:]).mean((1, 2)) for k in lags], 1).astype(float)


def correlations(mean: np.ndarray) -> np.ndarray:
    """Return ρ(1), ρ(2), … of mean products (..., 1 + lags); 0 for silence."""
    power = mean[..., :1]
    return np.divide(mean[..., 1:], power, out=np.zeros_like(mean[..., 1:]), where=power > 0)
