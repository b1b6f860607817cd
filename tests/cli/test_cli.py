"""The command: what it prints, where, and its exit status."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

import imsquery
from imsquery.cli.main import COMMANDS, main

ROOT = Path(imsquery.__file__).parents[1]
EXAMPLE = "platform=CentOS and created_at < 2018-10-28 and supports(kvm)"
COMPILED = "__platform=CentOS&__support_kvm=true&created_at=lt:2018-10-28T00:00:00Z"


class _Input:
    """Standard input as the command reads it: bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


Pipe: TypeAlias = Callable[[bytes], None]
Captured: TypeAlias = pytest.CaptureFixture[str]


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """Put bytes on standard input."""
    return lambda data: monkeypatch.setattr(sys, "stdin", _Input(data))


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process, the way a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "imsquery", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        env={**os.environ, **(env or {})},
        check=False,
    )


def test_compile_prints_the_canonical_query_string(capsys: Captured) -> None:
    assert main(["compile", EXAMPLE]) == 0
    assert capsys.readouterr() == (COMPILED + "\n", "")


# What a command never needs, each as costly as much of what it does.
_UNUSUAL = {
    "asyncio", "attr", "csv", "hashlib", "importlib.resources", "logging", "shutil", "socket",
    "ssl", "subprocess", "tempfile", "urllib.request",
}  # fmt: skip
_HEAVY = {*_UNUSUAL, "pathlib", "shlex", "typing"}
_COVERING = {"imsquery.covering", "imsquery.evaluation.matching"}
_TREES = {"imsquery.language.syntax"}
_READERS = {"imsquery.language.recovery", "imsquery.semantics.unknown_names", "difflib"}
_DIALECTS = {"imsquery.language.recovery.dialects.literals", "urllib.parse"}
_RUNNING = {"imsquery.execution.run", "imsquery.execution.pages"}


@pytest.mark.parametrize(
    ("arguments", "status", "unneeded"),
    [
        (["compile", EXAMPLE], 0, {*_HEAVY, *_COVERING, *_READERS, "json"}),
        (["url", "--region", "cn-north-4", EXAMPLE], 0, {*_HEAVY, *_COVERING, *_READERS}),
        (["check", EXAMPLE], 0, {*_HEAVY, *_COVERING, *_READERS, "json"}),
        (["check", "platfrom = CentOS"], 1, {*_HEAVY - {"shlex"}, *_COVERING, *_TREES, "json"}),
        (["check", "a = b && c"], 1, {*_HEAVY - {"shlex"}, *_COVERING, *_TREES, *_DIALECTS}),
        (["plan", "not platform = CentOS"], 0, {*_HEAVY, *_TREES, *_READERS, *_RUNNING}),
        (["complete", "platform = Ce"], 0, {*_HEAVY, *_COVERING, *_TREES}),
        (["decompile", "__platform=CentOS"], 0, {*_HEAVY, *_COVERING}),
        (["format", "protected"], 0, {*_HEAVY, *_COVERING, *_READERS}),
        (["explain", "unknown-name"], 0, {*_HEAVY, *_COVERING, *_READERS}),
        (["spec"], 0, {*_HEAVY, *_COVERING, *_READERS}),
        (["lint", "LICENSE"], 0, {*_UNUSUAL, *_COVERING, *_READERS, "ast", "tomllib"}),
        (["diff", "protected", "not protected"], 1, {*_UNUSUAL, *_READERS}),
        (["sql", "--dialect", "duckdb", "protected"], 0, {*_UNUSUAL, *_READERS}),
        (["why", "--help"], 0, _UNUSUAL),
        (["run", "--help"], 0, _UNUSUAL),
        (["completion", "bash"], 0, _UNUSUAL),
        (["--help"], 0, {*_HEAVY, "imsquery.schema", "imsquery.language"}),
    ],
)
def test_a_command_loads_only_what_it_needs(
    arguments: list[str], status: int, unneeded: set[str]
) -> None:
    code = (
        "import sys\nfrom imsquery.cli.main import main\nstatus = main(sys.argv[1:])\n"
        "print(status, *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True, env=_with_packages(),
    )  # fmt: skip
    loaded = done.stderr.rsplit("\n", 2)[-2].split()

    assert loaded[0] == str(status)
    assert unneeded & {*loaded} == set()


