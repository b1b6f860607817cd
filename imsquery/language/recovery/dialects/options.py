"""Options of a command: ``hcloud IMS ListImages --__imagetype=gold --status active``."""

from __future__ import annotations

import re

from imsquery.language.lexer import END, Tokens
from imsquery.language.recovery.dialects.aws import filters_of
from imsquery.language.recovery.dialects.reading import (
    TAGS,
    Doubtful,
    Group,
    Node,
    Reading,
    UnreadableError,
    Written,
    asked,
    name_of,
    reading,
    sign,
)
from imsquery.language.recovery.dialects.shell import Word, words
from imsquery.language.recovery.piece import Piece
from imsquery.late import Late

_first = Late(r"(?<!\S)--[A-Za-z_]").search
_option = Late(r"--([A-Za-z_][\w.:-]*)(=?)").match
_command = Late(
    r"""\s*(?:\$\s+)?(?:hcloud\s+IMS\s+ListImages|openstack\s+image\s+list|glance\s+image-list
    |aws\s+ec2\s+describe-images)?[\s\\]*""",
    re.VERBOSE,
).fullmatch
_OWN = "cli-"  # the prefix of options about the tool itself
_QUERIES = frozenset({"cli-query", "query"})  # expressions that filter and cut the answer
_FILTERS = frozenset({"filter", "filters"})
_PROPERTY = "property"  # whose value is a name, ``=`` and the value proper
_REPEATED = TAGS | {_PROPERTY}


def read(text: str) -> Reading:
    """Read options, alone or after a command or a filter."""
    first = _first(text)
    if first is None:
        raise UnreadableError
    start = first.start()
    nodes: list[Node] = [] if _command(text, 0, start) else [_filter(text, start)]
    names: list[str] = []
    for name, values in _options(words(text, start)):
        if name.text in _QUERIES or (values[1:] and name.text not in _FILTERS):
            raise UnreadableError
        if not name.text.startswith(_OWN):
            nodes += _conditions(name, values)
            names += [name.text] if name.text not in _REPEATED else []
    joined = Group("and", nodes)
    is_repeated = len(set(names)) < len(names)
    return reading("a command line", text, Doubtful(joined) if is_repeated else joined)


def _filter(text: str, end: int) -> Node:
    """Return the filter in this language that comes before the options."""
    tokens = Tokens(text[:end])
    pieces: list[Node] = [
        Piece(kind, lexeme, *tokens.span(index))
        for index, (kind, lexeme) in enumerate(zip(tokens.kinds, tokens.lexemes, strict=True))
        if kind != END
    ]
    return [*sign("(", 0), *pieces, *sign(")", end)] if "OR" in tokens.kinds else pieces


def _options(found: list[Word]) -> list[tuple[Written, list[Word]]]:
    """Return the name and the values of each option."""
    options: list[tuple[Written, list[Word]]] = []
    is_open = False  # whether a value may follow
    for word in found:
        match = _option(word.text)
        if match is not None:
            values = [word.after(match.end())] if match[2] else []
            if not match[2] and match.end() < len(word.text):
                raise UnreadableError
            options.append((word.part(*match.span(1)), values))
            is_open = not match[2]
        elif is_open:
            options[-1][1].append(word)
        else:
            raise UnreadableError
    return options


def _conditions(name: Written, values: list[Word]) -> list[Node]:
    if name.text in _FILTERS:
        return [node for word in values for node in filters_of(word)]
    if name.text == _PROPERTY and values:
        end = values[0].text.find("=")
        if end < 1:
            raise UnreadableError
        return [asked(values[0].part(0, end), values[0].part(end + 1))]
    return [asked(name, values[0].part()) if values else name_of(name)]
