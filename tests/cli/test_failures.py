"""Files that cannot be read: each command names the file and the reason, and fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("uvicorn")

from imsquery.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

_READERS = [
    ["check", "--batch", "FILE"],
    ["check", "--files", "FILE"],
    ["check", "all", "--spec", "FILE"],
    ["compile", "--batch", "FILE"],
    ["compile", "id = $x", "--set", "x=@FILE"],
    ["format", "--files", "FILE"],
    ["run", "all", "--catalog", "FILE"],
    ["serve", "--port", "0", "--catalog", "FILE"],
    ["serve", "--port", "0", "--database", "FILE"],
    ["sql", "all", "--dialect", "duckdb", "--columns", "FILE"],
    ["url", "--region", "cn-north-4", "--batch", "FILE"],
    ["why", "all", "--catalog", "FILE"],
]


def failure(arguments: list[str], file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the last line of what a command says of a file that it cannot read."""
    assert main([each.replace("FILE", str(file)) for each in arguments]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    return errors.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments", [*_READERS, ["lint", "FILE"], ["run", "all", "--catalog", "FILE", "FILE"]]
)
def test_a_command_names_a_file_that_is_missing(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "missing.json"

    assert failure(arguments, file, capsys).endswith(f": cannot read '{file}': no such file")


@pytest.mark.parametrize("arguments", _READERS)
def test_a_command_does_not_take_a_directory_for_a_file(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder.json"
    folder.mkdir()

    assert failure(arguments, folder, capsys).endswith(
        f": cannot read '{folder}': it is a directory"
    )
