"""Adversarial losses and penalties, by name."""
