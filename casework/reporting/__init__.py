"""Compliance, forecast and event log."""
