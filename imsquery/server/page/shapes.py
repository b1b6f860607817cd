"""What the library returns, as plain values that the page can show.

Trees are flat lists of rows with their depths: filters nest deeper than JSON is read.
Texts that someone else may have written are made visible, so that none can hide or reverse a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.diagnostics.terminal import shorten, visible
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from imsquery.completion.complete import Completion
    from imsquery.diagnostics.model import Diagnostic
    from imsquery.evaluation.why import Outcome
    from imsquery.planning.report import Node
    from imsquery.server.page.units import Units

_LONGEST_CELL = 300  # columns
_SAFE_INTEGER = 2**53 - 1  # the largest that a browser reads exactly
_KEYWORDS = frozenset(KEYWORDS.values())
_CLASSES = {"STRING": "string", "PLACEHOLDER": "placeholder", "OPERATOR": "operator"}


def show_findings(found: tuple[Diagnostic, ...], units: Units) -> list[dict[str, Any]]:
    """Return findings as plain values, with offsets in code units."""
    shown = []
    for each in found:
        plain = each.to_dict()
        _move(plain, units)
        for fix in plain["fixes"]:
            for edit in fix["edits"]:
                _move(edit, units)
        texts = {"message": visible(each.message), "notes": [visible(note) for note in each.notes]}
        shown.append(plain | texts)
    return shown


def show_completions(found: list[Completion], units: Units) -> list[dict[str, Any]]:
    """Return proposals as plain values, with offsets in code units."""
    shown = [each.to_dict() for each in found]
    for plain in shown:
        _move(plain, units)
    return shown


def _move(plain: dict[str, Any], units: Units) -> None:
    span = plain.pop("span")
    plain |= {"start": units.units(span["start"]), "end": units.units(span["end"])}


def show_tokens(text: str, units: Units) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and class of what is to be coloured in a text."""
    tokens = Tokens(text)
    before = 0
    for index, kind in enumerate(tokens.kinds):
        start, end = tokens.span(index)
        comment = text.find("#", before, start)
        if comment >= 0:
            yield units.units(comment), units.units(start), "comment"
        before = end
        name = "keyword" if kind in _KEYWORDS else _CLASSES.get(kind, "")
        if name:
            yield units.units(start), units.units(end), name


def show_plan(root: Node) -> list[dict[str, Any]]:
    """Return the rows of a plan as it is explained."""
    rows = []
    pending = [(0, root)]
    while pending:
        depth, (title, parts) = pending.pop()
        rows.append({"depth": depth, "text": visible(title)})
        pending += [(depth + 1, part) for part in reversed(parts)]
    return rows


def show_outcome(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the rows of an outcome: the filter, then its parts."""
    rows = []
    pending = [(0, outcome.to_dict())]
    while pending:
        depth, node = pending.pop()
        shown = [
            {"name": visible(name), "value": None if value is None else show_cell(value)}
            for name, value in node.get("shown", {}).items()
        ]
        text = visible(node["filter"])
        rows.append({"depth": depth, "text": text, "holds": node["holds"], "shown": shown})
        pending += [(depth + 1, part) for part in reversed(node.get("parts", []))]
    return rows


def show_cell(value: object) -> str | int | float | None:
    """Return the value of an attribute: a number, or a text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) or (isinstance(value, int) and abs(value) <= _SAFE_INTEGER):
        return value
    if isinstance(value, list):
        return shorten(", ".join(map(str, value)), _LONGEST_CELL)
    return shorten(str(value), _LONGEST_CELL)
