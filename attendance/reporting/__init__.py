"""Key figures and what interventions achieved."""
