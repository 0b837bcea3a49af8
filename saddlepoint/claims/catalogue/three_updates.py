"""Three ways for a generator to move: what each follows, and how hard it pulls when the critic is sure."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.game import Game
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_most, within
from saddlepoint.objectives import objectives

RULES = ("minimax", "non_saturating", "combined")
ATOMS, SURE = 10, -5.0
Divergence = Callable[[Tensor, Tensor], Tensor]


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
    figures: dict[str, Any] = closed_forms(bench.seed)
    for rule in RULES:
        centre, width = fit(rule, bench.settings["descent"])
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


def closed_forms(seed: int) -> dict[str, float]:
    """Return the largest relative error of each rule's gradient against its divergence's."""
    rng = torch.Generator().manual_seed(seed)
    p = torch.randn(ATOMS, generator=rng, dtype=torch.float64).softmax(0)
    theta = torch.randn(ATOMS, generator=rng, dtype=torch.float64)
    errors = {}
    for rule, divergence in DIVERGENCES.items():
        (gradient,) = _descend(rule, p, theta.clone().requires_grad_(), lambda t: t.softmax(0))
        truth = torch.empty_like(theta)
        for i in range(ATOMS):
            step = torch.zeros_like(theta)
            step[i] = 1e-5
            ends = [divergence(p, (theta + sign * step).softmax(0)) for sign in (1, -1)]
            truth[i] = (ends[0] - ends[1]) / 2e-5
        errors[f"error_{rule}"] = ((gradient - truth).abs().max() / truth.abs().max()).item()
    return errors


def _descend(rule: str, p: Tensor, theta: Tensor, density: Callable[[Tensor], Tensor]) -> tuple[Tensor, ...]:
    """Return the gradient of a rule's exact expectation at the best critic, which is held fixed."""
    q = density(theta)
    score = (p.log() - q.log()).detach()  # the logit of p/(p + q)
    return torch.autograd.grad((q * objectives.get(rule).generator(score, score)).sum(), theta)


def fit(rule: str, steps: int) -> tuple[float, float]:
    """Return centre and width of the Gaussian where a rule's divergence from two modes at ±3 is least.

    The rule descends from the middle and from one mode; the end with the smaller divergence counts.
    """
    x = torch.linspace(-12, 12, 481, dtype=torch.float64)
    p = torch.logsumexp(torch.stack([-0.5 * (x - 3).square(), -0.5 * (x + 3).square()]), 0).softmax(0)

    def bell(theta: Tensor) -> Tensor:
        centre, log_width = theta
        return (-0.5 * ((x - centre) / log_width.exp()).square()).softmax(0) + 1e-300

    ends = []
    for start in ([0.5, 1.0], [2.5, 0.0]):
        theta = torch.tensor(start, dtype=torch.float64).requires_grad_()
        adam = torch.optim.Adam([theta], lr=0.02)
        for _ in range(steps):
            (theta.grad,) = _descend(rule, p, theta, bell)
            adam.step()
        end = theta.detach()
        ends.append((DIVERGENCES[rule](p, bell(end)).item(), end[0].item(), end[1].exp().item()))
    _, centre, width = min(ends)
    return centre, width


def _kl(p: Tensor, q: Tensor) -> Tensor:
    return (q * (q.log() - p.log())).sum()


def _two_jsd(p: Tensor, q: Tensor) -> Tensor:
    middle = (p + q) / 2
    return F.kl_div(middle.log(), p, reduction="sum") + F.kl_div(middle.log(), q, reduction="sum")


def _kl_less_two_jsd(p: Tensor, q: Tensor) -> Tensor:
    return _kl(p, q) - _two_jsd(p, q)


DIVERGENCES: dict[str, Divergence] = {
    "minimax": _two_jsd,
    "non_saturating": _kl_less_two_jsd,
    "combined": _kl,
}
