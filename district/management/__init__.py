"""Management of district."""
