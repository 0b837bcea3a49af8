"""Gutmann and Hyvärinen (2010): a normaliser is a parameter like any, and its error falls as 1/T."""

from typing import Any

import numpy as np

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, within
from saddlepoint.theory.noise_contrastive import rate, squared_errors

COUNTS = (1_000, 3_162, 10_000, 31_623, 100_000)
COVARIANCE = np.array([[1.0, 0.5, 0.0], [0.5, 2.0, -0.3], [0.0, -0.3, 0.5]])
SLOPE, NEAR = -1.0, 0.2


def judge(findings: Findings) -> Verdict:
    """Demand that both errors fall as 1/T: a slope of −1 within 0.2 on logarithmic axes."""
    band = (SLOPE - NEAR, SLOPE + NEAR)
    text = (
        f"Squared errors from {COUNTS[0]:,} to {COUNTS[-1]:,} points fall with a slope of "
        f"{findings.show('normal', 'slope')} (precision) and {findings.show('normal', 'slope_of_c')} (c); "
        f"times T they are {findings.show('normal', 'error_times_t')} and "
        f"{findings.show('normal', 'error_of_c_times_t')} at the end."
    )
    demands = [
        within(what, findings.by_seed("normal", figure), band)
        for what, figure in (("slope of the precision's error", "slope"), ("of c's", "slope_of_c"))
    ]
    return findings.decide(demands, text)


@claim(
    "nce-rate",
    paper="Gutmann and Hyvärinen 2010",
    where="asymptotic normality, and simulations",
    published="the squared error of precision and normaliser falls as 1/T",
    headline="slope",
    judge=judge,
    quick=Protocol(1, 0.1, {"draws": 2}),
    short=Protocol(5, 2, {"draws": 20}),
    full=Protocol(20, 40, {"draws": 100}),
    arms={"normal": Arm("ring8", "nce")},
)
def nce_rate(bench: Bench) -> dict[str, Any]:
    """How the error of a noise-contrastive estimate falls with the number of points, where the truth is known.

    Points are drawn from a normal density of three dimensions, as many for each estimate as there is noise, and
    the objective's one maximum is found exactly: no run is trained, and the data set named beside the claim is
    not looked at. Errors are means over independent draws.
    """
    draws = range(bench.settings["draws"])
    each = [[squared_errors(COVARIANCE, count, (bench.seed, count, i)) for i in draws] for count in COUNTS]
    errors = np.array(each).mean(axis=1)  # (counts, 2)
    return {
        "slope": rate(COUNTS, errors[:, 0]),
        "slope_of_c": rate(COUNTS, errors[:, 1]),
        "error_times_t": float(errors[-1, 0] * COUNTS[-1]),
        "error_of_c_times_t": float(errors[-1, 1] * COUNTS[-1]),
        "errors": errors.tolist(),
    }
