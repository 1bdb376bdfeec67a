"""The import: a delivery of files becomes rows, all of it or nothing."""
