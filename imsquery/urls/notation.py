"""How a request is written: as a query string, or in the words of a tool."""

from __future__ import annotations

from imsquery.compiler.query_string import encode

UNWRITABLE = "\ue001"
"""In place of what cannot be written; a fix that contains it is left out."""


class Notation:
    """Writes parts of a request; this one, of a query string."""

    removed: str = ""
    """What is left of a pair that is removed: nothing, or :data:`UNWRITABLE` if it cannot be."""

    def name(self, wire: str) -> str:
        """Write a name in place of another."""
        return wire

    def value(self, value: str) -> str:
        """Write a value in place of another."""
        return encode(value)

    def pair(self, wire: str, value: str) -> str:
        """Write a whole pair."""
        return f"{wire}={encode(value)}"


QUERY_STRING = Notation()
