"""Filters as predicates over records, and questions about them over all possible records."""
