"""The shape of a file of a spec: the JSON schema that editors read, applied with places.

Only what ``spec.schema.json`` uses of JSON Schema is known here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pkgutil import get_data

from imsquery.diagnostics.edits import clip, did_you_mean
from imsquery.diagnostics.suggest import nearest

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Place = tuple[str | int, ...]
    Fault = tuple[bool, Place, str]
    Schema = dict[str, Any]

_TYPES: dict[str, tuple[type, str]] = {
    "object": (dict, "a table"),
    "array": (list, "a list"),
    "string": (str, "a text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
}
_MOST = 200


@cache
def schema() -> Schema:
    """Return the JSON schema of a spec."""
    found: Schema = json.loads(get_data("imsquery.schema.files", "spec.schema.json") or b"")
    return found


def faults_of_shape(content: object) -> list[Fault]:
    """Return where a document is not shaped as a spec: whether at the key, its path, and why."""
    found: list[Fault] = []
    for fault in _check(content, schema(), ()):
        found.append(fault)
        if len(found) == _MOST:
            break
    return found


def _check(value: Any, shape: Schema, path: Place) -> Iterator[Fault]:
    if "$ref" in shape:
        yield from _check(value, schema()["$defs"][shape["$ref"].rpartition("/")[2]], path)
    types = shape.get("type", [])
    wanted = [types] if isinstance(types, str) else types
    if wanted and not any(_is_of(value, each) for each in wanted):
        expected = " or ".join(_TYPES[each][1] for each in wanted)
        yield False, path, f"expected {expected}, not {_shown(value)}"
        return
    for keywords, check in _CHECKS:
        if not keywords.isdisjoint(shape):
            yield from check(value, shape, path)


def _is_of(value: object, kind: str) -> bool:
    # Of JSON Schema, a number without a fraction is an integer; here a float never is.
    return isinstance(value, _TYPES[kind][0]) and isinstance(value, bool) is (kind == "boolean")


def _shown(value: object) -> str:
    for kind, shown in _TYPES.values():
        if type(value) is kind and not isinstance(value, str):
            return f"`{value}`" if isinstance(value, int) and abs(value) < 1 << 63 else shown
    return f"`{clip(str(value))}`"


def _enum(value: Any, shape: Schema, path: Place) -> Iterator[Fault]:
    if not any(type(value) is type(each) and value == each for each in shape["enum"]):
        known = [each for each in shape["enum"] if isinstance(each, str)]
        meant = did_you_mean(nearest(value, known)) if isinstance(value, str) else ""
        listed = ", ".join(map(str, shape["enum"]))
        yield False, path, f"unknown value {_shown(value)}{meant or f'; expected {listed}'}"


def _text(value: Any, shape: Schema, path: Place) -> Iterator[Fault]:
    if isinstance(value, str):
        if "pattern" in shape and not _fits(shape["pattern"], value):
            yield False, path, f"expected {shape['description']}, not {_shown(value)}"
        elif len(value) > shape.get("maxLength", len(value)):
            yield False, path, f"longer than {shape['maxLength']:,} characters"


def _fits(pattern: str, text: str) -> bool:
    # In JSON Schema, `$` is the end of the text, and nothing else.
    return re.search(re.sub(r"\$\Z", r"\\Z", pattern), text) is not None


def _table(value: Any, shape: Schema, path: Place) -> Iterator[Fault]:
    if not isinstance(value, dict):
        return
    known, others = shape.get("properties", {}), shape.get("additionalProperties", True)
    for key, inner in value.items():
        if key in known:
            yield from _check(inner, known[key], (*path, key))
        elif others is False:
            meant = did_you_mean(nearest(key, known)) or f"; expected {', '.join(known)}"
            yield True, (*path, key), f"unknown key `{clip(key)}`{meant}"
        elif isinstance(others, dict):
            yield from _check(inner, others, (*path, key))


def _required(value: Any, shape: Schema, path: Place) -> Iterator[Fault]:
    if isinstance(value, dict):
        for key in shape["required"]:
            if key not in value:
                yield True, path, f"the key `{key}` is missing"


def _count(value: Any, shape: Schema, path: Place) -> Iterator[Fault]:
    if not isinstance(value, dict | list):
        return
    least, most = (
        shape.get(f"{end}{'Items' if isinstance(value, list) else 'Properties'}", len(value))
        for end in ("min", "max")
    )
    if not least <= len(value) <= most:
        expected = f"{least}" if least == most else f"{least} to {most:,}"
        if len(value) < least and most == len(value):
            expected = f"at least {least}"
        yield False, path, f"expected {expected} of them, not {len(value):,}"


def _items(value: Any, shape: Schema, path: Place) -> Iterator[Fault]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _check(item, shape["items"], (*path, number))


def _condition(value: Any, shape: Schema, path: Place) -> Iterator[Fault]:
    holds = next(_check(value, shape["if"], path), None) is None
    yield from _check(value, shape.get("then" if holds else "else", {}), path)


_CHECKS: tuple[tuple[frozenset[str], Callable[[Any, Schema, Place], Iterator[Fault]]], ...] = (
    (frozenset({"enum"}), _enum),
    (frozenset({"pattern", "maxLength"}), _text),
    (frozenset({"required"}), _required),
    (frozenset({"properties", "additionalProperties"}), _table),
    (frozenset({"minItems", "maxItems", "minProperties", "maxProperties"}), _count),
    (frozenset({"items"}), _items),
    (frozenset({"if"}), _condition),
)
"""Keywords of the schema, and what checks them."""
