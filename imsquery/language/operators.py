"""Operators of the language: their spellings, families and complements."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping

EQUALITY = frozenset({"=", "!="})
ORDER = frozenset({"<", "<=", ">", ">="})
MATCH = frozenset({"contains", "startswith", "endswith", "glob", "matches"})
OPERATORS: Mapping[str, str] = {
    spelled: operator
    for operator in ("=", "!=", "<", "<=", ">", ">=")
    for spelled in {"=": ("=", "=="), "!=": ("!=", "<>")}.get(operator, (operator,))
}
"""Spelling of a comparison -> its operator."""

COMPLEMENT: Mapping[str, str] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


KEYED = "tagged"
"""The relation of a tag to its key, which is written as a call."""

NOCASE = " ignoring case"
"""What the name of a relation ends with if it ignores letter case."""
