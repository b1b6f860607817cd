"""Formatting: queries in canonical layout, with their comments."""
