"""Lines of ``name = value`` or ``name: value``: properties, INI, TOML and YAML."""

from __future__ import annotations

import re

from imsquery.language._tables import KEYWORDS
from imsquery.language.recovery.dialects.hcl import OWN_NAMES
from imsquery.language.recovery.dialects.literals import unescape
from imsquery.language.recovery.dialects.reading import (
    TAGS,
    Doubtful,
    Group,
    Node,
    Reading,
    UnreadableError,
    Written,
    all_of,
    asked,
    one_of,
    reading,
    tagged,
)
from imsquery.late import Late

_line = Late(r"[^\n]+").finditer
_idle = Late(r"[ \t]*(?:[#;][^\n]*)?\r?").fullmatch
_heading = Late(r"(?:---|[ \t]*\[[\w .-]+\])[ \t]*\r?").fullmatch
_entry = Late(r"([ \t]*)([\w.-]+)[ \t]*(=|:(?!\S))").match
_opening = Late(r"[ \t]*\[").match
_item = Late(r"[ \t]*-(?=[ \t])").match
_value = Late(
    r"""[ \t]*(?:"(?P<double>(?:[^"\\]|\\.)*+)" | '(?P<single>(?:[^']|'')*+)'
    | (?P<plain>[\w./+-](?:[^,;&|"`(){}\[\]<>\#\s]|[ \t]++(?=[^\s\#]))*+))[ \t]*""",
    re.VERBOSE,
).match
_reference = Late(r"(?:var|local|data|module|each)\.").match
_ending = Late(r"[ \t]*(?:(?<=[ \t])\#[^\n]*)?\r?").fullmatch


class _Entry:
    """What comes under one name.

    Attributes:
        sign: ``=`` or ``:``.
        values: one, or those of a list.
        fields: the lines of a map.
        is_open: a list or map may follow, on lines of its own.
    """

    def __init__(self, indent: str, name: Written, sign: str) -> None:
        self.indent = indent
        self.name = name
        self.sign = sign
        self.values: list[Written] = []
        self.fields: list[tuple[Written, Written]] = []
        self.is_open = False

    @property
    def is_nested(self) -> bool:
        """Whether a list or a map is the value."""
        return self.is_open or len(self.values) > 1


def read(text: str) -> Reading:
    """Read two lines or more, or one name with a list."""
    entries = _entries(text)
    is_yaml = text.startswith("---") or any(entry.is_nested for entry in entries)
    signs = {entry.sign for entry in entries}
    names = {entry.name.text for entry in entries}
    is_enough = len(entries) + is_yaml > 1
    if not is_enough or len(signs) > 1 or len(names) < len(entries) or names & OWN_NAMES:
        raise UnreadableError
    filter_ = Group("and", [_condition(entry) for entry in entries])
    is_certain = is_yaml or signs == {"="}  # a colon is "contains" in gcloud
    dialect = "YAML" if signs == {":"} else "a list of `name = value` lines"
    return reading(dialect, text, filter_ if is_certain else Doubtful(filter_))


def _entries(text: str) -> list[_Entry]:
    entries: list[_Entry] = []
    for line in _line(text):
        start, end = line.span()
        if _idle(text, start, end) or (not entries and _heading(text, start, end)):
            continue
        item = _item(text, start, end)
        match = _entry(text, start, end)
        last = entries[-1] if entries else None
        if item and last and last.is_open and not last.fields:
            last.values.append(_scalar(text, item.end(), end))
            continue
        if match is None:
            raise UnreadableError
        name = Written(match[2], *match.span(2))
        if last and last.is_open and not last.values and len(match[1]) > len(last.indent):
            last.fields.append((name, _scalar(text, match.end(), end)))
        elif last and match[1] != last.indent:
            raise UnreadableError
        else:
            entries.append(_entry_of(text, match, end))
    return entries


def _entry_of(text: str, match: re.Match[str], end: int) -> _Entry:
    entry = _Entry(match[1], Written(match[2], *match.span(2)), match[3])
    start = match.end()
    opening = _opening(text, start, end) if entry.sign == ":" else None
    if opening:
        entry.values = _flow(text, opening.end(), end)
    elif entry.sign == ":" and _ending(text, start, end):
        entry.is_open = True
    else:
        entry.values = [_scalar(text, start, end)]
    if entry.sign == "=" and _has_words(entry.values[0]):
        raise UnreadableError  # more likely a query with a mistake
    return entry


def _flow(text: str, start: int, end: int) -> list[Written]:
    """Read the list after ``[``, which ends the line."""
    values: list[Written] = []
    while not values or text.startswith(",", start - 1):
        value = _value(text, start, end)
        if value is None:
            raise UnreadableError
        values.append(_written(value))
        start = value.end() + 1
    is_range = len(values) == 1 and " " in values[0].text
    if not text.startswith("]", start - 1) or is_range or not _ending(text, start, end):
        raise UnreadableError
    return values


def _scalar(text: str, start: int, end: int) -> Written:
    """Read the value that ends a line."""
    value = _value(text, start, end)
    if value is None or not _ending(text, value.end(), end):
        raise UnreadableError
    return _written(value)


def _written(value: re.Match[str]) -> Written:
    kind = str(value.lastgroup)
    text, place = value[kind], value.span(kind)
    if "${" in text:
        raise UnreadableError
    if kind == "double":
        return Written(unescape(text), *place)
    if kind == "single":
        return Written(text.replace("''", "'"), *place)
    written = Written(text, *place, "bare")
    if (
        not text.isprintable()
        or _reference(text)
        or (_has_words(written) and not _plain_words(text))
    ):
        raise UnreadableError
    return written


def _has_words(value: Written) -> bool:
    return value.kind == "bare" and " " in value.text


def _plain_words(text: str) -> bool:
    """Return whether no word is one that joins conditions, an operator or a comment."""
    return all(word[0].isalnum() and word.lower() not in KEYWORDS for word in text.split())


def _condition(entry: _Entry) -> Node:
    is_tag = entry.name.text in TAGS
    if entry.fields and is_tag:
        return Group("and", [tagged(entry.name, *each) for each in entry.fields])
    if entry.fields or not entry.values:
        raise UnreadableError
    if not entry.is_nested:
        return asked(entry.name, entry.values[0])
    if is_tag:
        return Doubtful(all_of(entry.name, entry.values))
    return one_of(entry.name, entry.values)
