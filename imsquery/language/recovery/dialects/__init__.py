"""Texts that are wholly of another dialect: one reader each, and the filter it reads."""
