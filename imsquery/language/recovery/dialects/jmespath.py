"""JMESPath: ``images[?name=='x' && contains(tags, 'y')]``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from imsquery.language.recovery.dialects.literals import (
    Nested,
    Part,
    is_null,
    is_scalar,
    items,
    nest,
    scalar,
    separated,
    split,
)
from imsquery.language.recovery.dialects.maps import TOKEN
from imsquery.language.recovery.dialects.reading import (
    TAGS,
    Doubtful,
    Group,
    Negation,
    Node,
    Reading,
    UnreadableError,
    Written,
    compared,
    condition,
    limited,
    name_of,
    one_of,
    ordered,
    presence,
    reading,
)
from imsquery.language.recovery.piece import Piece
from imsquery.late import Late

_TOKEN = Late(
    r"""(?P<space>\s+)
    | '(?P<raw>(?:[^'\\]|\\.)*+)' | `(?P<json>(?:[^`\\]|\\.)*+)` | (?P<string>"(?:[^"\\]|\\.)*+")
    | (?P<open>\[\?|[\[({]) | (?P<close>[\])}])
    | (?P<sign>&&|\|\||[=!<>]=|[!<>,|&:.*@])
    | (?P<bare>-?[0-9]+(?:\.[0-9]+)?|true\b|false\b|null\b)
    | (?P<field>[A-Za-z_]\w*(?:\.\w+)*)""",
    re.VERBOSE | re.DOTALL,
)
_option = Late(r"""\s*(?:--(?:cli-)?query[\s=]\s*)?(["'])""").match

_OPERATORS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FIELDS = frozenset({"field", "string"})
_FUNCTIONS = {"contains": "contains", "starts_with": "startswith", "ends_with": "endswith"}


def read(text: str) -> Reading:
    """Read an expression with one filter, which may be sorted, cut and projected."""
    whole = nest(_tokens(text))
    images = _without_projection(whole)
    parts, count = _without_limit(_from_the_first(images))
    parts, order = _without_order(parts)
    clauses = [*order, *count]
    match parts:
        case [Nested("[?", filter)] | [Written(kind="field"), Nested("[?", filter)]:
            node = _expression(filter)
        case [Written(kind="field")] if clauses:
            node = []
        case _:
            raise UnreadableError
    is_all_said = len(images) == len(whole)
    return reading("JMESPath", text, node if is_all_said else Doubtful(node), clauses)


def _tokens(text: str) -> list[Written]:
    """Return the tokens of a text that may be in a shell's quotes."""
    option = _option(text)
    if option is None:
        return split(text, _TOKEN)
    end = len(text.rstrip()) - 1
    if text[end] != option[1] or "\\" in text:
        raise UnreadableError
    return split(text, _TOKEN, option.end(), end)


def _without_projection(parts: list[Part]) -> list[Part]:
    """Leave out what is shown of the images: ``.id``, ``[].{…}``, ``| length(@)``."""
    while True:
        match parts:
            case [*rest, Written("."), Written(kind="field") | Nested("{")]:
                parts = rest
            case [*rest, Nested("[", [] | [Written("*")])]:
                parts = rest
            case [*rest, Written("|"), Written("length"), Nested("(", [Written("@")])]:
                parts = rest
            case _:
                return parts


def _from_the_first(parts: list[Part]) -> list[Part]:
    """Turn a sorted list round of which the last image is taken, or the greatest."""
    match parts:
        case [Written("sort_by") as call, Nested("(") as sorted_, *pipe, Nested("[") as index] if [
            part.text for part in index.parts if isinstance(part, Written)
        ] == ["-1"]:
            first = index.evolve(parts=[Written("0", index.start, index.end, "bare")])
            turned = Nested("(", [call, sorted_], sorted_.start, sorted_.end)
            return [call.evolve(text="reverse"), turned, *pipe, first]
        case [Written("max_by" | "min_by") as call, Nested("(", end=end) as sorted_]:
            place = Written("0" if call.text == "min_by" else "-1", end, end, "bare")
            one = Nested("[", [place], end, end)
            return _from_the_first([call.evolve(text="sort_by"), sorted_, one])
        case _:
            return parts


def _without_limit(parts: list[Part]) -> tuple[list[Part], list[Piece]]:
    """Split ``[:5]`` off, and ``[0]`` where it takes the first of all images."""
    match parts:
        case [*rest, Written("|"), Nested("[", [Written("0", kind="bare") as first])]:
            return rest, limited(first.evolve(text="1"))
        case [*rest, Nested("(") as call, Nested("[", [Written("0", kind="bare") as first])]:
            return [*rest, call], limited(first.evolve(text="1"))
        case [*rest, Written("|"), Nested("[") as slice_] | [*rest, Nested("[") as slice_]:
            return rest, limited(_end_of(slice_))
        case _:
            return parts, []


def _end_of(slice_: Nested) -> Written:
    match slice_.parts:
        case [Written(":"), Written(count) as end] | [
            Written("0", kind="bare"),
            Written(":"),
            Written(count) as end,
        ] if count.isdigit():
            return end
        case _:
            raise UnreadableError


def _without_order(parts: list[Part]) -> tuple[list[Part], list[Piece]]:
    """Take the list out of ``sort_by(…, &name)``, which may be reversed."""
    direction, inner = "asc", parts
    match parts:
        case [Written("reverse"), Nested("(", reversed_)]:
            direction, inner = "desc", list(reversed_)
        case _:
            pass
    match inner:
        case [
            Written("sort_by"),
            Nested("(", [*source, Written(","), Written("&"), Written(kind="field") as key]),
        ]:
            return source, ordered(key, direction)
        case _:
            return parts, []


def _expression(parts: Sequence[Part]) -> Node:
    return Group(
        "or",
        [
            Group("and", [partial(_term, term) for term in separated(terms, "&&")])
            for terms in separated(parts, "||")
        ],
    )


def _term(parts: Sequence[Part]) -> Node:
    """Return what is between two connectives."""
    match parts:
        case [Written("!", kind="sign"), *operand] if not operand[2:]:
            return Negation(partial(_term, operand))
        case [Nested("(", inner)]:
            return partial(_expression, inner)
        case [Written(kind="field") as function, Nested("(") as arguments]:
            return _call(function, items(arguments))
        case [left, Written(operator, kind="sign") as sign, right] if operator in _OPERATORS:
            return _comparison(left, sign, right)
        case [Written(kind="field") as name]:
            return name_of(name)
        case _:
            raise UnreadableError


def _comparison(left: Part, sign: Written, right: Part) -> Node:
    if left.kind not in _FIELDS:
        left, right = right, left
        sign = sign.evolve(text=_TURNED.get(sign.text, sign.text))
    name, value = _field(left), _literal(right)
    if is_null(value) and sign.text in {"==", "!="}:
        return presence(name, is_present=sign.text == "!=")
    node = compared(name, sign.evolve(text=_OPERATORS[sign.text]), scalar(value))
    # In quotes of this kind it names an attribute, though it hardly ever was meant to.
    return Doubtful(node) if right.kind == "string" else node


def _call(function: Written, arguments: Sequence[Part]) -> Node:
    match arguments:
        case [subject, searched] if function.text in _FUNCTIONS:
            operator = function.evolve(text=_FUNCTIONS[function.text])
        case _:
            raise UnreadableError
    if operator.text != "contains" or subject.kind in _FIELDS:
        name, value = _field(subject), scalar(_literal(searched))
        is_listed = operator.text == "contains" and name.text in TAGS
        return condition(name, operator.evolve(text="=") if is_listed else operator, value)
    return one_of(_field(searched), _literals(subject))


def _field(part: Part) -> Written:
    if isinstance(part, Written) and part.kind in _FIELDS:
        return part
    raise UnreadableError


def _literals(part: Part) -> list[Written]:
    if isinstance(part, Nested):
        return [scalar(_literal(each)) for each in items(part)]
    return [scalar(each) for each in items(_literal(part))]


def _literal(part: Part) -> Part:
    """Return a literal as a map has it."""
    match part:
        case Written(kind="bare" | "string"):
            return part
        case Written(text, kind="raw") if "\\\\" not in text:  # of which there are two readings
            return part.evolve(text=text.replace("\\'", "'"), kind="string")
        case Written(kind="json"):
            return _json(part)
        case _:
            raise UnreadableError


def _json(part: Written) -> Part:
    tokens = split(part.text.replace("\\`", "`"), TOKEN)
    match nest([each.evolve(start=part.start, end=part.end) for each in tokens]):
        case [Written(kind="bare") as word] if not (is_null(word) or is_scalar(word)):
            return word.evolve(kind="string")  # as old versions of JMESPath have it
        case [only]:
            return only
        case _:
            raise UnreadableError
