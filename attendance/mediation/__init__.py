"""Mediation between school and family (A2.6)."""
