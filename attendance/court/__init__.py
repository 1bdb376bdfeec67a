"""Legal review, referral to court and the court program (A2.7)."""
