"""After how many images samples are worth seeing: ``python -m benchmarks.worth_seeing RECIPE SOURCE``.

Prints a line of JSON: the images after which 1,000 samples first have a Fréchet distance of patches below 25, a
quarter of the data's own variance, or, on points, all modes and half of the samples on one. They are scored
after 2,000 images and after each 1.25 times as many. The source of ``saddlepoint/runs/worth_seeing.py``.
"""

import argparse
import json
import tempfile
from pathlib import Path

import saddlepoint as sp
from saddlepoint.data import load
from saddlepoint.evaluate import cheap

FIRST, GROWTH, SAMPLES = 2_000, 1.25, 1_000
BOUND, QUALITY = 25.0, 0.5


class Enough(Exception):  # noqa: N818 - not an error
    """The samples are worth seeing."""


class Look(sp.Watcher):
    """Scores the samples of a run at growing distances until they are worth seeing."""

    def __init__(self, source: str, size: int | None):
        self.data = load(source, size=size)
        self.encoder = "points" if self.data.kind == "points" else "patches"
        self.next = float(FIRST)
        self.curve: list[tuple[int, float]] = []

    def stepped(self, trainer) -> None:
        """Score when it is time."""
        images = trainer.batches.drawn
        if images < self.next:
            return
        self.next *= GROWTH
        card = cheap(self.data, trainer.sample, samples=SAMPLES, encoder=self.encoder)
        if self.data.kind == "points":
            modes, quality = card["modes"], card["high_quality"].value
            assert modes.value is not None
            assert quality is not None
            seen = modes.value >= modes.detail["of"] and quality >= QUALITY
            self.curve.append((images, round(quality, 3)))
        else:
            distance = card["frechet"].value
            assert distance is not None
            seen = distance < BOUND
            self.curve.append((images, round(distance, 1)))
        if seen:
            raise Enough


def main() -> None:
    """Measure one recipe on one source."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("source")
    parser.add_argument("--size", type=int)
    parser.add_argument("--most", type=int, default=1_000_000, help="images after which nobody waits any more")
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    look = Look(asked.source, asked.size)
    found = None
    with tempfile.TemporaryDirectory() as folder:
        settings = {"images": asked.most, "size": asked.size, "out": Path(folder) / "run", "card": False}
        try:
            sp.train(
                asked.recipe, asked.source, watchers=(look,), quiet=True, threads=asked.threads, **settings
            )
        except Enough:
            found = look.curve[-1][0]
    print(json.dumps({"recipe": asked.recipe, "data": look.data.name, "images": found, "curve": look.curve}))


if __name__ == "__main__":
    main()
