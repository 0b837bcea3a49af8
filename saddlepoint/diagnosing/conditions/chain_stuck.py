"""A Boltzmann machine whose chains do not mix."""

import torch

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Examples, Histogram

REMEMBERED, CHAINS = 0.15, 200  # 1 where chains have not moved, 0 where nothing of their start is left


@condition("chain-stuck", after=("diverged", "untrained", "data-faults"))
def chain_stuck(signals: Signals) -> Finding | None:
    """Chains of a Boltzmann machine still know, after all turns of a sample, from which example they began."""
    family = signals.family
    energy, turns = getattr(family, "energy", None), getattr(family, "burn_in", None)
    if not hasattr(energy, "gibbs") or turns is None or signals.data is None:
        return None
    with torch.random.fork_rng():
        torch.manual_seed(signals.seed)
        examples = signals.floats(signals.real[:CHAINS])
        start = torch.bernoulli(examples.flatten(1))
        end = energy.gibbs(start, turns)[0]  # type: ignore[union-attr]
    own, other = ((begun - end).abs().mean(1) for begun in (start, start.roll(1, 0)))
    remembered = 1 - own.mean().item() / other.mean().item() if other.any() else 0.0
    sure = above(remembered, REMEMBERED)
    if sure <= 0.5:
        return None
    return Finding(
        f"after {turns} turns chains are {remembered:.0%} nearer to where they began than to another start",
        sure,
        (Evidence("share of the start that chains remember", remembered, REMEMBERED),),
        "large weights part the states into valleys that a chain hardly leaves; samples then depend on where "
        "chains begin, and their frequencies mean nothing",
        {"burn_in": 5 * turns},
        "more turns a sample (--burn-in) and a step (--gibbs), or a smaller --lr",
        picture=lambda: (
            Histogram(
                f"where chains are after {turns} turns",
                "share of units that differ",
                {"from their own start": own.numpy(), "from another start": other.numpy()},
            ),
            Examples("where chains began", signals.run.to_array(start.view_as(examples))),
            Examples(f"the same chains after {turns} turns", signals.run.to_array(end.view_as(examples))),
        ),
    )
