"""What is said while the libraries are loaded, which takes seconds from a cold disk."""

from saddlepoint.core.waiting import Waiting, waiting


def starting() -> Waiting:
    """Return what says so where it takes long, on the error stream."""
    return waiting("loading PyTorch")
