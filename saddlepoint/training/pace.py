"""Whether a run is as fast as it was planned, and what to do where it is not."""

from collections.abc import Callable
from typing import Any

from saddlepoint.compute.plan import Plan
from saddlepoint.core import load
from saddlepoint.engine.loop import Trainer, Watcher
from saddlepoint.engine.turns import images_drawn

WINDOW = 3.0  # seconds of training over which speed and load are taken
PATIENCE = 4  # windows in a row that must tell the same
SLOW = 0.5  # of the planned speed


class Pace(Watcher):
    """Says once that other threads would be faster, as others come to the machine or leave it.

    It changes nothing by itself: other threads round otherwise, and a run is to keep its bits.

    Args:
        say: told one line.
        meter: makes what measures the load from then on.
    """

    def __init__(self, say: Callable[[str], object], meter: Callable[[], Any] = load.Meter):
        self.say = say
        self.meter = meter
        self.quiet = False
        self.examples = ""
        self._usual: float | None = None
        self._slow: list[tuple[float, float | None]] = []
        self._free = 0
        self._begin: tuple[float, int, Any] | None = None

    def stepped(self, trainer: Trainer) -> None:
        """Take a window's speed and load, every few seconds."""
        plan = trainer.stepper.plan
        if self.quiet or plan.device != "cpu":
            return
        if self._begin is None:
            self._start(trainer)
            return
        start, images, meter = self._begin
        seconds = trainer.seconds - start
        if seconds < WINDOW:
            return
        self._weigh(trainer, (trainer.batches.drawn - images) / seconds, meter.others())
        self._start(trainer)

    def _start(self, trainer: Trainer) -> None:
        self._begin = trainer.seconds, trainer.batches.drawn, self.meter()

    def _weigh(self, trainer: Trainer, speed: float, others: float | None) -> None:
        plan, self.examples = trainer.stepper.plan, trainer.batches.kind.many
        if self._usual is None:
            known = plan.step_seconds
            self._usual = images_drawn(trainer.experiment) / known if known else speed
        taken = others is None or load.is_busy(others)
        slow = speed < SLOW * self._usual and taken and plan.threads > 1
        self._slow = [*self._slow, (speed, others)] if slow else []
        left = load.is_busy(plan.others) and others is not None and not load.is_busy(others)
        self._free = self._free + 1 if left and not plan.threads_given and plan.threads < load.cores() else 0
        how = f"stop (Ctrl-C), then: saddle resume {trainer.folder.path} --threads"
        cost = f"its samples are then no longer those of {plan.threads} thread{'s' * (plan.threads > 1)}"
        if len(self._slow) == PATIENCE:
            self._tell(
                f"{self._slowed(plan)}; fewer threads wait less: {how} {self._fewer(plan.threads)}; {cost}"
            )
        elif self._free == PATIENCE:
            self._tell(f"the cores are free now; more threads may be faster: {how} auto; {cost}")

    def _slowed(self, plan: Plan) -> str:
        speed = sum(one for one, _ in self._slow) / len(self._slow)
        known = [taken for _, taken in self._slow if taken is not None]
        usual = f"{self._usual:,.0f} {'planned' if plan.step_seconds else 'before'}"
        text = f"{speed:,.0f} {self.examples}/s for {len(self._slow) * WINDOW:.0f} s, {usual}"
        return f"{text}: others take {sum(known) / len(known):.1f} of {load.cores()} cores" if known else text

    def _fewer(self, threads: int) -> int:
        """Return as many threads as cores are free, at least one and fewer than there are."""
        taken = [taken for _, taken in self._slow if taken is not None]
        return max(1, min(threads - 1, threads - round(min(taken, default=1.0))))

    def _tell(self, text: str) -> None:
        self.quiet = True
        self.say(text)
