"""Maps of names and values, in JSON, Python or JavaScript; MongoDB's queries are such."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from imsquery.language.recovery.dialects.literals import (
    Nested,
    Part,
    is_null,
    items,
    nest,
    pairs,
    scalar,
    split,
)
from imsquery.language.recovery.dialects.reading import (
    TAGS,
    Doubtful,
    Group,
    Negation,
    Node,
    Reading,
    UnreadableError,
    Written,
    all_of,
    asked,
    compared,
    matching,
    one_of,
    presence,
    reading,
    tagged,
)
from imsquery.late import Late

TOKEN = Late(
    r"""(?P<space>\s+)
    | (?:new\s+Date|ISODate)\(\s*["'](?P<moment>[^"'\\]*)["']\s*\)
    | (?P<string>"(?:[^"\\\n]|\\[^\n])*+"|'(?:[^'\\\n]|\\[^\n])*+')
    | (?P<open>[\[{(]) | (?P<close>[\]})]) | (?P<sign>[,:])
    | /(?P<regex>(?:[^/\\\n]|\\.)++/i?)(?![\w/])
    | (?P<bare>[\w.$-]+)""",
    re.VERBOSE | re.DOTALL,
)

_Flags = tuple[Written, Part] | None

_JOINING = {"$and": "and", "$or": "or", "$nor": "or"}
_COMPARING = {
    "$eq": "=", "$ne": "!=", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<=",
}  # fmt: skip
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read(text: str) -> Reading:
    """Read ``{"platform": "CentOS", "min_ram": {"$lte": 4096}}``, with or without the braces."""
    tokens = split(text, TOKEN)
    match nest(tokens):
        case [Nested("{", parts)]:
            pass
        case [Written(call, kind="bare"), Nested("(", [Nested("{", parts)])] if (
            call[-5:] == ".find"
        ):
            pass
        case [Written(kind="string"), *_] as parts:
            pass
        case _:
            raise UnreadableError
    if not parts:
        raise UnreadableError
    is_query = any(token.text.startswith("$") for token in tokens)
    return reading("a MongoDB filter" if is_query else "a map", text, _filter(parts))


def _filter(parts: Sequence[Part]) -> Node:
    """Return that all conditions of a map hold."""
    return Group("and", [partial(_entry, name, value) for name, value in pairs(parts)])


def _entry(name: Written, value: Part) -> Node:
    if name.text in _JOINING:
        nodes = [partial(_filter, map_of(each)) for each in items(value)]
        joined = Group(_JOINING[name.text], nodes)
        return Negation(joined) if name.text == "$nor" else joined
    if name.text == "$not":
        return Negation(partial(_filter, map_of(value)))
    return _field(name, value)


def map_of(part: Part) -> Sequence[Part]:
    """Return the parts of a map that is not empty."""
    if isinstance(part, Nested) and part.bracket == "{" and part.parts:
        return part.parts
    raise UnreadableError


def _field(name: Written, value: Part) -> Node:
    """Return what a map says of one attribute."""
    if isinstance(value, Written):
        return _equal(name, value)
    if value.bracket != "{":
        values = [scalar(each) for each in items(value)]
        return Doubtful(all_of(name, values) if name.text in TAGS else one_of(name, values))
    found = {key.text: (key, each) for key, each in pairs(map_of(value))}
    if all(key.startswith("$") for key in found):
        flags = found.pop("$options", None) if "$regex" in found else None
        return Group("and", [partial(_operator, name, *each, flags) for each in found.values()])
    if name.text not in TAGS:
        raise UnreadableError
    return Doubtful(Group("and", [tagged(name, key, scalar(each)) for key, each in found.values()]))


def _equal(name: Written, value: Written) -> Node:
    if is_null(value):
        return presence(name, is_present=False)
    if value.kind == "regex":
        pattern, _, flags = value.text.rpartition("/")
        return matching(name, value.evolve(text=pattern.replace("\\/", "/")), flags)
    return asked(name, scalar(value))


def _operator(name: Written, operator: Written, value: Part, flags: _Flags) -> Node:
    """Return the condition that one of MongoDB's operators makes."""
    spelling = operator.text
    if spelling in {"$eq", "$ne"} and is_null(value):
        return presence(name, is_present=spelling == "$ne")
    if spelling in _COMPARING:
        return compared(name, operator.evolve(text=_COMPARING[spelling]), scalar(value))
    if spelling in {"$in", "$nin"}:
        values = [scalar(each) for each in items(value)]
        return one_of(name, values, is_negated=spelling == "$nin")
    if spelling == "$all":
        return all_of(name, [scalar(each) for each in items(value)])
    if spelling == "$exists":
        if scalar(value).text not in _TRUTH:
            raise UnreadableError
        return presence(name, is_present=_TRUTH[scalar(value).text])
    if spelling == "$regex":
        return matching(name, scalar(value), scalar(flags[1]).text if flags else "")
    if spelling == "$not":
        return Negation(partial(_field, name, value))
    raise UnreadableError
