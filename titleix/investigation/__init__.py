"""The school's inquiry and the district's investigation."""
