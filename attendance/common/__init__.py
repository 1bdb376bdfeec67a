"""What several wings of attendance share."""
