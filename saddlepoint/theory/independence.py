"""How independent the units of a code are, and whether they are factors that are known."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.ensemble import HistGradientBoostingRegressor

TREES = 60


def predictable_share(codes: np.ndarray, seed: int = 0) -> float:
    """Return the mean share of a unit's variance that the other units predict, 0 where they are independent.

    A unit that never varies counts 0.

    Predictors are boosted trees, new ones that no encoder has learned to fool; they learn from the first half
    and are judged on the second (R², at least 0). A share does not depend on how widely a unit varies, which a
    sum of squared errors does, and trees find what correlations do not.

    Args:
        codes: (n, k) of examples that the encoder was not trained on, in random order.
        seed: of the trees.
    """
    half = len(codes) // 2
    shares = []
    for unit in range(codes.shape[1]):
        others = np.delete(codes, unit, axis=1)
        model = HistGradientBoostingRegressor(max_iter=TREES, random_state=seed)
        model.fit(others[:half], codes[:half, unit])
        varies = np.ptp(codes[half:, unit]) > 0
        shares.append(max(0.0, float(model.score(others[half:], codes[half:, unit]))) if varies else 0.0)
    return float(np.mean(shares))


def recovered(codes: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Return (k,) the correlation, without its sign, of each factor with the unit that is matched to it.

    Units are matched one to one, so that the sum is largest: factors are found up to permutation and sign where
    all are 1.

    Args:
        codes: (n, k) units.
        factors: (n, k) what they should be.
    """
    k = factors.shape[1]
    with np.errstate(invalid="ignore"):  # a unit that never varies goes along with nothing
        correlation = np.nan_to_num(np.abs(np.corrcoef(factors.T, codes.T)[:k, k:]))
    rows, columns = linear_sum_assignment(correlation, maximize=True)
    return correlation[rows, columns]


def total_correlation(codes: np.ndarray) -> float:
    """Return Σ_i H(s_i) − H(s) in nats of the units' signs, 0 where they are independent.

    Signs alone: the last digits of a unit near ±1 may tell of the others. Its mean over draws of independent
    signs is about (2^k − 1 − k) / 2n.

    Args:
        codes: (n, k) of few units.
    """
    bits = codes > 0
    alone = sum(_entropy(unit) for unit in bits.T)
    return alone - _entropy(bits @ (1 << np.arange(bits.shape[1])))


def _entropy(values: np.ndarray) -> float:
    share = np.unique(values, return_counts=True)[1] / len(values)
    return float(-(share * np.log(share)).sum())
