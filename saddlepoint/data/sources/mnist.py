"""MNIST."""

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._idx_sets import Distribution, read

MNIST = Distribution(
    title="MNIST",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    md5=(
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
    train=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    test=(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
    images={"train": "6bbc9ace898e44ae57da46a324031adb", "test": "2646ac647ad5339dbf082846283269ea"},
)


@sources.register()
def mnist(request: Request) -> Dataset:
    """70,000 handwritten digits, 28×28 grey (LeCun et al. 1998); or mnist:FOLDER with its IDX files."""
    return read("mnist", MNIST, request)
