"""How likely an oracle finds sequences (Yu et al. 2017, SeqGAN, equation 9)."""

from saddlepoint.data.oracle import Oracle
from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import Z

MOST = 2_000  # sequences


@metric(
    figures={"oracle_nll": About("real", "negative log-likelihood of samples under the oracle, nats a token")},
    truth=Oracle,
    kinds=("tokens",),
    least=10,
    most=MOST,
    cheap=True,
)
def oracle_nll(inputs: Inputs) -> dict[str, Figure]:
    """Mean negative log-likelihood of samples under the network that the data come from, in nats a token.

    Real sequences score its entropy; a sampler below it keeps to likely sequences and leaves out others.
    Tokens at random score at least the logarithm of the vocabulary's size. The interval is 1.96 standard
    errors.
    """
    tokens = inputs.fake.pixels
    nll = -inputs.truth(Oracle).log_likelihood(tokens) / tokens.shape[1]
    value, reach = float(nll.mean()), Z * float(nll.std(ddof=1)) / len(nll) ** 0.5
    low, high = value - reach, value + reach
    return {"oracle_nll": Figure(value, low, high, len(nll), encoder="tokens", range=POSITIVE)}
