"""Words and signs of other languages, and what this one has for them: tables for all rules."""

from __future__ import annotations

SYMBOLS = {
    "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not",
    "~": "matches", "~=": "matches", "~~": "matches", "!~": "not matches",
    "^=": "startswith", "$=": "endswith",
}  # fmt: skip
"""Operators made of characters that no lexeme begins with."""

SIGNS = {"∧": "and", "⋀": "and", "∨": "or", "⋁": "or", "¬": "not"}
"""Operators of mathematics."""

CONNECTIVE_WORDS = {
    "且": "and", "和": "and", "并且": "and", "或": "or", "或者": "or", "非": "not", "不": "not",
}  # fmt: skip
"""Connectives of Chinese, the language of the reference."""

SPELLINGS = {"=>": ">=", "=<": "<=", "===": "=", "!==": "!=", "=!": "!=", "><": "<>", "<=>": "="}
"""Comparison operators that are two of this language's side by side."""

BRACKETS = {"[": "(", "{": "(", "]": ")", "}": ")"}

_COMPARATIVES = {
    "equal to": "=", "less than": "<", "fewer than": "<", "lower than": "<", "smaller than": "<",
    "less than or equal to": "<=", "at most": "<=", "no more than": "<=", "greater than": ">",
    "more than": ">", "higher than": ">", "larger than": ">", "bigger than": ">",
    "greater than or equal to": ">=", "at least": ">=", "no less than": ">=", "before": "<",
    "earlier than": "<", "prior to": "<", "later than": ">", "since": ">=", "one of": "in",
    "any of": "in", "none of": "not in", "not one of": "not in", "older than": "<",
    "newer than": ">", "younger than": ">", "older than SPAN": "< now-SPAN",
    "newer than SPAN": "> now-SPAN", "younger than SPAN": "> now-SPAN",
    "within SPAN": ">= now-SPAN", "within last SPAN": ">= now-SPAN",
    "within the last SPAN": ">= now-SPAN", "in last SPAN": ">= now-SPAN",
    "in the last SPAN": ">= now-SPAN", "in the past SPAN": ">= now-SPAN",
}  # fmt: skip
_VERBS = {
    "contain": "contains", "include": "contains", "start with": "startswith",
    "begin with": "startswith", "end with": "endswith", "match": "matches",
}  # fmt: skip
SAYS_ABSENT = ("null", "nil", "none", "empty", "missing", "undefined", "unset")
"""Values that mean that an attribute is absent."""
_SAYS_PRESENT = ("set", "defined")

FOLDED = {
    "iequals": "=", "ieq": "=", "iexact": "=", "icontains": "contains",
    "istartswith": "startswith", "iendswith": "endswith",
}  # fmt: skip
"""Operators that ignore letter case, and what each does otherwise."""

WORD_OPERATORS = {
    **FOLDED,
    "like": "glob", "ilike": "glob", "rlike": "matches", "regexp": "matches", "regex": "matches",
    "match": "matches", "~*": "matches", "!~*": "not matches", "contain": "contains",
    "has": "contains", "includes": "contains", "starts_with": "startswith",
    "begins with": "startswith", "starts with": "startswith", "ends_with": "endswith",
    "ends with": "endswith", "eq": "=", "equals": "=", "ne": "!=", "lt": "<", "lte": "<=",
    "le": "<=", "gt": ">", "gte": ">=", "ge": ">=", "not equal to": "!=", "is not equal to": "!=",
    "after": ">", "is after": ">", "is in": "in", "is not in": "not in", "is between": "between",
    "is not between": "not between",
    **_COMPARATIVES,
    **{f"is {words}": sign for words, sign in _COMPARATIVES.items()},
    **{f"{no} {words}": f"not {sign}" for words, sign in _VERBS.items()
       for no in ("not", "does not", "do not")},
    **dict.fromkeys(("exists", "exist", "notnull", "isnotnull", "is not absent"), "is present"),
    **dict.fromkeys(("null", "isnull", "missing", "undefined", "is not present"), "is absent"),
    **dict.fromkeys(("not exists", "not exist", "does not exist", "not present"), "is absent"),
    **{f"{no} {word}": "is present" for word in (*SAYS_ABSENT, "absent")
       for no in ("not", "is not")},
    **{f"is {word}": "is absent" for word in SAYS_ABSENT},
    **{f"is {word}": "is present" for word in _SAYS_PRESENT},
    **{f"is not {word}": "is absent" for word in _SAYS_PRESENT},
}  # fmt: skip
"""What comes between a name and a value, or ends a condition; SPAN is ``7d`` or ``7 days``."""

