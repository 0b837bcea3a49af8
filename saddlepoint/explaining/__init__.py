"""The mathematics, run, drawn and checked: ``saddle explain``."""
