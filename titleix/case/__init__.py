"""What every step of a Title IX case needs: states, conditions, queries, retention."""
