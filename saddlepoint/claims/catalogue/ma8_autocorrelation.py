"""The sound GAN of jacotar on its toy: noise averaged over a window of 8, whose autocorrelation is 1 − k/8."""

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_most
from saddlepoint.core.kinds import FULL
from saddlepoint.data.sources.ma8 import WINDOW

LAGS = 32
NEAR, TIMES = 0.05, 2.0
SAMPLES = 2_000


def judge(findings: Findings) -> Verdict:
    """Demand of the sound GAN that its autocorrelation and its energy distance are near the truth."""
    parts = [
        f"{arm}: ρ(k) is {findings.show(arm, 'autocorrelation')} from 1 − k/8 at most, the energy distance "
        f"{findings.show(arm, 'energy_ratio')} times that of real sounds."
        for arm in findings.arms
    ]
    demands = [
        at_most("largest error of ρ(k)", findings.by_seed("sound_gan", "autocorrelation"), NEAR),
        at_most("energy distance over real ones'", findings.by_seed("sound_gan", "energy_ratio"), TIMES),
    ]
    return findings.decide(demands, " ".join(parts))


@claim(
    "ma8-autocorrelation",
    paper="jacotar, sound-GAN",
    where="the toy of its code",
    published="no number: a GAN learns a moving average of noise, for which ρ(k) = 1 − k/8, then 0",
    headline="autocorrelation",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.2, {"images": 1_280}),
    short=Protocol(3, 10, {"images": 100_000}),
    full=Protocol(5, 60, {"images": 600_000}),
    arms={"sound_gan": Arm("ma8", "sound_gan"), "wave_gan": Arm("ma8", "wave_gan")},
)
def ma8_autocorrelation(bench: Bench) -> dict[str, Any]:
    """The autocorrelation and the energy distance of noise from a linear filter, and from WaveGAN beside it.

    ρ(k) is compared with its closed form at lags of 1 to 32. The energy distance is that of 2,000 samples and
    the 2,000 sounds of the test split, pairs of a sound with itself included, so that equality does not give 0
    but what 2,000 real training sounds score against the same ones.
    """
    run = bench.train(images=bench.settings["images"])
    data = run.data()
    test = data.splits["test"].array[:SAMPLES, 0] / FULL
    train = data.train.array[:SAMPLES, 0] / FULL
    made = run.sample(SAMPLES, seed=bench.seed)[:, 0] / FULL
    floor, distance = energy(train, test), energy(made, test)
    exact = np.clip(1 - np.arange(1, LAGS + 1) / WINDOW, 0, None)
    return {
        "autocorrelation": float(np.abs(correlation(made) - exact).max()),
        "real": float(np.abs(correlation(test) - exact).max()),
        "energy_ratio": distance / floor,
        "energy": distance,
        "energy_real": floor,
    }


def correlation(sounds: np.ndarray) -> np.ndarray:
    """Return ρ(1) to ρ(32) of (n, t) sounds, over all places."""
    length = sounds.shape[1]
    products = [(sounds[:, : length - k] * sounds[:, k:]).mean() for k in range(LAGS + 1)]
    return np.array(products[1:]) / products[0]


def energy(x: np.ndarray, y: np.ndarray) -> float:
    """Return the energy distance of (n, d) and (m, d), pairs of a row with itself included."""
    return float(2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean())
