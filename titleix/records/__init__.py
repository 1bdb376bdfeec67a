"""Supportive measures, evidence, no-contact orders, related reports."""
