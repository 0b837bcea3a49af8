"""Encoder, statistics, number: one file per metric."""

from saddlepoint.evaluate.card import Card, meanings
from saddlepoint.evaluate.encoder import Encoder, Encoding, encoders, find_encoder
from saddlepoint.evaluate.measure import cheap, evaluate
from saddlepoint.evaluate.metric import Figure, Inputs, Measure, metric, metrics

__all__ = [
    "Card",
    "Encoder",
    "Encoding",
    "Figure",
    "Inputs",
    "Measure",
    "cheap",
    "encoders",
    "evaluate",
    "find_encoder",
    "meanings",
    "metric",
    "metrics",
]
