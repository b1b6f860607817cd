"""Lines and columns are counted as editors count them, whatever is in a line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery.lsp.lines import Lines

ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
texts = st.text(st.sampled_from("ab é中😀\u0301\u2028\x85\x0c\t\r\n")) | st.text()
encodings = st.sampled_from([*ENCODINGS])


@given(texts, encodings, st.data())
def test_a_position_is_the_line_and_the_units_before_it(
    text: str, encoding: str, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = re.split("\r\n|\r|\n", text[:offset])
    if text[offset - 1 : offset + 1] == "\r\n" and offset:
        return  # between the two there is no position

    line, column = Lines(text, encoding).position(offset)

    units = before[-1].encode(ENCODINGS[encoding], "surrogatepass")
    assert (line, column) == (len(before) - 1, len(units) // UNIT[encoding])


@given(texts, encodings, st.data())
def test_a_position_leads_back_to_its_offset(text: str, encoding: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    lines = Lines(text, encoding)

    back = lines.offset(*lines.position(offset))

    assert back == (offset - 1 if text[max(0, offset - 1) : offset + 1] == "\r\n" else offset)


@given(texts, encodings, st.integers(0, 9), st.integers(0, 99))
def test_any_position_is_in_the_text(text: str, encoding: str, line: int, column: int) -> None:
    assert 0 <= Lines(text, encoding).offset(line, column) <= len(text)


@pytest.mark.parametrize(("column", "offset"), [(0, 0), (1, 0), (2, 1), (3, 2), (9, 2)])
def test_a_column_within_a_character_is_at_its_start(column: int, offset: int) -> None:
    assert Lines("😀b", "utf-16").offset(0, column) == offset
