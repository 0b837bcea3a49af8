"""How likely a run finds test examples, where its game can say so."""

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.oracle import Oracle
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate import Figure
from saddlepoint.evaluate.likelihood_figures import likelihood as measured
from saddlepoint.evaluate.likelihood_figures import perplexity
from saddlepoint.runs.model import Model

TEST = 10_000  # examples, at most


def likelihood(run: Model, dataset: Dataset, seed: int = 0) -> dict[str, Figure]:
    """Return ``elbo`` or ``log_likelihood`` of at most 10,000 test examples; nothing where the game cannot say.

    Of sequences of tokens it is ``perplexity``.

    Args:
        run: whose newest weights to use.
        dataset: data with a test split.
        seed: seed of what an estimate draws.
    """
    test = dataset.splits.get("test", dataset.train)
    examples, _ = test.take(random_part(len(test), TEST))
    found = run.log_density(examples, seed)
    if found is None:
        return {}
    nats, density = found
    if dataset.vocabulary is not None:
        known = dataset.truth.log_likelihood(examples) if isinstance(dataset.truth, Oracle) else None
        return {"perplexity": perplexity(nats, dataset.shape[-1], known)}
    truth = dataset.truth.log_density(examples) if isinstance(dataset.truth, Mixture) else None
    figure = measured(nats, bound=density.bound, error=float(density.error), truth=truth)
    return {"elbo" if density.bound else "log_likelihood": figure}
