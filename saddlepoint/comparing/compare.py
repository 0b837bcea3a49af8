"""Several runs side by side: who is better, and which differences are real."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from saddlepoint.comparing.conclusions import conclude
from saddlepoint.comparing.configurations import Entry, Group, labels, settings_of, short_names
from saddlepoint.comparing.ranking import Ranking, criteria, ranked
from saddlepoint.core.errors import UserError
from saddlepoint.core.files import write_text
from saddlepoint.core.run_folder import check_distinct, runs_at
from saddlepoint.core.waiting import waiting
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate import Card, find_encoder
from saddlepoint.evaluate.encoder import Encoder
from saddlepoint.evaluate.measure import VERSION as ARITHMETIC
from saddlepoint.evaluate.metric import metrics
from saddlepoint.evaluate.significance import Difference
from saddlepoint.scoring.scoring import SAMPLES, reference, score
from saddlepoint.training.run import Run

VERSION = 1
LEAST = 100  # samples


@dataclass(frozen=True)
class Comparison(Ranking):
    """A ranking with what may be concluded from it."""

    @cached_property
    def conclusions(self) -> list[str]:
        """What may be said, in sentences."""
        return conclude(self)

    def to_json(self) -> dict[str, Any]:
        """Return everything but the curves as JSON."""
        return {
            "version": VERSION,
            "data": dict(self.card.data),
            "encoder": dict(self.card.encoder),
            "samples": self.card.samples,
            "ranked_by": self.ranked_by,
            "ranking": list(self.criteria),
            "groups": [self._group(group) for group in self.groups],
            "comparisons": [
                {
                    "better": self.groups[pair.better].name,
                    "worse": self.groups[pair.worse].name,
                    "figure": pair.figure,
                    "difference": _told(pair.difference),
                    "adjusted_p": pair.adjusted,
                    "differ": pair.differ,
                    "over_seeds": pair.difference.over_seeds,
                }
                for pair in self.pairs
            ],
            "settings": self.differing,
            "conclusions": self.conclusions,
        }

    def save(self, path: str | Path) -> Path:
        """Write the comparison as one page that needs no network; return where.

        Raises:
            UserError: the path does not end in .html, or cannot be written.
        """
        from saddlepoint.comparing.page import page

        path = Path(path)
        if path.suffix.lower() != ".html":
            raise UserError(f"--out must end in .html, got {path}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, page(self, self.conclusions))
        except OSError as error:
            raise UserError(f"cannot write {path}: {error.strerror}") from error
        return path

    def _group(self, group: Group) -> dict[str, Any]:
        figures = {name: group.estimate(name) for name in self.figures}
        return {
            "name": group.name,
            "label": group.label,
            "rank": list(group.rank),
            "figures": {name: asdict(estimate) for name, estimate in figures.items() if estimate},
            "runs": [
                {
                    "name": entry.name,
                    "seed": entry.seed,
                    "step": entry.step,
                    "images": entry.images,
                    "seconds": entry.seconds,
                    **{name: entry.card[name].value for name in self.criteria},
                }
                for entry in group.entries
            ],
        }


def _told(difference: Difference) -> dict[str, Any]:
    """Return a difference as JSON, which knows no NaN."""
    return {name: None if value != value else value for name, value in asdict(difference).items()}


def compare(
    runs: Sequence[str | Path | Run],
    *,
    samples: int = SAMPLES,
    against: str | None = None,
    quiet: bool = False,
    out: str | Path | None = None,
) -> Comparison:
    """Compare runs that were trained on the same data.

    Runs whose configurations differ in the seed alone form one group. Each run's score card is used where it
    is of the same weights, samples and encoder; otherwise the run is scored and its card written.

    Args:
        runs: runs or their folders; a folder that holds several stands for all of them.
        samples: samples to score of each.
        against: data to score against (default: the runs' own), for example where those are now.
        quiet: say nothing about slow work.
        out: also write the page there, an ``.html`` file.

    Returns:
        The groups, the best first, and what may be concluded. What ranks is the Fréchet distance, of points
        with known modes how many are found and then how many samples lie on one.

    Raises:
        UserError: no runs, one given twice, or runs that cannot be compared.
    """
    if samples < LEAST:
        raise UserError(f"--samples must be at least {LEAST}, got {samples}")
    if out is not None and Path(out).suffix.lower() != ".html":
        raise UserError(f"--out must end in .html, got {out}")
    chosen = [run for target in runs for run in _runs(target)]
    check_distinct(run.folder for run in chosen)
    if not chosen:
        raise UserError("name the runs to compare, for example: saddle compare runs/a runs/b")
    _check_data(chosen)
    _check_seeds(chosen)
    names = short_names([run.path for run in chosen])
    with waiting("reading", quiet=quiet) as report:
        cure = f"saddle compare {chosen[0].path} ... --against PATH"
        data = reference(chosen[0], against, cure, report)
        taught = {name for run in chosen for name in run.untrained().experiment.family.taught_by}
        encoder = find_encoder(None, data, report, taught=taught)
    entries = []
    for run, name in zip(chosen, names, strict=True):
        card = _stored_card(run, data, encoder, samples)
        if card is None:
            with waiting(quiet=quiet) as report:
                report.say(f"scoring {name}")
            named = encoder.name if taught else None
            card = score(run, samples=samples, against=against, encoder=named, quiet=quiet)
        entries.append(_entry(run, name, card))
    comparison = Comparison(data, *ranked(_groups(entries), criteria(entries[0].card)))
    if out is not None:
        comparison.save(out)
    return comparison


def _runs(target: str | Path | Run) -> list[Run]:
    """Return the run, or all runs of a folder that is none itself."""
    if isinstance(target, Run):
        return [target]
    return [Run(folder) for folder in runs_at(target)]


def _check_data(runs: list[Run]) -> None:
    first, about = runs[0], runs[0].config["data"]
    for run in runs[1:]:
        other = run.config["data"]
        if (other["fingerprint"], other["shape"]) != (about["fingerprint"], about["shape"]):
            raise UserError(
                f"only runs on the same data can be compared: {first.path} was trained on {_data(about)}, "
                f"{run.path} on {_data(other)}; compare them separately"
            )


def _check_seeds(runs: list[Run]) -> None:
    """Refuse two runs of one configuration and seed, before any is scored."""
    first: dict[str, Run] = {}
    for run in runs:
        reading = json.dumps([settings_of(run.config), run.config["seed"]], sort_keys=True)
        if (other := first.setdefault(reading, run)) is not run:
            raise UserError(
                f"{other.path} and {run.path} have the same configuration and seed, so they are one reading; "
                "leave one out"
            )


def _data(about: Mapping[str, Any]) -> str:
    shape = "×".join(str(side) for side in about["shape"])
    return f"{about['name']} ({shape}, {about['count']:,} examples)"


def _stored_card(run: Run, data: Dataset, encoder: Encoder, samples: int) -> Card | None:
    """Return the run's card if it answers the same question of the same weights."""
    stored = run.folder.read_card()
    if stored is None:
        return None
    try:
        card = Card.from_json(stored)
        fits = (
            card.arithmetic == ARITHMETIC
            and card.origin.get("weights") == run.folder.latest().weights_hash
            and card.data["fingerprint"] == data.fingerprint
            and card.encoder["hash"] == encoder.hash
            and (card.samples, card.seed) == (samples, 0)
            and _usual(data.kind, samples) <= set(card.figures)
            and not card.quick
        )
    except (UserError, KeyError, TypeError):  # of another version, or damaged
        return None
    return card if fits else None


def _usual(kind: str, samples: int) -> set[str]:
    """Return the figures that every full card of so many samples of this kind has."""
    usual = [
        metric
        for _, metric in metrics.items()
        if not (metric.needs or metric.truth or metric.slow)
        and metric.least <= samples
        and (not metric.kinds or kind in metric.kinds)
    ]
    return {name for metric in usual for name in metric.figures}


def _entry(run: Run, name: str, card: Card) -> Entry:
    checkpoint = run.folder.latest()
    values = checkpoint.values()
    return Entry(run, name, card, run.config["seed"], checkpoint.step, values["drawn"], values["seconds"])


def _groups(entries: list[Entry]) -> list[Group]:
    """Put runs together that differ in the seed alone."""
    alike: dict[str, list[Entry]] = {}
    for entry in entries:
        alike.setdefault(json.dumps(settings_of(entry.run.config), sort_keys=True), []).append(entry)
    groups = []
    for together in alike.values():
        together.sort(key=lambda entry: entry.seed)
        name = together[0].name if len(together) == 1 else f"{together[0].name} … {together[-1].name}"
        groups.append(Group(name, name, tuple(together), settings_of(together[0].run.config)))
    described = labels([group.settings for group in groups], [group.name for group in groups])
    return [replace(group, label=label) for group, label in zip(groups, described, strict=True)]
