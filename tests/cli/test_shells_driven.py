"""Completion as a person sees it: keys typed into real shells, and the line that they make."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from imsquery import CLOUDIMAGES
from imsquery.cli.shells import SHELLS
from imsquery.schema.huaweicloud import REGIONS

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds until a shell has started, or completed a word
FILES = ("filters.txt", "my file.txt", "it's.txt")
TAB, DUMP = "\t", "\x0f"

# What a terminal answers to those who ask what it is, or where its cursor is.
ANSWERS = {b"\x1b[c": b"\x1b[?1;2c", b"\x1b[0c": b"\x1b[?1;2c", b"\x1b[6n": b"\x1b[1;1R"}

# A key that writes the line to a file, and clears it.
DUMPING = {
    "bash": r"""
_dump() { printf %s "$READLINE_LINE" >"$LINE.new"; mv "$LINE.new" "$LINE"; READLINE_LINE=; }
bind -x '"\C-o": _dump'
bind 'set bell-style none'
bind 'set completion-query-items 0'
bind 'set page-completions off'
""",
    "zsh": r"""
dump() { print -rn -- "$BUFFER" >"$LINE.new"; mv "$LINE.new" "$LINE"; BUFFER=; }
zle -N dump
bindkey '^O' dump
unsetopt BEEP
LISTMAX=10000
""",
    "fish": r"""
function dump
    commandline | string collect >$LINE.new; mv $LINE.new $LINE; commandline -r ''
end
bind \co dump
""",
}
COMMANDS = {
    "bash": ["bash", "--noprofile", "--rcfile", "rc"],
    "zsh": ["zsh", "-i"],
    "fish": ["fish", "--no-config", "-i", "-C", "source rc"],
}

Type = Callable[[str], str]


@pytest.fixture(scope="module", params=SHELLS)
def typed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Type]:
    """Return what types into a shell, presses tab, and returns the line."""
    shell = str(request.param)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    folder = tmp_path_factory.mktemp(shell)
    for name in FILES:
        (folder / name).touch()
    (folder / "folder").mkdir()
    program = folder / "bin" / "imsquery"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m imsquery "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {
        "PATH": f"{program.parent}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8",
        "TERM": "xterm", "HOME": str(folder), "ZDOTDIR": str(folder), "LINE": str(folder / "line"),
        "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder),
    }  # fmt: skip
    script = subprocess.run(
        [program, "completion", shell], capture_output=True, check=True, env=environment, text=True
    ).stdout
    begin = "autoload -Uz compinit; compinit -u -D\n" if shell == "zsh" else ""
    for name in ("rc", ".zshrc"):
        (folder / name).write_text(begin + script + DUMPING[shell], encoding="utf-8")
    with driven(COMMANDS[shell], folder, environment) as type_in:
        yield type_in


class driven:  # noqa: N801 -- used as a function is
    """Drives a program on a terminal of its own."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._line = folder / "line"
        self._terminal, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self._process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            cwd=folder,
            env=environment,
        )
        os.close(inside)

    def __enter__(self) -> Type:
        self("")  # it reads keys once it has started
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def __call__(self, keys: str) -> str:
        self._line.unlink(missing_ok=True)
        os.write(self._terminal, f"{keys}{DUMP}".encode())
        end = monotonic() + PATIENCE
        while not self._line.exists():
            assert monotonic() < end, "the shell takes too long"
            self._read()
        return self._line.read_text(encoding="utf-8").rstrip("\n")

    def _read(self) -> None:
        if select.select([self._terminal], [], [], 0.02)[0]:
            shown = os.read(self._terminal, 65536)
            for question, answer in ANSWERS.items():
                if question in shown:
                    os.write(self._terminal, answer)


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("imsquery decom", "imsquery decompile "),
        ("imsquery compile --sig", "imsquery compile --signing "),
        ("imsquery compile --format py", "imsquery compile --format python "),
        ("imsquery compile --format=py", "imsquery compile --format=python "),
        ("imsquery sql --dialect post", "imsquery sql --dialect postgres "),
        ("imsquery sql --table nam", "imsquery sql --table nam"),
        ("imsquery run --count-by os_v", "imsquery run --count-by os_version "),
        ("imsquery url --region cn-sou", "imsquery url --region cn-south"),
        ("imsquery url --region cn-north-9", "imsquery url --region cn-north-9 "),
        ("imsquery spec platform os_v", "imsquery spec platform os_version "),
        ("imsquery explain not-e", "imsquery explain not-expressible "),
        ("imsquery completion f", "imsquery completion fish "),
        ("imsquery help sq", "imsquery help sql "),
        ("imsquery decompile fil", "imsquery decompile fil"),
        ("imsquery lint filters.txt my", r"imsquery lint filters.txt my\ file.txt "),
        ("imsquery lint it", r"imsquery lint it\'s.txt "),
        ("imsquery check --files filters.txt my",
         r"imsquery check --files filters.txt my\ file.txt "),
        ("imsquery check --files filters.txt --format git",
         "imsquery check --files filters.txt --format github "),
        ("imsquery compile --batch=fil", "imsquery compile --batch=filters.txt "),
        ("imsquery compile --set ids=@my", r"imsquery compile --set ids=@my\ file.txt "),
        ("imsquery compile --set=ids=@fil", "imsquery compile --set=ids=@filters.txt "),
        ("imsquery compile --set ids=@fo", "imsquery compile --set ids=@folder/"),
        ("imsquery compile --set name=fil", "imsquery compile --set name=fil"),
        ("imsquery compile 'platform = Cent", "imsquery compile 'platform = CentOS"),
        ("imsquery compile 'os_bit=6", "imsquery compile 'os_bit=64"),
        ("imsquery compile --set a=b 'plat", "imsquery compile --set a=b 'platform"),
        ("imsquery run --catalog filters.txt 'plat",
         "imsquery run --catalog filters.txt 'platform"),
        ("imsquery diff 'platform = CentOS' 'plat", "imsquery diff 'platform = CentOS' 'platform"),
    ],
)  # fmt: skip
def test_tab_completes_a_word(typed: Type, line: str, completed: str) -> None:
    assert typed(f"{line}{TAB}") == completed


@pytest.mark.parametrize("option", ["--fields ", "--fields="])
def test_tab_completes_the_last_name_of_a_list(typed: Type, option: str) -> None:
    line = f"imsquery run {option}name,os_v"

    assert typed(f"{line}{TAB}") == f"{line}ersion"


def test_what_tab_leaves_open_can_go_on(typed: Type) -> None:
    keys = f"imsquery compile 'plat{TAB} = Cent{TAB} and prot{TAB}'"

    assert typed(keys) == "imsquery compile 'platform = CentOS and protected'"


def test_the_regions_are_those_of_the_sdk() -> None:
    sdk = pytest.importorskip("huaweicloudsdkims.v2.region.ims_region")
    fields = sdk.ImsRegion.static_fields
    host = CLOUDIMAGES.host.replace

    assert list(REGIONS) == sorted(fields)
    assert all(each.endpoints == [host("{region}", name)] for name, each in fields.items())
