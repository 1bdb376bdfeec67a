"""Measurements against docs and targets: every figure is a ratio taken in one run."""
