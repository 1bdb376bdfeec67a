"""Templatetags of web."""
