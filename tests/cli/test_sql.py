"""`imsquery sql`, and `imsquery run` over files in place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imsquery.cli.main import main


def test_the_statement_is_printed_with_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(
        ["sql", "--dialect", "spark", "--table", "fleet.images", "min_ram <= 4096 limit 3"]
    )

    printed = capsys.readouterr().out
    assert status == 0
    assert printed.startswith("SELECT * FROM `fleet`.`images` WHERE `min_ram` <= ? ORDER BY ")
    assert printed.endswith(" LIMIT 3;\n-- 1: 4096\n")


def test_a_value_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["sql", "--dialect", "duckdb", r'name = "a\n; DROP TABLE images"'])

    printed = capsys.readouterr().out
    assert printed == (
        'SELECT * FROM "images" WHERE ("name" COLLATE "binary") = $1;\n'
        '-- 1: "a\\n; DROP TABLE images"\n'
    )


def test_columns_come_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "columns.json"
    path.write_text('{"created_at": "timestamptz", "__platform": "varchar"}')
    asked = ["--columns", str(path), "created_at < 2018 and platform is present and name = a"]

    assert main(["sql", "--dialect", "postgres", "--format", "json", *asked]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "sql": 'SELECT * FROM "images" WHERE FALSE',
        "params": [],
        "where": "FALSE",
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[]", "expected an object of types by attribute"),
        ("{", "Expecting property name"),
        ('{"name": "txt"}', "unknown type 'txt' of column 'name'; did you mean `text`"),
    ],
)
def test_columns_that_are_none_are_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, expected: str
) -> None:
    path = tmp_path / "columns.json"
    path.write_text(content)

    assert main(["sql", "--dialect", "trino", "--columns", str(path), "all"]) == 2
    assert expected in capsys.readouterr().err


def test_what_an_engine_lacks_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--dialect", "postgres", r'name matches "a\\Bb"']) == 1
    assert (
        "error[not-expressible]: `\\B` cannot be written for PostgreSQL" in capsys.readouterr().err
    )


FILES = {"a.csv": "id,name,min_ram\na,x,1024\nb,y,2048\n", "b.csv": "id,name\nc,x\n"}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, content in FILES.items():
        tmp_path.joinpath(name).write_text(content)
    return [str(tmp_path / name) for name in FILES]


def test_files_are_searched_in_place(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    wanted = '{"id":"a","min_ram":"1024","name":"x"}\n{"id":"c","name":"x"}\n'
    for arguments in (["name = x", "--catalog", *files], ["--catalog", *files, "name = x"]):
        assert main(["run", *arguments]) == 0
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert found == [json.loads(line) for line in wanted.splitlines()]


def test_a_filter_is_needed_besides_files(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--catalog", files[0]]) == 2
    assert "FILTER" in capsys.readouterr().err


def test_files_of_other_kinds_are_one(
    tmp_path: Path, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pages.json"
    path.write_text('{"images": []}')

    assert main(["run", "all", "--catalog", *files, str(path)]) == 2
    assert "several files must be Parquet, JSON Lines or CSV" in capsys.readouterr().err


def test_what_cannot_be_searched_for_in_files_is_drawn(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "name = x ignoring case", "--catalog", *files]) == 1
    assert "error[not-expressible]" in capsys.readouterr().err
