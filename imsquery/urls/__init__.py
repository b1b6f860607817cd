"""Requests read back: their findings, and the queries that compile to them."""
