"""``--set``: what is set is what the filter would say if the value were written in it."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery.cli.main import main

Captured: TypeAlias = pytest.CaptureFixture[str]

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


def printed(*arguments: str) -> tuple[int, str, str]:
    output, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        status = main(arguments)
    return status, output.getvalue(), errors.getvalue()


class Bytes:
    """Standard input."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@given(texts)
@example("a' or name = 'b")
@example("@home")
@example("@@")
@example("$x")
@example("")
def test_a_value_is_sent_as_it_is_set(value: str) -> None:
    written = f"@{value}" if value.startswith("@") else value
    status, output, _ = printed("compile", "--set", f"x={written}", "owner = $x")

    assert status == 0
    assert parse_qsl(output.strip("\n"), keep_blank_values=True) == [("owner", value)]


@given(st.lists(texts, max_size=5))
@example([" a ", "", "\t", "b", "b"])
def test_a_file_is_a_list_with_a_value_a_line(values: list[str]) -> None:
    wanted = {each.strip() for each in values} - {""}
    sys_stdin, sys.stdin = sys.stdin, Bytes("\n".join(values).encode())
    try:
        status, output, _ = printed("plan", "--set", "ids=@-", "--format", "json", "id in $ids")
    finally:
        sys.stdin = sys_stdin

    assert status == 0
    assert sorted(wanted) == sorted(
        value for line in output.splitlines() if '"query_string"' in line
        for _, value in parse_qsl(line.split('"')[3])
    )  # fmt: skip


COMMANDS: list[tuple[list[str], str]] = [
    (["compile"], "__platform=CentOS\n"),
    (["url", "--endpoint", "http://host"], "http://host/v2/cloudimages?__platform=CentOS\n"),
    (["plan", "--format", "json"], '"query_string": "__platform=CentOS"'),
    (["run", "--catalog", "CATALOGUE", "--format", "ids"], "a\n"),
    (["diff", "platform = CentOS"], "both filters match the same images\n"),
]


@pytest.mark.parametrize(("command", "said"), COMMANDS, ids=lambda each: each[0])
def test_every_command_that_needs_values_takes_them(
    command: list[str], said: str, tmp_path: Path, capsys: Captured
) -> None:
    catalogue = tmp_path / "images.jsonl"
    catalogue.write_text(
        '{"id": "a", "__platform": "CentOS", "created_at": "2020-01-01T00:00:00Z"}'
    )
    command = [str(catalogue) if each == "CATALOGUE" else each for each in command]

    assert main([*command, "--set", "x=centos", "platform = $x"]) == 0
    assert said in capsys.readouterr().out
    assert main([*command, "--set", "nmae=a", "platform = $name"]) == 2
    assert "no placeholder `$nmae`; did you mean `$name`?" in capsys.readouterr().err
    assert main([*command, "platform = $x"]) == 1
    assert "`--set x=…`" in capsys.readouterr().err
    assert main([*command, "--set", "x=CentoS7", "platform = $x"]) == 1
    assert "unlisted-value" in capsys.readouterr().err


def test_a_name_set_several_times_is_a_list(capsys: Captured) -> None:
    assert main(["compile", "--set", "x=b", "--set", "x=b", "id in $x"]) == 0
    assert main(["compile", "--set", "x=b", "id in $x"]) == 0
    assert capsys.readouterr().out == "id=b\nid=b\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "x", "id = $x"], "expected NAME=VALUE, not 'x'"),
        (["--set", "1=a", "id = $x"], "expected NAME=VALUE"),
        (["--set", "x=a", "--set", "x=b", "id = $x"], "`$x` takes one value"),
        (["--set", "x=@/no/such/file", "id in $x"], "cannot read '/no/such/file'"),
        (["--set", "x=@", "id in $x"], "cannot read ''"),
        (["--set", "x=@a\0b", "id in $x"], "cannot read"),
        (["--set", "x=@-", "-"], "standard input is the filter already"),
        (["--set", "x=a", "all"], "there is no placeholder `$x`"),
    ],
)
def test_what_cannot_be_set_is_wrong_usage(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(sys, "stdin", Bytes(b"id in $x"))

    assert main(["compile", *arguments]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert said in errors


def test_a_file_that_is_no_list_of_texts_is_a_finding(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "ids.txt"
    path.write_bytes(b"a\nb\xff\n")

    assert main(["compile", "--set", f"x=@{path}", "id in $x"]) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("error[bad-encoding]: not UTF-8: unexpected byte 0xFF at offset 1")
    assert f"{path}:2:1:2" in errors


def test_a_file_for_a_single_value_is_wrong_usage(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("a\n")

    assert main(["compile", "--set", f"x=@{path}", "id = $x"]) == 2
    assert "`$x` takes one value; lists go after `in`" in capsys.readouterr().err


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_list_is_read_as_windows_writes_it(tmp_path: Path, capsys: Captured, codec: str) -> None:
    path = tmp_path / "ids.txt"
    path.write_bytes("é\r\n\r\n".encode(codec))

    assert main(["compile", "--set", f"x=@{path}", "owner in $x"]) == 0
    assert capsys.readouterr().out == "owner=%C3%A9\n"


def test_a_list_can_be_long_but_not_endless(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("".join(f"{number:040}\n" for number in range(5_000)))
    arguments = ["plan", "--set", f"x=@{path}", "id in $x"]

    assert main([*arguments, "--max-requests", "10"]) == 0
    assert main([*arguments, "--max-count", "4999"]) == 1
    assert "more than 4,999 values" in capsys.readouterr().err


def test_values_are_for_all_filters_of_a_batch(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "filters.txt"
    path.write_text("owner = $x\nall\nname = $y\n")
    batch = ["compile", "--batch", str(path), "--set", "x=a"]

    assert main([*batch, "--set", "y=b"]) == 0
    assert capsys.readouterr().out == "owner=a\n\nname=b\n"
    assert main(batch) == 1
    assert "unbound-placeholder" in capsys.readouterr().err
    assert main([*batch, "--set", "y=b", "--set", "yy=b"]) == 2
    assert "no placeholder `$yy`" in capsys.readouterr().err


def test_a_list_goes_on_where_it_belongs(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(sys, "stdin", Bytes(b"CentOS\nUbuntu\n"))

    assert (
        main(["diff", "--set", "x=@-", "platform in $x", "platform = CentOS or platform = Ubuntu"])
        == 0
    )
    assert capsys.readouterr().out.startswith("both filters match the same images\n")


def test_check_checks_values_and_fixes_none_of_them(capsys: Captured) -> None:
    text = "platform = $x and tag = $tag"
    assert main(["check", text]) == 0
    assert main(["check", "--set", "x=Ubuntu", "--set", "tag=a", text]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["check", "--set", "x=ubunut", "--set", "tag=a.b", text]) == 1
    assert "error[unlisted-value]: unlisted value `ubunut`" in capsys.readouterr().out
    assert main(["check", "--unsafe-fixes", "--set", "x=ubunut", "--set", "tag=a.b", text]) == 1
    assert capsys.readouterr().out == f"{text}\n"
    assert main(["check", "--set", "nmae=a", "name = $name"]) == 2
    assert "no placeholder `$nmae`; did you mean `$name`?" in capsys.readouterr().err
