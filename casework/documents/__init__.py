"""Letters, reports, attachments and archives."""
