"""From a source to endless, seeded, resumable device batches."""

from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.loading import load
from saddlepoint.data.request import Request

__all__ = ["Dataset", "Request", "Split", "load"]
