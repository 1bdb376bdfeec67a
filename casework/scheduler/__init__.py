"""The scheduler run: alerts that are due."""
