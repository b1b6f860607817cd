"""What can be typed at a cursor in a query."""
