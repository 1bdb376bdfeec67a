"""Steps, forms and pages of the attendance case itself."""
