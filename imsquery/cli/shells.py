"""Completion in shells: scripts that complete commands, options and quoted filters.

Inside a filter, a script runs ``imsquery complete --format lines --quote Q -- TEXT``, which prints
:func:`lines`.
"""

from __future__ import annotations

from pkgutil import get_data

from imsquery.completion.complete import complete
from imsquery.frozen import Frozen
from imsquery.language.lexer import unquote
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, TypeAlias

    from imsquery.completion.complete import Completion
    from imsquery.schema.spec import Spec

Kind: TypeAlias = "Literal['word', 'list', 'file', 'files', 'either', 'setting']"
SHELLS = ("bash", "zsh", "fish")


class Words(Frozen):
    """What can follow an option, or be an argument.

    Attributes:
        kind: ``word`` for one of some words; ``list`` for several, joined by commas; ``file`` and
            ``files``; ``either`` for one of some words or a file; ``setting`` for a name with a
            value, where ``=@`` is followed by a file.
        words: made of letters, digits, ``_`` and ``-``; if there are none, anything can follow.
    """

    kind: Kind = "word"
    words: tuple[str, ...] = ()


class Command(Frozen):
    """What a shell has to know of a command.

    Attributes:
        summary: what it does.
        options: its options.
        values: option -> what can follow it, if it takes a value.
        arguments: what its arguments can be; ``None`` if they are filters.
    """

    summary: str
    options: tuple[str, ...] = ()
    values: tuple[tuple[str, Words], ...] = ()
    arguments: Words | None = Words()


def lines(text: str, quote: str = "'", spec: Spec = CLOUDIMAGES) -> list[str]:
    """Return the completions of a filter that is being typed in a shell.

    Placeholders are left out: they have no values in a shell.

    Args:
        text: the filter up to the cursor, as written inside the shell's quotes.
        quote: the shell's quote: ``'`` or ``"``.
        spec: the parameters.

    Returns:
        A line for each completion, with three columns separated by tabs: the completion, the text
        with the completion in place, and a description.
    """
    if not text.isprintable():  # a tab or line break would break the columns or lines
        return []
    found = [each for each in complete(text, len(text), spec=spec) if each.kind != "placeholder"]
    return [_line(text, each, quote) for each in found if _fits(each, quote)]


def _line(text: str, proposal: Completion, quote: str) -> str:
    shown = proposal.text
    if quote == '"' and shown[0] == '"':
        shown = f"'{shown[1:-1]}'"
    return f"{shown}\t{text[: proposal.span.start]}{shown}\t{proposal.description}"


def _fits(proposal: Completion, quote: str) -> bool:
    """Return whether a completion can be written inside the quotes of the shell."""
    text = proposal.text
    if text[0] not in "'\"":
        return quote not in text
    value = unquote(text)[0]
    can_be_quoted = not {*"'\"$`!\\"} & {*value} and text[1:-1] == value
    return can_be_quoted and text[0] + quote != "''"


def script(shell: str, commands: Mapping[str, Command]) -> str:
    """Return the script that sets up completion.

    Args:
        shell: one of :data:`SHELLS`.
        commands: by name; names and options are made of letters, digits and ``-``.

    Raises:
        KeyError: the shell is not one of them.
    """
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](commands)


def _template(shell: str) -> str:
    return (get_data("imsquery.cli", f"completions/{shell}") or b"").decode()


