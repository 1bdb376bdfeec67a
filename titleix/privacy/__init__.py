"""Disclosure, holds, emergency access and disposal."""
