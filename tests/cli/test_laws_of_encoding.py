"""Bytes are read as what they say, or are one finding at the first byte that is not text.

Lines that are read one at a time are those of the whole text, but for what exceeds the limit.
"""

from __future__ import annotations

import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery.cli.common import read_lines
from imsquery.cli.encoding import check_encoding, decode, decode_all
from imsquery.diagnostics.errors import QueryError

MARKS = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be", b"": "utf-8"}
marks = st.sampled_from([*MARKS])
# Whole text, and text with anything in between.
pieces = st.one_of(st.binary(max_size=4), st.text(max_size=4).map(lambda each: each.encode()))
mixed = st.lists(pieces, max_size=8).map(b"".join)


@given(marks, mixed)
@example(BOM_UTF16_LE, b"\x00\xd8")
@example(b"", "中".encode()[:2])
def test_a_text_is_decoded_or_its_first_bad_byte_is_found(mark: bytes, data: bytes) -> None:
    codec = MARKS[mark]
    if not mark and data.startswith(tuple(filter(None, MARKS))):
        return
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        with pytest.raises(QueryError) as raised:
            decode_all(mark + data, 100)
        (found,) = raised.value.diagnostics
        assert found.code == "bad-encoding"
        offset = re.search(r"byte 0x(..) at offset (\d+)$", found.message)
        if offset is not None:  # else it looks like UTF-16 without a mark
            place = len(mark) + error.start
            assert int(offset[2]) == place
            assert int(offset[1], 16) == (mark + data)[place]
            assert found.span.start == len(data[: error.start].decode(codec))
        return
    if "\0" not in text:
        assert decode_all(mark + data, 100) == text


@given(st.text(st.characters(max_codepoint=0x7F, exclude_characters="\0"), min_size=1))
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_latin_text_in_utf_16_without_a_mark_is_one_finding(codec: str, text: str) -> None:
    with pytest.raises(QueryError) as raised:
        decode_all(text.encode(codec), 1000)

    assert [each.code for each in raised.value.diagnostics] == ["bad-encoding"]


@given(st.text())
def test_a_text_that_is_whole_is_returned(text: str) -> None:
    text = text.replace("\0", "")

    assert check_encoding(text) == text


@given(marks, st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
@example(BOM_UTF8, ["a" * 30, "b"])
@example(BOM_UTF16_BE, ["a" * 30, "b"])
def test_lines_are_those_of_the_whole_text(mark: bytes, lines: list[str]) -> None:
    longest = 3
    written = "\n".join(lines)
    data = mark + written.encode(MARKS[mark])
    if not mark and data.startswith(BOM_UTF8):
        return
    expected = [each.removesuffix("\r") for each in written.split("\n")]
    if not expected[-1]:
        expected.pop()
    found = [*read_lines(io.BytesIO(data), longest)]

    assert decode(data) == written
    assert len(found) == len(expected)
    for line, whole in zip(found, expected, strict=True):
        assert line[: longest + 1] == whole[: longest + 1]
        assert line == whole or len(line) > longest
