"""A published claim each, in one small file: what a paper reports, how to measure it, whether it holds."""
