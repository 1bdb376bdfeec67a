"""Migrations of titleix."""
