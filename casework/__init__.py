"""The engine: cases, workflow, clocks, tasks, timeline, access, documents. Knows no case kind."""
