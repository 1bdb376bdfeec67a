"""Rules of law and of policy: pure functions with their citation."""
