"""Yu et al. (2017), Table 1: the game lowers what sequences cost under the oracle, where likelihood stopped."""

import math
from typing import Any

import numpy as np

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, above, at_least
from saddlepoint.data.oracle import Oracle
from saddlepoint.data.sources.oracle import LENGTH, VOCABULARY

GAIN = 0.2  # nats a token
RULES = {"lr_g": 1e-2, "baseline": False}  # of the paper's game
SMALL = RULES | {"filters": 0.1, "rollouts": 4, "pretraining": 0.85}
PAPER = RULES | {"critic_steps": 15 * 157, "pretraining": 120 / 3_270}  # 150 epochs of the critic, 200 × 15
BLIND = {"lr_d": 0.0}
SHORT = ("seq_mle", "seq_gan", "seq_gan blind")
AS_PUBLISHED = "seq_gan as published"


def judge(findings: Findings) -> Verdict:
    """Demand a gain of 0.2 nats a token over likelihood alone, and that random tokens cost ln 5,000."""
    game = AS_PUBLISHED if findings.label == "full" else "seq_gan"
    text = (
        f"{findings.show(game, 'oracle_nll', 4)} nats a token against "
        f"{findings.show('seq_mle', 'oracle_nll', 4)} of likelihood alone"
    )
    if findings.has("seq_gan blind", "oracle_nll"):
        text += f", and {findings.show('seq_gan blind', 'oracle_nll', 4)} with a critic that never learns"
    text += (
        f"; real sequences cost {findings.mean('seq_mle', 'entropy'):.3f}, random ones "
        f"{findings.mean('seq_mle', 'random'):.2f}. Test sequences cost the game's generator "
        f"{findings.show(game, 'test_nll', 4)}, the other {findings.show('seq_mle', 'test_nll', 4)}."
    )
    lower = {seed: value - GAIN for seed, value in findings.by_seed("seq_mle", "oracle_nll").items()}
    demands = [
        above(
            f"nats by which the game is below likelihood alone, beyond {GAIN:g},",
            lower,
            findings.by_seed(game, "oracle_nll"),
        ),
        at_least("nats of random tokens", findings.by_seed("seq_mle", "random"), math.log(VOCABULARY)),
    ]
    return findings.decide(
        demands, text, deny="" if findings.label == "full" else "This training is too short to deny it."
    )


@claim(
    "seqgan-oracle",
    paper="Yu et al. 2017",
    where="Table 1",
    published="8.736 nats a token against 9.038 by likelihood alone, on the paper's own oracle",
    headline="oracle_nll",
    judge=judge,
    quick=Protocol(1, 0.5, {"epochs": 0.03, "likelihood": 0.03, "samples": 20}, arms=SHORT),
    short=Protocol(1, 10, {"epochs": 16, "likelihood": 16, "samples": 1_000}, arms=SHORT),
    full=Protocol(
        3, 4_800, {"epochs": 3_270, "likelihood": 120, "samples": 1_000}, arms=("seq_mle", AS_PUBLISHED)
    ),
    arms={
        "seq_mle": Arm("oracle", "seq_mle"),
        "seq_gan": Arm("oracle", "seq_gan", SMALL),
        "seq_gan blind": Arm("oracle", "seq_gan", SMALL | BLIND),
        AS_PUBLISHED: Arm("oracle", "seq_gan", PAPER),
    },
)
def seqgan_oracle(bench: Bench) -> dict[str, Any]:
    """What sequences of SeqGAN cost under the oracle, beside those of a training by likelihood.

    Vocabulary of 5,000 and length of 20 as in the paper, the oracle's weights of a seed of our own, so that the
    values differ from the published ones and their difference is what is compared. The short protocol's
    training by likelihood is as long as the whole game; its critic has a tenth of the paper's filters, four
    roll-outs instead of sixteen, and a step of the generator for five of the critic where the paper has two
    thousand; as a control a critic plays that never learns, whose rewards are all much alike. The full one has
    the paper's sizes and numbers of steps, and takes a GPU. What test sequences cost the generator says
    whether a gain was bought with variety.
    """
    run = bench.train(epochs=bench.settings["likelihood" if bench.arm.recipe == "seq_mle" else "epochs"])
    data = run.data()
    oracle, test = data.truth, data.splits["test"].array[: bench.settings["samples"]]
    assert isinstance(oracle, Oracle)
    found = run.log_density(test)
    assert found is not None
    samples = run.sample(len(test), seed=bench.seed)
    noise = np.random.default_rng(bench.seed).integers(VOCABULARY, size=test.shape)
    costs = {"oracle_nll": samples, "entropy": test, "random": noise}
    return {
        **{name: -float(oracle.log_likelihood(tokens).mean()) / LENGTH for name, tokens in costs.items()},
        "test_nll": -float(found[0].mean()) / LENGTH,
    }
