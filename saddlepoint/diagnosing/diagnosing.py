"""``doctor``: everything that is wrong with a run, the surest first."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.words import printable
from saddlepoint.data.dataset import Dataset
from saddlepoint.diagnosing.cures import command
from saddlepoint.diagnosing.finding import Evidence, Finding, conditions, unexplained
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.drawing import Drawing
from saddlepoint.plots.panel import Section
from saddlepoint.plots.png import save_png
from saddlepoint.runs.model import Model
from saddlepoint.runs.normal import normal, outside
from saddlepoint.runs.output import provenance, writing

if TYPE_CHECKING:
    from PIL import Image

VERSION = 1


@dataclass(frozen=True)
class Told:
    """A finding, by the condition that was found.

    Attributes:
        condition: its name.
        finding: what was found.
        command: the command that trains anew with what may cure it, "" where no flag does.
    """

    condition: str
    finding: Finding
    command: str


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a run.

    Attributes:
        run: its folder.
        step: of the weights that were looked at.
        drawing: how its kind of data is drawn.
        told: findings, the surest first; those that another one explains are left out.
        looked: names of all conditions that were looked for.
        data: the run's data; None where they could not be read, without which little can be told.
        unusual: curves that lie outside those of healthy runs of the recipe, in sentences: no findings, since
            other data and flags have other curves.
        usual: what these runs are, "" where nobody knows what is normal, or not so late in a run.
        guarded: what a guard did while it trained, in sentences.
    """

    run: Path
    step: int
    drawing: Drawing = field(repr=False)
    told: tuple[Told, ...]
    looked: tuple[str, ...]
    data: Dataset | None = field(default=None, repr=False)
    unusual: tuple[str, ...] = ()
    usual: str = ""
    guarded: tuple[str, ...] = ()

    @property
    def unread(self) -> bool:
        """Whether the run's data could not be read."""
        return self.data is None

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.told and not self.unread

    def picture(self) -> "Image.Image | None":
        """Draw what was seen: figures beside their limits, curves, examples; None where nothing was found."""
        from saddlepoint.plots.evidence import evidence_image

        if not self.told:
            return None
        behind = None if self.data is None else self.drawing.behind(self.data)
        sections = [
            Section(_heading(one), one.finding.what, one.finding.evidence, tuple(one.finding.picture()))
            for one in self.told
        ]
        title = f"{printable(self.run.name)}, step {self.step:,}: what the doctor found"
        return evidence_image(sections, self.drawing, behind, title=title)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        findings = [
            {
                "condition": one.condition,
                "what": one.finding.what,
                "sure": round(one.finding.sure, 3),
                "since": one.finding.since,
                "evidence": [_figure(evidence) for evidence in one.finding.evidence],
                "why": one.finding.why,
                "command": one.command,
                "advice": one.finding.advice,
            }
            for one in self.told
        ]
        state = {"healthy": self.healthy, "data_read": not self.unread}
        beside = {"beside": self.usual, "unusual": list(self.unusual)}
        return {
            "version": VERSION,
            "run": str(self.run),
            "step": self.step,
            **state,
            "findings": findings,
            "guarded": list(self.guarded),
            **beside,
        }

    def __str__(self) -> str:
        if self.unread:
            head = f"{self.run}: its data cannot be read, so that samples have nothing to stand beside"
        elif self.healthy:
            looked = len(self.looked)
            head = f"{self.run} looks healthy at step {self.step:,}: none of {looked} conditions was found"
        else:
            head = f"{self.run}, step {self.step:,}:"
        guarded = [f"\nits guard: {line}" for line in self.guarded]
        return "\n".join([head, *(_text(one) for one in self.told), *guarded, *self._beside()])

    def _beside(self) -> list[str]:
        if not self.usual:
            return []
        if not self.unusual:
            return [f"\nits curves lie where those of {self.usual} do"]
        return [f"\nbeside {self.usual}", *(f"  {line}" for line in self.unusual)]


def doctor(run: Model, *, seed: int = 0, report: Progressing = silent) -> Diagnosis:
    """Look for everything that may be wrong with a run.

    Args:
        run: with a checkpoint.
        seed: of the samples and examples that are looked at.
        report: told how far it is.

    Raises:
        UserError: the run has no checkpoint, or it is damaged.
    """
    signals = Signals(run, seed)
    found: dict[str, Finding] = {}
    sound = signals.finite and signals.broken is None  # else there is nothing to look at, or what once was
    looked = [one for one in conditions.items() if sound or one[0] == "diverged"]
    for done, (name, condition) in enumerate(looked):
        report(f"looking for {name}", done, len(looked))
        finding = condition.look(signals)
        if finding is not None:
            found[name] = finding
    order = tuple(
        Told(name, finding, command(run.config, finding.change)) for name, finding in unexplained(found)
    )
    names = tuple(name for name, _ in looked)
    known = normal(run.built())
    unusual = outside(signals.rows, known.beside(signals.rows)) if known and signals.rows else None
    beside = () if unusual is None else tuple(unusual)
    usual = "" if unusual is None else str(known)
    guarded = tuple(run.folder.guarded())
    return Diagnosis(run.path, run.step, run.drawing, order, names, signals.data, beside, usual, guarded)


def save_evidence(run: Model, diagnosis: Diagnosis, out: Path | None = None, *, seed: int = 0) -> Path | None:
    """Write the picture of what was found; where nothing was, remove the one in the run's folder.

    Args:
        run: that was looked at.
        diagnosis: what was found.
        out: a PNG file, which stays as it is where nothing was found; None for the one in the run's folder.
        seed: of the look.

    Returns:
        The file, or None where nothing was found.

    Raises:
        UserError: it cannot be written.
    """
    image, path = diagnosis.picture(), out or run.folder.doctor
    with writing(path):
        if image is not None:
            save_png(path, image, text=provenance(run, seed=seed))
        elif out is None:
            path.unlink(missing_ok=True)
    return None if image is None else path


def _figure(evidence: Evidence) -> dict[str, Any]:
    """Return evidence as JSON has it: null for what is no number."""
    value = evidence.value if math.isfinite(evidence.value) else None
    return evidence._asdict() | {"value": value}


def _heading(told: Told) -> str:
    finding = told.finding
    since = f", since step {finding.since:,}" if finding.since is not None else ""
    return f"{told.condition} ({finding.sure:.0%} sure{since})"


def _text(told: Told) -> str:
    finding = told.finding
    lines = [
        f"\n{_heading(told)}",
        f"  {finding.what}",
        f"  why   {finding.why}",
    ]
    if told.command:
        lines.append(f"  try   {told.command}")
    if finding.advice:
        lines.append(f"  {'try ' if not told.command else '    '}  {finding.advice}")
    return "\n".join(lines)
