"""Schmidhuber (1992): a code whose units cannot be told from each other has found the factors of its data."""

from typing import Any

import numpy as np
import torch

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.game import trained
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import SHARE, Verdict, at_least
from saddlepoint.core.kinds import kind_of
from saddlepoint.data.sources.factors import signs
from saddlepoint.families.predictability import Predictability
from saddlepoint.theory.independence import predictable_share, recovered

FOUND = 0.95  # correlation of the factor that is found worst


def judge(findings: Findings) -> Verdict:
    """Demand that the worst of four factors is found, and that codes of digits repeat themselves less."""
    demands = [
        at_least("worst factor", findings.by_seed("factors", "worst"), FOUND, SHARE),
        findings.above("autoencoder digits", "digits", "predictable"),
    ]
    text = (
        f"Correlation of the worst of four factors with its unit {findings.show('factors', 'worst')}. Share of "
        f"a unit of digits' codes that the others predict {findings.show('digits', 'predictable')}, of a plain "
        f"autoencoder's "
        f"{findings.show('autoencoder digits', 'predictable')}, at a loss of {findings.show('digits', 'lost')} "
        f"against {findings.show('autoencoder digits', 'lost')} of the pixels' variance."
    )
    return findings.decide(demands, text)


@claim(
    "predictability",
    paper="Schmidhuber 1992",
    where="the idea; the toy and the digits are ours",
    published="independent factors are recovered up to order and sign",
    headline="predictable",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.3, {"images": 2_000}, arms=("factors",)),
    short=Protocol(3, 5, {"images": 200_000}),
    full=Protocol(10, 60, {"images": 1_000_000}),
    arms={
        "factors": Arm("factors", "predictability"),
        "autoencoder factors": Arm("factors", "predictability", {"weight": 0.0}),
        "digits": Arm("digits", "predictability"),
        "autoencoder digits": Arm("digits", "predictability", {"weight": 0.0}),
    },
)
def predictability(bench: Bench) -> dict[str, Any]:
    """Whether predictability minimisation finds four mixed signs, and makes codes of digits more independent.

    The control of each seed is the same autoencoder from the same weights without the term. New predictors
    judge codes of images that the encoder was not trained on, see ``theory.independence``.
    """
    run = bench.train(images=bench.settings["images"])
    experiment, data = trained(run), run.data()
    family = experiment.family
    assert isinstance(family, Predictability)
    splits = [data.splits[name] for name in ("validation", "test")]
    parts = [split.take(np.arange(len(split))) for split in splits]
    examples, label = np.concatenate([part[0] for part in parts]), [part[1] for part in parts]
    order = np.random.default_rng(bench.seed).permutation(len(examples))
    x = kind_of(examples).to_tensor(torch.from_numpy(examples[order]), experiment.range)
    with torch.no_grad():
        codes = family.encoder(x)
        lost = (family.decoder(codes) - x).square().sum() / (x - x.mean(0)).square().sum()
    figures: dict[str, Any] = {
        "predictable": predictable_share(codes.numpy(), bench.seed),
        "lost": lost.item(),
        "variance": codes.var(0).mean().item(),
    }
    if bench.arm.data == "factors":
        known = signs(np.concatenate([each for each in label if each is not None])[order])
        figures["worst"] = float(recovered(codes.numpy(), known).min())
    return figures
