"""Migrations of district."""
