"""Signing in, sessions, second step, tokens."""