def _filled(
    template: str,
    commands: Mapping[str, Command],
    listed: str,
    *,
    options: str,
    completing: Mapping[str, str],
) -> str:
    """Fill in a template of bash or zsh.

    Args:
        template: the script, with ``@COMMANDS@``, ``@OPTIONS@``, ``@VALUES@``, ``@FILES@``
            and ``@ARGUMENTS@``.
        commands: by name.
        listed: the commands, as the shell lists them.
        options: the assignment of a command's options, with ``{}`` for them.
        completing: kind of words -> the statement that completes one, with ``{}`` for them.
    """
    cases = [
        f"        {name}) {options.format(' '.join(command.options))} ;;"
        for name, command in commands.items()
        if command.options
    ]
    values = [
        f"    {name}:{option}) {_completing(found, completing)}return ;;"
        for name, command in commands.items()
        for option, found in command.values
    ]
    several = [
        f"{name}:{option}"
        for name, command in commands.items()
        for option, found in command.values
        if found.kind == "files"
    ]
    arguments = [
        f"    {name}) {_completing(command.arguments, completing)}return ;;"
        for name, command in commands.items()
        if command.arguments is not None
    ]
    return (
        template.replace("@COMMANDS@", listed)
        .replace("@OPTIONS@", "\n".join(cases))
        .replace("@VALUES@", "\n".join(values))
        .replace("@FILES@", " | ".join(several) or "none")
        .replace("@ARGUMENTS@", "\n".join(arguments))
    )


def _completing(found: Words, completing: Mapping[str, str]) -> str:
    """Return the statement that completes a word; none if nothing is known of it."""
    if found.kind in {"word", "list"} and not found.words:
        return ""
    return f"{completing[found.kind].format(' '.join(found.words))}; "


def _bash(commands: Mapping[str, Command]) -> str:
    return _filled(
        _template("bash"),
        commands,
        " ".join(commands),
        options="options='{}'",
        completing={
            "word": "_imsquery_words '{}'",
            "list": "_imsquery_list '{}'",
            "file": "_imsquery_file",
            "files": "_imsquery_file",
            "either": "_imsquery_words '{}'; ((${{#COMPREPLY[@]}})) || _imsquery_file",
            "setting": "_imsquery_setting",
        },
    )


def _zsh(commands: Mapping[str, Command]) -> str:
    listed = "\n".join(
        f"        {_single_quoted(f'{name}:{command.summary}')}"
        for name, command in commands.items()
    )
    return _filled(
        _template("zsh"),
        commands,
        listed,
        options="options=({})",
        completing={
            "word": "shown=({}); compadd -a shown",
            # -S '': the list may go on.
            "list": "compset -P '*,'; shown=({}); compadd -S '' -a shown",
            "file": "_files",
            "files": "_files",
            "either": "shown=({}); compadd -a shown; _files",
            "setting": "compset -P '*=@' && _files",
        },
    )


def _single_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish(commands: Mapping[str, Command]) -> str:
    parts = [_template("fish")]
    for name, command in commands.items():
        summary = _fish_quoted(command.summary)
        parts.append(f"complete -c imsquery -n __fish_use_subcommand -a {name} -d {summary}\n")
        values = dict(command.values)
        here = f"__fish_seen_subcommand_from {name}"
        parts += [
            f"complete -c imsquery -n '{here}' "
            f"{_fish_option(option)}{_fish_value(values[option]) if option in values else ''}\n"
            for option in command.options
        ]
        several = " ".join(option for option, each in command.values if each.kind == "files")
        if several:
            parts.append(f"complete -c imsquery -n '{here}; and __imsquery_after {several}' -F\n")
            here += f"; and not __imsquery_after {several}"
        parts.append(f"complete -c imsquery -n '{here}'{_fish_argument(command.arguments)}\n")
    return "".join(parts)


def _fish_option(option: str) -> str:
    return f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"


def _fish_argument(arguments: Words | None) -> str:
    if arguments is None:
        return " -k -a '(__imsquery_filter)'"
    return " -F" if arguments.kind in {"file", "files"} else f" -a '{' '.join(arguments.words)}'"


def _fish_value(value: Words) -> str:
    """Return how an option takes a value: a file, or one of some words and nothing else."""
    words = " ".join(value.words)
    match value.kind:
        case "file" | "files":
            return " -r -F"
        case "either":
            return f" -r -F -a '{words}'"
        case "setting":
            return " -x -a '(__imsquery_setting)'"
        case "list":
            return f" -x -a '(__imsquery_list {words})'"
        case _:
            return f" -x -a '{words}'" if words else " -x"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
