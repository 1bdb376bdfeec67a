"""From an alert to a person (to come)."""
