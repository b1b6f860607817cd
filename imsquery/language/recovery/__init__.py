"""Texts that do not parse, read as if they were mended."""
