"""``imsquery check``: fixes by kind, files and batches, and what hostile text prints.

The findings are made up: ``bad`` is an error with a safe fix, ``odd`` one with a suggestion, and
``ill`` one without a fix.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

import pytest

from imsquery import Diagnostic, Edit, Fix, Span
from imsquery.cli import check as command
from imsquery.cli.main import main
from imsquery.diagnostics.model import Applicability
from tests.strategies import is_control

Captured = pytest.CaptureFixture[str]
KINDS: dict[str, Applicability] = {"bad": "safe", "odd": "suggested"}


def found_in(text: str, **_: object) -> tuple[Diagnostic, ...]:
    return tuple(_findings(text))


def _findings(text: str) -> Iterator[Diagnostic]:
    for match in re.finditer("bad|odd|ill", text):
        span, word = Span(*match.span()), match[0]
        kind = KINDS.get(word)
        fixes = () if kind is None else (Fix("write `ok`", (Edit(span, "ok"),), kind),)
        yield Diagnostic("syntax", "error", f"`{word}` is wrong", span, fixes)


@pytest.fixture
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "check", found_in)


made_up = pytest.mark.usefixtures("_made_up")


@made_up
@pytest.mark.parametrize(
    ("text", "options", "status", "fixed", "left"),
    [
        ("bad", ["--fix"], 0, "ok", ""),
        ("bad odd", ["--fix"], 1, "ok odd", "1 error left; 1 suggestion not applied"),
        ("bad odd odd ill", ["--fix"], 1, "ok odd odd ill",
         "3 errors left; 2 suggestions not applied"),
        ("bad odd", ["--unsafe-fixes"], 0, "ok ok", ""),
        ("bad odd", ["--fix", "--unsafe-fixes"], 0, "ok ok", ""),
        ("ill odd", ["--unsafe-fixes"], 1, "ill ok", "1 error left"),
    ],
)  # fmt: skip
def test_safe_fixes_are_applied_and_suggestions_if_asked_for(
    text: str, options: list[str], status: int, fixed: str, left: str, capsys: Captured
) -> None:
    assert main(["check", *options, text]) == status

    output = capsys.readouterr()
    assert output.out == f"{fixed}\n"
    assert (output.err.splitlines()[-1:] or [""]) == [left]


@made_up
def test_findings_go_to_standard_output_and_are_counted(capsys: Captured) -> None:
    assert main(["check", "bad odd ill"]) == 1

    output = capsys.readouterr()
    assert output.err == ""
    assert "  = help: write `ok`\n1 + ok odd ill\n" in output.out
    assert "  = suggestion: write `ok`\n1 + bad ok ill\n" in output.out
    assert output.out.endswith(
        "\n\nFound 3 errors; 1 fixable with --fix, 1 with --unsafe-fixes. "
        "imsquery explain syntax says more.\n"
    )


@made_up
def test_a_diff_marks_what_is_safe(capsys: Captured) -> None:
    assert main(["check", "--diff", "bad odd"]) == 1

    output = capsys.readouterr()
    assert output.out.splitlines() == [
        "--- query (before)",
        "+++ query (safe: --fix)",
        "@@ -1 +1 @@",
        "-bad odd",
        "+ok odd",
        "--- query (safe: --fix)",
        "+++ query (suggested: --unsafe-fixes)",
        "@@ -1 +1 @@",
        "-ok odd",
        "+ok ok",
    ]
    assert output.err.endswith("1 error left; 1 suggestion not applied\n")
    assert main(["check", "--diff", "--unsafe-fixes", "bad odd"]) == 0
    assert capsys.readouterr() == (output.out, "")


@made_up
@pytest.mark.parametrize("form", ["json", "github"])
def test_other_formats_say_which_fix_is_safe(form: str, capsys: Captured) -> None:
    assert main(["check", "--format", form, "bad odd"]) == 1

    output = capsys.readouterr()
    if form == "json":
        fixes = [each["fixes"][0] for each in json.loads(output.out)["diagnostics"]]
        assert [each["applicability"] for each in fixes] == ["safe", "suggested"]
    else:
        assert re.findall("; (.*?): write", output.out) == ["fix", "suggestion"]
    assert output.err == ""


@made_up
def test_what_is_left_is_printed_in_the_format_asked_for(capsys: Captured) -> None:
    assert main(["check", "--fix", "--format", "json", "bad odd"]) == 1

    output = capsys.readouterr()
    assert output.out == "ok odd\n"
    assert len(json.loads(output.err)["diagnostics"]) == 1


@made_up
def test_files_are_checked_or_fixed_in_place(tmp_path: Path, capsys: Captured) -> None:
    first, second = tmp_path / "a.ims", tmp_path / "b.ims"
    first.write_bytes(b"\xef\xbb\xbfbad\r\nodd\r\n")
    second.write_bytes(b"ok\n")
    files = ["--files", str(first), str(second), str(tmp_path / "none")]

    assert main(["check", *files]) == 2
    output = capsys.readouterr()
    assert f"--> {first}:2:1\n" in output.out
    assert "Found 2 errors" in output.out
    assert "none': no such file\n" in output.err
    assert main(["check", "--format", "json", *files[:-1]]) == 1
    reports = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in reports] == files[1:-1]
    assert [len(each["diagnostics"]) for each in reports] == [2, 0]
    assert main(["check", "--fix", *files[:-1]]) == 1
    assert capsys.readouterr().out == ""
    assert first.read_bytes() == b"\xef\xbb\xbfok\r\nodd\r\n"
    assert second.read_bytes() == b"ok\n"


@made_up
def test_a_batch_is_checked_line_by_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    batch = tmp_path / "filters.txt"
    batch.write_bytes(b"ok\nbad\nodd \xff\nodd\n")

    assert main(["check", "--batch", str(batch)]) == 1
    shown = capsys.readouterr().out
    places = re.findall(r"--> .*:(\d+:\d+:\d+)\n", shown)
    assert places == ["2:1:1", "3:1:5", "4:1:1"]
    assert "Found 3 errors; 1 fixable with --fix, 1 with --unsafe-fixes" in shown
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(batch.read_bytes())))
    assert main(["check", "--fix", "--batch", "-"]) == 1
    output = capsys.readouterr()
    assert output.out == "ok\nok\nodd\n"
    assert "2 errors left; 1 suggestion not applied" in output.err


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2J = x",
        "\u202eplatform = \u2066x",
        "\tplatfrom\t=\tx",
        "名 = 中文 and ｆ = 1",
        "name = e\u0301\u0301\u0301\u0301\u0301 or",
        "x" * 65_536,
        "( " * 32_000,
        "nmae = " + "中" * 60_000,
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_no_text_drives_the_terminal_or_floods_it(
    hostile: str, form: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["check", "--format", form, hostile]) == 1

    output = capsys.readouterr()
    assert output.err == ""
    assert not {category(each) for each in output.out.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl"}
    if form == "text":
        assert len(output.out) < 60_000
        assert max(map(len, output.out.splitlines())) < 450


def test_a_terminal_gets_a_report_of_its_width(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    main(["check", "nmae = x and " + "protected and " * 20 + "protected"])
    lines = capsys.readouterr().out.splitlines()

    assert [len(line) for line in lines if line.startswith("1 | ")] == [50]


@pytest.mark.parametrize(
    ("arguments", "way"),
    [
        (["check"], "--files"), (["check", "--format", "json"], "--files"),
        (["plan"], "- <"), (["compile"], "- <"), (["url", "--region", "cn-north-4"], "- <"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["images.txt", "./a b.txt"])
def test_the_name_of_a_file_in_place_of_a_filter_says_how_to_read_it(
    arguments: list[str],
    way: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("platform = CentOS\n")

    assert main([*arguments, name]) == 1
    shown = capsys.readouterr()
    quoted = name if " " not in name else f"'{name}'"
    assert f"to read the filter from a file, use `{way} {quoted}`" in shown.out + shown.err


def test_a_filter_is_not_taken_for_the_name_of_a_file(capsys: Captured) -> None:
    assert main(["check", "platfrm = CentOS"]) == 1
    assert main(["check", "name = images.txt and"]) == 1
    assert "file" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--fix", "platfrm = CentOS # \x1b[31m \u202e \x9b31m"],
        ["check", "--diff", "platfrm = CentOS # \x1b[31m \u202e \x9b31m"],
        ["format", "owner = x # \x1b[31m \u202e \x9b31m"],
        ["decompile", "owner=%1B[31m%C2%9B31m"],
    ],
)
def test_a_terminal_gets_no_controls(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    main(arguments)

    shown = capsys.readouterr()
    assert "31m" in shown.out
    assert not [each for each in shown.out + shown.err if is_control(each) and each != "\n"]
