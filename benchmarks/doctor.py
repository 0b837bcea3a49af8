"""How often the doctor is right: ``python -m benchmarks.doctor [--seeds N] [--out DIR] [--data mnist:PATH]``.

Short real runs, healthy ones and ones with a fault of a known kind, on several data sets. Each is looked at as
``saddle doctor`` does; one line of JSON a run goes to ``DIR/runs.jsonl``, and runs that are there are not made
again.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch.nn.functional as F

import saddlepoint as sp
from saddlepoint.core.errors import TrainingError
from saddlepoint.data import load
from saddlepoint.diagnosing.finding import conditions
from saddlepoint.evaluate.statistics import of_share
from saddlepoint.objectives import Objective, objectives

SOURCES = {"digits": None, "mnist": 14, "cifar10": 16}  # and the side at which they are learned
RUNS = "runs.jsonl"


@dataclass(frozen=True)
class Scenario:
    """A run of a known kind.

    Attributes:
        recipe: what is trained.
        images: for how long, on digits.
        expected: conditions any of which is right; none for a healthy run.
        flags: of the recipe.
        spoil: what is done to the training images first.
    """

    recipe: str
    images: int
    expected: tuple[str, ...] = ()
    flags: dict[str, Any] = field(default_factory=dict)
    spoil: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None


def few(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return 100 images, and 40 more that a run holds out."""
    return images[rng.permutation(len(images))[:140]]


