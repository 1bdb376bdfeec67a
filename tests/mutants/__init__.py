"""Small faults planted into the rules: each must turn a test red (`make mutants`)."""
