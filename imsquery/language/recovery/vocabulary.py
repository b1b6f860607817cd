"""Words and signs of other languages, and what this one has for them: tables for all rules."""

from __future__ import annotations

SYMBOLS = {
    "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not",
    "~": "matches", "~=": "matches", "~~": "matches", "~*": "matches", "!~": "not matches",
    "^=": "startswith", "$=": "endswith",
}  # fmt: skip
"""Operators made of characters that no lexeme begins with."""

SIGNS = {"∧": "and", "⋀": "and", "∨": "or", "⋁": "or", "¬": "not"}
"""Operators of mathematics."""

SPELLINGS = {"=>": ">=", "=<": "<=", "===": "=", "!==": "!=", "=!": "!=", "><": "<>", "<=>": "="}
"""Comparison operators that are two of this language's side by side."""

BRACKETS = {"[": "(", "{": "(", "]": ")", "}": ")"}

WORD_OPERATORS = {
    "like": "glob", "ilike": "glob", "rlike": "matches", "regexp": "matches", "regex": "matches",
    "match": "matches", "contain": "contains", "has": "contains", "includes": "contains",
    "starts_with": "startswith", "ends_with": "endswith", "eq": "=", "equals": "=", "ne": "!=",
    "lt": "<", "lte": "<=", "le": "<=", "gt": ">", "gte": ">=", "ge": ">=",
}  # fmt: skip
"""Words between a name and a value."""

LIKE_WILDCARDS = {"%": "*", "_": "?"}
"""Wildcards of ``like``, as ``glob`` writes them."""

EXCLUSIVE_OR = "xor"

PRESENCE = {
    "exists": "present", "exist": "present", "notnull": "present", "isnotnull": "present",
    "null": "absent", "isnull": "absent", "missing": "absent", "undefined": "absent",
}  # fmt: skip
"""Words after a name that ask whether it is there."""

PRESENCE_OF = {"has": "present", "exists": "present", "isnull": "absent", "missing": "absent"}
"""Words before a name, and functions of one, that ask whether it is there."""

AMBIGUOUS = frozenset({"rlike", "regexp", "regex", "match", "has", "contain", "includes"})
"""Words for operators that ignore letter case, or compare whole words, in some languages."""

ABSENT = frozenset({"null", "nil", "none", "empty", "missing", "undefined"})
"""Values that mean none, after ``is`` or ``not``."""

BETWEEN_ENDS = frozenset({"to", "..", "-", "until"})
"""Words between the two ends of a range."""

AGO = "ago"
"""The function that turns a duration into a time before now."""

PREFIXES = frozenset({"where", "select", "filter", "having"})
"""Words that begin a query elsewhere."""

SORT = frozenset({"sort", "sorted", "ordered"})
ORDER_BY = frozenset({"order_by", "orderby", "sort_by", "sortby"})
DIRECTIONS = {"ascending": "asc", "descending": "desc", "up": "asc", "down": "desc"}
OFFSET = "offset"
"""SQL's `skip`."""

COLON_OF_LIST = "use `in`, not `:`, before a list"
"""The message on ``name:(…)``; where it parses, it is a call."""


def colon_beside(operator: str) -> str:
    """Return the message on ``name:>5``; where it parses, ``name:`` is a name."""
    return f"unexpected `:` before `{operator}`"
