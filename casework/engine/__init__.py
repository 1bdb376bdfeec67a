"""The service layer: steps, clocks, dates and how they are written."""
