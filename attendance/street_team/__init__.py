"""The street team: students located, met and brought back (A2.5)."""
