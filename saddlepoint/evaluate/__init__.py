"""Encoder, statistics, number: one file per metric."""

from saddlepoint.evaluate.card import Card, meanings
from saddlepoint.evaluate.encoder import Encoder, Encoding
from saddlepoint.evaluate.encoders.find import find_encoder
from saddlepoint.evaluate.measure import cheap, evaluate
from saddlepoint.evaluate.metric import Figure, Inputs, metric
from saddlepoint.evaluate.metrics.parzen import parzen

__all__ = [
    "Card",
    "Encoder",
    "Encoding",
    "Figure",
    "Inputs",
    "cheap",
    "evaluate",
    "find_encoder",
    "meanings",
    "metric",
    "parzen",
]
