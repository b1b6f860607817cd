"""Specs as files: TOML or JSON."""
