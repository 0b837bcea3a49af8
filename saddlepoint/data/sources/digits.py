"""The digits that come with scikit-learn."""

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint, row_keys
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Request, sources
from saddlepoint.data.splits import content_splits


@sources.register()
def digits(request: Request) -> Dataset:
    """1,797 handwritten digits, 8×8 grey; comes with scikit-learn, no download.

    The optical digits of Alpaydin and Kaynak (UCI, 1998), test part. Values 0..16 become 0..255.
    """
    request.refuse_argument()
    table = _table()
    image = np.rint(table[:, :64] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8, 1)
    label = table[:, 64].astype(np.int64)
    keys = row_keys(image)
    return Dataset(
        name="digits",
        source=request.source,
        kind="images",
        splits=content_splits(image, label, keys),
        classes=tuple("0123456789"),
        fingerprint=fingerprint(image, label),
    )


def _table() -> np.ndarray:
    """Return float64 (1797, 65): 64 pixels in 0..16 and the digit.

    The file is read where scikit-learn keeps it: importing ``sklearn.datasets`` takes far longer.
    """
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise UserError("the data set 'digits' comes with scikit-learn, which is not installed")
    path = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    if not path.is_file():
        from sklearn.datasets import load_digits

        found = load_digits()
        return np.column_stack([found["data"], found["target"]])  # type: ignore[index]
    numbers = gzip.decompress(path.read_bytes()).replace(b"\n", b",").strip(b",").split(b",")
    return np.array(numbers, np.float64).reshape(-1, 65)
