"""Management of attendance."""
