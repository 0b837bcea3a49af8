"""Three ways for a generator to move: what each follows, and how hard it pulls when the critic is sure."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.game import Game
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_most, within
from saddlepoint.theory.updates import RULES, best_fit, gradient_errors

SURE = -5.0  # mean logit of samples at which a critic is confident


def judge(findings: Findings) -> Verdict:
    """Demand the three gradients to 1e-6, the order of the pulls, and the mode that reverse KL takes.

    Gradients and the mode are computed, not sampled: they are demanded as they are, and the pulls over seeds.
    """
    errors = {rule: findings.mean("gan", f"error_{rule}") for rule in RULES}
    minimax, other = findings.mean("gan", "pull_minimax"), findings.mean("gan", "pull_non_saturating")
    where, width = abs(findings.mean("gan", "centre_combined")), findings.mean("gan", "width_combined")
    shown = ", ".join(
        f"{rule} at {findings.mean('gan', f'centre_{rule}'):.2f}, "
        f"width {findings.mean('gan', f'width_{rule}'):.2f}"
        for rule in RULES[:2]
    )
    text = (
        "Gradients at the best critic agree with those of 2 JSD, KL(q|p) - 2 JSD and KL(q|p) to "
        f"{', '.join(f'{error:.0e}' for error in errors.values())}. With a mean logit of "
        f"{findings.mean('gan', 'logit'):.1f} early in training the pulls are {minimax:.4f} : {other:.3f} : 1. "
        f"The best single Gaussian for two modes at ±3: combined at {where:.2f}, width {width:.2f} (closed "
        f"form: about 3 and 1), {shown}."
    )
    exact = max(errors.values()) < 1e-6
    if not exact or abs(where - 3) >= 0.2:
        return Verdict(False, text)
    demands = [
        at_most("minimax pull", findings.by_seed("gan", "pull_minimax"), 0.1),
        within("non-saturating pull", findings.by_seed("gan", "pull_non_saturating"), (0.5, 1.5)),
    ]
    return findings.decide(demands, text)


@claim(
    "three-updates",
    paper="Goodfellow et al. 2014; Huszár 2016",
    where="section 3; inference.vc",
    published="minimax vanishes, non-saturating does not, combined follows KL(q|p)",
    headline="pull_minimax",
    judge=judge,
    quick=Protocol(1, 0.2, {"steps": 60, "descent": 50}),
    short=Protocol(5, 2, {"steps": 1_000, "descent": 3_000}),
    full=Protocol(10, 5, {"steps": 2_000, "descent": 10_000}),
    arms={"gan": Arm("mnist", "mlp_gan")},
)
def three_updates(bench: Bench) -> dict[str, Any]:
    """Gradient sizes of three generator updates when the critic is confident, and the divergence behind each.

    The critic of the MLP learns MNIST against an untrained generator until the mean logit of samples is −5, or
    the steps are used up; ``pull`` is the norm of the generator's gradient over that of the combined rule, on
    the same latents. ``error`` is the largest relative difference between a rule's gradient at the best critic
    of two random distributions on ten atoms and the numerical gradient of its divergence, in float64.
    ``centre`` and ``width`` are those of the Gaussian at which a rule that descends from the middle or from one
    mode comes nearest to ½N(−3, 1) + ½N(3, 1) by its own divergence.
    """
    figures: dict[str, Any] = {f"error_{rule}": error for rule, error in gradient_errors(bench.seed).items()}
    for rule in RULES:
        centre, width = best_fit(rule, bench.settings["descent"])
        figures |= {f"centre_{rule}": centre, f"width_{rule}": width}
    game = Game(bench.arm.recipe, bench.source, seed=bench.seed)
    over_time = [_pulls(game)]
    while over_time[-1]["logit"] > SURE and game.steps < bench.settings["steps"]:
        game.play(10, ("d",))
        over_time.append(_pulls(game))
    last = over_time[-1]
    figures |= {f"pull_{rule}": last[rule] / last["combined"] for rule in RULES}
    figures |= {f"slope_{rule}": game.slope(rule) for rule in RULES}
    return {**figures, "logit": last["logit"], "critic_steps": last["steps"], "over_time": over_time}


def _pulls(game: Game) -> dict[str, float]:
    pulls = {rule: game.pull(rule) for rule in RULES}
    return {"steps": game.steps, "logit": pulls["combined"][1]} | {n: pull[0] for n, pull in pulls.items()}
