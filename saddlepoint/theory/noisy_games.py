"""The bilinear game whose gradients are drawn one example at a time, and the rules that its noise defeats.

    f(θ, φ) = (1/n) Σᵢ (bᵢᵀθ + θᵢφᵢ + cᵢᵀφ),   θ, φ, bᵢ, cᵢ ∈ ℝⁿ,   bᵢ, cᵢ ~ N(0, I/n)

θ lowers f and φ raises it; a step sees the term of one i (Chavdarova et al. 2019, 2021). The saddle is at
θ* = −Σ cᵢ, φ* = −Σ bᵢ. With all terms at once extragradient converges (Korpelevich 1976); with one at a time
the two gradients of a step are of different terms, and it does not.
"""

from collections.abc import Iterator

import numpy as np

RATE = 0.1
AHEAD, ALPHA = 1000, 0.5  # of look-ahead: steps of the fast weights, and how far the slow ones follow


class NoisyGame:
    """A drawn game.

    Args:
        seed: of b, c, the start and the order of examples.
        size: n, the number of examples and of each player's numbers.

    Attributes:
        saddle: (2n,) θ* and φ*.
        start: (2n,) a unit normal step away from it in every number.
    """

    def __init__(self, seed: int, size: int = 100):
        self.rng = np.random.default_rng(seed)
        self.size = size
        self.b, self.c = self.rng.normal(0, size**-0.5, (2, size, size))
        self.saddle = -np.concatenate([self.c.sum(0), self.b.sum(0)])
        self.start = self.saddle + self.rng.standard_normal(2 * size)

    def velocity(self, z: np.ndarray, i: int) -> np.ndarray:
        """Return (2n,) −∂/∂θ and ∂/∂φ of the i-th term at z."""
        v = np.concatenate([-self.b[i], self.c[i]])
        v[i] -= z[self.size + i]
        v[self.size + i] += z[i]
        return v

    def drawn(self, z: np.ndarray) -> np.ndarray:
        """Return the velocity of a term drawn at random."""
        return self.velocity(z, int(self.rng.integers(self.size)))


def simultaneous(game: NoisyGame, z: np.ndarray) -> Iterator[np.ndarray]:
    """Both move by the gradients of one term."""
    while True:
        z = z + RATE * game.drawn(z)
        yield z


def extragradient(game: NoisyGame, z: np.ndarray) -> Iterator[np.ndarray]:
    """Both try a step on one term, and move by the gradients of another where it led."""
    while True:
        z = z + RATE * game.drawn(z + RATE * game.drawn(z))
        yield z


def lookahead(game: NoisyGame, z: np.ndarray) -> Iterator[np.ndarray]:
    """Simultaneous steps; after AHEAD of them slow weights go ALPHA of the way, and all start from there."""
    while True:
        slow, fast = z, simultaneous(game, z)
        for _ in range(AHEAD):
            z = next(fast)
            yield z
        z = slow + ALPHA * (z - slow)


RULES = {"simultaneous": simultaneous, "extragradient": extragradient, "lookahead": lookahead}


def distances(rule: str, seed: int, passes: int, size: int = 100) -> np.ndarray:
    """Return (passes + 1,): the distance from the saddle over that at the start, after each n steps.

    Args:
        rule: a name of :data:`RULES`.
        seed: of the game.
        passes: how often as many terms are drawn as there are.
        size: of the game.
    """
    game = NoisyGame(seed, size)
    moves = RULES[rule](game, game.start)
    begun = np.linalg.norm(game.start - game.saddle)
    ratios = [1.0]
    for step in range(1, passes * size + 1):
        z = next(moves)
        if step % size == 0:
            ratios.append(float(np.linalg.norm(z - game.saddle) / begun))
    return np.array(ratios)
