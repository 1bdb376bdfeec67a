"""Community partners: agreements, referrals, handbacks."""
