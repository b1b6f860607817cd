"""The filters in a file: a whole file of one, or strings in Python."""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from imsquery.lsp.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Target: TypeAlias = Literal["plan", "compile"]

PACKAGE = "imsquery"
FILTERS = {
    "apply": (1,), "check": (0,), "compile": (0,), "complete": (0,), "disjoint": (0, 1),
    "equivalent": (0, 1), "format": (0,), "implies": (0, 1), "matcher": (0,), "parse": (0,),
    "plan": (0,), "polars": (0,), "prepare": (0,), "satisfiable": (0,), "sql": (0,), "why": (0,),
}  # fmt: skip
"""Function -> which of its arguments are filters."""
_OPTIONS = frozenset({"allow_unlisted", "limits", "spec", None})
_LARGEST = 2_000_000  # code points of a file of Python; far more than an editor has open

_opening = re.compile(r"""([A-Za-z]{0,2})(\"{3}|'{3}|"|')""").match
_between = re.compile(r"(?:\s|\\\r?\n|#[^\n]*)*").match
_unit = re.compile(
    r"\\(?:N\{[^{}]*\}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{1,3}|\r\n|[\s\S])"
    r"|\r\n|[\s\S]"
)
_raw_unit = re.compile(r"\r\n|[\s\S]")
_ESCAPED = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v", "\n": "", "\r": "", "\r\n": "",
}  # fmt: skip


@frozen
class Region:
    """A filter in a file.

    Attributes:
        text: the filter.
        starts: for each of its characters, where that begins in the file; then where it ends.
        ends: for each of its characters, where that ends in the file.
        quotes: the quotes around it, if it is in a string of a program.
        is_raw: the string knows no escapes.
        target: what it is for.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    quotes: frozenset[str] = frozenset()
    is_raw: bool = False
    target: Target = "plan"

    @property
    def end(self) -> int:
        """Where the filter ends in the file."""
        return self.starts[-1]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the filter is in the file."""
        first = self.starts[start]
        return first, self.ends[end - 1] if end > start else first

    def offset(self, place: int) -> int | None:
        """Return the offset in the filter of a place in the file, if it is in there."""
        if not self.starts[0] <= place <= self.end:
            return None
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high) // 2
            if self.ends[middle] <= place:
                low = middle + 1
            else:
                high = middle
        return low

    def edit(self, start: int, end: int, text: str) -> tuple[int, int, str] | None:
        """Return an edit of the file that does one of the filter; ``None`` if none can."""
        is_whole = all(
            self.ends[index] == self.starts[index + 1] for index in range(start, end - 1)
        )
        written = self._write(text)
        if not is_whole or written is None:
            return None
        return (*self.place(start, end), written)

    def _write(self, text: str) -> str | None:
        """Return a text as the string of the program has it."""
        if not self.quotes:
            return text
        if self.is_raw:
            is_plain = text.isprintable() and "\\" not in text and self.quotes.isdisjoint(text)
            return text if is_plain else None
        return "".join(self._character(each) for each in text)

    def _character(self, character: str) -> str:
        if character == "\\" or character in self.quotes:
            return f"\\{character}"
        return character if character.isprintable() else ascii(character)[1:-1]


def whole(text: str) -> Region:
    """Return the one filter of a file."""
    return Region(text, range(len(text) + 1), range(1, len(text) + 1))


def in_python(text: str) -> list[Region]:
    """Return the filters among the arguments of this package's functions.

    A file that is not valid Python has none.
    """
    if PACKAGE not in text or len(text) > _LARGEST:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in the file
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    lines = Lines(text, "utf-8")
    found = (_region(text, lines, *each) for each in _arguments(tree))
    return sorted((each for each in found if each), key=lambda each: each.starts[0])


def _arguments(tree: ast.Module) -> Iterator[tuple[ast.Constant, Target]]:
    """Yield the strings that are filters, and what each is for."""
    modules, functions = _imported(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _is_of_another_language(node):
            continue
        match node.func:
            case ast.Attribute(ast.Name(module), name) if module in modules and name in FILTERS:
                pass
            case ast.Name(alias) if alias in functions:
                name = functions[alias]
            case _:
                continue
        for place, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                break  # what follows could be any argument
            if place not in FILTERS[name]:
                continue
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument, "compile" if name == "compile" or _is_for_one(node) else "plan"


def _is_of_another_language(call: ast.Call) -> bool:
    """Return whether a call says which names, values or lengths there are, or may say so."""
    return any(each.arg in _OPTIONS for each in call.keywords)


def _is_for_one(call: ast.Call) -> bool:
    """Return whether a call has ``target="compile"``."""
    return any(
        keyword.arg == "target"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value == "compile"
        for keyword in call.keywords
    )


def _imported(tree: ast.Module) -> tuple[set[str], dict[str, str]]:
    """Return the names of the package and of its functions in a file."""
    modules: set[str] = set()
    functions: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                modules |= {each.asname or each.name for each in names if each.name == PACKAGE}
            case ast.ImportFrom(module, names, 0) if module == PACKAGE:
                functions |= {
                    each.asname or each.name: each.name for each in names if each.name in FILTERS
                }
            case _:
                pass
    return modules, functions


def _region(text: str, lines: Lines, node: ast.Constant, target: Target) -> Region | None:
    """Return the filter of a string, which may be several joined ones."""
    position = lines.offset(node.lineno - 1, node.col_offset)
    stop = lines.offset((node.end_lineno or 1) - 1, node.end_col_offset or 0)
    characters: list[tuple[str, int, int]] = []
    quotes: set[str] = set()
    is_raw = False
    end = position
    while position < stop:
        opening = _opening(text, position, stop)
        if opening is None:
            return None
        quotes.add(opening[2][0])
        has_escapes = "r" not in opening[1].lower()
        is_raw |= not has_escapes
        end = _end(text, opening.end(), stop, opening[2])
        characters += _decoded(text, opening.end(), end, has_escapes=has_escapes)
        after = _between(text, end + len(opening[2]), stop)
        position = after.end() if after else stop
    value = "".join(character for character, _, _ in characters)
    if value != node.value:
        return None  # written in a way that is not known here
    starts = [start for _, start, _ in characters] + [end]
    return Region(
        value, starts, [stop for _, _, stop in characters], frozenset(quotes), is_raw, target
    )


def _end(text: str, start: int, stop: int, quote: str) -> int:
    """Return where the content of a string ends."""
    position = start
    while position < stop and not text.startswith(quote, position):
        position += 2 if text[position] == "\\" else 1
    return min(position, stop)


def _decoded(text: str, start: int, end: int, *, has_escapes: bool) -> list[tuple[str, int, int]]:
    """Return the characters of a string, each with its place in the file."""
    pattern = _unit if has_escapes else _raw_unit
    found = []
    for unit in pattern.finditer(text, start, end):
        value = _value(unit[0]) if has_escapes else unit[0].replace("\r\n", "\n")
        found += [(character, *unit.span()) for character in value]
    return found


def _value(unit: str) -> str:
    if unit[0] != "\\" or len(unit) == 1:
        return unit.replace("\r\n", "\n").replace("\r", "\n")
    code = unit[1:]
    if code in _ESCAPED:
        return _ESCAPED[code]
    try:
        if code[0] == "N":
            return unicodedata.lookup(code[2:-1])
        if code[0] in "xuU":
            return chr(int(code[1:], 16))
        return chr(int(code, 8)) if code[0] in "01234567" else unit
    except (KeyError, ValueError, OverflowError):
        return unit
