"""Values of placeholders, each of which becomes one literal, and never syntax.

Loaded only for queries with placeholders that are given values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice

from imsquery.language.builder import literal_text
from imsquery.language.lexer import has_surrogate
from imsquery.semantics.formula import Unknown

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import TypeAlias

    from imsquery.limits import Limits
    from imsquery.semantics.binder import Binder
    from imsquery.semantics.formula import BoundQuery, Deferred, Formula

Bindable: TypeAlias = str | int | bool | date | Iterable[str | int | bool | date]
"""Values of a placeholder; a list only after ``in``."""


def collected(values: Mapping[str, Bindable], limits: Limits) -> dict[str, Bindable]:
    """Return values that can be read again: lists as tuples, no longer than limits can be told."""

    def frozen(value: Bindable) -> Bindable:
        if isinstance(value, str) or not isinstance(value, Iterable):
            return value
        return tuple(islice(value, limits.count + 1))

    return {name: frozen(value) for name, value in values.items()}


def check_names(placeholders: Container[str], values: Iterable[str]) -> None:
    """Raise if there is no placeholder of a name.

    Raises:
        TypeError: there is none.
    """
    unknown = sorted(name for name in values if name not in placeholders)
    if unknown:
        msg = f"unknown placeholder {', '.join(map(repr, unknown))}"
        raise TypeError(msg)


def fill(
    bound: BoundQuery, binder: Binder, values: Mapping[str, object], limits: Limits
) -> BoundQuery:
    """Return a query with its values in place; those that are invalid or missing are findings.

    Args:
        bound: the query.
        binder: collects the findings, which are at the placeholders.
        values: by the name of the placeholder, without `$`.
        limits: bounds on the length of a list.

    Raises:
        TypeError: a value has another type.
    """
    return bound.filled(_Values(binder, values, limits).resolve)


class _Values:
    """Puts values into the conditions that wait for them."""

    def __init__(self, binder: Binder, values: Mapping[str, object], limits: Limits) -> None:
        self._binder = binder
        self._limits = limits
        self._values = values

    def resolve(self, deferred: Deferred) -> Formula:
        """Return a condition with its values, and report those that are invalid or missing."""
        before = len(self._binder.findings)
        self._binder.report_unbound(deferred, self._values)
        if len(self._binder.findings) > before:
            return deferred
        given = [
            (token, literal)
            for token in deferred.tokens
            for literal in self._literals(token, deferred)
        ]
        for token, literal in given:
            if has_surrogate(literal):
                message = "half a surrogate pair is not a character"
                self._binder.report("bad-value", message, self._binder.span(token))
        if len(self._binder.findings) > before:
            return Unknown(deferred.first, deferred.last)
        formula = deferred.build(self._binder, [literal for _, literal in given])
        self._binder.report_doubts(formula, positive=deferred.is_positive)
        return formula

    def _literals(self, token: int, deferred: Deferred) -> list[str]:
        binder = self._binder
        if binder.tokens.kinds[token] != "PLACEHOLDER":
            return [binder.literal(token)]
        value = self._values[binder.tokens.lexemes[token][1:]]
        if not deferred.is_list:
            return [self._literal(value, token, _relation(deferred, token))]
        if isinstance(value, str) or not isinstance(value, Iterable):
            msg = f"{binder.tokens.lexemes[token]} must be a list of values"
            raise TypeError(msg)
        items = [self._literal(each, token) for each in islice(value, self._limits.count + 1)]
        if len(items) > self._limits.count:
            message = f"more than {self._limits.count:,} values; the limit can be raised"
            binder.report("too-many", message, binder.span(token))
            return []
        return items

    def _literal(self, value: object, token: int, relation: str = "=") -> str:
        try:
            return literal_text(value, relation)
        except ValueError as error:
            code = "bad-value" if getattr(value, "microsecond", 0) else "out-of-range"
            self._binder.report(code, str(error), self._binder.span(token))
            return ""


def _relation(deferred: Deferred, token: int) -> str:
    """Return what the value of a placeholder is compared by."""
    _, relation = deferred.comparison or (None, "=")
    if relation != "between":
        return relation
    return ">=" if token == deferred.tokens[0] else "<="
