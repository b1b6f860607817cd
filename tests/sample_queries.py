"""Queries that find something: each is made from an image of a catalogue."""

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
"""A clause for an order that the service has, or an empty text."""


@st.composite
def conditions(draw: st.DrawFn, record: Record, row: Parameter) -> str | None:
    """Return a condition that an image satisfies; ``None`` if it does not show the parameter."""
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
    """Return the filter of a single request that some image of a catalogue satisfies."""
    record = draw(st.sampled_from(records))
    chosen = draw(st.lists(st.sampled_from(rows), unique=True, min_size=1, max_size=3))
    written = [draw(conditions(record, row)) for row in chosen]
    return " and ".join(each for each in written if each is not None) or "all"


@st.composite
def combinations(draw: st.DrawFn, records: list[Record]) -> str:
    """Return a filter of any form, made of conditions that images of a catalogue satisfy."""
    text = ""
    for _ in range(draw(st.integers(1, 4))):
        part = draw(st.sampled_from(["({})", "not ({})"])).format(draw(conjunctions(records)))
        text = f"({text} {draw(st.sampled_from(['and', 'or']))} {part})" if text else part
    return text


def in_order(records: list[Record], pairs: dict[str, str]) -> list[str]:
    """Return the ids of images, sorted by the key of a request and then by id."""
    key = pairs.get("sort_key", "created_at")

    def place(record: Record) -> tuple[bool, Any, str]:
        value = record.get(key)
        return value is not None, 0 if value is None else value, record["id"]

    ordered = sorted(records, key=place, reverse=pairs.get("sort_dir", "desc") == "desc")
    return [record["id"] for record in ordered]
