"""Encoder, statistics, number: one file per metric."""