def _with_packages() -> dict[str, str]:
    """Return an environment that finds packages without the site module, which loads others."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}


def test_the_signing_form_encodes_colons(capsys: Captured) -> None:
    assert main(["compile", "--signing", "created_at < 2018 and tagged(a, b)"]) == 0
    assert capsys.readouterr().out == "created_at=lt%3A2018-01-01T00%3A00%3A00Z&tag=a%3Db\n"


@pytest.mark.parametrize(
    ("where", "url"),
    [
        (["--region", "cn-north-4"], "https://ims.cn-north-4.myhuaweicloud.com/v2/cloudimages"),
        (["--endpoint", "http://localhost:8080/"], "http://localhost:8080/v2/cloudimages"),
        (["--endpoint", "http://host/v2/cloudimages"], "http://host/v2/cloudimages"),
        (["--endpoint", "http://host/v2/cloudimages/"], "http://host/v2/cloudimages"),
        (["--endpoint", "http://host/ims/v2/cloudimages"], "http://host/ims/v2/cloudimages"),
        (["--endpoint", "http://v2/cloudimages"], "http://v2/cloudimages/v2/cloudimages"),
    ],
)
def test_url_appends_the_query_to_the_endpoint(
    where: list[str], url: str, capsys: Captured
) -> None:
    assert main(["url", *where, "limit 5"]) == 0
    assert main(["url", *where, "all"]) == 0
    assert capsys.readouterr().out == f"{url}?limit=5\n{url}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["compile"],
        ["compile", "a", "b"],
        ["url", "all"],
        ["url", "--region", "cn north", "all"],
        ["url", "--region", "evil.example/", "all"],
        ["url", "--endpoint", "ftp://host", "all"],
        ["url", "--endpoint", "https://host/?x=1", "all"],
        ["url", "--endpoint", "https://user@host", "all"],
        ["compile", "--batch", "/no/such/file"],
        ["compile", "--batch", "-", "all"],
        ["compile", "--max-length", "0", "all"],
        ["compile", "--max-depth", "many", "all"],
        ["compile", "--now", "yesterday", "all"],
        ["check", "--target", "moon", "all"],
        ["check"],
        ["check", "all", "--batch", "-"],
        ["check", "all", "--files", "x"],
        ["help", "frobnicate"],
        ["run", "all", "--catalog", "x", "--one", "--count"],
        ["run", "all", "--catalog", "x", "--count", "--distinct", "name"],
        ["run", "all", "--catalog", "x", "--count-by", "name", "--one"],
        ["run", "all", "--catalog", "x", "--count", "--fields", "name"],
        ["run", "all", "--catalog", "x", "--distinct", "name", "--format", "ids"],
        ["run", "all", "--catalog", "x", "--wait", "10"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: Captured) -> None:
    assert main(arguments) == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert "usage: imsquery" in output.err


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
@pytest.mark.parametrize(
    "command",
    [
        ["compile"],
        ["url", "--region", "cn-north-4"],
        ["check"],
        ["format"],
        ["plan"],
        ["run", "--catalog", "x"],
        ["why", "--catalog", "x"],
        ["diff", "all"],
    ],
)
def test_an_empty_filter_is_wrong_usage(
    command: list[str], blank: str, pipe: Pipe, capsys: Captured
) -> None:
    pipe(blank.encode())

    assert main([*command, blank]) == 2
    assert "the filter is empty; write `all` for all images" in capsys.readouterr().err
    assert main([*command, "-"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "standard input is empty; write `all` for all images" in output.err


def test_without_a_command_the_commands_are_listed(capsys: Captured) -> None:
    assert main([]) == 2
    shown = capsys.readouterr().err

    assert main(["help"]) == 0
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize("command", COMMANDS)
def test_help_prints_the_help_of_a_command(command: str, capsys: Captured) -> None:
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out

    assert main(["help", command]) == 0
    assert capsys.readouterr().out == shown


def test_help_and_version_exit_with_0(capsys: Captured) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert main(["--version"]) == 0

    assert all(command in shown for command in COMMANDS)
    assert capsys.readouterr().out == f"imsquery {imsquery.__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(command: str, capsys: Captured) -> None:
    assert main([command, "--help"]) == 0

    shown = capsys.readouterr().out
    assert f"usage: imsquery {command}" in shown
    assert re.search(rf"^examples?:\n  .*\bimsquery {command}\b", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "status", "meant"),
    [
        (["complie"], 2, "`compile`"),
        (["help", "complie"], 2, "`compile`"),
        (["explain", "bad-valeu"], 1, "`bad-value`"),
        (["spec", "platfrom"], 1, "`platform`"),
    ],
)
def test_the_nearest_name_is_suggested_for_an_unknown_one(
    arguments: list[str], status: int, meant: str, capsys: Captured
) -> None:
    assert main(arguments) == status
    assert f"; did you mean {meant}" in capsys.readouterr().err


def test_errors_are_drawn_on_standard_error_and_nothing_on_standard_output(
    capsys: Captured,
) -> None:
    assert main(["compile", "platfrom = CentOS"]) == 1

    output = capsys.readouterr()
    assert output.out == ""
    assert "error[unknown-name]" in output.err
    assert "^^^^^^^^" in output.err


def test_a_filter_with_warnings_compiles(capsys: Captured) -> None:
    assert main(["compile", 'name = "CentOS*"']) == 0

    output = capsys.readouterr()
    assert output.out == "name=CentOS%2A\n"
    assert "warning[impossible-name]" in output.err


def test_a_dash_reads_the_filter_from_standard_input(pipe: Pipe, capsys: Captured) -> None:
    pipe(b"\xef\xbb\xbf" + EXAMPLE.encode() + b"\r\n")

    assert main(["compile", "-"]) == 0
    assert capsys.readouterr().out == COMPILED + "\n"


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (
            b'all and\nname = "\xff\xfe" and x',
            "2:9",
            "not UTF-8: unexpected byte 0xFF at offset 16",
        ),
        (b"\xef\xbb\xbf\xff", "1:1", "not UTF-8: unexpected byte 0xFF at offset 3"),
        ("中 = ".encode() + b"\xe4\xb8", "1:5", "not UTF-8: unexpected byte 0xE4 at offset 6"),
        (b"\xff\xfea\x00\x00\xd8", "1:2", "not UTF-16: unexpected byte 0x00 at offset 4"),
        (b"\xfe\xff\x00", "1:1", "not UTF-16: unexpected byte 0x00 at offset 2"),
        ("name = 中文".encode("utf-16-le"), "1:1", "this is UTF-16 without a byte order mark"),
        ("name = x\n".encode("utf-16-be"), "1:1", "this is UTF-16 without a byte order mark"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ["compile"],
        ["url", "--region", "cn-north-4"],
        ["check"],
        ["format"],
        ["plan"],
        ["run", "--catalog", "x"],
        ["why", "--catalog", "x"],
        ["diff", "all"],
        ["decompile"],
    ],
)
def test_text_that_is_not_utf_8_is_one_finding(
    command: list[str], data: bytes, place: str, message: str, pipe: Pipe, capsys: Captured
) -> None:
    pipe(data)

    assert main([*command, "-"]) == 1
    output = capsys.readouterr()
    shown = output.out + output.err
    assert shown.count("error[") == 1
    assert f"error[bad-encoding]: {message}" in shown
    assert f"--> query:{place}\n" in shown


def test_a_bad_byte_is_shown_by_its_number(capsys: Captured) -> None:
    assert main(["compile", "name = \udcff"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error[bad-encoding]: not UTF-8: unexpected byte 0xFF at offset 7",
        " --> query:1:8",
        "  |",
        "1 | name = <0xFF>",
        "  |        ^^^^^^",
    ]


def test_a_text_that_is_too_long_may_be_cut_within_a_character(
    pipe: Pipe, capsys: Captured
) -> None:
    pipe("é".encode() * 1_000)

    assert main(["compile", "--max-length", "99", "-"]) == 1
    errors = capsys.readouterr().err
    assert "error[too-long]" in errors
    assert "bad-encoding" not in errors


def test_a_line_of_a_batch_that_is_not_utf_8_is_one_finding(pipe: Pipe, capsys: Captured) -> None:
    pipe(b"limit 1\nname = \xff\nlimit 2\n")

    assert main(["compile", "--batch", "-"]) == 1
    output = capsys.readouterr()
    assert output.out == "limit=1\nlimit=2\n"
    assert output.err.count("error[") == output.err.count("error[bad-encoding]") == 1
    assert "--> <stdin>:2:1:8\n" in output.err


def test_a_batch_prints_a_line_for_each_filter_in_order(pipe: Pipe, capsys: Captured) -> None:
    pipe(b"limit 1\nall\nplatfrom=x\nlimit 2\r\nlimit 3")

    assert main(["compile", "--batch", "-"]) == 1

    output = capsys.readouterr()
    assert output.out == "limit=1\n\nlimit=2\nlimit=3\n"
    assert "<stdin>:3:1:1" in output.err or "<stdin>:3:1" in output.err


@pytest.mark.parametrize("skipped", [b"\n", b" \t\r\n", b"# all\n", b"  # all\r\n"])
def test_a_batch_skips_blank_lines_and_comments(
    skipped: bytes, pipe: Pipe, capsys: Captured
) -> None:
    pipe(skipped + b"limit 1 # one\n" + skipped + b"platfrom=x\nlimit 2\n" + skipped)

    assert main(["compile", "--batch", "-"]) == 1
    output = capsys.readouterr()
    assert output.out == "limit=1\nlimit=2\n"
    assert "--> <stdin>:4:1:1\n" in output.err


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_as_windows_shells_write_it(
    encoding: str, pipe: Pipe, capsys: Captured
) -> None:
    text = "\ufeffname = 中\r\nplatfrom = x\r\n" + "x" * 400_000 + "\r\nlimit 3"
    pipe(text.encode(encoding))

    assert main(["compile", "--batch", "-"]) == 1
    output = capsys.readouterr()
    assert output.out == "name=%E4%B8%AD\nlimit=3\n"
    assert [line for line in output.err.splitlines() if line.startswith("error")] == [
        "error[unknown-name]: unknown name `platfrom`; did you mean `platform`?",
        "error[too-long]: more than 65,536 code points; the limit can be raised",
    ]

    pipe("\ufefflimit 3\r\n".encode(encoding))
    assert main(["compile", "-"]) == 0
    assert capsys.readouterr().out == "limit=3\n"


def test_a_batch_of_good_filters_exits_with_0(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "filters.txt"
    file.write_text("limit 1\nos_type = linux\n", encoding="utf-8")

    assert main(["url", "--region", "cn-north-4", "--batch", str(file)]) == 0
    assert capsys.readouterr().out.count("https://") == 2


def test_an_endless_line_is_refused_and_the_next_one_compiled(pipe: Pipe, capsys: Captured) -> None:
    pipe(b"(" * 1_000_000 + b"\nlimit 1\n")

    assert main(["compile", "--batch", "-"]) == 1

    output = capsys.readouterr()
    assert output.out == "limit=1\n"
    assert "error[too-long]" in output.err
    assert len(output.err) < 2_000


def test_limits_can_be_raised(capsys: Captured) -> None:
    deep = "(" * 300 + "protected" + ")" * 300

    assert main(["compile", deep]) == 1
    assert main(["compile", "--max-depth", "300", deep]) == 0
    assert capsys.readouterr().out == "protected=true\n"


def test_now_can_be_set(capsys: Captured) -> None:
    assert main(["compile", "--now", "2018-10-28T10:00:00Z", "created_at < now-1d"]) == 0
    assert capsys.readouterr().out == "created_at=lt:2018-10-27T10:00:00Z\n"


def test_unlisted_values_can_be_allowed(capsys: Captured) -> None:
    assert main(["compile", "platform = AlmaLinux"]) == 1
    assert main(["compile", "--allow-unlisted", "platform = AlmaLinux"]) == 0
    assert capsys.readouterr().out == "__platform=AlmaLinux\n"


def test_check_prints_nothing_about_a_good_filter(capsys: Captured) -> None:
    assert main(["check", "platform = CentOS or platform = Ubuntu"]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_can_require_one_request(capsys: Captured) -> None:
    assert main(["check", "--target", "compile", "platform = CentOS or platform = Ubuntu"]) == 1
    assert "error[not-expressible]" in capsys.readouterr().out


def test_check_prints_findings_as_json(capsys: Captured) -> None:
    assert main(["check", "--format", "json", "platfrom = CentOS"]) == 1

    report = json.loads(capsys.readouterr().out)
    assert [found["code"] for found in report["diagnostics"]] == ["unknown-name"]


def test_check_can_apply_all_fixes(capsys: Captured) -> None:
    assert main(["check", "--unsafe-fixes", "platfrom = Centos && protected = yes"]) == 0
    assert capsys.readouterr() == ("platform = Centos and protected = true\n", "")


def test_spec_prints_the_table(capsys: Captured) -> None:
    assert main(["spec", "platform", "min_disk"]) == 0

    shown = capsys.readouterr().out
    assert "__platform" in shown
    assert "a whole number from 40 to 1024 (GB)" in shown


def test_spec_prints_json(capsys: Captured) -> None:
    assert main(["spec", "--format", "json"]) == 0

    spec = json.loads(capsys.readouterr().out)
    assert sum(row["pushable"] for row in spec["parameters"]) == 38


def test_spec_refuses_an_unknown_name(capsys: Captured) -> None:
    assert main(["spec", "frobnicate"]) == 1
    assert capsys.readouterr().out == ""


def test_the_process_exits_with_the_status() -> None:
    assert run("compile", EXAMPLE).returncode == 0
    assert run("compile", "platfrom=x").returncode == 1
    assert run("compile").returncode == 2


@pytest.mark.parametrize("hostile", ["name = \udcff", "\x1b[2J", "\u202eplatform = x", "()" * 1000])
def test_hostile_arguments_cause_findings_and_no_traceback(hostile: str) -> None:
    done = run("compile", hostile, env={"PYTHONUTF8": "1"})

    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stderr


def test_a_broken_pipe_prints_no_traceback() -> None:
    command = f"{sys.executable} -m imsquery compile --batch -"
    script = f"yes 'limit 1' | head -n 20000 | {command} | head -n 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60, check=False)

    assert done.stdout == b"limit=1\n"
    assert b"Traceback" not in done.stderr


def test_format_prints_the_reformatted_filter(capsys: Captured) -> None:
    assert main(["format", "__PLATFORM==CentOS AND (supports(kvm))  # note"]) == 0
    assert capsys.readouterr().out == "platform = CentOS and supports(kvm)  # note\n"


def test_format_changes_files_or_lists_those_it_would_change(
    tmp_path: Path, capsys: Captured
) -> None:
    good, bad = tmp_path / "good.ims", tmp_path / "bad.ims"
    good.write_text("limit 1\n", encoding="utf-8")
    bad.write_text("LIMIT 1", encoding="utf-8")
    files = [str(good), str(bad)]

    assert main(["format", "--check", "--files", *files]) == 1
    assert capsys.readouterr().out == f"{bad}\n"
    assert main(["format", "--diff", "--files", *files]) == 1
    assert "-LIMIT 1\n+limit 1\n" in capsys.readouterr().out
    assert main(["format", "--files", *files]) == 0
    assert main(["format", "--check", "--files", *files]) == 0
    assert bad.read_text(encoding="utf-8") == "limit 1\n"


def test_format_keeps_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "one.ims"
    file.write_bytes(b"LIMIT 1 # x\r\n")

    assert main(["format", "--check", "--files", str(file)]) == 1
    assert main(["format", "--files", str(file)]) == 0
    assert file.read_bytes() == b"limit 1  # x\r\n"
    assert main(["format", "--check", "--files", str(file)]) == 0


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ],
)
def test_format_keeps_the_encoding_of_a_file(mark: bytes, codec: str, tmp_path: Path) -> None:
    file = tmp_path / "one.ims"
    file.write_bytes(mark + "NAME = 中\r\n".encode(codec))

    assert main(["format", "--files", str(file)]) == 0
    assert file.read_bytes() == mark + "name = 中\r\n".encode(codec)


@pytest.mark.parametrize("command", [["format"], ["check", "--unsafe-fixes"]])
@pytest.mark.parametrize("data", [b"\xff\xfe\x00\xd8", b"LIMIT 1 # \xff"])
def test_a_file_that_is_not_text_is_one_finding_and_left_alone(
    command: list[str], data: bytes, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "one.ims"
    file.write_bytes(data)

    assert main([*command, "--files", str(file)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("error[") == output.err.count("error[bad-encoding]") == 1
    assert f"--> {file}:1:" in output.err
    assert file.read_bytes() == data


def test_format_changes_only_the_files_that_check_lists(tmp_path: Path) -> None:
    file = tmp_path / "one.ims"
    file.write_bytes(b"limit 1")

    assert main(["format", "--check", "--files", str(file)]) == 0
    assert main(["format", "--files", str(file)]) == 0
    assert file.read_bytes() == b"limit 1"


@pytest.mark.parametrize("arguments", [[], ["all", "--files", "x"], ["--files", "/no/such"]])
def test_format_requires_either_a_filter_or_existing_files(
    arguments: list[str], capsys: Captured
) -> None:
    assert main(["format", *arguments]) == 2
    assert capsys.readouterr().out == ""


def test_decompile_prints_the_filter_of_a_url(capsys: Captured) -> None:
    url = "https://host/v2/cloudimages?protected=true&visibility=public&__imagetype=gold&limit=5"

    assert main(["decompile", url]) == 0
    assert capsys.readouterr() == ("public() limit 5\n", "")


def test_decompile_refuses_what_the_server_would_not_find(capsys: Captured) -> None:
    assert main(["decompile", "architecture=x86_64"]) == 1

    output = capsys.readouterr()
    assert output.out == ""
    assert "error[bad-value]" in output.err


def test_lint_reports_by_file_line_and_column(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "page.md"
    file.write_text("one\ntwo /v2/cloudimages?imagetype=gold\n", encoding="utf-8")

    assert main(["lint", str(file)]) == 1

    shown = capsys.readouterr().out
    assert "error[unknown-parameter]" in shown
    assert f"{file}:2:21" in shown


def test_lint_counts_what_it_found(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "page.md"
    file.write_text("/v2/cloudimages?imagetype=gold\n", encoding="utf-8")

    assert main(["lint", str(file), str(file)]) == 1
    assert capsys.readouterr().out.endswith(
        "\n\nFound 2 errors. imsquery explain unknown-parameter says more.\n"
    )


def test_lint_writes_one_list_for_all_files(tmp_path: Path, capsys: Captured) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text("/v2/cloudimages?limit=5\n", encoding="utf-8")
    bad.write_text("/v2/cloudimages?imagetype=gold\n", encoding="utf-16")

    assert main(["lint", "--format", "json", str(good), str(bad)]) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert first == {"name": str(good), "diagnostics": []}
    assert second["name"] == str(bad)
    assert [found["code"] for found in second["diagnostics"]] == ["unknown-parameter"]


def test_a_closed_or_full_stream_prints_no_traceback() -> None:
    command = f"{sys.executable} -m imsquery"
    for script, status in [
        (f"{command} compile 'limit 1' 2>&1 >/dev/full", 2),
        (f"{command} compile - <&-", 2),
        (f"{command} compile 'limit 1' >&-", 0),
        (f"{command} check nosuch 2>&-", 1),
        (f"{command} compile 'limit 1' >&- 2>&- <&-", 0),
    ]:
        done = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60, check=False)
        assert (done.returncode, b"Traceback" in done.stdout + done.stderr) == (status, False)


def test_lint_prints_nothing_about_good_files(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "page.md"
    file.write_text("/v2/cloudimages?limit=5\n", encoding="utf-8")

    assert main(["lint", str(file), "/no/such/file"]) == 2
    assert main(["lint", str(file)]) == 0
    assert capsys.readouterr().out == ""


def test_explain_knows_every_code(capsys: Captured) -> None:
    assert main(["explain"]) == 0
    codes = [line.split()[0] for line in capsys.readouterr().out.splitlines()]

    assert {"syntax", "not-expressible", "bad-encoding"} <= set(codes)
    for code in codes:
        assert main(["explain", code]) == 0
        assert "Mended:" in capsys.readouterr().out
    assert main(["explain", "frobnicate"]) == 1


def test_complete_prints_json(capsys: Captured) -> None:
    assert main(["complete", "plat = CentOS", "--cursor", "4"]) == 0
    proposed = json.loads(capsys.readouterr().out)["completions"]
    assert "platform" in [each["text"] for each in proposed]
    assert main(["complete", "plat", "--cursor", "5"]) == 2


def test_complete_prints_lines_for_a_shell(capsys: Captured) -> None:
    assert main(["complete", "--format", "lines", "--", "platform = Ce"]) == 0
    assert capsys.readouterr().out.startswith("CentOS\tplatform = CentOS\t")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_knows_the_commands(shell: str, capsys: Captured) -> None:
    assert main(["completion", shell]) == 0

    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)
    assert "signing" in shown


@pytest.mark.parametrize(
    ("command", "meaning"),
    [
        ("compile", "  0  success\n  1  errors in a filter\n  2  wrong usage\n"),
        (
            "lint",
            "  0  no findings\n  1  findings\n  2  wrong usage, or a file that cannot be read\n",
        ),
        ("explain", "  0  success\n  1  unknown code\n  2  wrong usage\n"),
        ("completion", "  0  success\n  2  wrong usage\n"),
    ],
)
def test_help_ends_with_the_exit_statuses(
    command: str, meaning: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0

    assert capsys.readouterr().out.endswith(f"exit status:\n{meaning}")


def test_a_completion_script_of_the_command_is_well_formed(
    tmp_path: Path, capsys: Captured
) -> None:
    assert main(["completion", "bash"]) == 0
    path = tmp_path / "script"
    path.write_text(capsys.readouterr().out)

    assert subprocess.run(["bash", "-n", path], capture_output=True, check=True).stderr == b""


def test_a_shell_completes_the_names_that_an_option_takes(capsys: Captured) -> None:
    assert main(["completion", "bash"]) == 0

    script = capsys.readouterr().out
    (line,) = re.findall(r"^ *run:--count-by\).*$", script, re.MULTILINE)
    assert {"platform", "os_version", "tag"} <= {*re.findall(r"\w+", line)}
    assert "flavor_id" not in line
    assert re.search(r"^ *why:--catalog\) _imsquery_file;", script, re.MULTILINE)


def test_a_shell_completes_each_filter_that_a_command_takes(capsys: Captured) -> None:
    assert main(["completion", "fish"]) == 0

    found = re.findall(r"subcommand_from (\w+).*__imsquery_filter", capsys.readouterr().out)
    assert found == ["compile", "url", "plan", "run", "why", "sql", "diff", "check", "format"]
