"""Completion scripts, run in their shells."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import imsquery
from imsquery.cli.shells import SHELLS, Command, Words, lines, script

ROOT = Path(imsquery.__file__).parents[1]

COMMANDS = {
    "compile": Command(
        "print the canonical query string",
        ("--now", "--signing", "--batch", "--format"),
        (
            ("--now", Words()),
            ("--batch", Words("file")),
            ("--format", Words("word", ("csv", "json"))),
        ),
        arguments=None,
    ),
    "check": Command("print every finding; it's all", ("--fix",), arguments=None),
    "lint": Command("check the URLs in files", ("--format",), arguments=Words("files")),
}

# What a script runs; the command itself has its own tests.
PROGRAM = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT)!r})
from imsquery.cli.shells import lines
words = sys.argv[1:]
assert words[:3] == ["complete", "--format", "lines"], words
assert words[3] == "--quote" and words[5] == "--", words
print(*lines(words[6], words[4]), sep="\\n")
"""


def whole(text: str, quote: str = "'") -> list[str]:
    return [line.split("\t")[1] for line in lines(text, quote)]


def test_a_line_has_a_completion_and_the_completed_text() -> None:
    assert lines("platform = Ce") == ["CentOS\tplatform = CentOS\tvalue of platform"]


def test_a_value_uses_the_quotes_that_the_shell_does_not() -> None:
    assert whole("platform = Or") == ['platform = "Oracle Linux"']
    assert whole("platform = Or", '"') == ["platform = 'Oracle Linux'"]
    assert whole("platform = 'Or") == []  # cannot be typed within the shell's own quotes
    assert whole('platform = "Or') == ['platform = "Oracle Linux"']


def test_placeholders_have_no_values_in_a_shell() -> None:
    assert lines("owner = ") == []


@pytest.mark.parametrize("text", ["platform =\tC", "platform =\nC", "platform = \x1b"])
def test_text_that_would_break_a_line_has_no_completions(text: str) -> None:
    assert lines(text) == []


def test_there_is_no_script_for_another_shell() -> None:
    with pytest.raises(KeyError):
        script("csh", COMMANDS)


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "imsquery"
    path.write_text(PROGRAM, encoding="utf-8")
    path.chmod(0o755)
    return path


def run(arguments: list[str], program: Path) -> list[str]:
    """Run a shell with the command on its path, and return the lines that it prints."""
    environment = {
        "PATH": f"{program.parent}:/usr/bin:/bin",
        "HOME": str(program.parent),
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
    }
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, timeout=60, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [line.rstrip() for line in done.stdout.splitlines()]


