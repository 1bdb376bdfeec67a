"""The Attendance Review Conference: scheduled, held, followed up (A2.4)."""
