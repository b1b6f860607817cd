"""Whatever records contain, each format can be read back, and is safe to print."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, testing
from imsquery.cli import images as output

Record = dict[str, Any]

# Lone surrogates, terminal escapes, direction marks, formulas, separators.
texts = (
    st.text(
        st.sampled_from("=+-@＝;,|\"'\\ \t\r\n\x00\x1b\x9b\x7f\u202e\u2028\ud800\xa0\u3000公a[")
    )
    | st.text()
)
others = st.dictionaries(texts, texts | st.integers() | st.none(), max_size=2)


@st.composite
def records(draw: st.DrawFn) -> Record:
    record = {**draw(testing.records() | testing.near_miss_records()), "id": draw(texts)}
    for name in draw(st.lists(st.sampled_from(["name", "__platform", "owner"]), unique=True)):
        record[name] = draw(texts | others)
    kept = {name: value for name, value in record.items() if not isinstance(value, float)}
    return kept | draw(others)


batches = st.lists(records(), max_size=4)
fields = st.none() | st.lists(st.sampled_from(["id", "name", "platform", "tag"]), min_size=1).map(
    lambda names: output.read_fields(",".join(names), CLOUDIMAGES)
)


def printed(form: str, records: list[Record], fields: list[output.Field] | None) -> list[str]:
    lines = list(output.lines(records, form, fields, CLOUDIMAGES))
    for each in "".join(lines):
        assert each.isprintable() or unicodedata.category(each) == "Zs", repr(each)
    return lines


def shown(record: Record, fields: list[output.Field] | None) -> Record:
    if fields is None:
        return record
    names = [each.attribute for each in fields]
    return {name: value for name, value in record.items() if name in names}


@given(batches, fields)
@example([{"id": "\ud800\udc00", "name": "\ud800"}], None)
def test_json_reads_back(records: list[Record], fields: list[output.Field] | None) -> None:
    wanted = [shown(record, fields) for record in records]
    lines = printed("jsonl", records, fields)

    # Two halves of a pair next to each other are one character to every reader.
    assert [json.loads(line) for line in lines] == joined(wanted)
    assert json.loads("\n".join(printed("json", records, fields))) == joined(wanted)


def joined(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    if isinstance(value, dict):
        return {joined(name): joined(each) for name, each in value.items()}
    return [joined(each) for each in value] if isinstance(value, list) else value


FORMULA = re.compile(r"""(?:^|;)["'\s]*[=+\-@＝＋－＠]""")


@given(batches, fields)
def test_csv_has_a_row_for_each_image_and_no_formula(
    records: list[Record], fields: list[output.Field] | None
) -> None:
    lines = printed("csv", records, fields)
    rows = list(csv.reader(io.StringIO("\n".join(lines) + "\n", newline=""), strict=True))

    assert len(rows) == len(lines) == len(records) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for record, row in zip(records, rows[1:], strict=True):
        chosen = output.usual_fields(CLOUDIMAGES) if fields is None else fields
        for each, cell in zip(chosen, row, strict=True):
            value = record.get(each.attribute)
            found = FORMULA.search(cell)
            is_number = isinstance(value, int) and cell == str(value)
            assert found is None or found[0].lstrip(";").startswith("'") or is_number
            if isinstance(value, str) and value.isprintable() and ";" not in value:
                assert cell in (value, f"'{value}")


@given(batches, fields)
def test_tables_and_ids_have_a_line_for_each_image(
    records: list[Record], fields: list[output.Field] | None
) -> None:
    assert len(printed("table", records, fields)) == len(records) + 1
    assert len(printed("ids", records, fields)) == len(records)
