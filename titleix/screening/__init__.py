"""One standard for every report: the screening."""
