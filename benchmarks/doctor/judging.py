"""What the doctor says of runs of known kinds, and how often that is right."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import saddlepoint as sp
from benchmarks.doctor.runs import MADE, RUNS, rows
from benchmarks.doctor.scenarios import SCENARIOS, Case
from benchmarks.doctor.slips import slipped
from saddlepoint.diagnosing.finding import conditions
from saddlepoint.runs.model import Model

HEALTHY = "healthy"
SAMPLES, EXAMPLES, RARE = 1_000, 4_000, 0.25  # of a class's share of the data, below which it is not reached
SURE = 0.8  # of held-out examples that a classifier must get right to be believed


class Share(NamedTuple):
    """How many of how many, with the exact interval of 95 % (Clopper and Pearson 1934)."""

    count: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Both ends; all of 0 to 1 of nothing."""
        from scipy.stats import binomtest

        if not self.of:
            return 0.0, 1.0
        found = binomtest(self.count, self.of).proportion_ci(method="exact")
        return float(found.low), float(found.high)

    def to_json(self) -> dict[str, Any]:
        """Return it with its interval."""
        low, high = self.interval
        return {"count": self.count, "of": self.of, "low": round(low, 4), "high": round(high, 4)}


def judged(cases: Iterable[Case], out: Path) -> list[dict[str, Any]]:
    """Let the doctor look at all runs that were made; return what it said, a row a run.

    A row has ``told``, names of findings and how sure each is, the surest first; ``expected``; ``reached``, the
    share of classes or modes that samples of a healthy kind reach, None where nobody can tell.
    """
    made = {Case(row["name"], row["data"], row["seed"]): row for row in rows(out / MADE)}
    found = []
    for case in cases:
        if case in made:
            found.append({**_said(case, out), "seconds": made[case]["seconds"]})
            print(f"{case.folder}: {first(found[-1])}", flush=True)
    return found


def _said(case: Case, out: Path) -> dict[str, Any]:
    scenario = case.scenario
    if scenario.slip:
        slipped(scenario.recipe, scenario.slip)
    run = sp.load(out / RUNS / case.folder)
    findings = sp.doctor(run, seed=case.seed).to_json()["findings"]
    told = [[one["condition"], one["sure"]] for one in findings]
    evidence = {one["condition"]: one["evidence"] for one in findings}
    reached = None if scenario.expected else reach(run, case.seed)
    row = {**case._asdict(), "half": case.half, "expected": list(scenario.expected)}
    return {**row, "told": told, "evidence": evidence, "reached": reached}


def reach(run: Model, seed: int) -> float | None:
    """Return the share of classes or modes that samples reach, by labels, of which the doctor knows nothing.

    None where there are none, or where neighbours cannot tell the classes of examples. Of points, samples count
    that are nearer to the mean of a class than a quarter of the way to the next one.
    """
    data = run.data()
    (train, label), (held, of_held) = (
        split.take(np.random.default_rng(seed).permutation(len(split))[:most])
        for split, most in ((data.train, EXAMPLES), (data.splits["test"], SAMPLES))
    )
    if label is None or of_held is None:
        return None
    classes = (_near if data.kind == "points" else _alike)(_flat(train), label)
    if (classes(_flat(held)) == of_held).mean() < SURE:
        return None
    count = int(label.max()) + 1
    said = classes(_flat(run.sample(SAMPLES, seed=seed)))
    made = np.bincount(said[said >= 0], minlength=count) / SAMPLES
    real = np.bincount(label, minlength=count) / len(label)
    return float((made >= RARE * real)[real > 0].mean())


def _alike(train: np.ndarray, label: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what tells classes by five neighbours."""
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(5).fit(train, label).predict


def _near(train: np.ndarray, label: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what tells modes by the distance to their means, −1 for what is near none."""
    means = np.stack([train[label == one].mean(0) for one in range(int(label.max()) + 1)])
    apart = np.linalg.norm(means[:, None] - means, axis=-1)
    reach = np.where(apart > 0, apart, np.inf).min(1) / 4

    def classes(points: np.ndarray) -> np.ndarray:
        far = np.linalg.norm(points[:, None] - means, axis=-1)
        nearest = far.argmin(1)
        return np.where(far[np.arange(len(far)), nearest] < reach[nearest], nearest, -1)

    return classes


def first(row: dict[str, Any]) -> str:
    """Return the condition that was told first."""
    return row["told"][0][0] if row["told"] else HEALTHY


def counts(row: dict[str, Any]) -> bool:
    """Return whether it is known what is right: a run that was left alone may have gone wrong by itself."""
    return bool(row["expected"]) or row.get("reached") in (None, 1.0)


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how often the doctor was right: in all, by kind of run and by condition."""
    known = [row for row in found if counts(row)]
    sick, well = ([row for row in known if bool(row["expected"]) == faulty] for faulty in (True, False))
    named = [row for row in sick if first(row) in row["expected"]]
    return {
        "runs": len(found),
        "left_out": [_name(row) for row in found if not counts(row)],
        "sensitivity": Share(sum(bool(row["told"]) for row in sick), len(sick)).to_json(),
        "specificity": Share(sum(not row["told"] for row in well), len(well)).to_json(),
        "cause": Share(len(named), len(sick)).to_json(),
        "kinds": _kinds(known),
        "conditions": _by_condition(known),
        "misses": [
            {"run": _name(row), "told": [name for name, _ in row["told"]], "expected": row["expected"]}
            for row in known
            if (first(row) not in row["expected"] if row["expected"] else row["told"])
        ],
    }


def _kinds(known: list[dict[str, Any]]) -> dict[str, Any]:
    """Return by kind of run how many there are, how many were found and named, and what was told first."""
    of_kind = defaultdict(list)
    for row in known:
        of_kind[row["name"]].append(row)
    return {
        name: {
            "runs": len(of_kind[name]),
            "found": sum(bool(row["told"]) for row in of_kind[name]),
            "right": sum(
                first(row) in row["expected"] if row["expected"] else not row["told"] for row in of_kind[name]
            ),
            "first": dict(Counter(first(row) for row in of_kind[name]).most_common()),
        }
        for name in SCENARIOS
        if name in of_kind
    }


def _by_condition(known: list[dict[str, Any]]) -> dict[str, Any]:
    """Return by condition how often it was told where it is right, and not told where it is wrong.

    Where several causes are right, one that is told first stands for all: the others are no misses.
    """
    shares = {}
    for name in conditions.names():
        told = [name in [one for one, _ in row["told"]] for row in known]
        due = [
            name in row["expected"] and (first(row) == name or first(row) not in row["expected"])
            for row in known
        ]
        wrong = [name not in row["expected"] for row in known]
        right = sum(said and asked for said, asked in zip(told, due, strict=True))
        silent = sum(not said and bad for said, bad in zip(told, wrong, strict=True))
        shares[name] = {
            "sensitivity": Share(right, sum(due)).to_json(),
            "specificity": Share(silent, sum(wrong)).to_json(),
        }
    return shares


def _name(row: dict[str, Any]) -> str:
    return Case(row["name"], row["data"], row["seed"]).folder


def _flat(examples: np.ndarray) -> np.ndarray:
    return examples.reshape(len(examples), -1).astype(np.float64)
