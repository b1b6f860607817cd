"""The files that `lint` reads, and those that it leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from imsquery.cli.main import main

Captured = pytest.CaptureFixture[str]
BAD = "GET /v2/cloudimages?imagetype=gold\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory with files, which is the current one."""
    for name in (
        "a.md", "docs/b.md", "docs/old/c.md", "src/d.py", ".git/e", "node_modules/f.js", "g.bin",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BAD, encoding="utf-8")
    (tmp_path / "g.bin").write_bytes(b"\0" + BAD.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def linted(capsys: Captured, *arguments: str) -> list[str]:
    """Return the files with findings."""
    main(["lint", "--format", "github", *arguments])
    lines = capsys.readouterr().out.splitlines()
    return [line.partition("file=")[2].partition(",")[0].removeprefix("./") for line in lines]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["."], ["a.md", "docs/b.md", "docs/old/c.md", "src/d.py"]),
        (["docs"], ["docs/b.md", "docs/old/c.md"]),
        ([".", "--exclude", "docs"], ["a.md", "src/d.py"]),
        ([".", "--exclude", "docs/old"], ["a.md", "docs/b.md", "src/d.py"]),
        ([".", "--exclude", "./docs/old/"], ["a.md", "docs/b.md", "src/d.py"]),
        ([".", "--exclude", "*.md"], ["src/d.py"]),
        ([".", "--exclude", "*.py,old", "--exclude", "a.*"], ["docs/b.md"]),
        ([".", "--exclude", "docs/*"], ["a.md", "src/d.py"]),
        (["a.md", "src/d.py", "--exclude", "*.py"], ["a.md"]),
        (["node_modules/f.js"], ["node_modules/f.js"]),
        (["g.bin"], ["g.bin"]),
    ],
)
def test_directories_are_read_without_what_is_hidden_generated_or_excluded(
    capsys: Captured, arguments: list[str], files: list[str]
) -> None:
    assert linted(capsys, *arguments) == files


@pytest.mark.usefixtures("project")
def test_the_status_says_whether_there_are_findings_or_failures(capsys: Captured) -> None:
    assert main(["lint", "."]) == 1
    assert main(["lint", ".", "--exclude", "*"]) == 0
    assert main(["lint", "a.md", "nosuch"]) == 2
    assert "nosuch" in capsys.readouterr().err


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 1_000 + BAD.encode(),
        BAD.encode("utf-16"),
        b"\xff\xfe\xfa" + BAD.encode(),
        b"\xff" * 1_000 + BAD.encode() + b"\xff",
        b"x" * 5_000_000 + b" " + BAD.encode(),
    ],
    ids=["NUL", "UTF-16", "a mark alone", "not UTF-8", "a long line"],
)
def test_whatever_is_in_a_file_lint_ends_with_a_status(
    tmp_path: Path, capsys: Captured, data: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)

    assert main(["lint", str(file)]) in {0, 1}
    assert "Traceback" not in capsys.readouterr().err
