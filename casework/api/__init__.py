"""Cases and figures by the API."""
