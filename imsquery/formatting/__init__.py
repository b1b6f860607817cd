"""Queries laid out in canonical form, with their comments."""
