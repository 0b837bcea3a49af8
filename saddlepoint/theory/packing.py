"""How far apart data and samples are to a critic that judges m of them together (Lin et al. 2018, section 3).

Of two generators whose samples are equally far from the data one by one, packs part the one that lost modes
from the one that is merely uneven. Where single samples are apart by a total variation distance of ε, packs of
m are by

    lost     1 − (1 − ε)^m                                      all mass is on modes of share 1 − ε
    uneven   ½ Σ_j C(m, j)·|2^−m − (½ + ε)^j (½ − ε)^(m−j)|     one half of the modes has mass ½ + ε
"""

import functools
import math

import numpy as np


def apart(p: np.ndarray, q: np.ndarray, pack: int) -> float:
    """Return the total variation distance of packs from p (k,) and from q (k,), by going through all k^pack."""
    of_p, of_q = (functools.reduce(np.kron, [shares] * pack) for shares in (p, q))
    return float(np.abs(of_p - of_q).sum() / 2)


def lost(share: float, pack: int) -> float:
    """Return the distance for samples that lack modes of this share."""
    return 1 - (1 - share) ** pack


def uneven(share: float, pack: int) -> float:
    """Return the distance for samples of which half of the modes have mass ½ + share."""
    more, less = 0.5 + share, 0.5 - share
    terms = (math.comb(pack, j) * abs(0.5**pack - more**j * less ** (pack - j)) for j in range(pack + 1))
    return sum(terms) / 2
