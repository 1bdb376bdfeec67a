"""Pages of the supervisor's view: compliance, goals, public figures, the process log."""
