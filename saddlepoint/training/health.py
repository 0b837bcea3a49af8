"""How a run is, in a few words, while it trains."""

import time

import torch

from saddlepoint.core.errors import reason
from saddlepoint.diagnosing.examples import Examples
from saddlepoint.diagnosing.finding import Finding
from saddlepoint.diagnosing.live import REAL, LiveSignals, look
from saddlepoint.engine.loop import Trainer, Watcher
from saddlepoint.runs.prepare import Prepared

SHARE = 0.02  # of the training time that looking may take
ONCE, STEPS = 0.6, 8  # a first look takes about so many seconds, and as long as so many steps


class Health(Watcher):
    """Looks for the doctor's cheap conditions, for at most a fiftieth of the training time; changes nothing.

    Args:
        prepared: what is trained.

    Attributes:
        found: what the last look found, the surest first; None before the first one.
        failed: why looking came to nothing, after which nobody looks any more; empty where it did not.
        spent: seconds that all looks took.
    """

    def __init__(self, prepared: Prepared):
        self.prepared = prepared
        self.examples = Examples(prepared.data, prepared.seed, REAL)
        self.found: list[tuple[str, Finding]] | None = None
        self.failed = ""
        self.spent = 0.0
        self._began = -1.0
        self._before = 0
        self._cost = 0.0  # of the last look
        self._looked = -1

    def stepped(self, trainer: Trainer) -> None:
        """Look, where it is time."""
        if self._began < 0:  # a resumed run has trained before
            self._began, self._before = trainer.seconds, trainer.done
            return
        seconds = trainer.seconds - self._began
        cost = self._cost or ONCE + STEPS * seconds / (trainer.done - self._before)
        if self.spent + cost <= SHARE * seconds:
            before = self.spent
            self.look(trainer)
            self._cost = self.spent - before

    def look(self, trainer: Trainer) -> None:
        """Look now, unless this step has been looked at."""
        if self.failed or self._looked == trainer.done:
            return
        began = time.perf_counter()
        try:
            with torch.random.fork_rng():
                self.found = look(LiveSignals(trainer, self.prepared, self.examples, trainer.folder.rows()))
        except Exception as error:  # whatever it is, the run is worth more than a look at it
            self.failed = reason(error)
        self.spent += time.perf_counter() - began
        self._looked = trainer.done

    def __str__(self) -> str:
        if self.found is None or self.failed:
            return ""
        if not self.found:
            return "healthy"
        name, finding = self.found[0]
        return "too early to tell" if name == "too-short" else f"{name} ({finding.sure:.0%} sure)"

    def told(self, path: object) -> str:
        """Return what the last look found in a sentence, and the command that tells more."""
        more = f"more:  saddle doctor {path}"
        if self.failed:
            return f"not known, as looking failed ({self.failed}); {more}"
        if not self.found:
            return f"nothing wrong at a quick look; {more}"
        name, finding = self.found[0]
        others = "".join(f", {other}" for other, _ in self.found[1:])
        return f"{name} ({finding.sure:.0%} sure){others}: {finding.what}; {more}"
