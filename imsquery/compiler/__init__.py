"""Queries compiled to the one request that means them."""
