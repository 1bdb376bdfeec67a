"""Parties, staff roles in a case, conflicts of interest, training."""
