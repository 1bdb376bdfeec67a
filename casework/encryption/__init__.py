"""Encrypted fields and the rotation of their keys."""
