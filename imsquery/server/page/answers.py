"""What the page asks, answered by the functions of the library: plain values in and out.

Nothing here knows how a question arrives, or where the images are: the service answers it over
HTTP from its catalogue, the static build in the browser from its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.compiler.checker import check
from imsquery.compiler.compiling import compile as compile_query
from imsquery.completion.complete import complete
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.terminal import visible
from imsquery.engines.statement import sql
from imsquery.evaluation.why import why
from imsquery.execution.pages import ExecutionError
from imsquery.fixes import mend
from imsquery.formatting.formatter import format as format_query
from imsquery.language.builder import field as attribute
from imsquery.limits import Limits
from imsquery.planning.planner import plan
from imsquery.planning.report import tree
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import inspect
from imsquery.semantics.formula import Atom, leaves
from imsquery.server.page.examples import examples
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
    from collections.abc import Callable
    from typing import Any

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.execution.run import Fetch
    from imsquery.planning.plan import Plan
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

    Answer = dict[str, Any]

LIMITS = Limits(length=4_096, count=500)
"""Bounds on a filter: the slowest of this size takes tenths of a second."""
MAX_ROWS = 500
MAX_COLUMNS = 16
MAX_PAGES = 40
"""Pages of the catalogue that are fetched for one answer."""

_COLUMNS = ("name", "platform", "os_version", "visibility")


class _TooManyPagesError(Exception):
    """The catalogue is larger than one answer may look through."""


@frozen
class Answers:
    """Answers what the page asks.

    Attributes:
        fetch: returns the page of images for a query string.
        spec: the parameters.
    """

    fetch: Fetch
    spec: Spec = CLOUDIMAGES

    def examine(self, query: str, endpoint: str, dialect: str) -> Answer:
        """Return the findings of a filter; if there are no errors, its request, plan and SQL, too.

        Offsets are in code units.

        Args:
            query: the text.
            endpoint: where the URL of the request leads.
            dialect: of the statement.
        """
        units = Units(query)
        found = self._check(query)
        is_sound = all(each.severity != "error" for each in found)
        answer: Answer = {
            "findings": show_findings(found, units),
            "tokens": [*show_tokens(query, units)] if len(query) <= LIMITS.length else [],
            "mended": self._mended(query, found),
            "formatted": self._formatted(query) if is_sound and query.strip() else None,
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

    def _formatted(self, query: str) -> str:
        return format_query(query, spec=self.spec, limits=LIMITS)

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
        """Return what can be written at a cursor; offsets are in code units."""
        if len(query) > LIMITS.length:
            return {"completions": []}
        units = Units(query)
        found = complete(query, units.offset(cursor), spec=self.spec)
        return {"completions": show_completions(found, units)}

    def list_images(self, query: str) -> Answer:
        """Return the images that match, as rows of a table."""
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
        """Return the columns: the name, what the filter is about, and what else is of interest."""
        usual = [self.spec.names[name] for name in _COLUMNS if name in self.spec.names]
        bound = inspect(query, spec=self.spec, limits=LIMITS).bound
        about = [each.parameter for each in leaves(bound.filter) if isinstance(each, Atom)]
        order = [each.parameter for each in planned.order.keys]
        shown = [*usual[:1], *about, *usual[1:], *order]
        columns: dict[str, Parameter] = {}
        for each in shown:
            if each.observed is not None:
                columns.setdefault(each.observed, each)
        return [*columns.values()][:MAX_COLUMNS]

    def begin(self) -> Answer:
        """Return filters to begin with, in the words of the spec."""
        return {"examples": examples(self.spec)}

    def explain(self, query: str, image: str) -> Answer:
        """Return which conditions of a filter an image meets, by its id."""
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
    except (Refusal, ExecutionError, ValueError, ModuleNotFoundError) as error:
        return {"problem": visible(str(error))}
