"""The rules of 34 CFR 106: pure functions with their citation."""
