"""What the doctor's looks at a run in training cost."""

import time
from pathlib import Path
from typing import Any

import saddlepoint as sp
from saddlepoint.core.files import write_json
from saddlepoint.core.machine import describe_machine
from saddlepoint.training.health import Health


class Looks(sp.Watcher):
    """Keeps what looks had cost after every step; the last one, of a finished run, comes behind them."""

    def __init__(self):
        self.health: Health | None = None
        self.spent = [0.0]
        self.seconds = 0.0

    def stepped(self, trainer: Any) -> None:
        """See what was spent by now."""
        if self.health is None:
            self.health = next(one for one in trainer.watchers if isinstance(one, Health))
        self.seconds = trainer.seconds
        if self.health.spent > self.spent[-1]:
            self.spent.append(self.health.spent)


def looks(source: str, minutes: float, out: Path) -> dict[str, Any]:
    """Train the usual recipe on a source, and return what looks took of its time, on the way and at the end."""
    watcher = Looks()
    run = sp.train(
        None, source, minutes=minutes, out=out / f"looks-{time.strftime('%H%M%S')}", watchers=(watcher,)
    )
    assert watcher.health is not None
    found = {
        "recipe": run.config["recipe"],
        "data": source,
        "training_seconds": round(watcher.seconds, 1),
        "looks": len(watcher.spent) - 1,
        "looking_seconds": round(watcher.spent[-1], 2),
        "share": round(watcher.spent[-1] / watcher.seconds, 4),
        "last_look_seconds": round(watcher.health.spent - watcher.spent[-1], 2),
    }
    write_json(out / "looks.json", {"version": 1, **found, **describe_machine()})
    return found
