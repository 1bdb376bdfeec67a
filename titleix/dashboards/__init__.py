"""Work queues and the case page of Title IX."""
