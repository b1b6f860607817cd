"""Queries with clauses, and what they mean by the definition of the language.

Records are read as by the matcher.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, matcher
from imsquery.evaluation.attributes import read
from imsquery.language.unparse import unparse
from imsquery.schema.versions import Version
from tests.engines.filters import filters
from tests.engines.records import RECORDS, Record

_GROUPED = [
    row.name for row in CLOUDIMAGES.parameters.values()
    if row.observed is not None and not row.multiple
]  # fmt: skip
# Engines have no natural order, and say so.
_SORTED = [name for name in _GROUPED if not isinstance(CLOUDIMAGES.names[name].kind, Version)]
_DENSE = ["platform", "status", "protected", "min_ram", "max_ram", "created_at", "updated_at", "id",
          "support_kvm", "architecture", "enterprise_project_id", "name", "os_bit"]  # fmt: skip
_names = st.sampled_from(_DENSE) | st.sampled_from(_GROUPED)
_keys = st.lists(
    st.tuples(st.sampled_from(_DENSE + _SORTED), st.sampled_from(["", " asc", " desc"])),
    min_size=1, max_size=3, unique_by=lambda key: key[0],
)  # fmt: skip
_ids = st.sampled_from([str(record["id"]) for record in RECORDS] + ["nowhere"])


@st.composite
def _clauses(draw: st.DrawFn) -> list[str]:
    found = []
    if draw(st.booleans()):
        found.append("order by " + ", ".join(map("".join, draw(_keys))))
    for word, most in (("skip", 12), ("limit", 12)):
        if draw(st.booleans()):
            found.append(f"{word} {draw(st.integers(1, most))}")
        if draw(st.integers(0, 2)) == 0:
            found.append(f"{word} {draw(st.integers(1, 3))} per {draw(_names)}")
    if draw(st.integers(0, 3)) == 0:
        found.append(f'after "{draw(_ids)}"')
    return found


_wide = st.sampled_from(["all", "platform is present", "not supports(kvm)"]) | filters.map(unparse)
queries = st.builds(lambda text, clauses: (text, clauses), _wide, _clauses())
"""A filter, and its clauses."""


def value_of(name: str, record: Record) -> tuple[Any, ...]:
    """Return what a record shows of a parameter: nothing is least."""
    row = CLOUDIMAGES.names[name]
    value = read(row, record)
    return () if value is None else (value,)


def meant(text: str, clauses: Sequence[str], records: Sequence[Record]) -> list[str]:
    """Return the ids of the records that a query finds, in order."""
    parts: Mapping[str, str] = {
        ("per " if " per " in each else "") + each.split(" ")[0]: each for each in clauses
    }
    keys = [("created_at", True), ("id", True)]
    if "order" in parts:
        written = [key.split(" ") for key in parts["order"].removeprefix("order by ").split(", ")]
        keys = [(key[0], key[-1] != "asc") for key in written]
        keys.append(("id", keys[-1][1]))

    def compare(one: Record, other: Record) -> int:
        return _compare(keys, one, other)

    kept = sorted(records, key=cmp_to_key(compare))
    is_wanted = matcher(text, allow_unlisted=True)
    if "after" in parts:
        ids = [each.get("id") for each in kept]
        marker = parts["after"].split('"')[1]
        kept = kept[ids.index(marker) + 1 :] if marker in ids else []
    kept = [record for record in kept if is_wanted(record)]
    for part, is_skip in (("per skip", True), ("per limit", False)):
        if part in parts:
            _, count, _, name = parts[part].split(" ")
            kept = _of_groups(kept, name, int(count), is_skip=is_skip)
    if "skip" in parts:
        kept = kept[int(parts["skip"].split(" ")[1]) :]
    if "limit" in parts:
        kept = kept[: int(parts["limit"].split(" ")[1])]
    return [record["id"] for record in kept]


def _compare(keys: Sequence[tuple[str, bool]], one: Record, other: Record) -> int:
    for name, descending in keys:
        left, right = value_of(name, one), value_of(name, other)
        if left != right:
            return -1 if (left > right) is descending else 1
    return 0


def _of_groups(records: Sequence[Record], name: str, count: int, *, is_skip: bool) -> list[Record]:
    seen: dict[tuple[Any, ...], int] = {}
    kept = []
    for record in records:
        group = value_of(name, record)
        seen[group] = seen.get(group, 0) + 1
        if (seen[group] > count) is is_skip:
            kept.append(record)
    return kept
