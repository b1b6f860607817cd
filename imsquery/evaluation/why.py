"""Why a record matches a filter, or does not: the outcome of each of its conditions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from imsquery.diagnostics.terminal import measured, shorten, visible
from imsquery.evaluation.matching import compile_predicate, matcher
from imsquery.evaluation.written import read_written
from imsquery.frozen import Frozen
from imsquery.language.syntax import And, Not, Or, plain_name
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import text_of
from imsquery.semantics.formula import Atom, leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from imsquery.evaluation.written import Written
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Formula
    from imsquery.semantics.values import Bindable

Shown: TypeAlias = tuple[tuple[str, "str | None"], ...]
"""Attributes with their values as JSON; ``None`` for what a record does not have."""

_LEAST = 16  # columns of a line after its branches, however narrow the terminal


class _Row(NamedTuple):
    """A filter or a part of it, at its depth in the tree; a part follows what it is part of."""

    depth: int
    start: int
    end: int
    holds: bool
    shown: Shown


class Outcome(Frozen):
    """Whether a record satisfies a filter, and each of its parts; made by :func:`why`.

    ``str()`` draws it as a tree.  Its truth value is :attr:`holds`.
    """

    _text: str
    _rows: tuple[_Row, ...]  # flat: filters nest deeper than Python recurses

    def __repr__(self) -> str:
        return f"Outcome({self.text!r}, holds={self.holds})"

    def __bool__(self) -> bool:
        return self.holds

    @property
    def text(self) -> str:
        """The filter, on one line and without comments."""
        return self._text

    @property
    def holds(self) -> bool:
        """Whether the record satisfies it."""
        return self._rows[0].holds

    @property
    def shown(self) -> Shown:
        """What the record shows of a condition: attribute, and its value as JSON or ``None``.

        Empty for what is joined by ``and`` or ``or``: see its parts.
        """
        return self._rows[0].shown

    @property
    def parts(self) -> tuple[Outcome, ...]:
        """What the filter joins by ``and`` or ``or``, or negates; a condition has no parts."""
        rows = self._rows
        starts = [at for at, row in enumerate(rows) if row.depth == 1]
        return tuple(self._part(rows[at:end]) for at, end in pairwise([*starts, len(rows)]))

    def _part(self, rows: tuple[_Row, ...]) -> Outcome:
        _, start, end, _, _ = rows[0]
        moved = tuple(
            _Row(row.depth - 1, row.start - start, row.end - start, row.holds, row.shown)
            for row in rows
        )
        return Outcome(self._text[start:end], moved)

    def __str__(self) -> str:
        return self.draw()

    def draw(self, width: int | None = None) -> str:
        """Draw the tree, safe to print.

        Args:
            width: columns of a line, if they are limited.
        """
        return "\n".join(
            _line(branches, row, self._text[row.start : row.end], width)
            for branches, row in _branches(self._rows)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain values."""
        found: list[dict[str, Any]] = []
        for row in self._rows:
            node: dict[str, Any] = {"filter": self._text[row.start : row.end], "holds": row.holds}
            if row.shown:
                node["shown"] = {
                    name: None if value is None else json.loads(value) for name, value in row.shown
                }
            del found[row.depth :]  # what is left leads to it
            if found:
                found[-1].setdefault("parts", []).append(node)
            found.append(node)
        return found[0]


def _branches(rows: tuple[_Row, ...]) -> Iterator[tuple[str, _Row]]:
    """Yield the rows with what is drawn before them."""
    lasts: list[bool] = []
    followed: set[int] = set()  # depths at which a row follows, before one that is less deep
    for row in reversed(rows):
        lasts.append(row.depth not in followed)
        followed = {depth for depth in followed if depth < row.depth} | {row.depth}
    stems: list[str] = []
    for row, is_last in zip(rows, reversed(lasts), strict=True):
        del stems[max(row.depth - 1, 0) :]
        own = "" if row.depth == 0 else "└─ " if is_last else "├─ "
        yield "".join(stems) + own, row
        if row.depth:
            stems.append("   " if is_last else "│  ")


