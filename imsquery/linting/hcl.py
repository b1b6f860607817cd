"""Data sources of Terraform and image filters of Packer, in HCL."""

from __future__ import annotations

import re

from imsquery.diagnostics.source import Span
from imsquery.diagnostics.suggest import nearest
from imsquery.forms.terraform import string
from imsquery.frozen import Frozen
from imsquery.late import Late
from imsquery.linting.requests import (
    Entry,
    Request,
    line_end,
    line_start,
    pair_of,
    unknown_entry,
)
from imsquery.schema.tools import PACKER, TERRAFORM, Tool, spec_of
from imsquery.urls.notation import Notation

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.schema.spec import Spec

_header = Late(
    r"\b(?:data[ \t]*\"(?P<data>huaweicloud_images_images?)\"[ \t]*\"[^\"\n]{0,200}\""
    r"|source[ \t]*\"huaweicloud-ecs\"[ \t]*\"[^\"\n]{0,200}\")[ \t]*\{"
)
_STRING = r"\"(?:[^\"\\\n$]|\\[^\n]|\$\{(?:[^{}\"\n]|\"[^\"\n]*\"){0,200}+\}|\$)*+\""
_token = Late(
    r"(?P<comment>#[^\n]*|//[^\n]*)|(?P<long>/\*)|(?P<newline>\n)|(?P<space>[^\S\n]+)"
    rf"|(?P<string>{_STRING})|<<-?(?P<mark>\w{{1,100}})\r?\n|(?P<open>[{{(\[])|(?P<close>[}})\]])"
    r"|(?P<attribute>[A-Za-z_][\w-]*)[ \t]*=(?![=>])|(?P<word>[A-Za-z_][\w.-]*)|(?P<other>.)"
)
_literal = Late(
    rf"[ \t]*(?:(?P<string>{_STRING})|(?P<plain>true|false|-?\d+))(?=[ \t]*(?:[\n\r}}#]|//|/\*|$))"
)
_plain = Late(r"true|false|0|[1-9][0-9]{0,17}").fullmatch
_escape = Late(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|(\$|%)\2\{")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_FILTERS = ["source_image_filter", "filters"]


class _Attribute(Frozen, Notation):
    """Writes attributes, whose strings are in quotes; ``is_quoted`` if a value is one now."""

    is_quoted: bool = True

    def value(self, value: str) -> str:
        if self.is_quoted:
            return string(value)[1:-1]
        return value if _plain(value) else string(value)

    def pair(self, wire: str, value: str) -> str:
        return f"{wire} = {string(value)}"


def read(text: str, spec: Spec) -> Iterator[Request]:
    """Yield the requests of data sources and image filters."""
    if "huaweicloud_images_image" not in text and "huaweicloud-ecs" not in text:
        return
    following, ending = _header.search(text), line_end(text)
    while following:
        header = following
        following = _header.search(text, header.end())
        tool, path = (TERRAFORM, []) if header["data"] else (PACKER, _FILTERS)
        block = _Block(text, path, following.start() if following else len(text))
        if block.read(header.end()):
            known = spec_of(tool, spec)
            pairs = [
                pair
                for entry in block.entries
                if _is_known(entry.name, tool, known)
                for pair in pair_of(
                    entry, line_start(text, entry.start, entry.end), entry.end, ending
                )
            ]
            yield Request(Span(header.start(), block.end), pairs, known)


def _is_known(name: str | None, tool: Tool, spec: Spec) -> bool:
    """Return whether a name is that of a parameter, or nearly so; there may be others."""
    if name is None or name in spec.parameters:
        return True
    if name in tool.others:
        return False
    meant = nearest(name, [*spec.parameters, *tool.others])
    return bool(meant) and meant[0] in spec.parameters


class _Block:
    """Reads the attributes of a block, or of one within it.

    Attributes:
        entries: the attributes.
        end: where the block ends.
    """

    def __init__(self, text: str, path: list[str], stop: int) -> None:
        self._text = text
        self._path = path
        self._stop = stop
        self._open: list[str] = []  # names of blocks, and "" for other brackets
        self._is_fresh = True  # nothing of a statement was read
        self._word = ""  # that begins a block
        self._pending: Entry | None = None  # an attribute whose end is not known
        self.entries: list[Entry] = []
        self.end = 0

    def read(self, position: int) -> bool:
        """Read the content of a block; return whether its end was found."""
        while 0 <= position < self._stop:
            token = _token.match(self._text, position)
            if token is None:
                return False
            position = token.end()
            match token.lastgroup:
                case "space" | "comment":
                    pass
                case "newline":
                    self._finish(token.start())
                case "open":
                    self._open.append(self._word)
                    self._is_fresh, self._word = bool(self._word), ""
                case "close":
                    self._finish(token.start())
                    self.end = position
                    if not self._open:
                        return True
                    self._open.pop()
                    self._is_fresh = False
                case "long" | "mark":
                    position = self._skip(token)
                case _:
                    position = self._statement(token) if self._is_fresh else position
                    self._is_fresh = False
        return False

    def _statement(self, token: re.Match[str]) -> int:
        """Read the start of a statement, and return where to go on."""
        if token["attribute"]:
            return self._attribute(token)
        self._word = token["word"] or ""
        if token["other"] and self._open == self._path:
            self.entries.append(unknown_entry(*token.span()))
        return token.end()

    def _skip(self, token: re.Match[str]) -> int:
        """Return the end of a comment or text of several lines, or -1."""
        mark = token["mark"]
        if mark is None:
            end = self._text.find("*/", token.end(), self._stop)
            return end if end < 0 else end + 2
        closing = re.compile(rf"^[ \t]*{mark}\b", re.MULTILINE)
        found = closing.search(self._text, token.end(), self._stop)
        return found.end() if found else -1

    def _attribute(self, token: re.Match[str]) -> int:
        """Read an attribute, and return where its value, if it is plain, or its name ends."""
        if self._open != self._path:
            return token.end()
        name, start, end = token["attribute"], token.start(), token.end()
        name_span = Span(*token.span("attribute"))
        literal = _literal.match(self._text, end, self._stop)
        if literal is None:
            self._pending = Entry(start, end, name, None, name_span, Span(end, end))
            return end
        place, value = Span(*literal.span("plain")), literal["plain"]
        if value is None:
            place = Span(literal.start("string") + 1, literal.end("string") - 1)
            value = _escape.sub(_unescaped, self._text[place.start : place.end])
        notation = _Attribute(literal["plain"] is None)
        self.entries.append(Entry(start, literal.end(), name, value, name_span, place, notation))
        return literal.end()

    def _finish(self, end: int) -> None:
        """End a statement, unless it is within parentheses."""
        if self._pending is not None and self._open == self._path:
            start = self._pending.value_span.end if self._pending.value_span else end
            self.entries.append(
                self._pending.evolve(end=end, value_span=Span(start, end), notation=_Attribute())
            )
            self._pending = None
        self._is_fresh = not self._open or self._open[-1] != ""
        self._word = ""


def _unescaped(found: re.Match[str]) -> str:
    """Return the character of an escape."""
    code = found[1]
    if code is None:
        return f"{found[2]}{{"
    if code[0] in "uU":
        return chr(min(int(code[1:], 16), 0x10FFFF))
    return _ESCAPED.get(code, code)