def test_a_script_is_well_formed(shell: str, tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_text(script(shell, COMMANDS), encoding="utf-8")
    checking = {"fish": ["fish", "--no-config", "--no-execute"], "zsh": ["zsh", "-f", "-n"]}

    assert run([*checking.get(shell, ["bash", "--norc", "-n"]), str(path)], path) == []


@pytest.mark.parametrize(
    ("word", "typed", "expected"),
    [
        ("'platform = Ce", "platform = Ce", ["platform = CentOS", "platform = CentOS"]),
        ("'platform = C", "platform = C", ["platform = CentOS", "platform = CoreOS"]),
        ("'os_bit = ", "os_bit = ", ["32", "64"]),
        ('"platform = Or', "platform = Or", ["platform = 'Oracle Linux'"] * 2),
        ("plat", "plat", ["'platform", "'platform"]),
        ("'platform = $(touch x)", "platform = $(touch x)", []),
        ("--s", "--s", ["--signing"]),
    ],
)
def test_bash_completes_the_filter(
    word: str, typed: str, expected: list[str], program: Path
) -> None:
    code = (
        f'{script("bash", COMMANDS)}\nCOMP_WORDS=(imsquery compile "$1"); COMP_CWORD=2\n'
        'COMP_LINE="imsquery compile $1" COMP_POINT=1000\n'
        '_imsquery imsquery "$2" compile\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    printed = run(["bash", "--norc", "-c", code, "bash", word, typed], program)

    assert [line for line in printed if line] == expected
    assert not (program.parent / "x").exists()


@pytest.mark.parametrize(
    ("option", "typed", "expected"),
    [("--format", "c", ["csv"]), ("--format", "", ["csv", "json"]), ("--now", "2", []),
     ("--batch", "fi", ["filters.txt"])],
)  # fmt: skip
def test_bash_completes_the_value_of_an_option(
    option: str, typed: str, expected: list[str], program: Path
) -> None:
    (program.parent / "filters.txt").touch()
    # What `compopt -o default` does if there are no completions.
    code = (
        f'{script("bash", COMMANDS)}\ncd "$3"\n'
        'compopt() { [[ $* != *"-o default"* ]] || COMPREPLY=($(compgen -f -- "$cur")); }\n'
        'COMP_WORDS=(imsquery compile "$1" "$2"); COMP_CWORD=3\n'
        'COMP_LINE="imsquery compile $1 $2" COMP_POINT=1000\n'
        '_imsquery imsquery "$2" "$1"\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    arguments = ["bash", "--norc", "-c", code, "bash", option, typed, str(program.parent)]

    assert [line for line in run(arguments, program) if line] == expected


def test_bash_completes_commands_and_knows_its_function(program: Path) -> None:
    code = (
        f"{script('bash', COMMANDS)}\nCOMP_WORDS=(imsquery c); COMP_CWORD=1\n"
        "COMP_LINE='imsquery c' COMP_POINT=1000\n"
        '_imsquery imsquery c imsquery\nprintf "%s\\n" "${COMPREPLY[@]}"; complete -p imsquery'
    )
    *found, registered = run(["bash", "--norc", "-c", code], program)

    assert found == ["compile", "check"]
    assert registered.endswith("-F _imsquery imsquery")


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("imsquery co", ["compile\tprint the canonical query string"]),
        ("imsquery ch", ["check\tprint every finding; it's all"]),
        ("imsquery compile --s", ["--signing"]),
        ("imsquery compile --format ", ["csv", "json"]),
        ("imsquery compile --format=c", ["--format=csv"]),
        ("imsquery compile --now ", []),
        ("imsquery compile --batch /no/such", []),
        (
            "imsquery compile 'platform = C",
            ["platform = CentOS\tvalue of platform", "platform = CoreOS\tvalue of platform"],
        ),
        (
            'imsquery check "platform = Or',
            [
                "platform = 'Oracle Linux'\tvalue of platform",
                "platform = 'Oracle Linux' \tvalue of platform",
            ],
        ),
    ],
)
def test_fish_completes_commands_options_and_the_filter(
    line: str, expected: list[str], program: Path
) -> None:
    code = f"{script('fish', COMMANDS)}\ncomplete -C $argv[1]"

    assert run(["fish", "--no-config", "-c", code, "--", line], program) == expected


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    ("quote", "prefix", "expected"),
    [
        ("'", "platform = C", ["platform = CentOS", "platform = CoreOS"]),
        ('"', "platform = Or", ["platform = 'Oracle Linux'"]),
        ("", "plat", ["'platform"]),
        ("", "--s", ["--now", "--signing", "--batch", "--format"]),
    ],
)
def test_zsh_completes_the_filter(
    quote: str, prefix: str, expected: list[str], program: Path
) -> None:
    """Run the function outside the line editor, with stubs for what it calls."""
    code = f"""
compdef() {{ }}
compadd() {{ local array=${{@[-1]}}; print -rl -- ${{(P)array}} }}
{script("zsh", COMMANDS)}
typeset -A compstate=(quote "$1")
words=(imsquery compile "$1$2") CURRENT=3 PREFIX=$2
_imsquery
"""
    assert run(["zsh", "-f", "-c", code, "zsh", quote, prefix], program) == expected


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    ("option", "expected"),
    [("--format", ["csv", "json"]), ("--now", []), ("--batch", ["a file"])],
)
def test_zsh_completes_the_value_of_an_option(
    option: str, expected: list[str], program: Path
) -> None:
    code = f"""
compdef() {{ }}
_files() {{ print a file }}
compadd() {{ local array=${{@[-1]}}; print -rl -- ${{(P)array}} }}
{script("zsh", COMMANDS)}
typeset -A compstate=(quote "")
words=(imsquery compile "$1" "") CURRENT=4 PREFIX=
_imsquery
"""
    found = run(["zsh", "-f", "-c", code, "zsh", option], program)

    assert [line for line in found if line] == expected
