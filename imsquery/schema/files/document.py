"""A file of TOML or JSON: its data, and where each part of it is."""

from __future__ import annotations

import json
import re
import tomllib

from imsquery.language.lexer import has_surrogate
from imsquery.schema.files.errors import SpecError, spec_error
from imsquery.schema.files.positions import Positions, TooLargeError, tokens_of

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

    from imsquery.schema.files.positions import Path, Token

LARGEST = 512 * 2**10
"""Bytes of a file, at most; a table of 65 parameters has 20 KiB."""

_place = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Document:
    """What a file says, with the places of its parts.

    Attributes:
        name: of the file, for messages.
        text: what is in it.
        content: the same as tables and lists.
        places: of its keys and values.
    """

    def __init__(self, name: str, written: bytes, *, is_json: bool) -> None:
        """Read a file.

        Raises:
            SpecError: it is too large, not UTF-8, or not valid.
        """
        self.name = name
        self.text = ""
        if len(written) > LARGEST:
            raise self.error((0, f"larger than {LARGEST >> 10} KiB"))
        self.text = self._decode(written)
        try:
            tokens = tokens_of(self.text)
        except TooLargeError as error:
            raise self.error(error.args) from None
        self.content: Any = self._read_json(tokens) if is_json else self._read_toml()
        self.places = Positions(tokens, is_json=is_json)
        if self.places.repeated:
            raise self.error(
                *(
                    (place, f"the key `{path[-1]}` is there twice")
                    for path, place in self.places.repeated
                )
            )

    def error(self, *found: tuple[int, str]) -> SpecError:
        """Return the error of faults by their offsets."""
        return spec_error(self.name, self.text, found)

    def at_key(self, path: Path, message: str) -> tuple[int, str]:
        """Return a fault at a key."""
        return self.places.of_key(path), message

    def at_value(self, path: Path, message: str) -> tuple[int, str]:
        """Return a fault at a value."""
        return self.places.of_value(path), message

    def _decode(self, written: bytes) -> str:
        try:
            text = written.removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError as error:
            self.text = written[: error.start].decode()
            raise self.error((len(self.text), "not UTF-8")) from None
        return text.replace("\r\n", "\n")

    def _read_toml(self) -> Any:
        try:
            return tomllib.loads(self.text)
        except ValueError as error:  # also of numbers with too many digits
            found = _place.search(str(error))
            message = _place.sub("", str(error))
            self._refuse(message, *(found.groups() if found else ("1", "1")))

    def _read_json(self, tokens: Iterable[Token]) -> Any:
        def refuse(word: str) -> NoReturn:
            place = next((at for token, at in tokens if token == word), 0)
            raise self.error((place, f"`{word}` is not a value of JSON"))

        try:
            content = json.loads(self.text, parse_constant=refuse)
        except SpecError:
            raise
        except json.JSONDecodeError as error:
            raise self.error((error.pos, _lowered(error.msg))) from None
        except ValueError as error:  # a number with too many digits
            raise self.error((0, _lowered(str(error)))) from None
        self._check_characters(tokens)
        return content

    def _check_characters(self, tokens: Iterable[Token]) -> None:
        """Raise for texts of JSON with half a surrogate pair, which nothing can write."""
        halves = [
            (place, "half a surrogate pair is not a character")
            for token, place in tokens
            if token[0] == '"' and "\\u" in token and has_surrogate(json.loads(token))
        ]
        if halves:
            raise self.error(*halves)

    def _refuse(self, message: str, line: str | None, column: str | None) -> NoReturn:
        """Raise a fault by line and column; without them, at the end."""
        place = len(self.text)
        if line is not None:
            before = self.text.split("\n")[: int(line) - 1]
            place = sum(len(each) + 1 for each in before) + int(column or 1) - 1
        raise self.error((min(place, len(self.text)), _lowered(message)))


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")
