"""Completion in shells: scripts that complete commands, options and quoted filters.

Inside a filter, a script runs ``imsquery complete --format lines --quote Q -- TEXT``, which prints
:func:`lines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.completion.complete import complete
from imsquery.language.lexer import unquote
from imsquery.schema.cloudimages import CLOUDIMAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imsquery.completion.complete import Completion
    from imsquery.schema.spec import Spec

SHELLS = ("bash", "zsh", "fish")


@frozen
class Command:
    """What a shell has to know of a command.

    Attributes:
        summary: what it does.
        options: its options.
        values: option -> the words that can follow it, if any; ``None`` for a file, which an
            empty word allows, too.  Words are made of letters, digits, ``_`` and ``-``.
        takes_filter: whether an argument is a filter.
    """

    summary: str
    options: tuple[str, ...] = ()
    values: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    takes_filter: bool = False


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


def _filled(
    template: str,
    commands: Mapping[str, Command],
    listed: str,
    *,
    options: str,
    words: str,
    file: str,
) -> str:
    """Fill in a template of bash or zsh.

    Args:
        template: the script, with ``@COMMANDS@``, ``@OPTIONS@``, ``@VALUES@`` and ``@FILTERING@``.
        commands: by name.
        listed: the commands, as the shell lists them.
        options: the assignment of a command's options, with ``{}`` for them.
        words: completes one of some words, with ``{}`` for them.
        file: completes the name of a file.
    """
    cases = "\n".join(
        f"        {name}) {options.format(' '.join(command.options))} ;;"
        for name, command in commands.items()
        if command.options
    )
    values = "\n".join(
        f"    {name}:{option}) {_completing(found, words, file)}return ;;"
        for name, command in commands.items()
        for option, found in command.values
    )
    return (
        template.replace("@COMMANDS@", listed)
        .replace("@OPTIONS@", cases)
        .replace("@VALUES@", values)
        .replace("@FILTERING@", _taking_filters(commands, " | "))
    )


def _completing(found: tuple[str, ...] | None, words: str, file: str) -> str:
    """Return the statement that completes a value; none if nothing is known of it."""
    if found is None:
        return f"{file}; "
    known = [each for each in found if each]
    shown = f"{words.format(' '.join(known))}; " if known else ""
    return f"{shown}{file}; " if "" in found else shown


def _taking_filters(commands: Mapping[str, Command], separator: str) -> str:
    return separator.join(name for name, command in commands.items() if command.takes_filter)


_BASH = r"""# Completion of imsquery for bash.  Usage: source <(imsquery completion bash)
_imsquery() {
    local cur=$2 word=${COMP_WORDS[COMP_CWORD]} quote= opening= shown whole rest options= at
    local -a short=() long=() spec=()
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W '@COMMANDS@' -S ' ' -- "$cur"))
        return
    fi
    case ${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD - 1]} in
@VALUES@
    esac
    case $word in
    -*)
        case ${COMP_WORDS[1]} in
@OPTIONS@
        esac
        COMPREPLY=($(compgen -W "$options" -S ' ' -- "$cur"))
        return
        ;;
    \'*) quote=\' ;;
    \"*) quote=\" ;;
    # A filter is one word: it is quoted as soon as it begins.
    *) quote=\' opening=\' ;;
    esac
    case ${COMP_WORDS[1]} in
    @FILTERING@) ;;
    *)
        compopt -o default +o nospace
        return
        ;;
    esac
    for ((at = 2; at < COMP_CWORD; at++)); do
        [[ ${COMP_WORDS[at]} == --spec ]] && spec=(--spec "${COMP_WORDS[at + 1]}")
    done
    while IFS=$'\t' read -r shown whole rest; do
        short+=("$shown")
        long+=("$opening$whole")
    done < <("${COMP_WORDS[0]}" complete "${spec[@]}" --format lines --quote "$quote" \
        -- "$cur" 2>/dev/null </dev/null)
    COMPREPLY=("${long[@]}")
    if ((${#long[@]} == 1)); then
        # A single match would close the quote; the filter may go on.
        COMPREPLY+=("${long[0]} ")
    elif [[ -z $opening ]] && _imsquery_differ "${short[@]}"; then
        # Nothing to insert, only to list: leave out the text before, if nothing would be inserted.
        COMPREPLY=("${short[@]}")
    fi
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
        words="""COMPREPLY=($(compgen -W '{}' -S ' ' -- "$cur"))""",
        file="compopt -o default +o nospace",
    )


_ZSH = r"""#compdef imsquery
# Completion of imsquery for zsh.  Usage: source <(imsquery completion zsh)
_imsquery() {
    local -a commands options shown whole described spec
    local quote=${compstate[quote]} opening= text=$PREFIX line
    commands=(
@COMMANDS@
    )
    if ((CURRENT == 2)); then
        _describe command commands
        return
    fi
    case ${words[2]}:${words[CURRENT-1]} in
@VALUES@
    esac
    if [[ -z $quote && $PREFIX == -* ]]; then
        case ${words[2]} in
@OPTIONS@
        esac
        compadd -a options
        return
    fi
    case ${words[2]} in
    @FILTERING@) ;;
    *)
        _files
        return
        ;;
    esac
    ((${words[(I)--spec]})) && spec=(--spec "${(Q)words[${words[(I)--spec]} + 1]}")
    # A filter is one word: it is quoted as soon as it begins.
    [[ -n $quote ]] || { quote=\' opening=\' }
    for line in ${(f)"$("${words[1]}" complete "${spec[@]}" --format lines --quote "$quote" \
        -- "$text" 2>/dev/null </dev/null)"}; do
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
    words = "shown=({}); compadd -a shown"
    return _filled(_ZSH, commands, listed, options="options=({})", words=words, file="_files")


def _single_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


_FISH = r"""# Completion of imsquery for fish.  Usage: imsquery completion fish | source
function __imsquery_filter
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    set -l quote "'"
    set -l spec
    if set -l at (contains -i -- --spec $words)
        set spec --spec $words[(math $at + 1)]
    end
    switch $token
        case "'*"
            set token (string sub -s 2 -- $token)
        case '"*'
            set quote '"'
            set token (string sub -s 2 -- $token)
    end
    $words[1] complete $spec --format lines --quote $quote -- "$token" 2>/dev/null </dev/null |
        string replace -r '^[^\t]*\t' ''
end
complete -c imsquery -f
"""


def _fish(commands: Mapping[str, Command]) -> str:
    parts = [_FISH]
    for name, command in commands.items():
        summary = _fish_quoted(command.summary)
        parts.append(f"complete -c imsquery -n __fish_use_subcommand -a {name} -d {summary}\n")
        values = dict(command.values)
        parts += [
            f"complete -c imsquery -n '__fish_seen_subcommand_from {name}' "
            f"{_fish_option(option)}{_fish_value(values[option]) if option in values else ''}\n"
            for option in command.options
        ]
        if not command.takes_filter:
            parts.append(f"complete -c imsquery -n '__fish_seen_subcommand_from {name}' -F\n")
    filtering = _taking_filters(commands, " ")
    parts.append(
        f"complete -c imsquery -k -n '__fish_seen_subcommand_from {filtering}'"
        " -a '(__imsquery_filter)'\n"
    )
    return "".join(parts)


def _fish_option(option: str) -> str:
    return f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"


def _fish_value(words: tuple[str, ...] | None) -> str:
    """Return how an option takes a value: a file, or one of some words and nothing else."""
    if words is None:
        return " -r -F"
    known = f" -a {_fish_quoted(' '.join(filter(None, words)))}" if words else ""
    return f"{' -r -F' if '' in words else ' -x'}{known}"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
