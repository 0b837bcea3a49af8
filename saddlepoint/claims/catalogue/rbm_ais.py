"""Salakhutdinov and Murray (2008), Table 1: how likely Boltzmann machines find MNIST, by annealing."""

from typing import Any

import numpy as np
import torch

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.game import trained
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict
from saddlepoint.core.kinds import to_floats
from saddlepoint.core.seeds import derive
from saddlepoint.families.rbm import RBM
from saddlepoint.networks.boltzmann import temperatures

PUBLISHED = {"CD-1": -125.53, "CD-3": -105.50, "CD-25": -86.34}


def judge(findings: Findings) -> Verdict:
    """Demand that more turns of the chain make a likelier model, in the published order."""
    demands = [
        findings.above(longer, shorter, "log_likelihood")
        for longer, shorter in (("CD-3", "CD-1"), ("CD-25", "CD-3"))
    ]
    parts = [
        f"{arm} {findings.show(arm, 'log_likelihood', 4)}"
        + (f" (published {PUBLISHED[arm]:g})" if arm in PUBLISHED else "")
        for arm in findings.arms
    ]
    errors = [findings.mean(arm, "annealing_error") for arm in findings.arms]
    text = (
        f"Log-likelihood of the test images in nats: {', '.join(parts)}. Standard error of log Z over "
        f"chains at most {max(errors):.2g}."
    )
    deny = "" if findings.label == "full" else "A training this short does not deny where a longer one leads."
    return findings.decide(demands, text, deny=deny)


@claim(
    "rbm-ais",
    paper="Salakhutdinov and Murray 2008",
    where="Table 1",
    published="CD-1 −125.53, CD-3 −105.50, CD-25 −86.34 nats (500 hidden units)",
    headline="log_likelihood",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.3, {"images": 500, "hidden": 20, "temperatures": 20}, arms=("CD-1", "PCD-5")),
    short=Protocol(2, 9, {"images": 120_000, "hidden": 500, "temperatures": 2_000}),
    full=Protocol(3, 900, {"images": 6_000_000, "hidden": 500, "temperatures": 14_500}),
    arms={
        "CD-1": Arm("mnist", "rbm", {"persistent": False, "gibbs": 1}),
        "CD-3": Arm("mnist", "rbm", {"persistent": False, "gibbs": 3}),
        "CD-25": Arm("mnist", "rbm", {"persistent": False, "gibbs": 25}),
        "PCD-5": Arm("mnist", "rbm"),
    },
)
def rbm_ais(bench: Bench) -> dict[str, Any]:
    """The log-likelihood of MNIST's test images under Boltzmann machines, with log Z estimated by annealing.

    Test images become bits with the chances that their pixels are, once for all arms of a seed. The paper
    trains for longer; the short protocol takes two epochs, the full one a hundred. A machine whose chains do
    not mix may keep states that annealing does not find: its log Z is then too small, its likelihood too high.
    """
    run = bench.train(images=bench.settings["images"], hidden=bench.settings["hidden"])
    test = run.data().splits["test"]
    images, _ = test.take(np.arange(len(test)))
    family = trained(run).family
    assert isinstance(family, RBM)
    with torch.no_grad(), torch.random.fork_rng(), bench.screen.working("annealing"):
        torch.manual_seed(derive(bench.seed, "annealing"))
        bits = torch.bernoulli(to_floats(torch.from_numpy(images), (0.0, 1.0)).flatten(1))
        log_z, error = family.energy.annealed(temperatures(bench.settings["temperatures"]))
        nats = -torch.cat([family.energy(part) for part in bits.split(500)]).double() - log_z
    return {
        "log_likelihood": nats.mean().item(),
        "error": nats.std().item() / len(nats) ** 0.5,
        "log_z": log_z.item(),
        "annealing_error": error.item(),
    }
