"""The run folder: the whole truth of a run, and the only code that knows the names of its files."""

import json
import math
import os
import shutil
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saddlepoint.core import files
from saddlepoint.core.checkpoint import VERSION, Checkpoint, read_json
from saddlepoint.core.errors import DamagedError, DamageWarning, UserError
from saddlepoint.core.locks import HeldError, locked
from saddlepoint.core.words import printable

if TYPE_CHECKING:  # looking at files does not need the libraries that training needs
    from torch import Tensor

_CONFIG = "config.json"
_METRICS = "metrics.jsonl"
_CHECKPOINTS = "checkpoints"
_GUARD = "guard.json"
_BROKEN = "broken.json"
_LOCK = "lock"


class RunFolder:
    """A run's files: configuration, metrics, checkpoints, samples, pictures."""

    def __init__(self, path: Path | str):
        self.path = Path(path)
        self.chosen: Checkpoint | None = None

    @classmethod
    def open(cls, path: Path | str) -> "RunFolder":
        """Return the folder of an existing run; raises UserError where there is none.

        Args:
            path: of the run, its name under the root of all runs, or the path of one of its checkpoints, which
                then stands for the newest.
        """
        folder = cls(path)
        if (chosen := Checkpoint(folder.path)).exists:
            folder = cls(folder.path.absolute().parents[1])
            folder.chosen = chosen
        elif not folder.path.exists() and (named := cls(runs_root() / path)).is_run:
            return named
        if not folder.path.exists():
            raise UserError(f"there is no run at {path}")
        if not folder.is_run:
            raise UserError(f"{path} is not a run (it has no {_CONFIG})")
        return folder

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.path / _CONFIG

    @property
    def is_run(self) -> bool:
        """Whether a run was started here."""
        return self.config.exists()

    @classmethod
    def create(cls, root: Path, name: str, out: Path | None = None) -> "RunFolder":
        """Make the folder ``out``, or ``root/name-<number>`` with the next free number."""
        if out is not None:
            check_free(out)
            _make(out)
            return cls(out)
        _check_name(root)
        number = 1 + max((_number(path, name) for path in root.glob(f"{name}-*")), default=0)
        while True:
            path = root / f"{name}-{number:04d}"
            try:
                _make(path, exist_ok=False)
                return cls(path)
            except FileExistsError:
                number += 1

    def delete(self) -> None:
        """Remove the run with everything in it; raises UserError where it is in use or a file cannot go.

        What is left then, or after a kill, no longer counts as a run.
        """
        try:
            with self.locked():
                self.config.unlink(missing_ok=True)
                for path in self.path.iterdir():
                    if path.name != _LOCK:
                        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            shutil.rmtree(self.path.absolute())  # a folder cannot be removed as "."
        except OSError as error:
            raise UserError(f"cannot remove {error.filename or self.path}: {error.strerror}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run's lock, which ends with the process; raises UserError if another holds it."""
        with ExitStack() as held:
            try:
                held.enter_context(locked(self.path / _LOCK))
            except HeldError:
                raise UserError(f"{self.path} is being trained by another process") from None
            yield

    def read_config(self) -> dict[str, Any]:
        """Return the run's configuration; raises UserError where it is damaged or of another version."""
        config = read_json(self.config)
        if "version" not in config:
            raise UserError(f"{self.path} is not a run (its {_CONFIG} is of something else)")
        if config["version"] != VERSION:
            raise UserError(
                f"{self.path} was written with run format {config.get('version')}, this is {VERSION}"
            )
        if not isinstance(config.get("versions", {}), dict):
            raise DamagedError(f"{self.config} is damaged: its versions are no names with values")
        return config

    def write_config(self, config: dict[str, Any]) -> None:
        """Write the run's configuration."""
        files.write_json(self.config, {"version": VERSION, **config})

    def append_row(self, row: dict[str, Any]) -> None:
        """Append one tick to the curves."""
        with open(self.path / _METRICS, "a") as log:
            log.write(json.dumps({"version": VERSION, **row}) + "\n")

    def replace_last_row(self, row: dict[str, Any]) -> None:
        """Write ``row`` in the place of the newest one of the curves."""
        rows = [*self.rows()[:-1], {"version": VERSION, **row}]
        files.write_text(self.path / _METRICS, "".join(json.dumps(one) + "\n" for one in rows))

    def rows(self) -> list[dict[str, Any]]:
        """Return all whole rows of the curves, oldest first; a line that is damaged or cut off is none."""
        path = self.path / _METRICS
        rows = []
        for line in path.read_bytes().splitlines() if path.exists() else []:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if not isinstance(row, dict) or type(row.get("step")) is not int:
                continue
            if all(_is_number(row.get(name, 0)) for name in ("images", "seconds")):
                rows.append(row)
        return rows

    def cut_back(self, step: int) -> None:
        """Forget everything that was logged after ``step``, which a resumed run will log again."""
        rows = [row for row in self.rows() if row["step"] <= step]
        files.write_text(self.path / _METRICS, "".join(json.dumps(row) + "\n" for row in rows))
        files.remove(self.path / _BROKEN)
        for path in self.samples():
            if self.step_of(path) > step:
                path.unlink()
        for checkpoint in self.checkpoints():  # damaged ones, or the run would go on from the newest
            if checkpoint.step > step:
                aside = checkpoint.path.with_name(f"damaged-{checkpoint.path.name}")
                files.remove(aside)
                checkpoint.path.rename(aside)
        for path in self.path.glob("**/.*.tmp"):  # left by a kill in the middle of a write
            files.remove(path)
        for path in self.events():
            path.unlink()
        files.remove(self.path / "events")  # where they were in runs of before

    def checkpoints(self) -> list[Checkpoint]:
        """Return all checkpoints, oldest first; folders with other names, as copies have, are none."""
        paths = sorted((self.path / _CHECKPOINTS).glob("step-*"))
        return [Checkpoint(path) for path in paths if path.name.removeprefix("step-").isdecimal()]

    def latest(self) -> Checkpoint:
        """Return the newest checkpoint that is whole, or the one that was chosen.

        Damaged ones are passed over, each with a :class:`DamageWarning`.

        Raises:
            UserError: there is none yet, or all are damaged.
        """
        if self.chosen is not None:
            return self.chosen
        damage: list[str] = []
        for checkpoint in reversed(self.checkpoints()):
            try:
                checkpoint.check()
            except DamagedError as error:
                damage.append(str(error))
                continue
            for text in damage:
                warnings.warn(f"{text}; used is step {checkpoint.step}", DamageWarning, stacklevel=2)
            return checkpoint
        if damage:
            raise DamagedError(f"{self.path} has no checkpoint that is whole: {damage[0]}")
        raise UserError(f"{self.path} has no checkpoint yet")

    def save_checkpoint(
        self, step: int, parts: dict[str, dict[str, "Tensor"]], values: dict[str, Any]
    ) -> Checkpoint:
        """Write the checkpoint of ``step`` whole or not at all; see :meth:`Checkpoint.write`."""
        return Checkpoint.write(self.path / _CHECKPOINTS / f"step-{step:09d}", parts, {"step": step, **values})

    def prune_checkpoints(self, keep: int, steps: Collection[int | None]) -> None:
        """Remove all checkpoints but the newest ``keep`` and those of ``steps``."""
        for checkpoint in self.checkpoints()[:-keep]:
            if checkpoint.step not in steps:
                files.remove(checkpoint.path)

    def remove_checkpoints(self, after: int) -> None:
        """Remove all checkpoints of steps after ``after``, the newest first."""
        for checkpoint in reversed(self.checkpoints()):
            if checkpoint.step > after:
                files.remove(checkpoint.path)

    def write_guard(self, acts: list[dict[str, Any]]) -> None:
        """Write what a guard did, oldest first."""
        files.write_json(self.path / _GUARD, {"version": VERSION, "acts": acts})

    def read_guard(self) -> list[dict[str, Any]]:
        """Return what a guard did, oldest first; raises DamagedError where the file is damaged."""
        path = self.path / _GUARD
        acts = read_json(path)["acts"] if path.exists() else []
        if not isinstance(acts, list) or not all(_is_act(act) for act in acts):
            raise DamagedError(f"{path} is damaged: its acts are not as a guard writes them")
        return acts

    def guarded(self) -> list[str]:
        """Return what a guard did in sentences, oldest first."""
        return [act["told"] for act in self.read_guard()]

    def write_broken(self, step: int, what: str) -> None:
        """Write at which step a number was none any more, and which: the run ended there."""
        files.write_json(self.path / _BROKEN, {"version": VERSION, "step": step, "what": what})

    def read_broken(self) -> tuple[int, str] | None:
        """Return the same, None of a run that did not end so; raises DamagedError where the file is damaged."""
        path = self.path / _BROKEN
        if not path.exists():
            return None
        note = read_json(path)
        step, what = note.get("step"), note.get("what")
        if type(step) is not int or not (isinstance(what, str) and what.isprintable()):
            raise DamagedError(f"{path} is damaged: it has no step, or does not say what was no number")
        return step, what

    def sample_path(self, step: int) -> Path:
        """Return where the grid of samples after ``step`` belongs."""
        folder = self.path / "samples"
        folder.mkdir(exist_ok=True)
        return folder / f"step-{step:09d}.png"

    def samples(self) -> list[Path]:
        """Return the sample grids written so far, oldest first."""
        return sorted((self.path / "samples").glob("step-*.png"))

    @staticmethod
    def step_of(path: Path) -> int:
        """Return the step of a grid of samples."""
        return int(path.stem.rpartition("-")[2])

    def events(self) -> list[Path]:
        """Return TensorBoard's files, a copy of the curves and the grids; it calls a run as its folder."""
        return sorted(self.path.glob("events.out.tfevents.*"))

    @property
    def grid(self) -> Path:
        """The final grid of samples."""
        return self.path / "samples.png"

    @property
    def animation(self) -> Path:
        """The grid over time."""
        return self.path / "training.gif"

    @property
    def curves(self) -> Path:
        """The picture of losses and critic outputs."""
        return self.path / "curves.png"

    @property
    def layers(self) -> Path:
        """The picture of filters, feature maps and the critic's features."""
        return self.path / "layers.png"

    @property
    def doctor(self) -> Path:
        """The picture of what is wrong with the run, or with a checkpoint that was chosen."""
        step = f"-step-{self.chosen.step}" if self.chosen else ""
        return self.path / f"doctor{step}.png"

    @property
    def card(self) -> Path:
        """The score card for programs."""
        return self.path / "card.json"

    def read_card(self) -> dict[str, Any] | None:
        """Return the score card as JSON, or None where there is none or it is damaged."""
        try:
            card = read_json(self.card)
        except UserError:
            return None
        figures = card.get("figures")
        if not isinstance(figures, dict):
            return None
        return card if all(isinstance(one, dict) and "value" in one for one in figures.values()) else None

    @property
    def card_text(self) -> Path:
        """The score card for people."""
        return self.path / "card.md"

    def card_picture(self, name: str) -> Path:
        """Return where the picture ``name`` of the score card belongs."""
        return self.path / f"card-{name}.png"

    def card_pictures(self) -> list[Path]:
        """Return the pictures of the score card."""
        return sorted(self.path.glob("card-*.png"))

    def remove_card(self) -> None:
        """Remove the score card, of older weights, with its pictures."""
        for path in (self.card, self.card_text, *self.card_pictures()):
            files.remove(path)

    def drawing(self, name: str, seed: int, *asked: str) -> Path:
        """Return where a picture belongs that somebody has asked for: ``samples-seed0-n10.png``."""
        return self.path / f"{'-'.join((name, f'seed{seed}', *asked))}.png"

    def traversals(self, seed: int) -> Path:
        """Return the folder of the pictures of a recipe's codes."""
        return self.path / f"traverse-seed{seed}"

    @property
    def probe(self) -> Path:
        """What a linear classifier reads from the critic."""
        return self.path / "probe.json"


def runs_root() -> Path:
    """Return the folder that holds the runs: ``$SADDLE_RUNS`` or ``runs``."""
    return Path(os.path.expanduser(os.environ.get("SADDLE_RUNS", "runs")))


def newest_run() -> RunFolder:
    """Return the run that was started last; raises UserError where there is none."""
    configs = sorted(runs_root().glob(f"*/{_CONFIG}"), key=lambda path: path.stat().st_mtime_ns)
    if not configs:
        raise UserError(f"there is no run under {runs_root()}; start one with: saddle train")
    return RunFolder(configs[-1].parent)


def find_run(path: Path | str | None = None) -> RunFolder:
    """Return the run at ``path``, by default the newest one; raises UserError where there is none."""
    return RunFolder.open(path) if path else newest_run()


def is_run(path: Path | str) -> bool:
    """Say whether a path, a name under the root of all runs or that of a checkpoint leads to a run."""
    try:
        return RunFolder.open(path).is_run
    except UserError:
        return False


def runs_at(path: Path | str) -> list[RunFolder]:
    """Return the run at ``path``, or all runs of a folder that is none itself; raises UserError for neither."""
    inside = [] if RunFolder(path).is_run else sorted(Path(path).glob("*/"))
    return [run for run in map(RunFolder, inside) if run.is_run] or [RunFolder.open(path)]


def check_distinct(runs: Iterable[RunFolder]) -> None:
    """Raise UserError where a run is there twice, by whatever paths."""
    seen: set[Path] = set()
    for run in runs:
        place = run.path.resolve()
        if place in seen:
            raise UserError(f"{run.path} is given twice; name each run once")
        seen.add(place)


def runs_below(place: Path, pattern: str) -> list[RunFolder]:
    """Return the runs in the folders of ``place`` that match a glob pattern, by name."""
    return [RunFolder(config.parent) for config in sorted(place.glob(f"{pattern}/{_CONFIG}"))]


def check_free(out: Path) -> None:
    """Raise UserError where ``out`` cannot become a new run's folder."""
    _check_name(out)
    if (out / _CONFIG).exists():
        raise UserError(f"{out} holds another run; continue it with: saddle resume {out}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} exists and is not an empty folder; choose another --out")


def _check_name(path: Path) -> None:
    """Raise UserError for a name that cannot be shown: it goes into pictures, tables and commands."""
    shown = printable(str(path))
    if shown != str(path):
        raise UserError(f"the name {shown} is no UTF-8, which a run's folder must be; choose another name")


def _make(path: Path, exist_ok: bool = True) -> None:
    try:
        path.mkdir(parents=True, exist_ok=exist_ok)
    except FileExistsError:
        raise
    except OSError as error:
        raise UserError(f"cannot make the folder {path}: {error.strerror}") from error


def _number(path: Path, name: str) -> int:
    number = path.name.removeprefix(f"{name}-")
    return int(number) if number.isdigit() else 0


def _is_act(act: Any) -> bool:
    """Say whether something read from a file is what a guard notes: types, signs, and changes of numbers."""
    if not isinstance(act, dict):
        return False
    change = act.get("change")
    return (
        all(type(act.get(name)) is int and act[name] >= 0 for name in ("step", "back"))
        and all(isinstance(act.get(name), str) for name in ("condition", "told"))
        and _is_number(act.get("seconds"))
        and isinstance(change, dict)
        and all(isinstance(pair, list) and len(pair) == 2 for pair in change.values())
        and all(_is_number(one) and one > 0 for pair in change.values() for one in pair)
    )


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
