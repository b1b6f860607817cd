"""Filters as expressions of Polars."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from operator import and_, or_

from imsquery.engines.analysis import analyze_for_engine, express_filter
from imsquery.engines.clauses import read_clauses
from imsquery.engines.columns import columns as described
from imsquery.engines.columns import read_layout
from imsquery.engines.dialects.base import TIME
from imsquery.engines.engine import Engine
from imsquery.engines.extras import load_extra
from imsquery.engines.regexes import RUST, port
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    import polars as pl

    from imsquery.engines.columns import Column, Layout
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.values import Bindable

_MANY = 32
_OPERATORS = {"=": "eq", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


class Polars(Engine["pl.Expr"]):
    """Expressions of Polars, native ones all."""

    def __init__(self) -> None:
        self._pl = load_extra("polars")

    def express(self, analysis: Analysis, layout: Layout) -> pl.Expr:
        """Return the filter of an analyzed query."""
        made = express_filter(analysis, self, layout)
        return self.constant(made) if isinstance(made, bool) else made

    # -- connectives

    def constant(self, value: bool) -> pl.Expr:
        found: pl.Expr = self._pl.lit(value)
        return found

    def join(self, parts: Sequence[pl.Expr], *, is_and: bool) -> pl.Expr:
        if len(parts) > _MANY:  # its optimizer takes time in the square of the operands of `&`
            joined = self._pl.all_horizontal if is_and else self._pl.any_horizontal
            found: pl.Expr = joined(parts)
            return found
        return reduce(and_ if is_and else or_, parts)

    def unless(self, condition: pl.Expr) -> pl.Expr:
        return ~condition.fill_null(value=False)

    def cases(self, steps: Sequence[tuple[pl.Expr, bool]], rest: pl.Expr) -> pl.Expr:
        for condition, verdict in reversed(steps):
            rest = self._pl.when(condition).then(self.constant(verdict)).otherwise(rest)
        return rest

    # -- values

    def present(self, column: Column) -> pl.Expr:
        return self.native(column).is_not_null()

    def absent(self, column: Column) -> pl.Expr:
        return self.native(column).is_null()

    def native(self, column: Column) -> pl.Expr:
        found: pl.Expr = self._pl.col(column.name)
        return found

    def text(self, column: Column) -> pl.Expr:
        return self.native(column).cast(self._pl.String)

    def scalar(self, column: Column) -> pl.Expr:
        return self.text(column)

    def only(self, value: pl.Expr, condition: pl.Expr) -> pl.Expr:
        found: pl.Expr = self._pl.when(condition).then(value)
        return found

    def only_whole(self, column: Column) -> pl.Expr:
        value = self.native(column)
        return self.only(value, (value - value.floor()) == 0)

    def second(self, column: Column) -> pl.Expr:
        return self._datetime(column).dt.truncate("1s")

    def _datetime(self, column: Column) -> pl.Expr:
        """Return a time stamp in microseconds of UTC; a date is its first second."""
        zone = "UTC" if column.kind == "timestamptz" else None
        value = self.native(column)
        if zone is not None:
            return value.dt.convert_time_zone(zone)
        return value.cast(self._pl.Datetime("us"))

    def number_key(self, text: pl.Expr) -> pl.Expr:
        lit = self._pl.lit
        digits = text.str.strip_chars_start("+-0")
        count = digits.str.len_chars().cast(self._pl.Int64)
        complement = digits.str.replace_many(list("0123456789"), list("9876543210"))
        above = lit("1") + count.cast(self._pl.String).str.zfill(3) + digits
        below = lit("0") + (999 - count).cast(self._pl.String).str.zfill(3) + complement
        signed = self._pl.when(text.str.starts_with("-")).then(below).otherwise(above)
        key = self._pl.when(digits == "").then(lit("1")).otherwise(signed)
        return self.only(key, text.str.contains("^[+-]?[0-9]+$"))

    def time_key(self, text: pl.Expr) -> pl.Expr:
        return text.str.replace(" ", "T", literal=True).str.slice(0, 19)

    def is_time(self, text: pl.Expr) -> pl.Expr:
        return text.str.contains(f"{TIME}$")

    def lowered(self, text: pl.Expr) -> pl.Expr:
        return text.str.to_lowercase()

    def coalesce(self, value: pl.Expr, default: str) -> pl.Expr:
        found: pl.Expr = value.fill_null(self._pl.lit(default))
        return found

    def choose(self, steps: Sequence[tuple[pl.Expr, str]], default: str) -> pl.Expr:
        chosen: pl.Expr = self._pl.lit(default)
        for condition, said in reversed(steps):
            chosen = self._pl.when(condition).then(self._pl.lit(said)).otherwise(chosen)
        return chosen

    # -- tests

    def compare(self, value: pl.Expr, relation: str, other: str | int | bool) -> pl.Expr:
        found: pl.Expr = getattr(value, _OPERATORS[relation])(self._pl.lit(other))
        return found

    def among(self, value: pl.Expr, others: Sequence[str | int]) -> pl.Expr:
        if isinstance(others[0], int):  # a number out of their range equals none
            value = value.cast(self._pl.Int64, strict=False)
        return value.is_in(list(others))

    def compare_moment(self, column: Column, relation: str, moment: str) -> pl.Expr:
        at = self._datetime(column)
        start = datetime.fromisoformat(moment.removesuffix("Z"))
        if column.kind == "timestamptz":
            start = start.replace(tzinfo=UTC)
        match relation:
            case "<":
                return at < start
            case ">=":
                return at >= start
            case "<=":
                return self._before_next(at, start)
            case ">":
                return ~self._before_next(at, start)
            case _:
                return (at >= start) & self._before_next(at, start)

    def _before_next(self, at: pl.Expr, start: datetime) -> pl.Expr:
        """Return whether a time is before the second after another."""
        found: pl.Expr = at < self._pl.lit(start) + self._pl.duration(seconds=1)
        return found

    def exists(self, value: pl.Expr) -> pl.Expr:
        return value.is_not_null()

    def missing(self, value: pl.Expr) -> pl.Expr:
        return value.is_null()

    def no_longer(self, text: pl.Expr, length: int) -> pl.Expr:
        return text.str.len_chars() <= length

    def contains(self, text: pl.Expr, part: str) -> pl.Expr:
        return text.str.contains(part, literal=True)

    def starts_with(self, text: pl.Expr, part: str) -> pl.Expr:
        return text.str.starts_with(part)

    def ends_with(self, text: pl.Expr, part: str) -> pl.Expr:
        return text.str.ends_with(part)

    def like(self, text: pl.Expr, pattern: Sequence[str | None]) -> pl.Expr:
        pieces = [
            "[\\s\\S]*" if token is None else _spelled(token) if token else "[\\s\\S]"
            for token in pattern
        ]
        return text.str.contains(f"^{''.join(pieces)}$")

    def matches(self, text: pl.Expr, pattern: str) -> pl.Expr:
        return text.str.contains(port(pattern, RUST))

    def any_item(self, column: Column, test: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
        passed = test(self._pl.element()).fill_null(value=False)
        return self.native(column).list.eval(passed).list.any()

    def respelled(self, tag: pl.Expr) -> pl.Expr:
        newer = tag.str.replace(".", "=", literal=True)
        has_equals = tag.str.contains("=", literal=True)
        found: pl.Expr = self._pl.when(has_equals).then(tag).otherwise(newer)
        return found


def _spelled(letter: str) -> str:
    return letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}"


def polars(
    query: str | Query | Expr,
    *,
    columns: Mapping[str, Any] | None = None,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    values: Mapping[str, Bindable] | None = None,
) -> pl.Expr:
    """Return a filter as an expression of Polars, with the meaning that :func:`matcher` has.

    >>> import polars as pl
    >>> frame = pl.DataFrame({"__platform": ["CentOS", None], "min_ram": [1024, 0]})
    >>> frame.filter(polars("platform != CentOS", columns=frame.schema)).height
    1

    Args:
        query: the text, or a syntax tree, without clauses: :func:`apply` takes those.
        columns: attribute -> type, or the schema of a frame.  By default, all attributes with the
            types of the service's records.
        spec: the parameters.
        now: the meaning of ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text.
        values: those of placeholders, by name without `$`.

    Raises:
        QueryError: as of :func:`matcher`; also ``not-expressible`` for what Polars lacks.
        ValueError: the query has clauses.
        ModuleNotFoundError: Polars is not installed, or RE2 where the filter uses ``matches``.
    """
    engine = Polars()
    analysis = analyze_for_engine(
        query, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits, values=values
    )
    if not read_clauses(analysis.bound, spec).is_empty:
        msg = "an expression has no clauses; apply the query to a frame instead"
        raise ValueError(msg)
    layout = read_layout(None if columns is None else described(columns), None, spec)
    return engine.express(analysis, layout)
