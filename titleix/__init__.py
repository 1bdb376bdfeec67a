"""Title IX (to come)."""
