"""Completion in shells: scripts that complete commands, options and quoted filters.

Inside a filter, a script runs ``imsquery complete --format lines --quote Q -- TEXT``, which prints
:func:`lines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from imsquery.completion.complete import complete
from imsquery.language.lexer import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imsquery.completion.complete import Completion

Kind: TypeAlias = Literal["word", "list", "file", "files", "setting"]
SHELLS = ("bash", "zsh", "fish")


@frozen
class Words:
    """What can follow an option, or be an argument.

    Attributes:
        kind: ``word`` for one of some words; ``list`` for several, joined by commas; ``file`` and
            ``files``; ``setting`` for a name with a value, where ``=@`` is followed by a file.
        words: made of letters, digits, ``_`` and ``-``; if there are none, anything can follow.
    """

    kind: Kind = "word"
    words: tuple[str, ...] = ()


@frozen
class Command:
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

    @property
    def takes_filter(self) -> bool:
        """Whether an argument is a filter."""
        return self.arguments is None


def lines(text: str, quote: str = "'") -> list[str]:
    """Return the completions of a filter that is being typed in a shell.

    Placeholders are left out: they have no values in a shell.

    Args:
        text: the filter up to the cursor, as written inside the shell's quotes.
        quote: the shell's quote: ``'`` or ``"``.

    Returns:
        A line for each completion, with three columns separated by tabs: the completion, the text
        with the completion in place, and a description.
    """
    if not text.isprintable():  # a tab or line break would break the columns or lines
        return []
    found = [each for each in complete(text, len(text)) if each.kind != "placeholder"]
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
        template: the script, with ``@COMMANDS@``, ``@OPTIONS@``, ``@VALUES@``, ``@FILES@``,
            ``@ARGUMENTS@`` and ``@FILTERING@``.
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
    files = [
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
        .replace("@FILES@", " | ".join(files) or "none")
        .replace("@ARGUMENTS@", "\n".join(arguments))
    )


def _completing(found: Words, completing: Mapping[str, str]) -> str:
    """Return the statement that completes a word; none if nothing is known of it."""
    if found.kind in {"word", "list"} and not found.words:
        return ""
    return f"{completing[found.kind].format(' '.join(found.words))}; "


_BASH = r"""# Completion of imsquery for bash.  Usage: source <(imsquery completion bash)
_imsquery() {
    local cur=$2 word=${COMP_WORDS[COMP_CWORD]} quote= opening= shown whole rest options= before
    local command=${COMP_WORDS[1]} line=${COMP_LINE:0:COMP_POINT} value option place
    local -a short=() long=()
    COMPREPLY=()
    # Bash takes `=` and `@` for words of their own; what counts here are words between spaces.
    value=${line##*[[:space:]]}
    read -ra short <<<"${line%"$value"}"
    option=${short[-1]}
    short=()
    case $word:$value in
    [\'\"]*) option=${COMP_WORDS[COMP_CWORD - 1]} value=$cur ;;
    *:--*=*) option=${value%%=*} value=${value#*=} ;;
    esac
    [[ $word != = ]] || cur=
    if ((COMP_CWORD == 1)); then
        _imsquery_words '@COMMANDS@'
        return
    fi
    case $command:$option in
@VALUES@
    esac
    case $word in
    -*)
        case $command in
@OPTIONS@
        esac
        _imsquery_words "$options"
        return
        ;;
    \'*) quote=\' ;;
    \"*) quote=\" ;;
    *)
        for ((place = COMP_CWORD - 1; place > 1; place--)); do
            case $command:${COMP_WORDS[place]} in
            @FILES@)
                _imsquery_file
                return
                ;;
            *:-*) break ;;
            esac
        done
        # A filter is one word: it is quoted as soon as it begins.
        quote=\' opening=\'
        ;;
    esac
    case $command in
