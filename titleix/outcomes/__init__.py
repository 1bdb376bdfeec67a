"""Dismissal, informal resolution, determination and appeal."""
