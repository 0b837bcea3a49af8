"""Distance of mean power spectra of sounds."""

import numpy as np

from saddlepoint.core.kinds import FULL
from saddlepoint.data.spectrum import amplitudes, decibels
from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import around

MOST = 2_000  # sounds
QUIET = 80.0  # decibels below the data's loudest frequency that count as silence
_REPLICATES, _BLOCK = 200, 250


@metric(
    figures={"spectrum": About("lower", "distance of mean power spectra, root mean square over frequency, dB")},
    kinds=("waves",),
    least=10,
    most=MOST,
    cheap=True,
)
def spectrum(inputs: Inputs) -> dict[str, Figure]:
    """Root mean square over frequencies of the difference of mean power spectra, in decibels.

    Power is averaged over windows and sounds (Welch's method), of which 2,000 are taken of either side; levels
    of 80 dB below the data's loudest frequency and less count as silence. Sounds twice as loud are 6.02 dB
    away. The value is biased upward at few sounds; the interval is 1.96 standard deviations over resampled
    sounds.
    """
    fake = powers(inputs.fake, inputs.dataset.shape)
    real = powers(inputs.real.head(MOST), inputs.dataset.shape).mean(0)
    value = distance(fake.mean(0), real)
    shares = inputs.rng.multinomial(len(fake), np.full(len(fake), 1 / len(fake)), size=_REPLICATES) / len(fake)
    spread = np.array([distance(power, real) for power in shares @ fake])
    return {"spectrum": Figure(value, *around(value, spread), len(fake), encoder="waveform", range=POSITIVE)}


def powers(view: Features, shape: tuple[int, ...]) -> np.ndarray:
    """Return float64 (n, f), the power of each sound by frequency, averaged over its windows and channels."""
    sounds = view.pixels.reshape(-1, shape[-1])  # (n·c, t)
    blocks = [sounds[start : start + _BLOCK] / FULL for start in range(0, len(sounds), _BLOCK)]
    power = np.concatenate([(amplitudes(block) ** 2).mean(1) for block in blocks])
    return power.reshape(-1, shape[0], power.shape[1]).mean(1)


def distance(fake: np.ndarray, real: np.ndarray) -> float:
    """Return the distance in decibels of two mean power spectra (f,)."""
    floor = np.sqrt(real.max()) * 10 ** (-QUIET / 20)
    levels = [decibels(np.maximum(np.sqrt(power), floor)) for power in (fake, real)]
    return float(np.sqrt(((levels[0] - levels[1]) ** 2).mean()))
