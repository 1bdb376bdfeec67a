"""The chained timeline and the access log."""
