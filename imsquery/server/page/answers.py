"""What the page asks, answered by the functions of the library: plain values in and out.

Nothing here knows how a question arrives, or where the images are: the service answers it over
HTTP from its catalogue, the static build in the browser from its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from imsquery.compiler.checker import check
from imsquery.compiler.lowering import compile as compile_query
from imsquery.completion.complete import complete
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.terminal import visible
from imsquery.engines.dialects.named import DIALECTS
from imsquery.engines.statement import sql
from imsquery.evaluation.why import why
from imsquery.fixes import mend
from imsquery.formatting.formatter import format as format_query
from imsquery.language.builder import field as attribute
from imsquery.limits import Limits
from imsquery.planning.planner import plan
from imsquery.planning.report import tree
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import inspect
from imsquery.semantics.formula import Atom, leaves
from imsquery.server.page.shapes import (
    show_cell,
    show_completions,
    show_findings,
    show_outcome,
    show_plan,
    show_tokens,
)
from imsquery.server.page.units import Units
from imsquery.server.requests import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.execution.run import Fetch
    from imsquery.planning.plan import Plan
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

    Answer = dict[str, Any]

LIMITS = Limits(length=4_096, count=500)
"""Bounds on a filter: the slowest of this size takes tenths of a second."""
LONGEST = 1_000
"""Of an endpoint or an id, in code points."""
MAX_ROWS = 500
MAX_PAGES = 40
"""Pages of the catalogue that are fetched for one answer."""

_COLUMNS = ("name", "platform", "os_version", "visibility")


class BadQuestionError(ValueError):
    """A question that is not one of the page's; the message says why."""


class _TooManyPagesError(Exception):
    """The catalogue is larger than one answer may look through."""


@frozen
class Page:
    """Answers the questions of the page.

    Attributes:
        fetch: returns the page of images for a query string.
        spec: the parameters.
    """

    fetch: Fetch
    spec: Spec = CLOUDIMAGES

    def answer(self, name: str, asked: object) -> Answer:
        """Answer a question.

        Args:
            name: a key of :data:`QUESTIONS`.
            asked: its fields; any others are ignored.

        Raises:
            BadQuestionError: a field is missing, or has another type or an invalid value.
        """
        question = QUESTIONS[name]
        if not isinstance(asked, dict):
            raise BadQuestionError("expected a JSON object")
        return question.answer(self, **{
            key: read(key, asked.get(key)) for key, read in question.fields.items()
        })

    def examine(self, query: str, endpoint: str, dialect: str) -> Answer:
        units = Units(query)
        found = self._check(query)
        is_sound = all(each.severity != "error" for each in found)
        answer: Answer = {
            "findings": show_findings(found, units),
            "tokens": [*show_tokens(query, units)] if len(query) <= LIMITS.length else [],
            "mended": self._mended(query, found),
            "formatted": format_query(query) if is_sound and query.strip() else None,
        }
        if any(each.severity == "error" and each.code != "contradiction" for each in found):
            return answer | dict.fromkeys(("request", "plan", "sql"))
        return answer | {
            "request": _attempt(lambda: self._request(query, endpoint)),
            "plan": _attempt(lambda: {"rows": show_plan(tree(self._plan(query)))}),
            "sql": _attempt(lambda: self._sql(query, dialect)),
        }

    def _check(self, query: str) -> tuple[Diagnostic, ...]:
        return check(query, spec=self.spec, limits=LIMITS)

    def _mended(self, query: str, found: tuple[Diagnostic, ...]) -> str | None:
        """Return the filter with all safe fixes, if it has any."""
        if all(fix.applicability != "safe" for each in found for fix in each.fixes):
            return None
        mended, _ = mend(query, self._check)
        return None if mended == query else mended

    def _request(self, query: str, endpoint: str) -> Answer:
        made = compile_query(query, spec=self.spec, limits=LIMITS)
        return {"query_string": made.query_string, "url": made.url(endpoint)}

    def _plan(self, query: str) -> Plan:
        return plan(query, spec=self.spec, limits=LIMITS)

    def _sql(self, query: str, dialect: str) -> Answer:
        made = sql(query, dialect, spec=self.spec, limits=LIMITS)
        params = [show_cell(each) for each in made.params]
        return {"sql": made.sql, "params": params}

    def complete(self, query: str, cursor: int) -> Answer:
        if len(query) > LIMITS.length:
            return {"completions": []}
        units = Units(query)
        found = complete(query, units.offset(cursor), spec=self.spec)
        return {"completions": show_completions(found, units)}

    def list_images(self, query: str) -> Answer:
        return _attempt(lambda: self._find(query))

    def _find(self, query: str) -> Answer:
        planned = self._plan(query)
        columns = self._columns(query, planned)
        identity = self.spec.names["id"].wire
        run = planned.execute(self._fetch_some())
        rows: list[Answer] = []
        ended = "all"
        try:
            for record in run:
                if len(rows) == MAX_ROWS:
                    ended = "more"
                    break
                cells = [show_cell(record.get(each.observed or each.wire)) for each in columns]
                rows.append({"id": str(record[identity]), "cells": cells})
        except _TooManyPagesError:
            ended = "stopped"
        return {
            "columns": [each.name for each in columns],
            "images": rows,
            "ended": ended,
            "looked_at": run.fetched,
        }

    def _fetch_some(self) -> Fetch:
        """Return a function that fetches a limited number of pages."""
        left = iter(range(MAX_PAGES))

        def fetch(query: str) -> Any:
            if next(left, None) is None:
                raise _TooManyPagesError
            return self.fetch(query)

        return fetch

    def _columns(self, query: str, planned: Plan) -> list[Parameter]:
        """Return the usual columns, and those that the filter is about."""
        shown = [self.spec.names[name] for name in _COLUMNS if name in self.spec.names]
        bound = inspect(query, spec=self.spec, limits=LIMITS).bound
        shown += [each.parameter for each in leaves(bound.filter) if isinstance(each, Atom)]
        shown += [each.parameter for each in planned.order.keys]
        columns: dict[str, Parameter] = {}
        for each in shown:
            if each.observed is not None:
                columns.setdefault(each.observed, each)
        return [*columns.values()]

    def explain(self, query: str, image: str) -> Answer:
        return _attempt(lambda: self._why(query, image))

    def _why(self, query: str, image: str) -> Answer:
        wanted = compile_query(attribute(self.spec.names["id"].name) == image, spec=self.spec)
        found = self.fetch(wanted.query_string)
        if not found:
            return {"problem": "no image has this id"}
        outcome = why(query, found[0], spec=self.spec, limits=LIMITS)
        return {"holds": outcome.holds, "rows": show_outcome(outcome)}


