"""How parameters are written in Python, and where."""

from __future__ import annotations

import ast
import re

from imsquery.frozen import Frozen
from imsquery.urls.notation import UNWRITABLE, Notation

_number = re.compile(r"0|[1-9][0-9]{0,17}").fullmatch
_line_ends = re.compile(r"\r\n|\r|\n").finditer


class Literal(Frozen, Notation):
    """Writes string literals in place of others.

    Attributes:
        quote: around the literals.
        is_quoted: whether the value is in quotes now; if not, they are written, too.
        form: a whole pair, with ``{name}`` for its name and ``{value}`` for its literal.
        removed: what is left of a removed pair.
    """

    quote: str
    is_quoted: bool
    form: str
    removed: str

    def value(self, value: str) -> str:
        if self.is_quoted:
            return self._content(value)
        return value if _number(value) else f"{self.quote}{self._content(value)}{self.quote}"

    def pair(self, wire: str, value: str) -> str:
        literal = f"{self.quote}{self._content(value)}{self.quote}{self.removed}"
        return self.form.replace("{name}", wire).replace("{value}", literal)

    def _content(self, value: str) -> str:
        if not value.isprintable():
            return UNWRITABLE
        return value.replace("\\", "\\\\").replace(self.quote, f"\\{self.quote}")


class Style(Frozen):
    """How the parameters of a request are written.

    Attributes:
        form: of one, with ``{name}`` and ``{value}``.
        changed: names whose values are changed later; ``None`` among them for any name.
        true, false: what is sent for these; ``None`` if it is not known.
        is_free: whether one can be removed.
    """

    form: str = "{name}={value}"
    changed: frozenset[str | None] = frozenset()
    true: str | None = "true"
    false: str | None = "false"
    is_free: bool = True

    def sent(self, name: str, value: ast.expr) -> str | None:
        """Return the text that is sent for a value; ``None`` if it is not known."""
        if name in self.changed or None in self.changed:
            return None
        match value:
            case ast.Constant(value=bool(known)):
                return self.true if known else self.false
            case ast.Constant(value=str(known) | int(known)):
                return str(known)
            case _:
                return None


class Places:
    """Where the lines and bytes of a program are among its characters."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._starts = [0, *(end.end() for end in _line_ends(code)), len(code)]
        self._tables: dict[int, list[int]] = {}  # line -> the character of each byte

    def offset(self, line: int, byte: int) -> int:
        """Return the offset of a byte in a line, counted from 1."""
        start = self._starts[line - 1]
        if line not in self._tables:
            content = self._code[start : self._starts[line]]
            self._tables[line] = [] if content.isascii() else _characters(content)
        table = self._tables[line]
        return start + (table[byte] if table else byte)


def _characters(line: str) -> list[int]:
    """Return the character that each byte of a line is in."""
    found = [index for index, each in enumerate(line) for _ in each.encode(errors="replace")]
    return [*found, len(line)]
