"""Management of web."""
