"""Filters in the forms of other tools: commands, calls and blocks that mean exactly the same."""
