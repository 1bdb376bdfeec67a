"""Messages to families, one by one and in bulk."""
