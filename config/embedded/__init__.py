"""PostgreSQL and Valkey out of wheels, and the commands that run the product with them."""
