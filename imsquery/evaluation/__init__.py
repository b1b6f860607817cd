"""Filters as predicates over records, and what holds of them for every record."""
