"""Files are searched in place: as if all their records were in a list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, reject

from imsquery.engines.files import FilesError, find_format, search_files
from imsquery.evaluation.attributes import read_time
from tests.engines.oracle import is_taken
from tests.engines.polars_frames import LAYOUTS, frame
from tests.engines.queries import meant, queries
from tests.engines.records import RECORDS, TYPES, Record, conform

HALF = len(RECORDS) // 2
TEXTS = dict.fromkeys(TYPES, "text")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files [a]*?")
    for number, part in enumerate((RECORDS[:HALF], RECORDS[HALF:])):
        lines = "".join(json.dumps(record) + "\n" for record in part)
        folder.joinpath(f"{number}.jsonl").write_text(lines, encoding="utf-8")
        rows = frame("others").drop("n").slice(number * HALF, len(part))
        rows.write_parquet(folder / f"{number}.parquet")
        with folder.joinpath(f"{number}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(csv_line(list(TYPES)))
            for cells in map(as_texts, part):
                file.write(csv_line([cells.get(name) for name in TYPES]))
    return folder


def csv_line(cells: Sequence[str | None]) -> str:
    """Quote all but what is missing: an empty text is present."""
    return ",".join("" if cell is None else f'"{quoted(cell)}"' for cell in cells) + "\n"


def quoted(cell: str) -> str:
    return cell.replace('"', '""')


def as_texts(record: Record) -> dict[str, Any]:
    """Return the cells of a record in CSV: lists as JSON, nothing that CSV cannot hold."""
    shown = conform(record, TYPES)
    return {
        name: json.dumps(shown[name]) if isinstance(shown[name], list) else str(shown[name])
        for name in shown
        if "\x00" not in str(shown[name])
    }


def from_csv(record: Record) -> Record:
    cells = as_texts(record)
    return {name: json.loads(cell) if name == "tags" else cell for name, cell in cells.items()}


def check(
    query: tuple[str, Sequence[str]], paths: list[Path], records: Sequence[Mapping[str, Any]]
) -> None:
    text, clauses = query
    if not is_taken(text):
        reject()
    found = list(search_files(paths, f"{text} {' '.join(clauses)}", allow_unlisted=True))
    ids = [each["id"] for each in found]
    wanted = meant(text, clauses, [dict(record) for record in records])

    assert ids == wanted if clauses else sorted(ids) == sorted(wanted)
    by_id = {record["id"]: record for record in records}
    for each in found:
        assert told(each) == told(by_id[each["id"]])


def told(record: Mapping[str, Any]) -> Record:
    return {name: same(value) for name, value in record.items() if value is not None}


def same(value: Any) -> Any:
    """Return a value as one for all its spellings: of a time, or of a whole number."""
    return value if isinstance(value, list | dict) else read_time(value) or value


@given(queries)
def test_json_lines_are_searched_in_place(folder: Path, query: tuple[str, Sequence[str]]) -> None:
    check(query, sorted(folder.glob("*.jsonl")), RECORDS)


@given(queries)
def test_parquet_is_searched_in_place(folder: Path, query: tuple[str, Sequence[str]]) -> None:
    check(query, sorted(folder.glob("*.parquet")), [conform(r, LAYOUTS["others"]) for r in RECORDS])


@given(queries)
def test_csv_is_searched_in_place(folder: Path, query: tuple[str, Sequence[str]]) -> None:
    check(query, sorted(folder.glob("*.csv")), [from_csv(record) for record in RECORDS])


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", '{"id": "a"}\n{"id": "b"}\n', "jsonl"),
        ("a.json", '\ufeff{"id": "a"}', "jsonl"),
        ("a.json", '[{"id": "a"}]', None),
        ("a.json", '{"images": [{"id": "a"}]}', None),
        ("a.json", '{\n"id": "a"}', None),
        ("a.csv", "id,name\na,b\n", "csv"),
        ("a.txt", "id,name\n", None),
    ],
)
def test_the_content_tells_the_format(
    tmp_path: Path, name: str, content: str, expected: str | None
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")

    assert find_format(path) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [('{"id": "a"}\n{"id"\n', "Malformed JSON"), ('{"id": "a"}\n5\n', "expected an object")],
)
def test_a_malformed_file_is_an_error(tmp_path: Path, lines: str, expected: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(lines, encoding="utf-8")

    with pytest.raises(FilesError, match=expected):
        list(search_files([path], "all"))


def test_files_are_of_one_format(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["a"]}).write_parquet(tmp_path / "a.parquet")
    tmp_path.joinpath("a.csv").write_text("id\na\n")

    with pytest.raises(FilesError, match="expected files of one format"):
        list(search_files(sorted(tmp_path.iterdir()), "all"))
