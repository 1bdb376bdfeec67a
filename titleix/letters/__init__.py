"""Letters and generated documents of a Title IX case."""