CONDITIONS = {
    words: f"created_at {sign}" for words, sign in _COMPARATIVES.items() if "SPAN" in words
}
"""Whole conditions in words."""

IGNORING_CASE = frozenset({"ilike", "~*", "!~*"})
"""Operators that ignore letter case."""

ENDS_OF_OPERATORS = frozenset(
    words.split()[-1] for words, sign in WORD_OPERATORS.items()
    if sign[:3] != "is " and sign[-2:] != "in" and "SPAN" not in words
)  # fmt: skip
"""Words right before a value."""

JOINTS = {"unless": "and not", "except": "and not", "but not": "and not", "but": "and"}
"""Words between conditions."""

_NEWEST = ("newest", "latest", "most recent", "last")
CLAUSES = {
    "top N": "limit N", "first N": "limit N", "take N": "limit N", "head N": "limit N",
    "fetch first N rows only": "limit N", "fetch next N rows only": "limit N",
    "offset N": "skip N", "offset N rows": "skip N",
    "oldest N": "order by created_at asc limit N", "oldest": "order by created_at asc limit 1",
    "newest first": "order by created_at desc", "oldest first": "order by created_at asc",
    **{f"{word} N": "order by created_at desc limit N" for word in _NEWEST},
    **dict.fromkeys(_NEWEST[:-1], "order by created_at desc limit 1"),
}  # fmt: skip
"""Words that say how many images, and in which order."""

LIKE = frozenset({"like", "ilike"})
LIKE_WILDCARDS = {"%": "*", "_": "?"}
"""Wildcards of ``like``, as ``glob`` writes them."""

NEGATIONS = ("-", "un", "non-", "non_", "not-", "not_", "no-", "no_")
"""What negates the name after it."""

SORT_MARKS = {
    "-": "desc",
    "+": "asc",
    ":desc": "desc",
    ":asc": "asc",
    ".desc": "desc",
    ".asc": "asc",
}
"""What says before or after a sort key, in one word with it, which way to sort."""

EXCLUSIVE_OR = "xor"

PRESENCE_OF = {"has": "present", "exists": "present", "isnull": "absent", "missing": "absent"}
"""Words before a name, and functions of one, that ask whether it is there."""

AMBIGUOUS = frozenset({
    "rlike", "regexp", "regex", "match", "has", "include", "includes", "~*", "!~*", "after",
    "empty",
})  # fmt: skip
"""Words that some languages take otherwise: without letter case, as whole words, with an end."""

NOCASE = frozenset(
    {
        "nocase", "icase", "ignorecase", "ignore_case", "ignore-case", "ignoring_case",
        "case_insensitive", "case-insensitive", "ignore case", "ignores case", "case insensitive",
        "case insensitively", "case ignored",
    }
)  # fmt: skip
"""Words after a condition, one or two, that make it ignore letter case."""

BETWEEN_ENDS = frozenset({"to", "..", "-", "until"})
"""Words between the two ends of a range."""

AGO = "ago"
"""The function that turns a duration into a time before now."""

MATCHING_CALLS = {
    "startswith": "startswith", "starts_with": "startswith", "hasprefix": "startswith",
    "endswith": "endswith", "ends_with": "endswith", "hassuffix": "endswith",
    "contains": "contains", "includes": "contains",
}  # fmt: skip
"""Functions and methods that compare a name with a value."""

CERTAIN_CALLS = frozenset(MATCHING_CALLS) - {"includes"}

CASE_FOLDS = {"lower": str.lower, "upper": str.upper, "lcase": str.lower, "ucase": str.upper,
              "tolower": str.lower, "toupper": str.upper, "casefold": str.casefold}  # fmt: skip
"""Functions and methods that change letter case, so that a comparison ignores it."""

PREFIXES = frozenset({"where", "select", "filter", "having"})
"""Words that begin a query elsewhere."""

SORT = frozenset({"sort", "sorted", "ordered"})
ORDER_BY = frozenset({"order_by", "orderby", "sort_by", "sortby"})
DIRECTIONS = {"ascending": "asc", "descending": "desc", "up": "asc", "down": "desc"}

COLON_OF_LIST = "use `in`, not `:`, before a list"
"""The message on ``name:(…)``; where it parses, it is a call."""


def colon_beside(operator: str) -> str:
    """Return the message on ``name:>5``; where it parses, ``name:`` is a name."""
    return f"unexpected `:` before `{operator}`"
