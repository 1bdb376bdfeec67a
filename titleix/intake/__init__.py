"""Reports from the public and from staff, and their follow-up."""
