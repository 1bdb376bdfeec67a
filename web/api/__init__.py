"""The API put together, with its documentation."""
