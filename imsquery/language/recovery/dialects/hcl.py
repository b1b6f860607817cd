"""HCL: arguments of a data source of Terraform, with or without its block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from imsquery.language.recovery.dialects.aws import named_filter
from imsquery.language.recovery.dialects.literals import (
    Nested,
    Part,
    is_sign,
    items,
    nest,
    scalar,
    split,
    unescape,
)
from imsquery.language.recovery.dialects.reading import (
    TAGS,
    Doubtful,
    Group,
    Node,
    Reading,
    UnreadableError,
    Written,
    all_of,
    asked,
    matching,
    one_of,
    ordered,
    reading,
    sign,
    tagged,
)
from imsquery.language.recovery.piece import Piece
from imsquery.late import Late

_TOKEN = Late(
    r"""(?P<space>[ \t\r]+|(?:\#|//)[^\n]*|/\*.*?\*/)
    | "(?P<quoted>(?:[^"\\\n$%]|\\[^\n]|\$\$\{|%%\{|[$%](?!\{))*+)"
    | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<sign>[=:,\n])
    | (?P<bare>[\w.-]+)""",
    re.VERBOSE | re.DOTALL,
)

# More on the line of the first argument: most queries of this language begin so.
_goes_on = Late(r"\s*+[\w.-]++[ \t]*+=[ \t]*+[\w.-]++[ \t]++\w").match

_FILTER = "filter"  # the one block that may be repeated
_GROUPS = frozenset({"properties", "filters"})  # maps of attributes
_NEWEST = "most_recent"
_UNSURE = frozenset({_NEWEST, "visibility"})
_sorting = Late(r"sort_(key|direction)").fullmatch
OWN_NAMES = frozenset({_NEWEST, "name_regex", "sort_direction"})
"""Arguments of Terraform that are not attributes."""

_Entry = tuple[Written, Part]


def read(text: str) -> Reading:
    """Read arguments, each on a line of its own, or a whole block of them."""
    if _goes_on(text):
        raise UnreadableError
    entries = _arguments(nest([_decoded(token) for token in split(text, _TOKEN)]))
    others = {name.text: (name, value) for name, value in entries if name.text != _FILTER}
    # Some tools take the newest by `created_at`, others by `updated_at`; and `visibility` in a data
    # source is the type of an image.
    is_certain = others.keys().isdisjoint(_UNSURE)
    clauses = _clauses(others)
    nodes = [
        _condition(name, value)
        for name, value in entries
        if name.text in others or name.text == _FILTER
    ]
    node: Node = Group("and", nodes) if nodes or not clauses else []
    return reading("HCL", text, node if is_certain else Doubtful(node), clauses)


def _arguments(parts: list[Part]) -> list[_Entry]:
    """Return the arguments of a data source; without its block, two or more, or a list."""
    match [part for part in parts if not is_sign(part, "\n")]:
        case [
            Written("data"),
            Written(kind="string"),
            Written(kind="string"),
            Nested("{", inner),
        ] | [Written("source_image_filter"), Nested("{", inner)]:
            entries = _entries(inner, is_apart=True)
            is_enough = bool(entries)
        case _:
            entries = _entries(parts, is_apart=True)
            is_enough = bool(entries[1:]) or any(isinstance(each, Nested) for _, each in entries)
    if not is_enough:
        raise UnreadableError
    return entries


def _decoded(token: Written) -> Written:
    """Return a token, of which no part is a template."""
    if token.kind != "quoted":
        return token
    body = token.text.replace("$${", "${").replace("%%{", "%{")
    return token.evolve(text=unescape(body), kind="string")


def _entries(parts: Sequence[Part], *, is_apart: bool = False) -> list[_Entry]:
    """Return names and values, of blocks too.

    Args:
        parts: tokens of a file, block or map.
        is_apart: each entry begins a line, as in a file.
    """
    entries: list[_Entry] = []
    index = 0
    begins = True
    while index < len(parts):
        match parts[index : index + 3]:
            case [Written("\n", kind="sign"), *_]:
                index, begins = index + 1, True
            case [Written(",", kind="sign"), *_] if not is_apart and entries:
                index += 1
            case _ if is_apart and not begins:
                raise UnreadableError
            case [Written() as name, Written("=" | ":" as sign_, kind="sign"), value] if (
                sign_ == "=" or not is_apart
            ):
                entries.append((name, value))
                index, begins = index + 3, False
            case [Written(kind="bare") as name, Nested("{") as block, *_]:
                entries.append((name, block))
                index, begins = index + 2, False
            case _:
                raise UnreadableError
    names = [name.text for name, _ in entries if name.text != _FILTER]
    if len(set(names)) < len(names):
        raise UnreadableError
    return entries


def _clauses(entries: dict[str, _Entry]) -> list[Piece]:
    """Take out what says how images are sorted, or that only the newest is wanted."""
    sorting = {match[1]: entries[name] for name in entries if (match := _sorting(name))}
    if _NEWEST in entries and sorting:
        raise UnreadableError
    if _NEWEST in entries:
        name, value = entries.pop(_NEWEST)
        is_wanted = scalar(value).text == "true"
        return sign("order by created_at desc limit 1", name.start) if is_wanted else []
    if "key" not in sorting:
        return []  # a direction alone is not a clause
    for name, _ in sorting.values():
        del entries[name.text]
    direction = scalar(sorting["direction"][1]).text if "direction" in sorting else "asc"
    return ordered(scalar(sorting["key"][1]), direction)


def _condition(name: Written, value: Part) -> Node:
    if isinstance(value, Written):
        if name.text == "name_regex":
            return matching(name.evolve(text="name"), scalar(value), "")
        return asked(name, scalar(value))
    if value.bracket == "[":
        values = _values(value)
        return all_of(name, values) if name.text in TAGS else one_of(name, values)
    entries = _entries(value.parts)
    if name.text in TAGS:
        return Group("and", [tagged(name, key, scalar(each)) for key, each in entries])
    if name.text in _GROUPS:
        return Group("and", [partial(_condition, *entry) for entry in entries])
    fields = {key.text: each for key, each in entries}
    if name.text != _FILTER or fields.keys() != {"name", "values"}:
        raise UnreadableError
    return named_filter(scalar(fields["name"]), _values(fields["values"]))


def _values(part: Part) -> list[Written]:
    """Return the values of a list of one or more, which may be on lines of their own."""
    if not isinstance(part, Nested):
        raise UnreadableError
    parts = [each for each in part.parts if not is_sign(each, "\n")]
    values = [scalar(each) for each in items(part.evolve(parts=parts))]
    if not values:
        raise UnreadableError
    return values
