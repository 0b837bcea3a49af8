"""Parzen-window log-likelihood as a figure of the card (Goodfellow et al. 2014, arXiv:1406.2661)."""

from saddlepoint.evaluate.metric import About, Inputs, Measure, metric
from saddlepoint.evaluate.parzen import parzen as protocol
from saddlepoint.evaluate.statistics import Z


@metric(
    figures={"parzen": About("higher", "log-likelihood of test images under Parzen windows, nats")},
    kinds=("images",),
    slow=True,
    floor=False,
)
def parzen(inputs: Inputs) -> dict[str, Measure]:
    """Parzen-window log-likelihood of test images; slow, so only where --metrics names it.

    The protocol of :func:`saddlepoint.evaluate.parzen.parzen`; beside it stands what as many real training
    images reach. The interval is 1.96 standard errors over test images. Samples are rounded to 8 bits, as
    the data are, which moves the figure by hundredths of a nat.
    """
    assert inputs.samples is not None
    found = protocol(inputs.dataset, inputs.samples)
    reach = Z * found.error
    detail = {
        "sigma": found.sigma,
        "standard_error": found.error,
        "tested": found.tested,
        "real_standard_error": found.real_error,
    }
    value, real = found.value, found.real
    low, high = value - reach, value + reach
    return {"parzen": Measure(value, low, high, found.samples, detail, "pixels", real, found.samples)}
