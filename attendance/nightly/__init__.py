"""The nightly run: counts, decisions, cases opened and raised."""
