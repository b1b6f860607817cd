"""Queries that find something: each is made from what an image of a catalogue says."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, Parameter
from imsquery.schema.kinds import Boolean
from tests.strategies import PUSHABLE, quoted

Record = dict[str, Any]

ROWS = tuple(row for row in PUSHABLE if row.observed is not None)
SORT_KEYS = tuple(row.name for row in CLOUDIMAGES.parameters.values() if row.sortable)

orders = st.just("") | st.builds(
    " order by {}{}".format, st.sampled_from(SORT_KEYS), st.sampled_from(["", " asc", " desc"])
)
"""A clause that the service can sort by, or none."""


@st.composite
def conditions(draw: st.DrawFn, record: Record, row: Parameter) -> str | None:
    """Say what an image shows of a parameter; nothing if it shows nothing."""
    shown = record.get(str(row.observed))
    if row.reading is not None:
        return f"{row.name} = {'arm' if str(shown).lower() == 'true' else 'x86'}"
    if shown is None:
        return None if row.default is None else f"{row.name} = {quoted(row.default)}"
    if row.is_time:
        return f"{row.name} {draw(st.sampled_from(['<', '<=', '=', '!=', '>=', '>']))} {shown}"
    if row.multiple:
        return f"{row.name} = {quoted(draw(st.sampled_from(shown)))}" if shown else None
    if isinstance(row.kind, Boolean):
        said = str(shown).lower()
        return f"{row.name} = {said}" if said in row.kind.choices else None
    return f"{row.name} = {quoted(str(shown))}"


@st.composite
def conjunctions(draw: st.DrawFn, records: list[Record], rows: tuple[Parameter, ...] = ROWS) -> str:
    """Give the filter of one request that the images of a catalogue suggest."""
    record = draw(st.sampled_from(records))
    chosen = draw(st.lists(st.sampled_from(rows), unique=True, max_size=3))
    written = [draw(conditions(record, row)) for row in chosen]
    return " and ".join(each for each in written if each is not None) or "all"


@st.composite
def combinations(draw: st.DrawFn, records: list[Record]) -> str:
    """Give a filter of any form whose conditions the images of a catalogue suggest."""
    text = ""
    for _ in range(draw(st.integers(1, 4))):
        part = draw(st.sampled_from(["({})", "not ({})"])).format(draw(conjunctions(records)))
        text = f"({text} {draw(st.sampled_from(['and', 'or']))} {part})" if text else part
    return text


def in_order(records: list[Record], pairs: dict[str, str]) -> list[str]:
    """Sort images as a request asks for, by the key and then by id; give their ids."""
    key = pairs.get("sort_key", "created_at")

    def place(record: Record) -> tuple[bool, Any, str]:
        value = record.get(key)
        return value is not None, 0 if value is None else value, record["id"]

    ordered = sorted(records, key=place, reverse=pairs.get("sort_dir", "desc") == "desc")
    return [record["id"] for record in ordered]