def _line(branches: str, row: _Row, text: str, width: int | None) -> str:
    mark = f"{branches}{'yes' if row.holds else 'no':3}  "
    values = "; ".join(
        f"{name}: {'absent' if value is None else value}" for name, value in row.shown
    )
    note = f"  ({values})" if values else ""
    if width is None:
        return mark + visible(text + note)
    room = max(width - len(mark), _LEAST)
    if values:
        # What the record shows may take half of the line, and what the condition leaves.
        left = max(room // 2, room - measured(text)[1]) - len("  ()")
        note = f"  ({shorten(values, left)})"
    return shorten(mark + shorten(text, room - measured(note)[1]) + note, width)


def why(
    query: str | Query | Expr,
    record: Mapping[str, Any],
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    values: Mapping[str, Bindable] | None = None,
) -> Outcome:
    """Return why a record matches a filter, or does not.

    >>> image = {"__platform": "Ubuntu", "min_disk": 40, "__support_kvm": "true"}
    >>> print(why("platform = CentOS and min_disk <= 60 and not supports(kvm)", image))
    no   platform = CentOS and min_disk <= 60 and not supports(kvm)
    ├─ no   platform = CentOS  (platform: "Ubuntu")
    ├─ yes  min_disk <= 60  (min_disk: 40)
    └─ no   not supports(kvm)  (support_kvm: "true")

    Args:
        query: the text, or a syntax tree; clauses are ignored.
        record: a mapping like an item of the API's ``images``.
        spec: the parameters.
        now: the meaning of ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text, and on the length of a list of values.
        values: those of placeholders, by name without `$`.

    Raises:
        QueryError: any error of :func:`~imsquery.matcher`.
        ModuleNotFoundError: the filter uses ``matches``, and the extra ``re2`` is not installed.
        TypeError: a value has another type, or there is no placeholder of its name.
    """
    text = text_of(query)
    options: dict[str, Any] = {
        "spec": spec,
        "now": datetime.now(UTC) if now is None else now,
        "allow_unlisted": allow_unlisted,
        "limits": limits,
        "values": values,
    }
    matcher(text, **options)  # or an error
    written = read_written(text, **options)
    return judge(written, record, lambda condition: compile_predicate(condition)(record))


def _parts(expr: Expr) -> tuple[Expr, ...]:
    """Return what a filter joins or negates; ``not`` belongs to the condition after it."""
    if isinstance(expr, And | Or):
        return expr.operands
    inner: Expr = expr
    while isinstance(inner, Not):
        inner = inner.operand
    return (expr.operand,) if isinstance(expr, Not) and isinstance(inner, And | Or) else ()


def _preorder(root: Expr) -> Iterator[tuple[int, Expr]]:
    pending = [(0, root)]
    while pending:
        depth, expr = pending.pop()
        yield depth, expr
        pending += [(depth + 1, part) for part in reversed(_parts(expr))]


def judge(
    written: Written, record: Mapping[str, Any], holds_of: Callable[[Formula], bool]
) -> Outcome:
    """Return the outcome of a filter, of whose conditions someone else knows whether they hold.

    Args:
        written: the filter.
        record: the image.
        holds_of: returns whether it satisfies a condition.
    """
    # From the last part on: parts come before what they make up.
    judged: list[_Row] = []
    below: dict[int, list[bool]] = {}  # depth -> outcomes of rows not yet part of another
    for depth, expr in reversed([*_preorder(written.filter)]):
        parts = below.pop(depth + 1, [])
        shown: Shown = ()
        if not parts:
            meaning = written.meaning(expr)
            holds = holds_of(meaning)
            shown = _shown(meaning, record)
        elif isinstance(expr, Not):
            holds = not parts[0]
        else:
            holds = all(parts) if isinstance(expr, And) else any(parts)
        below.setdefault(depth, []).append(holds)
        # Within another filter, what is joined has parentheses, which are not part of it.
        inset = int(depth > 0 and isinstance(expr, And | Or))
        start, end = expr.span.start + inset, expr.span.end - inset
        judged.append(_Row(depth, start, end, holds, shown))
    return Outcome(written.text, tuple(reversed(judged)))


def _shown(meaning: Formula, record: Mapping[str, Any]) -> Shown:
    attributes = dict.fromkeys(
        leaf.parameter.observed
        for leaf in leaves(meaning)
        if isinstance(leaf, Atom) and leaf.parameter.observed is not None
    )
    return tuple(
        (plain_name(each), _json(record[each]) if each in record else None) for each in attributes
    )


def _json(value: object) -> str:
    """Write a value as JSON; by its type, what JSON cannot say."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(f"<{type(value).__name__}>")
