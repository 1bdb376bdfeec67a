"""Notices at 3, 6 and 10 unexcused days: drafted, signed, mailed."""
