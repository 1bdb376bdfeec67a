"""What an app registers to bring a case type."""
