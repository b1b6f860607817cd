"""Specs written as data, and data as TOML."""

from __future__ import annotations

import json
import re

from imsquery.schema.files.types import is_said, written_kind
from imsquery.schema.parameters import Parameter

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from imsquery.schema.parameters import ForeignName, Function

_is_bare = re.compile(r"[A-Za-z0-9_-]+").fullmatch
_WIDTH = 100


def dump_toml(arguments: Mapping[str, Any]) -> str:
    """Return a spec as TOML, from its arguments."""
    return "\n".join(_lines(spec_content(arguments))) + "\n"


def dump_json(arguments: Mapping[str, Any]) -> str:
    """Return a spec as JSON, from its arguments."""
    return json.dumps(spec_content(arguments), ensure_ascii=False, indent=2) + "\n"


def spec_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec as a file has it, from its arguments."""
    content = {
        name: [*value] if isinstance(value, tuple) else value
        for name, value in arguments.items()
        if name not in {"parameters", "functions", "foreign_names"}
    }
    content = {name: value for name, value in content.items() if is_said(value)}
    content["parameters"] = {row.wire: written_row(row) for row in arguments["parameters"]}
    content["functions"] = [*map(_function, arguments["functions"])]
    content["foreign_names"] = [*map(_foreign_name, arguments["foreign_names"])]
    return {name: value for name, value in content.items() if is_said(value)}


def written_row(row: Parameter) -> dict[str, Any]:
    """Return a row as a file has it: what is as by default is left out."""
    plain = Parameter(row.wire, row.kind, source=row.source)
    columns: dict[str, Any] = written_kind(row.kind)
    for name in Parameter._fields:
        value = getattr(row, name)
        if name not in {"wire", "kind", "source"} and value != getattr(plain, name):
            columns[name] = _column(name, value)
    return {**columns, "source": row.source}


def _column(name: str, value: Any) -> Any:
    if name == "observed" and value is None:
        return False
    if name in {"requires", "goes_with"}:
        return {value[0]: value[1]}
    if name == "unseen":
        return {
            each: {"why": why, **({"instead": instead} if instead else {})}
            for each, (why, instead) in value.items()
        }
    if isinstance(value, tuple):
        return [*value]
    return {**value} if name in {"operators", "reading"} else value


def _function(function: Function) -> dict[str, Any]:
    columns = {
        "name": function.name,
        "parameters": [*function.parameters],
        "conditions": [[*pair] for pair in function.conditions],
        "variadic": function.variadic,
        "relation": "" if function.relation == "=" else function.relation,
        "summary": function.summary,
        "source": function.source,
    }
    return {name: value for name, value in columns.items() if is_said(value) and value != ""}


def _foreign_name(row: ForeignName) -> dict[str, Any]:
    columns = {
        "names": [*row.names],
        "means": [*row.means],
        "guesses": [*row.guesses],
        "note": row.note,
        "source": row.source,
    }
    return {name: value for name, value in columns.items() if is_said(value) and value != ""}


# -- TOML, of the few forms that there are


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    tables = {"parameters", "functions", "foreign_names"}
    yield from _pairs({name: value for name, value in content.items() if name not in tables})
    for wire, columns in content["parameters"].items():
        yield from ("", f"[parameters.{_key(wire)}]", *_pairs(columns))
    for name in ("functions", "foreign_names"):
        for columns in content.get(name, ()):
            yield from ("", f"[[{name}]]", *_pairs(columns))


def _pairs(columns: Mapping[str, Any]) -> Iterator[str]:
    for name, value in columns.items():
        line = f"{_key(name)} = {_value(value)}"
        if len(line) > _WIDTH and isinstance(value, list):
            yield f"{_key(name)} = ["
            yield from (f"    {_value(item)}," for item in value)
            yield "]"
        else:
            yield line


def _key(name: str) -> str:
    return name if _is_bare(name) else _string(name)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return str(value).lower()  # a number, true or false


# What a string of TOML does not have as it is, and what an editor shows otherwise than it is.
_escaped = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029]')


def _string(text: str) -> str:
    return f'"{_escaped.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return f"\\{character}" if character in '"\\' else f"\\u{ord(character):04x}"
