"""What a generator descends on when the critic is at its best: three rules, and the divergence behind each.

    rule            the generator minimises   at D* its gradient is that of   source
    minimax         E log(1 − D)              2·JSD(p‖q)                      Goodfellow et al. 2014, eq. 6
    non_saturating  −E log D                  KL(q‖p) − 2·JSD(p‖q)            Arjovsky and Bottou 2017, thm 2.5
    combined        −E log D/(1 − D)          KL(q‖p)                         Huszár 2016

The critic is held fixed while the gradient is taken, as in training.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from saddlepoint.objectives import objectives
from saddlepoint.theory.divergences import bells, jensen_shannon, kl

Divergence = Callable[[Tensor, Tensor], Tensor]
Density = Callable[[Tensor], Tensor]


def two_jsd(p: Tensor, q: Tensor) -> Tensor:
    """Return 2·JSD(p‖q) of log-masses."""
    return 2 * jensen_shannon(p, q)


def reverse_kl(p: Tensor, q: Tensor) -> Tensor:
    """Return KL(q‖p) of log-masses."""
    return kl(q, p)


def reverse_kl_less_two_jsd(p: Tensor, q: Tensor) -> Tensor:
    """Return KL(q‖p) − 2·JSD(p‖q) of log-masses."""
    return kl(q, p) - two_jsd(p, q)


DIVERGENCES: dict[str, Divergence] = {
    "minimax": two_jsd,
    "non_saturating": reverse_kl_less_two_jsd,
    "combined": reverse_kl,
}
RULES = tuple(DIVERGENCES)


def descent(rule: str, p: Tensor, theta: Tensor, density: Density) -> Tensor:
    """Return the gradient at θ of a rule's exact expectation over q at the best critic, which is held fixed.

    Args:
        rule: name of an objective.
        p: (k,) log-masses of the data.
        theta: parameters, which require gradients.
        density: θ -> (k,) log-masses of q.
    """
    q = density(theta)
    score = (p - q).detach()  # the logit of p/(p + q)
    loss = (q.exp() * objectives.get(rule).generator(score, score)).sum()
    return torch.autograd.grad(loss, theta)[0]


def numerical_gradient(
    divergence: Divergence, p: Tensor, theta: Tensor, density: Density, step: float = 1e-5
) -> Tensor:
    """Return the gradient of θ -> divergence(p, density(θ)) by central differences."""
    theta = theta.detach()
    ends = [
        divergence(p, density(theta + change)) - divergence(p, density(theta - change))
        for change in step * torch.eye(len(theta), dtype=theta.dtype)
    ]
    return torch.stack(ends) / (2 * step)


def gradient_errors(seed: int, atoms: int = 10) -> dict[str, float]:
    """Return each rule's largest relative error against its divergence's numerical gradient.

    Between two random distributions on ``atoms`` atoms, in float64, where q is the softmax of θ.
    """
    rng = torch.Generator().manual_seed(seed)
    p = torch.randn(atoms, generator=rng, dtype=torch.float64).log_softmax(0)
    theta = torch.randn(atoms, generator=rng, dtype=torch.float64).requires_grad_()

    def density(theta: Tensor) -> Tensor:
        return theta.log_softmax(0)

    errors = {}
    for rule, divergence in DIVERGENCES.items():
        truth = numerical_gradient(divergence, p, theta, density)
        error = descent(rule, p, theta, density) - truth
        errors[rule] = (error.abs().max() / truth.abs().max()).item()
    return errors


MODES = (-3.0, 3.0)
GRID = torch.linspace(-24, 24, 241, dtype=torch.float64)
STARTS = ((0.5, 1.0), (2.5, 0.0))  # (centre, log-width): between the modes and wide, on one mode and narrow
RATE = 0.02  # of Adam


def two_modes() -> Tensor:
    """Return the log-masses of ½N(−3, 1) + ½N(3, 1) on the grid."""
    return bells(GRID, *MODES)


def gaussian(theta: Tensor) -> Tensor:
    """Return the log-masses on the grid of the Gaussian with θ = (centre, log of its width)."""
    return (-0.5 * ((GRID - theta[0]) / theta[1].exp()).square()).log_softmax(0)


def likelihood_descent(p: Tensor, theta: Tensor, density: Density) -> Tensor:
    """Return the gradient at θ of KL(p‖q): what maximum likelihood descends on, without a critic."""
    return torch.autograd.grad(kl(p, density(theta)), theta)[0]


def fitted(rules: Sequence[str], start: tuple[float, float], steps: int) -> dict[str, Tensor]:
    """Return, for each rule, (steps + 1, 2): θ of one Gaussian that moves towards two modes, step by step.

    Args:
        rules: some of ``RULES``, and "likelihood".
        start: first θ.
        steps: of Adam, which moves all of them at once.
    """
    p, thetas = two_modes(), torch.tensor([start] * len(rules), dtype=torch.float64).requires_grad_()
    adam = torch.optim.Adam([thetas], lr=RATE)
    path = [thetas.detach().clone()]
    for _ in range(steps):
        slopes = []
        for rule, now in zip(rules, path[-1], strict=True):
            theta = now.clone().requires_grad_()
            likely = rule == "likelihood"
            slopes.append(
                likelihood_descent(p, theta, gaussian) if likely else descent(rule, p, theta, gaussian)
            )
        thetas.grad = torch.stack(slopes)
        adam.step()
        path.append(thetas.detach().clone())
    return dict(zip(rules, torch.stack(path, 1), strict=True))


def best_fit(rule: str, steps: int) -> tuple[float, float]:
    """Return centre and width of the Gaussian where a rule's divergence from two modes is least.

    The rule descends from the middle and from one mode; the end with the smaller divergence counts.
    """
    p = two_modes()
    ends = [fitted([rule], start, steps)[rule][-1] for start in STARTS]
    best = min(ends, key=lambda theta: DIVERGENCES[rule](p, gaussian(theta)).item())
    return best[0].item(), best[1].exp().item()


def adam_pace(
    clearness: float, seed: int, *, scale: float = 1.0, entries: int = 2_000, steps: int = 200
) -> float:
    """Return the mean step of Adam over its learning rate, where gradients are noise around a constant.

    It is about r/√(1 + r²) for a mean of r standard deviations, whatever the scale.

    Args:
        clearness: mean of a gradient over its standard deviation, r.
        seed: of the noise.
        scale: standard deviation of a gradient.
        entries: parameters, which move by themselves.
        steps: the first fifth is not counted.
    """
    rng, rate = torch.Generator().manual_seed(seed), 1e-3
    place = torch.zeros(entries, dtype=torch.float64)
    optimizer = torch.optim.Adam([place], lr=rate, betas=(0.5, 0.999), eps=1e-20)
    for step in range(steps):
        if step == steps // 5:
            start = place.clone()
        place.grad = scale * (clearness + torch.randn(entries, generator=rng, dtype=torch.float64))
        optimizer.step()
    return ((start - place).mean() / (rate * (steps - steps // 5))).item()
