"""Commands of titleix."""
