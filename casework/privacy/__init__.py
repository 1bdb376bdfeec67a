"""Redaction, small cells, encrypted files."""
