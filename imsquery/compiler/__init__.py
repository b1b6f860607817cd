"""Queries compiled to a single request."""
