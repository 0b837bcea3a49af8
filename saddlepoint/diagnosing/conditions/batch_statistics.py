"""Batch normalisation that behaves otherwise in sampling than in training."""

from collections.abc import Iterator

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Examples, Panel

APART = 0.5  # of the samples' variance


@condition(
    "batch-statistics",
    after=(
        "diverged",
        "mode-collapse",
        "untrained",
        "rate-too-high",
        "data-faults",
        "generator-climbs",
        "critic-upside-down",
    ),
)
def batch_statistics(signals: Signals) -> Finding | None:
    """Samples with stored statistics differ from what the generator made in training."""
    apart = signals.normalised_by_batch
    if apart is None:
        return None
    sure = above(apart, APART)
    if sure <= 0.5:
        return None
    return Finding(
        f"samples with the stored statistics differ from those with a batch's own by {apart:.0%} of their "
        "variance",
        sure,
        (Evidence("squared difference over variance", apart, APART),),
        "the moving averages of batch normalisation lag behind weights that still change fast, or batches "
        "are small",
        advice="a larger --batch, lower rates towards the end (--schedule linear), or a recipe without it",
        picture=lambda: _panels(signals),
    )


def _panels(signals: Signals) -> Iterator[Panel]:
    """Show samples of the same latents in both ways."""
    assert signals.both_ways is not None
    for name, samples in zip(("stored", "a batch's own"), signals.both_ways, strict=True):
        yield Examples(f"with {name} statistics", signals.run.to_array(samples))
