"""Responses show records as they were written, but for what they hide."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("duckdb")

from imsquery.server.bodies import Bodies, read_in_order
from imsquery.server.catalogue import Catalogue
from imsquery.server.requests import Refusal

HIDDEN = ("flavor_id", "__whole_image")
names = st.sampled_from([*HIDDEN, "id", "name", "flavor", "x"]) | st.text(max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(HIDDEN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)
records = st.lists(st.dictionaries(names, values, min_size=1, max_size=5), max_size=8)


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(each):04x}" for each in text)


@st.composite
def lines_of(draw: st.DrawFn, record: dict[str, Any]) -> bytes:
    """Draw a way to write a record: with spaces around it, and names with escapes."""
    text = json.dumps(record, ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):
        for name in HIDDEN:
            text = text.replace(f'"{name}"', f'"{_escaped(name)}"')
    spaces = st.sampled_from(["", " ", "\t", "\r"])
    return f"{draw(spaces)}{text}{draw(spaces)}\n".encode()


@given(st.data(), records)
def test_records_are_read_by_number_without_what_is_hidden(
    data: st.DataObject, drawn: list[dict[str, Any]]
) -> None:
    written = b""
    for record in drawn:
        written += b"\n" * data.draw(st.booleans())  # blank lines have no number
        written += data.draw(lines_of(record))
    written = data.draw(st.sampled_from([written, written.rstrip(b"\n")]))
    order = data.draw(st.permutations(range(len(drawn))))
    asked = data.draw(st.lists(st.sampled_from(order))) if drawn else []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        source.write_bytes(written)
        bodies = Bodies(Path(folder, "bodies"), read_in_order(source, order), HIDDEN)
        try:
            shown = [json.loads(each) for each in bodies.read(map(order.index, asked))]
            assert len(bodies) == len(drawn)
        finally:
            bodies.close()

    assert shown == [
        {name: value for name, value in drawn[number].items() if name not in HIDDEN}
        for number in asked
    ]


def test_threads_read_the_same_records(tmp_path: Path) -> None:
    lines = [f'{{"id": {number}}}\n'.encode() for number in range(20_000)]
    bodies = Bodies(tmp_path / "bodies", lines, HIDDEN)

    def read(first: int) -> list[int]:
        return [json.loads(each)["id"] for each in bodies.read(range(first, 20_000, 8))]

    with ThreadPoolExecutor(8) as threads:
        found = [*threads.map(read, range(8))]
    bodies.close()

    assert found == [[*range(first, 20_000, 8)] for first in range(8)]


def test_a_file_that_changes_later_changes_no_response(tmp_path: Path) -> None:
    path = tmp_path / "images.jsonl"
    path.write_text('{"id": "a", "name": "first"}\n{"id": "b", "name": "second"}\n')
    with Catalogue.from_file(path) as catalogue:
        path.write_text("overwritten")

        assert [json.loads(each)["name"] for each in catalogue.find("")] == ["second", "first"]


def test_a_repeated_request_has_the_same_answer() -> None:
    records = [{"id": f"{at}", "min_disk": at % 3, "tags": ["a=b"] * (at % 2)} for at in range(50)]
    with Catalogue.from_records(records) as catalogue:
        for query in ("min_disk=1", "tag=a=b&limit=5", "marker=7&sort_key=size", "name=none"):
            assert catalogue.find(query) == catalogue.find(query)
            assert catalogue.find(query) == catalogue.find(f"limit=1&limit=500&{query}")
        for _ in range(2):
            with pytest.raises(Refusal, match="marker"):
                catalogue.find("marker=nobody")
