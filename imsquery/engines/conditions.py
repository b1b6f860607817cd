"""The walk over a filter that asks an engine for each form of condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, assert_never

from imsquery.engines import versions
from imsquery.engines.engine import T
from imsquery.engines.normal import Cases, Group, Leaf
from imsquery.engines.numbers import number_pattern
from imsquery.engines.regexes import NotPortableError
from imsquery.evaluation.attributes import LONGEST_NUMBER, sources, spellings
from imsquery.evaluation.matching import compile_predicate
from imsquery.language.operators import MATCH, ORDER
from imsquery.language.patterns import read_glob
from imsquery.schema.kinds import Boolean, Integer
from imsquery.semantics.formula import Atom

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from imsquery.engines.columns import Column, Layout
    from imsquery.engines.engine import Engine
    from imsquery.engines.normal import Node
    from imsquery.schema.parameters import Parameter

_MANY = 32
_DAY = len("2018-10-28")
_TRUTHS = ("true", "false")


class NotExpressibleError(Exception):
    """Raised where an engine cannot express a condition.

    Attributes:
        reason: what, and why.
        leaf: the condition.
    """

    def __init__(self, reason: str, leaf: Leaf) -> None:
        super().__init__(reason)
        self.reason = reason
        self.leaf = leaf


def express(node: Node, engine: Engine[T], layout: Layout) -> T | bool:
    """Return the condition that an engine evaluates, or a truth value if it is always the same.

    Raises:
        NotExpressibleError: the engine cannot express it.
    """
    return _Walk(engine, layout).express(node)


class _Walk(Generic[T]):
    """The way from a filter to the expression of an engine; no node is deep."""

    def __init__(self, engine: Engine[T], layout: Layout) -> None:
        self._engine = engine
        self._layout = layout

    def express(self, node: Node) -> T | bool:
        match node:
            case Leaf():
                try:
                    return self._leaf(node)
                except NotPortableError as error:
                    raise NotExpressibleError(str(error), node) from None
            case Group(True, parts) if len(parts) > _MANY:
                return self._conjunction(parts)
            case Group(is_and, parts):
                return self._engine.fold([*map(self.express, parts)], is_and=is_and)
            case Cases(steps, rest):
                chosen = [(self.express(part), said) for part, said in reversed(steps)]
                return self._engine.decide(chosen, self.express(rest))
            case _:
                assert_never(node)

    def _conjunction(self, parts: Sequence[Node]) -> T | bool:
        """Join complements as the complement of one disjunction.

        Spark takes conjunctions apart one by one, until its stack overflows.
        """
        negated = [each for each in parts if isinstance(each, Leaf) and each.negated]
        made = [
            self.express(each) for each in parts if not (isinstance(each, Leaf) and each.negated)
        ]
        excluded = [self.express(each.evolve(negated=False)) for each in negated]
        any_excluded = self._engine.fold(excluded, is_and=False)
        return self._engine.fold([*made, self._engine.complement(any_excluded)], is_and=True)

    def _leaf(self, leaf: Leaf) -> T | bool:
        row, engine = leaf.parameter, self._engine
        if leaf.relation == "=" and not set(row.scopes).isdisjoint(leaf.values):
            return not leaf.negated
        column = self._layout.find(str(row.observed))
        if column is None:
            return _holds(leaf, None) is not leaf.negated
        reader = _Reader(engine, row, column)
        if leaf.relation == "present" and not row.multiple:
            if row.default is not None:
                return not leaf.negated
            return engine.absent(column) if leaf.negated else engine.present(column)
        if row.reading is not None:
            return reader.test_mapped(leaf, row.reading)
        found = reader.test(leaf) if row.default is None else reader.test_default(leaf)
        return engine.complement(found) if leaf.negated else found


def read_value(row: Parameter, engine: Engine[T], layout: Layout) -> T | None:
    """Return the value of a parameter, to sort or group by; ``None`` if records show none."""
    column = layout.find(str(row.observed))
    value = None if column is None or row.multiple else _Reader(engine, row, column).value()
    if row.reading is not None and column is not None:
        return _mapped_value(row, _Reader(engine, row, column))
    return value if row.default is None or value is None else engine.coalesce(value, row.default)


def _mapped_value(row: Parameter, reader: _Reader[T]) -> T:
    assert row.reading is not None and row.default is not None  # noqa: S101, PT018 -- its caller's
    steps = [
        (said, value)
        for key, value in row.reading.items()
        if not isinstance(said := reader.says(key), bool)
    ]
    return reader.engine.choose(steps, row.default)


def _holds(leaf: Leaf, value: object) -> bool:
    """Return whether a record matches in which the attribute has this value."""
    atoms = [Atom(leaf.parameter, leaf.relation, each, 0, 0) for each in leaf.values]
    record = {str(leaf.parameter.observed): value}
    return any(compile_predicate(atom)(record) for atom in atoms)


class _Reader(Generic[T]):
    """A parameter as it is read from a column."""

    def __init__(self, engine: Engine[T], row: Parameter, column: Column) -> None:
        self.engine = engine
        self._row = row
        self._column = column
        self._is_textual = column.kind in {"text", "json"}

    def value(self) -> T | None:
        """Return the value to sort or group by: null where it has another type."""
        engine, column, kind = self.engine, self._column, self._row.kind
        if isinstance(kind, Integer):
            return engine.number_key(self._short()) if self._is_textual else self._number()
        if isinstance(kind, Boolean):
            if not self._is_textual:
                return engine.native(column) if column.kind == "boolean" else None
            lowered = engine.lowered(engine.scalar(column))
            return engine.only(lowered, engine.among(lowered, _TRUTHS))
        if not self._is_textual:
            return engine.second(column) if self._row.is_time and self._is_moment else None
        text = engine.text(column)
        if not self._row.is_time:
            return text
        return engine.only(engine.time_key(text), engine.is_time(text))

    @property
    def _is_moment(self) -> bool:
        return self._column.kind in {"timestamp", "timestamptz"}

    def _short(self) -> T:
        """Return what may be a number in a text."""
        text = self.engine.scalar(self._column)
        return self.engine.only(text, self.engine.no_longer(text, LONGEST_NUMBER))

    def _number(self) -> T | None:
        match self._column.kind:
            case "integer":
                return self.engine.native(self._column)
            case "number":
                return self.engine.only_whole(self._column)
            case _:
                return None

    def says(self, key: str) -> T | bool:
        """Return whether the attribute has a value, read as a truth value where it is one."""
        if key in _TRUTHS:
            return self._is_truth("=", key)
        if not self._is_textual:
            return False
        return self.engine.compare(self.engine.text(self._column), "=", key)

    def test(self, leaf: Leaf) -> T | bool:
        """Return a condition on the column."""
        row, kind = self._row, self._row.kind
        if row.multiple:
            return self._test_items(leaf)
        if row.is_time:
            return self._each(leaf, self._test_time)
        if isinstance(kind, Boolean):
            return self._each(leaf, self._is_truth)
        if isinstance(kind, Integer):
            return self._test_number(leaf)
        if not self._is_textual:
            return False
        return self._test_text(self.engine.text(self._column), leaf)

    def test_default(self, leaf: Leaf) -> T | bool:
        """Return a condition that counts what cannot be read as the default."""
        found = self.test(leaf)
        if not _holds(leaf, None):
            return found
        value = self.value()
        is_unread = True if value is None else self.engine.missing(value)
        return self.engine.fold([found, is_unread], is_and=False)

    def test_mapped(self, leaf: Leaf, reading: Mapping[str, str]) -> T | bool:
        """Compare only with the values that are read otherwise than the default, if need be."""
        by_default = _holds(leaf, None)
        deciding = [key for key in reading if _holds(leaf, key) is not by_default]
        said = self.engine.fold([self.says(key) for key in deciding], is_and=False)
        return said if by_default is leaf.negated else self.engine.complement(said)

    def _test_text(self, text: T, leaf: Leaf) -> T:
        if leaf.relation == "=":
            return self._compare(text, leaf, leaf.values)
        if leaf.relation in ORDER:
            return self._test_version(text, leaf.relation, str(leaf.values[0]))
        return self._match(text, leaf.relation, str(leaf.values[0]))

    def _test_version(self, text: T, relation: str, bound: str) -> T:
        """Compare the version in a text; of bounds, there are only those at the low end."""
        engine = self.engine
        no_less = engine.matches(text, versions.at_least(bound))
        if relation == ">=":
            return no_less
        has_one = engine.matches(text, versions.HAS_VERSION)
        return engine.join([has_one, engine.unless(no_less)], is_and=True)

    def _is_truth(self, _relation: str, value: str | int) -> T | bool:
        engine, column = self.engine, self._column
        if self._is_textual:
            return engine.compare(engine.lowered(engine.scalar(column)), "=", value)
        if column.kind != "boolean":
            return False
        return engine.compare(engine.native(column), "=", value == _TRUTHS[0])

    def _test_number(self, leaf: Leaf) -> T | bool:
        engine = self.engine
        if not self._is_textual:
            value = self._number()
            return False if value is None else self._compare(value, leaf, leaf.values)
        text = engine.scalar(self._column)
        pattern = number_pattern(leaf.relation, [int(each) for each in leaf.values])
        short = engine.no_longer(text, LONGEST_NUMBER)
        return engine.join([engine.matches(text, pattern), short], is_and=True)

    def _each(self, leaf: Leaf, test: Callable[[str, str | int], T | bool]) -> T | bool:
        return self.engine.fold([test(leaf.relation, each) for each in leaf.values], is_and=False)

    def _compare(self, value: T, leaf: Leaf, others: Sequence[str | int]) -> T:
        if len(others) > 1:
            return self.engine.among(value, others)
        return self.engine.compare(value, leaf.relation, others[0])

    def _test_time(self, relation: str, moment: str | int) -> T | bool:
        engine, column, said = self.engine, self._column, str(moment)
        if not self._is_textual:
            return engine.compare_moment(column, relation, said) if self._is_moment else False
        text = engine.text(column)
        # Bounds that engines can look up; of one second, the spelling without `T` and `Z` sorts
        # before the one with both, and after its day.
        bounds = []
        if relation in {"=", ">", ">="}:
            bounds.append(engine.compare(text, ">=", said[:_DAY]))
        if relation in {"=", "<", "<="}:
            bounds.append(engine.compare(text, "<=", said))
        exact = engine.compare(engine.time_key(text), relation, said.removesuffix("Z"))
        return engine.join([*bounds, engine.is_time(text), exact], is_and=True)

    def _match(self, text: T, relation: str, value: str) -> T:
        engine = self.engine
        match relation:
            case "matches":
                return engine.matches(text, value)
            case "glob":
                return self._glob(text, value)
            case "tagged":
                return self._has_key(text, value)
            case _ if relation not in MATCH:
                raise NotPortableError(f"`{relation}` cannot be written for this engine")
            case _ if not value:
                return engine.exists(text)
            case "contains":
                return engine.contains(text, value)
            case "startswith":
                return engine.starts_with(text, value)
            case _:
                return engine.ends_with(text, value)

    def _has_key(self, tag: T, key: str) -> T:
        """Return whether a tag is a key, or has it before its first ``=``, or else ``.``."""
        engine = self.engine
        ways = [engine.compare(tag, "=", key), engine.starts_with(tag, f"{key}=")]
        if "." not in key:
            is_older = engine.unless(engine.contains(tag, "="))
            ways.append(engine.join([engine.starts_with(tag, f"{key}."), is_older], is_and=True))
        return engine.join(ways, is_and=False)

    def _glob(self, text: T, pattern: str) -> T:
        """Match a glob by the simplest test that means the same."""
        tokens = read_glob(pattern)
        wild = [number for number, token in enumerate(tokens) if not token]
        plain = "".join(token or "" for token in tokens)
        if not wild:
            return self.engine.compare(text, "=", plain)
        if "" not in tokens and wild == [0]:
            return self._match(text, "endswith", plain)
        if "" not in tokens and wild == [len(tokens) - 1]:
            return self._match(text, "startswith", plain)
        if "" not in tokens and wild == [0, len(tokens) - 1]:
            return self._match(text, "contains", plain)
        return self.engine.like(text, tokens)

    def _test_items(self, leaf: Leaf) -> T | bool:
        """Return whether an item of a list passes."""
        engine, row = self.engine, self._row
        if self._column.kind not in {"text[]", "json"}:
            return False
        if leaf.relation == "present":
            return engine.any_item(self._column, engine.exists)
        if leaf.relation == "=":
            named = [source for each in leaf.values for source in sources(row, str(each))]
            return engine.any_item(self._column, lambda item: self._compare(item, leaf, named))

        def passes(item: T) -> T:
            found = [self._test_text(item, leaf)]
            if len(spellings(row, _OLD_TAG)) > 1:
                found.append(self._test_text(engine.respelled(item), leaf))
            return found[0] if len(found) == 1 else engine.join(found, is_and=False)

        return engine.any_item(self._column, passes)


_OLD_TAG = "key.value"
