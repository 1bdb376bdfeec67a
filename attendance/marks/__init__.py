"""Attendance marks as the district delivers them."""
