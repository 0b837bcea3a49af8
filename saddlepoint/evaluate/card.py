"""The score card: every figure with its interval, its encoder and what real images score."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from saddlepoint.core.files import write_json, write_text
from saddlepoint.core.kinds import kinds
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.core.words import interval, number
from saddlepoint.evaluate import class_figures, fidelity_figures, likelihood_figures
from saddlepoint.evaluate.metric import About, Figure, metrics

VERSION = 1
ARROWS = {"lower": "↓", "higher": "↑", "real": "→"}
SCALED, MEAN = ("judge", "patches"), 100.0  # encoders whose features vary by 100 in all, over training images


@dataclass(frozen=True)
class Card:
    """What an evaluation found.

    Attributes:
        figures: by name.
        data: name and fingerprint of the data.
        encoder: name, hash, test accuracy (or None), number of features and a note.
        samples: samples that were scored.
        reference: numbers of training and of held-out images that they were compared with.
        seed: seed of the metrics' randomness.
        notes: sentences that a reader needs to judge the figures.
        arithmetic: version of the metrics' arithmetic; 0 in cards from before it was kept.
        origin: of a run's card its name, step and weights' hash.
        quick: it was made on the way or at the end of training, in little time: few figures, and fewer samples
            and real images than ``saddle evaluate`` takes.
    """

    figures: Mapping[str, Figure]
    data: Mapping[str, str]
    encoder: Mapping[str, Any]
    samples: int
    reference: Mapping[str, int]
    seed: int
    notes: tuple[str, ...] = ()
    arithmetic: int = 0
    origin: Mapping[str, Any] = field(default_factory=dict)
    quick: bool = False

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    def to_json(self) -> dict[str, Any]:
        """Return the card as JSON: ``figures`` maps names to value, low, high, samples, real, encoder."""
        return {"version": VERSION, **asdict(self), "notes": list(self.notes)}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "Card":
        """Return the card that ``to_json`` stored."""
        fields = {name: value for name, value in stored.items() if name != "version"}
        figures = {name: _figure(figure) for name, figure in fields["figures"].items()}
        kind = "points" if fields["encoder"]["name"] == "points" else "images"  # not kept at first
        fields["data"] = {"kind": kind} | dict(fields["data"])
        return Card(**{**fields, "figures": figures, "notes": tuple(fields["notes"])})

    def save(self, folder: Path | str) -> None:
        """Write ``card.json`` and ``card.md`` into ``folder``, atomically."""
        place = RunFolder(folder)
        place.path.mkdir(parents=True, exist_ok=True)
        write_json(place.card, self.to_json())
        write_text(place.card_text, self.to_markdown())

    def to_markdown(self) -> str:
        """Return the card as a table, with the notes below."""
        about = meanings()
        lines = [
            f"# {'Quick score' if self.quick else 'Score'} card: {self.data['name']}",
            "",
            f"{self.samples:,} samples against {self.reference['training']:,} training {self.examples}. "
            f"Encoder: {self.judged_by}, {self.encoder['features']} features, `{self.encoder['hash']}`.",
            "",
            f"| figure | value | 95 % interval | real {self.examples} | what it says |",
            "|---|---|---|---|---|",
        ]
        for name, figure in self.figures.items():
            cells = (marked(name), number(figure.value), interval(figure.low, figure.high), number(figure.real))
            lines.append(f"| {' | '.join(cells)} | {about[name].text if name in about else ''} |")
        lines += ["", legend(self.figures), ""]
        lines += [f"- {note}" for note in self.notes]
        return "\n".join(lines).rstrip() + "\n"

    def line(self) -> str:
        """Return the card in one line, for the end of a training run."""
        parts = []
        modes = self.figures.get("modes")
        if modes is not None:
            quality = self["high_quality"].value or 0.0
            parts.append(f"{modes.value:.0f}/{modes.detail['of']} modes, {quality:.1%} of samples on one")
        if frechet := self.figures.get("frechet"):
            spread = "" if frechet.high is None else f" ± {number(frechet.high - (frechet.value or 0))}"
            # It falls as samples grow in number: only distances of equally many may be compared.
            real = "" if frechet.real is None else f"; {frechet.real_samples:,} real {number(frechet.real)}"
            of = f"{self.judged_by}; {frechet.samples:,} samples{real}"
            parts.append(f"FD {number(frechet.value)}{spread} ({of})")
            if self.encoder["name"] in SCALED and (frechet.value or 0) > MEAN:
                parts.append(f"worse than {MEAN:g}, what the data's mean alone would score")
        classes = self.figures.get("classes")
        if classes is not None and modes is None:
            total = len(classes.detail["names"])
            parts.append(f"{classes.value:.0f}/{total} classes, KL {number(self['class_kl'].value)}")
        # Not precision: a judge that never saw noise lays it among some class (docs/evaluation.md).
        names = ("coverage", "density", "recall", "diversity", "memorisation")
        names += ("spectrum", "autocorrelation", "oracle_nll", "self_bleu")
        parts += [f"{name} {number(self[name].value)}" for name in names if name in self.figures]
        return " · ".join(parts)

    @property
    def examples(self) -> str:
        """What people call what is compared."""
        return kinds.get(self.data.get("kind", "images")).many

    @property
    def judged_by(self) -> str:
        """The encoder's name, with its test accuracy where it has one."""
        accuracy = self.encoder["accuracy"]
        return self.encoder["name"] if accuracy is None else f"{self.encoder['name']} {accuracy:.1%}"


def meanings() -> dict[str, About]:
    """Return what every figure of every registered metric says."""
    measured = {name: about for _, metric in metrics.items() for name, about in metric.figures.items()}
    return {**measured, **class_figures.ABOUT, **likelihood_figures.ABOUT, **fidelity_figures.ABOUT}


def _figure(stored: Mapping[str, Any]) -> Figure:
    least, most = stored.get("range", (None, None))
    return Figure(**{**stored, "range": (least, most)})


def marked(name: str) -> str:
    """Return a figure's name with the arrow that says where better generators lie, where that is known."""
    about = meanings().get(name)
    return f"{name} {ARROWS[about.better]}" if about else name


def legend(names: Iterable[str]) -> str:
    """Return what the arrows of :func:`marked` mean, those that ``names`` have."""
    about = meanings()
    used = {about[name].better for name in names if name in about}
    said = {"lower": "lower is better", "higher": "higher is better", "real": "near the real ones is better"}
    return ", ".join(f"{ARROWS[better]} {text}" for better, text in said.items() if better in used) + "."
