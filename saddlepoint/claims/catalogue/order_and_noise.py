"""Who moves first, how often, and on which noise: variations on Algorithm 1 at equal numbers of updates."""

import math
from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.game import Game
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_most

FIRST = "critic to the end"
ALGORITHM = "d, g, fresh"
VARIATIONS: dict[str, tuple[tuple[str, ...], bool]] = {
    ALGORITHM: (("d", "g"), True),
    "d, g, shared": (("d", "g"), False),
    "g, d, fresh": (("g", "d"), True),
    "g, d, shared": (("g", "d"), False),
    "k = 2": (("d", "d", "g"), True),
    "k = 5": (("d",) * 5 + ("g",), True),
}


def judge(findings: Findings) -> Verdict:
    """Demand that the critic trained to its end starves the minimax generator and ends worst of all."""
    shown = ", ".join(f"{arm}: {findings.show(arm, 'frechet')}" for arm in findings.arms)
    left = findings.mean(FIRST, "share_left")
    text = (
        f"Fréchet distances at equal updates: {shown}. A critic trained to the end leaves {left:.1e} of its "
        f"slope to the minimax generator (mean logit {findings.mean(FIRST, 'logit'):.1f}), whose gradient is "
        f"then {findings.mean(FIRST, 'pull_left'):.1e} of the one before."
    )
    starved = at_most("share of the slope left", findings.by_seed(FIRST, "share_left"), 0.01, (0, math.inf))
    others = [arm for arm in findings.arms if arm != FIRST]
    return findings.decide([starved, *(findings.above(FIRST, arm, "frechet") for arm in others)], text)


@claim(
    "order-and-noise",
    paper="Goodfellow et al. 2014",
    where="Algorithm 1 and section 3",
    published="k = 1 suffices; a critic that is sure leaves the minimax generator no gradient",
    headline="frechet",
    judge=judge,
    quick=Protocol(1, 0.5, {"updates": 60, "samples": 200}),
    short=Protocol(2, 9, {"updates": 7_200, "samples": 5_000}),
    full=Protocol(5, 200, {"updates": 60_000, "samples": 10_000}),
    arms={
        **{name: Arm("mnist", "mlp_gan") for name in VARIATIONS},
        FIRST: Arm("mnist", "mlp_gan", {"objective": "minimax"}),
    },
)
def order_and_noise(bench: Bench) -> dict[str, Any]:
    """Critic or generator first, shared or fresh noise, k = 1, 2, 5, and the critic trained to its end first.

    The MLP on MNIST, with the same number of updates of both players together, so that k critic steps cost
    generator steps. In the last arm the critic takes the first half of them and the generator the second,
    with the minimax loss for which the paper predicts that its gradient vanishes; ``share_left`` is the norm of
    the generator's gradient over that of the loss that passes the critic's slope on as it is, ``pull_left``
    that norm over the one before the critic's half.
    """
    updates = bench.settings["updates"]
    order, fresh = VARIATIONS.get(bench.name, (("d", "g"), True))
    game = Game(bench.arm.recipe, bench.source, seed=bench.seed, fresh_latent=fresh, **bench.arm.flags)
    figures: dict[str, Any] = {}
    with bench.screen.working("playing"):
        if bench.name == FIRST:
            before, _ = game.pull("minimax")
            game.play(updates // 2, ("d",))
            after, logit = game.pull("minimax")
            whole, _ = game.pull("combined")
            figures = {"share_left": after / whole, "pull_left": after / before, "logit": logit}
            game.play(updates // 2, ("g",))
        else:
            game.play(updates // len(order), order)
    card = bench.score(game.data, game.sample, ("frechet", "class_histogram"), bench.settings["samples"])
    return {
        "frechet": card["frechet"].value,
        "class_kl": card["class_kl"].value,
        "classes": card["classes"].value,
        **figures,
    }
