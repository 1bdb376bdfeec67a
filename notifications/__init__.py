"""From an alert to a person: recipients, channels, outbox, preferences, digests."""
