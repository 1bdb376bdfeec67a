"""Pages of every case: case list, case, step, bulk."""
