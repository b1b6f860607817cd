"""What can be written at a place in a query."""
