"""The pages of a district administrator: posts, areas, calendars, policies, letters, webhooks,
tokens, what was changed. Whoever administers reads no case."""
