"""Any filter as requests, and what is left to do with their results."""
