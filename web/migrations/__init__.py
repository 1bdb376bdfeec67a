"""Migrations of web: it has no tables, but seals what a library keeps."""
