"""What tools call the parameters of the image list: a spec for each, made from the service's.

Sources:

=============  ==================================================================================
``PACKER``     the vendor's plugin for Packer: ``filters`` of ``source_image_filter``
``SDK``        the vendor's generated SDKs: ``ListImagesRequest``
=============  ==================================================================================

Those of Terraform are beside the table of the service.
"""

from __future__ import annotations

from functools import lru_cache

from imsquery.frozen import Frozen
from imsquery.schema.huaweicloud import (
    TERRAFORM_ARGUMENTS,
    TERRAFORM_CLAUSES,
    TERRAFORM_EXPRESSIONS,
    TERRAFORM_SPELLINGS,
)
from imsquery.schema.kinds import Enumeration
from imsquery.schema.spec import Spec

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from imsquery.schema.kinds import Kind
    from imsquery.schema.parameters import Parameter


class Tool(Frozen):
    """What a tool calls the parameters.

    Attributes:
        arguments: the tool's name of each wire name; ``None`` for all, without underscores.
        others: further names that the tool knows, which are not parameters.
        values: wire name -> the tool's words for its values.
        sorts: whether an order is what the service makes of it; the tool may have its own.
    """

    arguments: Mapping[str, str] | None = None
    others: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, str]] = {}
    sorts: bool = True
    # What it holds cannot be hashed.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


_KEY, _DIRECTION = TERRAFORM_CLAUSES
_SPELLINGS = {
    name: {value: spelled for (wire, value), spelled in TERRAFORM_SPELLINGS.items() if wire == name}
    for name, _ in TERRAFORM_SPELLINGS
}

TERRAFORM = Tool(
    {**TERRAFORM_ARGUMENTS, "sort_key": _KEY, "sort_dir": _DIRECTION},
    frozenset({
        *TERRAFORM_ARGUMENTS.values(), *TERRAFORM_EXPRESSIONS.values(),
        "count", "depends_on", "for_each", "lifecycle", "most_recent", "os_version", "provider",
        "region", "size_max", "size_min",
    }),
    values=_SPELLINGS,
    sorts=False,  # by name, if there is no key
)  # fmt: skip
PACKER = Tool(
    {"name": "name", "owner": "owner", "__imagetype": "visibility", "tag": "tag"},
    values=_SPELLINGS,
)
PYTHON_SDK = Tool(others=frozenset({"x_sdk_date"}))


@lru_cache(maxsize=16)
def spec_of(tool: Tool, spec: Spec) -> Spec:
    """Return the spec of a tool: the rows that it knows, by its names."""
    rows = [row for row in spec.parameters.values() if _knows(tool, row)]
    names = {row.wire: tool.arguments[row.wire] if tool.arguments else row.name for row in rows}
    return Spec(
        [_row(row, names, tool) for row in rows],
        family=spec.family if tool.arguments else spec.family.lstrip("_"),
        members=() if tool.arguments else spec.members,
        path=spec.path,
        host=spec.host,
    )


def _knows(tool: Tool, row: Parameter) -> bool:
    return tool.arguments is None or (row.pushable and row.wire in tool.arguments)


def _row(row: Parameter, names: Mapping[str, str], tool: Tool) -> Parameter:
    """Return a row by the names that a tool has for parameters and values."""
    changes: dict[str, Any] = {
        "wire": names[row.wire],
        "kind": _kind(row.kind, tool.values.get(row.wire, {})),
        "aliases": (),
        "observed": names.get(row.observed or ""),
        "requires": _condition(row.requires, names, tool),
        "goes_with": _condition(row.goes_with, names, tool),
        "excludes": tuple(names[each] for each in row.excludes if each in names),
    }
    if not tool.sorts and row.clause in {"order by", "direction"}:
        changes["clause"] = None
    return row.evolve(**changes)


def _kind(kind: Kind, words: Mapping[str, str]) -> Kind:
    if not words or not isinstance(kind, Enumeration):
        return kind
    values = [words.get(each, each) for each in kind.values]
    return Enumeration(*values, is_open=kind.is_open, related=words)


def _condition(
    condition: tuple[str, str] | None, names: Mapping[str, str], tool: Tool
) -> tuple[str, str] | None:
    if condition is None or condition[0] not in names:
        return None
    wire, value = condition
    return names[wire], tool.values.get(wire, {}).get(value, value)
