"""Policies tried on stored marks, and a simulated school year."""
