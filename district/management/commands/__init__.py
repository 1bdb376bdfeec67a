"""Commands of district."""
