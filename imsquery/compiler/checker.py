"""All findings of a text."""

from __future__ import annotations

from imsquery.language.parser import tokenize
from imsquery.limits import DEFAULT_LIMITS, Limits
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import bind

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Literal, TypeAlias

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.schema.spec import Spec
    from imsquery.semantics.values import Bindable

    Target: TypeAlias = Literal["plan", "compile"]

_TARGETS = ("plan", "compile")


def check(
    text: str,
    *,
    target: Target = "plan",
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    values: Mapping[str, Bindable] | None = None,
) -> tuple[Diagnostic, ...]:
    """Return all findings of a text, in text order.

    Never raises, whatever the text.  A text without errors has a plan; the one error that a plan
    takes nevertheless is a ``contradiction``: it finds nothing.  Regular expressions are checked if
    the extra ``re2`` is installed.

    Args:
        text: the query.
        target: ``compile`` also reports what keeps the query from being a single request, such as a
            placeholder without a value.
        spec: the parameters.
        now: the time for ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists, with a warning.
        limits: bounds on the text, and on the length of a list of values.
        values: those of placeholders, by name without `$`; they are checked, too.

    Raises:
        ValueError: the target is unknown.
        TypeError: a value has another type, or there is no placeholder of its name.
    """
    if target not in _TARGETS:
        msg = f"unknown target {target!r}; expected {' or '.join(map(repr, _TARGETS))}"
        raise ValueError(msg)
    try:
        tokens = tokenize(text, limits)
    except ValueError as error:
        from imsquery.diagnostics.errors import QueryError

        if not isinstance(error, QueryError):
            raise
        return error.diagnostics
    analysis = bind(tokens, spec, now=now, allow_unlisted=allow_unlisted)
    if values:
        analysis.fill(values, limits)
    if target == "compile":
        from imsquery.compiler.lowering import lower

        lower(analysis)
    else:
        analysis.check()
        if analysis.asks_hidden:
            # Imported here: only such a condition can keep a filter from a plan.
            from imsquery.covering.parts import report_no_plan

            report_no_plan(analysis)
    if not analysis.findings:
        return ()
    # Imported here: most texts have none.
    from imsquery.diagnostics.model import in_text_order

    return in_text_order(analysis.findings)
