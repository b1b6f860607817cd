"""How other languages spell what this one says: tables that every repair reads."""

from __future__ import annotations

from typing import NamedTuple


class Foreign(NamedTuple):
    """How another language spells an operator of this one."""

    kinds: tuple[str, ...]
    text: str


AND, OR, NOT = Foreign(("AND",), "and"), Foreign(("OR",), "or"), Foreign(("NOT",), "not")
MATCHES = Foreign(("MATCH",), "matches")
SYMBOLS = {
    "&&": AND, "&": AND, "||": OR, "|": OR, "!": NOT,
    "~": MATCHES, "~=": MATCHES, "~~": MATCHES, "~*": MATCHES,
    "!~": Foreign(("NOT", "MATCH"), "not matches"),
    "^=": Foreign(("MATCH",), "startswith"), "$=": Foreign(("MATCH",), "endswith"),
}  # fmt: skip
SIGNS = {"∧": AND, "⋀": AND, "∨": OR, "⋁": OR, "¬": NOT}
SPELLINGS = {"=>": ">=", "=<": "<=", "===": "=", "!==": "!=", "=!": "!=", "><": "<>", "<=>": "="}
BRACKETS = {"[": "(", "{": "(", "]": ")", "}": ")"}
WORD_OPERATORS = {
    "like": "glob", "ilike": "glob", "rlike": "matches", "regexp": "matches", "regex": "matches",
    "match": "matches", "contain": "contains", "has": "contains", "includes": "contains",
    "starts_with": "startswith", "ends_with": "endswith", "eq": "=", "equals": "=", "ne": "!=",
    "lt": "<", "lte": "<=", "le": "<=", "gt": ">", "gte": ">=", "ge": ">=",
}  # fmt: skip
"""Words that other languages have for operators of this one."""
