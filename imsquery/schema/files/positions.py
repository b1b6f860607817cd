"""Where keys and values are in a file of TOML or JSON, which their parsers do not say.

The text is known to be valid, or about to be refused: tokens are told apart, and no more.
"""

from __future__ import annotations

import json
import re
import tomllib

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

    Path = tuple[str | int, ...]

# A string that does not end goes to the end of the line or text, so that no text is read twice.
_token = re.compile(
    r'''"""(?:\\[\s\S]|[^\\])*?(?:"{3,5}|\Z)|\'\'\'[\s\S]*?(?:'{3,5}|\Z)'''
    r"""|"(?:\\.|[^"\\\n])*(?:"|$|\\)|'[^'\n]*(?:'|$)|\#[^\n]*|[\[\]{}=,:.\n]"""
    r"""|[^\s\[\]{}=,:."'\#]+""",
    re.MULTILINE,
)
MOST_TOKENS = 200_000
DEEPEST = 16
"""Levels of tables and lists, and parts of a key, at most."""

Token = tuple[str, int]


class TooLargeError(Exception):
    """A text beyond the limits; its arguments are the offset and the message."""


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text with their offsets, without comments.

    Raises:
        TooLargeError: there are too many, or they are nested too deeply.
    """
    found: list[Token] = []
    depth = parts = 0
    for match in _token.finditer(text):
        token, place = match[0], match.start()
        depth += (token in {"[", "{"}) - (token in {"]", "}"})
        parts = parts + 1 if token == "." else 0 if token in {"\n", "=", "]", ","} else parts
        if depth > DEEPEST or parts > DEEPEST:
            raise TooLargeError(place, f"nested deeper than {DEEPEST} levels")
        if len(found) == MOST_TOKENS:
            raise TooLargeError(place, f"more than {MOST_TOKENS:,} keys, values and signs")
        if token[0] != "#":
            found.append((token, place))
    return found


class Positions:
    """The places of keys and values.

    Attributes:
        keys: path of a table's key -> offset of where it is first written.
        values: path -> offset of the value.
        repeated: paths of keys that a JSON object has twice, with the offset of the second.
    """

    def __init__(self, tokens: list[Token], *, is_json: bool) -> None:
        self.keys: dict[Path, int] = {}
        self.values: dict[Path, int] = {(): 0}
        self.repeated: list[tuple[Path, int]] = []
        self._tokens = [each for each in tokens if not is_json or each[0] != "\n"]
        self._at = 0
        self._counts: dict[Path, int] = {}
        if is_json:
            self._value(())
        else:
            self._document()

    def of_key(self, path: Path) -> int:
        """Return the offset of a key, or else of what is around it."""
        return self.keys[path] if path in self.keys else self.of_value(path)

    def of_value(self, path: Path) -> int:
        """Return the offset of a value, or else of what is around it."""
        while path not in self.values:
            if path in self.keys:
                return self.keys[path]
            path = path[:-1]
        return self.values[path]

    # -- TOML

    def _document(self) -> None:
        around: Path = ()
        while self._at < len(self._tokens):
            token, _ = self._tokens[self._at]
            if token == "\n":
                self._at += 1
            elif token == "[":
                around = self._header()
            else:
                self._pair(around)

    def _header(self) -> Path:
        is_list = self._peek(1) == "[" and self._adjacent()
        self._at += 1 + is_list
        path: Path = ()
        parts = [*self._key()]
        for number, (part, place) in enumerate(parts, 1):
            path = (*path, part)
            self.keys.setdefault(path, place)
            if is_list and number == len(parts):
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
            self.values.setdefault(path, place)
        self._at += 1 + is_list
        return path

    def _adjacent(self) -> bool:
        one, two = self._tokens[self._at : self._at + 2]
        return two[1] == one[1] + 1

    def _pair(self, around: Path) -> None:
        path = around
        for part, place in self._key():
            path = (*path, part)
            self.keys.setdefault(path, place)
            self.values.setdefault(path, place)
        self._at += 1  # the equals sign
        self.values.pop(path, None)
        self._value(path)

    def _key(self) -> Iterator[tuple[str, int]]:
        while True:
            token, place = self._next()
            if token[0] in "\"'":
                token = tomllib.loads(f"key = {token}")["key"]
            yield token, place
            if self._peek() != ".":
                return
            self._at += 1

    # -- values

    def _value(self, path: Path) -> None:
        token, place = self._next()
        self.values.setdefault(path, place)
        if token == "[":
            self._list(path)
        elif token == "{":
            self._table(path)
        else:
            while self._peek() not in {"\n", ",", "]", "}", ""}:
                self._at += 1

    def _list(self, path: Path) -> None:
        number = 0
        while (token := self._peek()) != "]":
            if token in {",", "\n"}:
                self._at += 1
            else:
                self._value((*path, number))
                number += 1
        self._at += 1

    def _table(self, path: Path) -> None:
        while (token := self._peek()) != "}":
            if token in {",", "\n"}:
                self._at += 1
            elif self._peek(1) == ":":
                self._member(path)
            else:
                self._pair(path)
        self._at += 1

    def _member(self, path: Path) -> None:
        token, place = self._next()
        inner = (*path, json.loads(token))
        if inner in self.keys:
            self.repeated.append((inner, place))
        self.keys.setdefault(inner, place)
        self._at += 1  # the colon
        self._value(inner)

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place][0] if place < len(self._tokens) else ""
