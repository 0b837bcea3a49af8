"""The variational autoencoder of a well-known example: the bound that ten epochs of MNIST reach."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, within
from saddlepoint.scoring.likelihood import likelihood

PUBLISHED, NEAR = (104.0, 106.0), 2.0  # nats


def judge(findings: Findings) -> Verdict:
    """Demand a negative bound within 2 nats of the published ones, whatever the length."""
    band = (PUBLISHED[0] - NEAR, PUBLISHED[1] + NEAR)
    values = findings.by_seed("vae", "negative_bound")
    text = (
        f"Negative evidence lower bound of the test images {findings.show('vae', 'negative_bound', 5)} nats, "
        f"{findings.show('vae', 'divergence')} of them divergence from the prior; "
        f"published {PUBLISHED[0]:g} to {PUBLISHED[1]:g}."
    )
    return findings.decide([within("nats", values, band)], text)


@claim(
    "vae-elbo",
    paper="Kingma and Welling 2014",
    where="the example of PyTorch's authors (a dense network of 400 units, 20 of code)",
    published="104 to 106 nats after 10 epochs",
    headline="negative_bound",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.1, {"images": 2_000}),
    short=Protocol(3, 5, {"images": 600_000}),
    full=Protocol(10, 17, {"images": 600_000}),
    arms={"vae": Arm("mnist", "vae")},
)
def vae_elbo(bench: Bench) -> dict[str, Any]:
    """The negative evidence lower bound of MNIST's test images after ten epochs, in nats an image.

    Pixels are taken for the chances of bits, as in the example, with one draw of z for each of the 10,000 test
    images. Both lengths take its ten epochs and differ in seeds alone.
    """
    run = bench.train(images=bench.settings["images"])
    with bench.screen.working("measuring the bound"):
        figure = likelihood(run, run.data(), seed=bench.seed)["elbo"]
    assert figure.value is not None
    assert figure.high is not None
    rows = run.curves()[-20:]
    return {
        "negative_bound": -figure.value,
        "error": (figure.high - figure.value) / 1.96,
        "divergence": sum(row["g/divergence"] for row in rows) / len(rows),
    }