@ARGUMENTS@
    esac
    while IFS=$'\t' read -r shown whole rest; do
        short+=("$shown")
        long+=("$opening$whole")
    done < <("${COMP_WORDS[0]}" complete --format lines --quote "$quote" -- "$cur" \
        2>/dev/null </dev/null)
    COMPREPLY=("${long[@]}")
    if ((${#long[@]} == 1)); then
        # A single match would close the quote; the filter may go on.
        COMPREPLY+=("${long[0]} ")
    elif [[ -z $opening ]] && _imsquery_differ "${short[@]}"; then
        # Nothing to insert, only to list: leave out the text before, if nothing would be inserted.
        COMPREPLY=("${short[@]}")
    fi
}
# Takes words that complete the value; Bash replaces only what it takes for a word.
_imsquery_reply() {
    mapfile -t COMPREPLY
    COMPREPLY=("${COMPREPLY[@]#"${value%"$cur"}"}")
}
_imsquery_words() {
    _imsquery_reply < <(compgen -W "$1" -S ' ' -- "$value")
}
# Completes the last of several words that are joined by commas.
_imsquery_list() {
    before=${value%"${value##*,}"}
    _imsquery_reply < <(compgen -P "$before" -W "$1" -- "${value##*,}")
}
_imsquery_file() {
    compopt -o default +o nospace
}
# Completes the file in `name=@file`.
_imsquery_setting() {
    [[ $value == *=@* ]] || return
    before=${value%%=@*}=@
    _imsquery_reply < <(compgen -f -- "${value#*=@}" | while IFS= read -r whole; do
        rest=' '
        [[ ! -d $whole ]] || rest=/
        printf '%s%q%s\n' "$before" "$whole" "$rest"
    done)
}
# Succeeds if the words have no first letter in common.
_imsquery_differ() {
    local each
    for each; do
        [[ ${each:0:1} == "${1:0:1}" ]] || return 0
    done
    return 1
}
complete -o nospace -o nosort -F _imsquery imsquery
"""


def _bash(commands: Mapping[str, Command]) -> str:
    return _filled(
        _BASH,
        commands,
        " ".join(commands),
        options="options='{}'",
        completing={
            "word": "_imsquery_words '{}'",
            "list": "_imsquery_list '{}'",
            "file": "_imsquery_file",
            "files": "_imsquery_file",
            "setting": "_imsquery_setting",
        },
    )


_ZSH = r"""#compdef imsquery
# Completion of imsquery for zsh.  Usage: source <(imsquery completion zsh)
_imsquery() {
    local -a commands options shown whole described
    local quote=${compstate[quote]} opening= text=$PREFIX line option=${words[CURRENT-1]} place
    commands=(
@COMMANDS@
    )
    if ((CURRENT == 2)); then
        _describe command commands
        return
    fi
    if [[ -z $quote && $PREFIX == --*=* ]]; then
        option=${PREFIX%%=*}
        compset -P "$option="
    fi
    case ${words[2]}:$option in
@VALUES@
    esac
    if [[ -z $quote && $PREFIX == -* ]]; then
        case ${words[2]} in
@OPTIONS@
        esac
        compadd -a options
        return
    fi
    if [[ -z $quote ]]; then
        for ((place = CURRENT - 1; place > 2; place--)); do
            case ${words[2]}:${words[place]} in
            @FILES@)
                _files
                return
                ;;
            *:-*) break ;;
            esac
        done
    fi
    case ${words[2]} in
@ARGUMENTS@
    esac
    # A filter is one word: it is quoted as soon as it begins.
    [[ -n $quote ]] || { quote=\' opening=\' }
    for line in ${(f)"$("${words[1]}" complete --format lines --quote "$quote" -- "$text" \
        2>/dev/null </dev/null)"}; do
        shown+=("${line%%$'\t'*}  -- ${line##*$'\t'}")
        line=${line#*$'\t'}
        whole+=("$opening${line%%$'\t'*}")
    done
    # -U: already matched; -Q: already quoted; -S '': the filter may go on.
    compadd -V filter -U -Q -S '' -l -d shown -a whole
}
if [[ $zsh_eval_context == *loadautofunc* ]]; then
    _imsquery "$@"
else
    compdef _imsquery imsquery
fi
"""


def _zsh(commands: Mapping[str, Command]) -> str:
    listed = "\n".join(
        f"        {_single_quoted(f'{name}:{command.summary}')}"
        for name, command in commands.items()
    )
    return _filled(
        _ZSH,
        commands,
        listed,
        options="options=({})",
        completing={
            "word": "shown=({}); compadd -a shown",
            # -S '': the list may go on.
            "list": "compset -P '*,'; shown=({}); compadd -S '' -a shown",
            "file": "_files",
            "files": "_files",
            "setting": "compset -P '*=@' && _files",
        },
    )


def _single_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


_FISH = r"""# Completion of imsquery for fish.  Usage: imsquery completion fish | source
function __imsquery_filter
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    set -l quote "'"
    switch $token
        case "'*"
            set token (string sub -s 2 -- $token)
        case '"*'
            set quote '"'
            set token (string sub -s 2 -- $token)
    end
    set -l found ($words[1] complete --format lines --quote $quote -- "$token" \
        2>/dev/null </dev/null | string replace -r '^[^\t]*\t' '')
    string join \n -- $found
    # A single match would close the quote; the filter may go on.
    test (count $found) -ne 1; or string replace -r '(\t|$)' ' $1' -- $found
end
# Prints the word with each of some endings instead of what follows its last comma.
function __imsquery_list
    set -l before (string match -r '^.*,' -- (__imsquery_value))
    set -q before[1]; or set before ''
    string join \n -- $before$argv
end
# Prints the files that can follow `=@` in `name=@file`.
function __imsquery_setting
    set -l parts (string match -r '^([^=]*=@)(.*)$' -- (__imsquery_value))
    and string replace -r '^' $parts[2] -- (__fish_complete_path $parts[3])
end
function __imsquery_value
    string replace -r '^--[a-z-]+=' '' -- (commandline -ct)
end
# Succeeds if the word is one of the files after one of some options.
function __imsquery_after
    string match -q -r '^[\'"]' -- (commandline -ct); and return 1
    set -l words (commandline -opc)
    for word in $words[-1..1]
        contains -- $word $argv; and return 0
        string match -q -- '-*' $word; and return 1
    end
    return 1
end
complete -c imsquery -f
"""


def _fish(commands: Mapping[str, Command]) -> str:
    parts = [_FISH]
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
        case "setting":
            return " -x -a '(__imsquery_setting)'"
        case "list":
            return f" -x -a '(__imsquery_list {words})'"
        case _:
            return f" -x -a '{words}'" if words else " -x"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
