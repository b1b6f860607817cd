"""Filters to begin with, in the words of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.compiler.checker import check
from imsquery.language.lexer import spell
from imsquery.schema.kinds import Boolean, Enumeration, Integer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

_TELLING = ("platform", "status")
"""Names to make examples of, where a spec has them; the first ones first."""


def examples(spec: Spec) -> list[str]:
    """Return filters without errors, each of which shows something else, and one with mistakes."""
    rows = [row for row in spec.parameters.values() if row.pushable and row.observed is not None]
    rows.sort(key=lambda row: (*_TELLING, row.name).index(row.name))
    listed = next((row for row in rows if len(_values(row)) > 1), None)
    numbers = [row for row in rows if isinstance(row.kind, Integer)]
    number = min(numbers, key=lambda row: row.unit != "GB", default=None)
    flags = [row for row in rows if isinstance(row.kind, Boolean)]
    flag = min(flags, key=lambda row: not spec.ending(row.wire), default=None)
    sound = [each for each in _sound(spec, listed, number, flag) if not check(each, spec=spec)]
    return [*sound, *_mistaken(listed, number)]


def _values(row: Parameter) -> list[str]:
    """Return the values of an enumeration that images may have."""
    if not isinstance(row.kind, Enumeration):
        return []
    unseen = {*row.scopes, *(row.unseen or ())}
    return [spell(each) for each in sorted(row.kind.values) if each not in unseen]


def _sound(
    spec: Spec, listed: Parameter | None, number: Parameter | None, flag: Parameter | None
) -> Iterator[str]:
    if listed is not None:
        one, other = _values(listed)[:2]
        too = "" if flag is None else f" and {spec.flag_condition(flag)}"
        yield f"{listed.name} = {one}{too}"
        bound = "" if number is None else f" and {number.name} <= 60"
        yield f"{listed.name} in ({one}, {other}){bound} limit 3"
    if "name" in spec.names and spec.default_order is not None:
        yield f"name contains ubuntu ignoring case and {spec.default_order.name} >= 2024"


def _mistaken(listed: Parameter | None, number: Parameter | None) -> Iterator[str]:
    """Yield a filter with a sign of another language, and a slip in a name."""
    if listed is not None and number is not None:
        name, value = listed.name, _values(listed)[0]
        yield f"{name[:4]}{name[5:6]}{name[4:5]}{name[6:]} = {value} && {number.name} < 40"
