"""Attendance: marks, counts, cases and notices."""
