"""What an editor asks about a file, in offsets of its text: no protocol here."""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import define, frozen

from imsquery.compiler.checker import check
from imsquery.compiler.compiling import compile as compile_query
from imsquery.completion.complete import complete
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.terminal import shorten
from imsquery.fixes import mend
from imsquery.formatting.formatter import format as format_query
from imsquery.limits import DEFAULT_LIMITS
from imsquery.linting.linter import lint
from imsquery.lsp.regions import Region, in_python, whole
from imsquery.planning.planner import plan
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.huaweicloud import SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.completion.complete import Completion
    from imsquery.diagnostics.model import Diagnostic, Fix
    from imsquery.schema.parameters import Function, Parameter
    from imsquery.schema.spec import Spec

Kind: TypeAlias = Literal["filter", "python", "other"]
Edit: TypeAlias = "tuple[int, int, str]"
"""Start, end and new text of a part of the file."""

SUFFIX = ".imsq"
"""Of files with one filter each."""
LANGUAGE = "imsquery"
_LONGEST_SHOWN = 500
_word = re.compile(r"\w+")


def kind_of(path: str, language: str | None) -> Kind:
    """Return what is in a file, by its name and the language that the editor takes it for."""
    if language == LANGUAGE or path.endswith(SUFFIX):
        return "filter"
    return "python" if language == "python" or path.endswith((".py", ".pyi")) else "other"


@frozen
class Found:
    """A finding in a file.

    Attributes:
        diagnostic: the finding.
        start: where it begins in the file.
        end: where it ends.
        fixes: with their edits of the file; those that cannot be written there are left out.
    """

    diagnostic: Diagnostic
    start: int
    end: int
    fixes: Sequence[tuple[Fix, Sequence[Edit]]]


@define(slots=False)
class Document:
    """A file as it is in the editor."""

    text: str
    kind: Kind
    spec: Spec = CLOUDIMAGES

    @cached_property
    def regions(self) -> list[Region]:
        """The filters in it."""
        if self.kind == "filter":
            return [whole(self.text)]
        return in_python(self.text) if self.kind == "python" else []

    @cached_property
    def findings(self) -> list[Found]:
        """What is wrong with its filters and with the URLs of image lists in it."""
        found = [
            _placed(region, each)
            for region in self.regions
            for each in self._check(region)(region.text)
        ]
        if self.kind != "filter":
            everything = whole(self.text)
            found += [_placed(everything, each) for each in self._lint(self.text)]
        return sorted(found, key=lambda each: (each.start, each.end))

    def completions(self, place: int) -> list[tuple[Completion, Edit]]:
        """Return the completions at a place, each with its edit."""
        region, offset = self._at(place)
        if region is None:
            return []
        found = complete(region.text, offset, spec=self.spec)
        placed = ((each, region.edit(each.span.start, each.span.end, each.text)) for each in found)
        return [(each, edit) for each, edit in placed if edit]

    def hover(self, place: int) -> tuple[str, int, int] | None:
        """Return what to show about a place, as Markdown, and the part that it is about."""
        region, offset = self._at(place)
        if region is None:
            return None
        for word in _word.finditer(region.text):
            if word.start() <= offset <= word.end():
                about = _about(word[0], self.spec)
                if about:
                    return f"{about}\n\n---\n\n{_answer(region, self.spec)}", *region.place(
                        *word.span()
                    )
        return _answer(region, self.spec), *region.place(0, len(region.text))

    @cached_property
    def mended(self) -> Edit | None:
        """The edit that applies all safe fixes."""
        text = self.text
        for region in reversed(self.regions):
            mended, _ = mend(region.text, self._check(region))
            edit = region.edit(*_difference(region.text, mended))
            if edit and mended != region.text:
                text = text[: edit[0]] + edit[2] + text[edit[1] :]
        if self.kind != "filter":
            text, _ = mend(text, self._lint)
        return None if text == self.text else _difference(self.text, text)

    def formatted(self) -> str | None:
        """Return a file of one filter, formatted; ``None`` if it has errors."""
        if self.kind != "filter" or not self.text.strip():
            return None
        try:
            formatted = format_query(self.text, spec=self.spec)
        except QueryError:
            return None
        return f"{formatted}\n".replace("\n", "\r\n" if "\r\n" in self.text else "\n")

    def _check(self, region: Region) -> partial[tuple[Diagnostic, ...]]:
        return partial(check, target=region.target, spec=self.spec)

    def _lint(self, text: str) -> tuple[Diagnostic, ...]:
        return lint(text, spec=self.spec)

    def _at(self, place: int) -> tuple[Region | None, int]:
        """Return the filter at a place, and the offset in it."""
        for region in self.regions:
            offset = region.offset(place)
            if offset is not None:
                return region, offset
        return None, 0


def _placed(region: Region, found: Diagnostic) -> Found:
    """Return a finding in a filter as one in the file."""
    length = len(region.text)
    span = (min(found.span.start, length), min(found.span.end, length))
    fixes = []
    for fix in found.fixes:
        edits = [region.edit(each.span.start, each.span.end, each.text) for each in fix.edits]
        if edits and None not in edits:
            fixes.append((fix, [edit for edit in edits if edit]))
    return Found(found, *region.place(*span), fixes)


def _difference(before: str, after: str) -> Edit:
    """Return the one edit between two texts."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return start, len(before) - end, after[start : len(after) - end]


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with together."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _about(word: str, spec: Spec) -> str:
    """Return what the spec says of a name; nothing if it has no such name."""
    row = spec.find(word)
    if row is not None:
        return _about_parameter(row)
    functions = spec.functions.get(word.lower(), ())
    return "\n\n".join(map(_about_function, functions))


def _about_parameter(row: Parameter) -> str:
    unit = f" ({row.unit})" if row.unit else ""
    where = f"sent as `{row.wire}`" if row.pushable else "compared by the client"
    lines = [
        f"**`{row.name}`**: {row.kind.name}{unit}, {where}",
        row.kind.describe(),
        _cited(row.source),
    ]
    return "\n\n".join(line for line in lines if line)


def _about_function(function: Function) -> str:
    return f"**`{function.signature}`**: {function.summary}\n\n{_cited(function.source)}"


def _cited(source: str) -> str:
    """Return where a row comes from, with abbreviations written out."""
    return _word.sub(lambda word: SOURCES.get(word[0], word[0]), source)


def _answer(region: Region, spec: Spec) -> str:
    """Return the request or requests that a filter makes."""
    if len(region.text) > DEFAULT_LIMITS.length:
        return "too long"
    try:
        compiled = str(compile_query(region.text, spec=spec))
        return f"One request: `{shorten(compiled, _LONGEST_SHOWN)}`"
    except QueryError:
        pass
    try:
        count = len(plan(region.text, spec=spec).requests)
    except (QueryError, ModuleNotFoundError):
        return "This filter has errors."
    requests = "1 request" if count == 1 else f"{count} requests"
    return f"`imsquery.plan` answers it with {requests} and a filter on the client."
