"""Rows that hold from one day to another: agencies' access, memoranda, schools served."""

from __future__ import annotations

from datetime import date

from django.db.models import Q


def in_force(on: date) -> Q:
    """Rows with `starts` and `ends` that hold on a date; an open end holds on."""
    return Q(starts__lte=on) & (Q(ends__isnull=True) | Q(ends__gte=on))
