"""A case file leaves the product: archive and redacted copy."""