def repeated(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return images of which two in five are repeats of three."""
    part = images[rng.permutation(len(images))]
    part[: len(part) * 2 // 5] = part[-3:][rng.integers(0, 3, len(part) * 2 // 5)]
    return part


def empty(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return images of which one in four is empty."""
    part = images[rng.permutation(len(images))].copy()
    part[: len(part) // 4] = rng.integers(0, 256, (len(part) // 4, 1, 1, 1))
    return part


SCENARIOS = {
    "healthy dcgan": Scenario("dcgan", 25_000),
    "healthy r3gan": Scenario("r3gan", 12_000),
    "healthy sngan": Scenario("sngan", 12_000),
    "healthy wgan_gp": Scenario("wgan_gp", 25_000),
    "healthy pacgan": Scenario("pacgan", 35_000),
    "healthy conditional": Scenario("conditional_dcgan", 25_000),
    "healthy infogan": Scenario("infogan", 35_000),
    "frozen critic": Scenario("dcgan", 10_000, ("untrained", "critic-too-weak"), {"lr_d": 0.0}),
    "frozen generator": Scenario("dcgan", 10_000, ("untrained",), {"lr_g": 0.0}),
    "slow generator": Scenario("dcgan", 10_000, ("untrained", "critic-overpowers"), {"lr_g": 1e-6}),
    "strong critic": Scenario(
        "dcgan",
        60_000,
        ("critic-overpowers",),
        {"objective": "minimax", "critic_steps": 4, "lr_d": 2e-3, "lr_g": 5e-5},
    ),
    "wrong sign": Scenario(
        "dcgan", 10_000, ("critic-overpowers", "mode-collapse"), {"objective": "wrong_sign"}
    ),
    "generator rate x30": Scenario(
        "dcgan", 12_000, ("mode-collapse", "diverged", "dead-units", "saturated-output"), {"lr_g": 3e-2}
    ),
    "both rates x30": Scenario(
        "dcgan",
        12_000,
        ("mode-collapse", "diverged", "dead-units", "saturated-output", "critic-overpowers"),
        {"lr_g": 3e-2, "lr_d": 1.5e-2},
    ),
    "weak critic": Scenario(
        "mlp_gan", 30_000, ("critic-too-weak", "mode-collapse", "untrained"), {"lr_d": 1e-6, "lr_g": 2e-3}
    ),
    "100 images": Scenario("dcgan", 30_000, ("memorised", "critic-overfits", "mode-collapse"), spoil=few),
    "repeated images": Scenario("dcgan", 10_000, ("data-faults",), spoil=repeated),
    "empty images": Scenario("dcgan", 10_000, ("data-faults",), spoil=empty),
    "tiny margin": Scenario("ebgan", 12_000, ("margin",), {"margin": 1e-4}),
    "huge margin": Scenario("ebgan", 12_000, ("margin",), {"margin": 1e4}),
    "no reward for codes": Scenario("infogan", 25_000, ("codes-ignored",), {"reward": False}),
    "heavy divergence": Scenario("vae", 40_000, ("latent-unused",), {"beta": 50.0}),
    "too short": Scenario("dcgan", 4_000, ("too-short",)),
}


def wrong_sign() -> None:
    """Register the non-saturating loss whose generator climbs instead of descending, as a slip of a copy."""
    usual = objectives.get("non_saturating")
    fields = {name: getattr(usual, name) for name in ("critic", "probability", "equilibrium")}
    if "wrong_sign" not in objectives:
        objectives.add(
            "wrong_sign",
            Objective("wrong_sign", "a slip", generator=lambda real, fake: -F.softplus(-fake), **fields),
        )


def tried(name: str, source: str, place: str, seed: int, scratch: Path) -> dict[str, Any]:
    """Make one run and let the doctor look at it."""
    scenario, side = SCENARIOS[name], SOURCES[source]
    data = place
    if scenario.spoil is not None:
        splits = load(place, size=side).splits.values()
        images = np.concatenate([split.take(np.arange(min(2_000, len(split))))[0] for split in splits])
        data = str(scratch / f"{source}.npy")
        np.save(data, scenario.spoil(images.copy(), np.random.default_rng(seed)))
    settings = {"images": scenario.images, "seed": seed, "threads": 1, "quiet": True, "card": False}
    out = scratch / "run"
    try:
        sp.train(scenario.recipe, data, out=out, size=side, **settings, **scenario.flags)
    except TrainingError as error:
        if not (out / "config.json").exists():
            return {"findings": [["diverged", 1.0]], "error": str(error)}
    told = sp.doctor(sp.load(out), seed=seed).to_json()
    return {
        "findings": [[one["condition"], one["sure"]] for one in told["findings"]],
        "evidence": {one["condition"]: one["evidence"] for one in told["findings"]},
    }


def table(rows: list[dict[str, Any]]) -> str:
    """Return how often the doctor was right, by kind and in all, with intervals, and what it told first."""
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        kinds[row["scenario"]].append(row)
    lines = ["| run | right | what was told first |", "|---|---|---|"]
    right_of: Counter[str] = Counter()
    found = named = sick = well = 0
    for name, scenario in SCENARIOS.items():
        runs = kinds.get(name, [])
        firsts = Counter((row["findings"] or [["healthy"]])[0][0] for row in runs)
        for row in runs:
            names = [one for one, _ in row["findings"]]
            if scenario.expected:
                sick += 1
                found += bool(names)
                hit = bool(names) and names[0] in scenario.expected
                named += hit
            else:
                hit = not names
                well += hit
            right_of[name] += hit
        if runs:
            said = ", ".join(f"{what} {count}" for what, count in firsts.most_common())
            lines.append(f"| {name} | {right_of[name]} of {len(runs)} | {said} |")
    healthy = len(rows) - sick
    for what, count, of in (
        ("faults found (sensitivity)", found, sick),
        ("healthy runs called so (specificity)", well, healthy),
        ("cause named first", named, sick),
    ):
        if of:
            low, high = of_share(count, of)
            lines.append(f"| **{what}** | **{count} of {of}** | {count / of:.0%} ({low:.0%} – {high:.0%}) |")
    return "\n".join(lines)


def main() -> int:
    """Make runs, look at them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", help="names of kinds of runs (default: all)")
    parser.add_argument("--seeds", type=int, default=2, help="how many")
    parser.add_argument(
        "--first", type=int, default=1, help="the first of them; limits were set on seed 0 of digits"
    )
    parser.add_argument("--out", type=Path, default=Path("doctor"))
    parser.add_argument("--data", action="append", default=[], help="for example mnist:PATH, repeatable")
    asked = parser.parse_args()
    places = {"digits": "digits"} | {one.partition(":")[0]: one for one in asked.data}
    wrong_sign()
    asked.out.mkdir(parents=True, exist_ok=True)
    log = asked.out / RUNS
    rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    done = {(row["scenario"], row["data"], row["seed"]) for row in rows}
    for seed in range(asked.first, asked.first + asked.seeds):
        for source, place in places.items():
            for name in asked.scenarios or SCENARIOS:
                if (name, source, seed) in done:
                    continue
                with tempfile.TemporaryDirectory() as scratch:
                    row = {"scenario": name, "data": source, "seed": seed}
                    row |= tried(name, source, place, seed, Path(scratch))
                rows.append(row)
                with log.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                print(
                    f"{name}, {source}, seed {seed}: {row['findings'] or 'healthy'}",
                    file=sys.stderr,
                    flush=True,
                )
    print(table(rows))
    print(f"\n{len(rows)} runs; conditions: {', '.join(conditions.names())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
