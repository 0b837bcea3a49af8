"""What the sources of points share: fixed draws of a mixture of Gaussians."""

from saddlepoint.core.hashing import fingerprint
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.request import Request

COUNTS = {"train": 100_000, "validation": 10_000, "test": 10_000}
SEED = 20_140_610


def drawn(name: str, mixture: Mixture, request: Request) -> Dataset:
    """Return 100,000 training points and 10,000 each to validate and test, always the same ones."""
    splits = {
        part: Split(*mixture.draw(count, (SEED, index))) for index, (part, count) in enumerate(COUNTS.items())
    }
    return Dataset(
        name=name,
        source=request.source,
        kind="points",
        splits=splits,
        classes=tuple(map(str, range(len(mixture.centres)))),
        fingerprint=fingerprint(*(split.array for split in splits.values())),
        truth=mixture,
    )
