"""Adversarial losses and penalties, by name."""

from saddlepoint.objectives.adversarial import Objective, objectives
from saddlepoint.objectives.penalties import CriticPass, Penalty, penalties

__all__ = ["CriticPass", "Objective", "Penalty", "get", "objectives", "penalties"]


def get(name: str) -> Objective:
    """Return the objective called ``name``; raises UserError with the nearest name."""
    return objectives.get(name)
