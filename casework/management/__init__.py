"""Management of casework."""
