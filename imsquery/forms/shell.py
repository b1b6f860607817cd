"""Commands to paste into a shell: bash, zsh, dash and other POSIX shells, and fish alike."""

from __future__ import annotations

import re

_plain = re.compile(r"[A-Za-z0-9_.:/-]+").fullmatch
_special = re.compile(r"([\\']+)")


def quote(word: str) -> str:
    r"""Return a word that a shell takes as it is.

    Within single quotes, fish reads a backslash and POSIX shells do not, so none is left: those and
    quotes are outside, where all shells read them alike.

    >>> print(quote("it's"), quote("CentOS"))
    'it'\''s' CentOS
    """
    if _plain(word):
        return word
    parts = enumerate(_special.split(word))
    return (
        "".join(_escaped(part) if number % 2 else _enclosed(part) for number, part in parts) or "''"
    )


def _escaped(part: str) -> str:
    return "".join(f"\\{each}" for each in part)


def _enclosed(part: str) -> str:
    return f"'{part}'" if part else ""


def curl(url: str, variable: str) -> str:
    """Return the command that sends a request.

    Args:
        url: of the request.
        variable: the environment variable with the token; its value is not part of the command.
    """
    return f'curl --fail --silent --show-error --header "X-Auth-Token: ${variable}" {quote(url)}'
