"""The sessions in README are true: each command prints what is shown below it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from imsquery.cli.main import main

README = Path(__file__).parent.parent / "README.md"
SERVICE = "http://127.0.0.1:8123"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
SESSIONS = [
    (command, output)
    for block in BLOCK.findall(README.read_text(encoding="utf-8"))
    for command, output in COMMAND.findall(block)
]


def arguments(command: str) -> list[str]:
    name, *rest = shlex.split(command)
    assert name == "imsquery"
    return rest


@pytest.mark.parametrize(
    ("command", "output"), [each for each in SESSIONS if SERVICE not in "".join(each)]
)
def test_a_command_prints_what_readme_says(
    command: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments(command))

    printed = capsys.readouterr()
    assert printed.out + printed.err == output  # as a terminal shows it


def test_a_service_answers_as_readme_says(
    endpoint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (serve, announced), *others = [each for each in SESSIONS if SERVICE in "".join(each)]
    main(["run", "all", "--format", "ids", "--endpoint", endpoint])
    count = len(capsys.readouterr().out.splitlines())

    assert serve == "imsquery serve --port 8123 &"
    assert announced == (
        f"serving {count} images at {SERVICE}/v2/cloudimages\n"
        f"try filters in a browser at {SERVICE}/\n"
    )
    assert others
    for command, output in others:
        assert main(arguments(command.replace(SERVICE, endpoint))) == 0
        assert capsys.readouterr().out == output