def _attempt(make: Callable[[], Answer]) -> Answer:
    """Return an answer, or why there is none."""
    try:
        return make()
    except QueryError as error:
        errors = [each for each in error.diagnostics if each.severity == "error"]
        return {"problem": visible(errors[0].message)}
    except (Refusal, ValueError, ModuleNotFoundError) as error:
        return {"problem": visible(str(error))}


def _read_text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadQuestionError(f"`{name}` must be a string")
    return value


def _read_short(name: str, value: object) -> str:
    text = _read_text(name, value)
    if len(text) > LONGEST:
        raise BadQuestionError(f"`{name}` is longer than {LONGEST:,} characters")
    return text


def _read_cursor(name: str, value: object) -> int:
    if type(value) is not int or value < 0:
        raise BadQuestionError(f"`{name}` must be an offset in UTF-16 code units")
    return value


def _read_dialect(name: str, value: object) -> str:
    if value not in DIALECTS:
        raise BadQuestionError(f"`{name}` must be one of {', '.join(DIALECTS)}")
    return str(value)


@frozen
class Question:
    """A question that the page asks.

    Attributes:
        summary: what it asks, for the description of the service.
        fields: what it consists of, each with the function that checks it.
    """

    summary: str
    answer: Callable[..., Answer] = field(repr=False)
    fields: Mapping[str, Callable[[str, object], Any]] = field(repr=False)


QUESTIONS: Mapping[str, Question] = {
    "filter": Question(
        "Check a filter, and return its request, plan and SQL",
        Page.examine,
        {"query": _read_text, "endpoint": _read_short, "dialect": _read_dialect},
    ),
    "completions": Question(
        "Complete a filter at a cursor",
        Page.complete,
        {"query": _read_text, "cursor": _read_cursor},
    ),
    "images": Question("List the images that match", Page.list_images, {"query": _read_text}),
    "why": Question(
        "Explain why an image matches, or does not",
        Page.explain,
        {"query": _read_text, "image": _read_short},
    ),
}
"""The questions by name."""
