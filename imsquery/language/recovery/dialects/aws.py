"""Filters of AWS: ``Name=platform,Values=a,b``, and the same as JSON or in Python."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imsquery.language.recovery.dialects.literals import (
    Nested,
    Part,
    items,
    nest,
    pairs,
    scalar,
    split,
)
from imsquery.language.recovery.dialects.maps import TOKEN, map_of
from imsquery.language.recovery.dialects.reading import (
    Group,
    Node,
    Reading,
    UnreadableError,
    Written,
    call,
    condition,
    one_of,
    reading,
)
from imsquery.language.recovery.dialects.shell import Word, words
from imsquery.late import Late

_json = Late(r"\s*(?:[Ff]ilters?\s*=\s*)?(?=[\[{])").match
_shorthand = Late(r"Name=([^,]+),Values?=(?=.)", re.DOTALL | re.IGNORECASE).match
_value = Late(
    r"""(?P<mark>["'])(?P<quoted>(?:(?!(?P=mark))[^\\]|\\.)*)(?P=mark)(?:,|\Z)
    | (?P<plain>(?:[^,\\"'\[\]{}]|\\.)+)(?:,|\Z)""",
    re.VERBOSE | re.DOTALL,
).match
_comma = Late(r"""\\([,"'])""")
_wild = re.compile(r"\\[*?\\]|[*?]|[^*?\\]+|\\", re.DOTALL).findall


def read(text: str) -> Reading:
    """Read filters with or without ``--filters`` before them."""
    start = _json(text)
    if start:
        nodes = _filters_of(split(text, TOKEN, start.end()), range(len(text) + 1))
    else:
        found = words(text)
        if found and found[0].text in {"--filters", "--filter"}:
            del found[0]
        nodes = [node for word in found for node in filters_of(word)]
    if not nodes:
        raise UnreadableError
    return reading(
        "an AWS filter" if len(nodes) == 1 else "a list of AWS filters", text, Group("and", nodes)
    )


def filters_of(word: Word) -> list[Node]:
    """Return the filters that one word of a command holds."""
    if word.text.startswith(("[", "{")):
        return _filters_of(split(word.text, TOKEN), word.places)
    match = _shorthand(word.text)
    if match is None:
        raise UnreadableError
    values = []
    position = match.end()
    has_more = True
    while has_more:
        value = _value(word.text, position)
        if value is None:
            raise UnreadableError
        part = word.part(*value.span("quoted" if value["mark"] else "plain"))
        values.append(part.evolve(text=_comma.sub(r"\1", part.text)))
        position = value.end()
        has_more = value[0].endswith(",")
    return [named_filter(word.part(*match.span(1)), values)]


def _filters_of(tokens: list[Written], places: Sequence[int]) -> list[Node]:
    """Return the filters of a list of maps, or of one map."""
    placed = [each.evolve(start=places[each.start], end=places[each.end]) for each in tokens]
    match nest(placed):
        case [Nested("{") as only]:
            return [_filter_of(only)]
        case [listed]:
            return [_filter_of(each) for each in items(listed)]
        case _:
            raise UnreadableError


def _filter_of(part: Part) -> Node:
    found = {name.text.lower(): value for name, value in pairs(map_of(part))}
    if found.keys() != {"name", "values"}:
        raise UnreadableError
    return named_filter(scalar(found["name"]), [scalar(each) for each in items(found["values"])])


def named_filter(name: Written, values: Sequence[Written]) -> Node:
    """Return that an attribute, or the tag of a key, has one of several values."""
    if not values:
        raise UnreadableError
    if name.text == "tag-key":
        return Group("or", [call("tagged", _literal(each)) for each in values])
    prefix = ""
    if name.text.startswith("tag:"):
        name, prefix = name.evolve(text="tag"), f"{name.text[4:]}="
    same = [_literal(each, prefix) for each in values if not _is_wild(each)]
    like = [condition(name, "glob", _glob(each, prefix)) for each in values if _is_wild(each)]
    return Group("or", [*([one_of(name, same)] if same else []), *like])


def _is_wild(value: Written) -> bool:
    return not {"*", "?"}.isdisjoint(_wild(value.text))


def _literal(value: Written, prefix: str = "") -> Written:
    r"""Return a value without wildcards; ``\`` takes their meaning from them."""
    if _is_wild(value):
        raise UnreadableError
    parts = (part[-1] if part[0] == "\\" else part for part in _wild(value.text))
    return value.evolve(text=prefix + "".join(parts))


def _glob(value: Written, prefix: str) -> Written:
    """Return a value with wildcards as this language writes it."""
    written = re.sub(r"[*?]", r"\\\g<0>", prefix)
    for part in _wild(value.text):
        # A backslash takes their meaning from wildcards here: there is no writing one before them.
        if part in {"*", "?"} and written.endswith("\\"):
            raise UnreadableError
        written += "\\" if part in {"\\\\", "\\"} else part
    return value.evolve(text=written)
