"""Schools, calendars, students, contacts, enrolments, staff posts, and the import."""
