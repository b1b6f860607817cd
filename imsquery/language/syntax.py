"""The syntax tree of a query, before any name in it is looked up.

Nodes are immutable.  Equality and hash ignore spans and spellings of a name (``__platform``,
``platform`` and ``Platform`` are one name; aliases are not).  Trees may be of any depth: no method
of a node recurses into its operands.
"""

from __future__ import annotations

from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.source import Span
from imsquery.frozen import Frozen, field
from imsquery.language._tables import KEYWORDS
from imsquery.language.algebra import Algebra
from imsquery.language.lexer import is_name, is_word
from imsquery.language.operators import OPERATORS
from imsquery.language.parser import parse_with, tokenize
from imsquery.limits import DEFAULT_LIMITS, Limits

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, ClassVar, Never, TypeAlias

    Steps = list[Any]


def plain_name(name: str) -> str:
    """Return a name in lower case, without leading underscores."""
    return name.lower().lstrip("_")


NOWHERE = Span(0, 0)


class Node(Frozen):
    """Base of all nodes."""

    span: Span = field(default=NOWHERE, kw_only=True)
    _unprinted = ("span",)
    _uncompared: ClassVar[tuple[str, ...]] = ("span",)


def _require(word: str | None, choices: tuple[str | None, ...]) -> None:
    if word not in choices:
        msg = f"{word!r} is not one of {choices}"
        raise ValueError(msg)


def _require_attribute(name: str) -> None:
    """Refuse what would not parse as a name in a clause, where no keyword is one."""
    if not is_word(name) or name.lower() in KEYWORDS:
        msg = f"not the name of an attribute: {name[:80]!r}"
        raise ValueError(msg)


class Combinable(Node):
    """A filter; combine filters with ``&``, ``|`` and ``~``.

    It has no truth value: ``and``, ``or``, ``not`` and ``if`` raise :class:`TypeError`.
    """

    __slots__ = ()

    def __and__(self, other: object) -> And:
        return (
            And((_filter(self), _filter(other)))
            if isinstance(other, Combinable)
            else NotImplemented
        )

    def __or__(self, other: object) -> Or:
        return (
            Or((_filter(self), _filter(other))) if isinstance(other, Combinable) else NotImplemented
        )

    def __invert__(self) -> Not:
        return Not(_filter(self))

    def __bool__(self) -> bool:
        msg = "a filter is neither true nor false; combine filters with &, | and ~"
        raise TypeError(msg)


def _filter(node: Combinable) -> Expr:
    """Narrow the type: all subclasses of the base are filters."""
    return node  # type: ignore[return-value]


class Literal(Node):
    """A word or string: the text that it spells."""

    text: str


class Placeholder(Node):
    """``$name``, to be bound to a value later."""

    name: str

    def __post_init__(self) -> None:
        if not (self.name.isascii() and self.name.isidentifier()):
            msg = f"not the name of a placeholder: {self.name[:80]!r}"
            raise ValueError(msg)


Value: TypeAlias = Literal | Placeholder


class Predicate(Combinable):
    """Base of the filters that begin with a name."""

    name: str
    _uncompared = ("span", "name")

    def __post_init__(self) -> None:
        # A tree can be built by hand: a name must parse as one.
        if not is_name(self.name):
            msg = f"not a name: {self.name[:80]!r}"
            raise ValueError(msg)

    def _compared(self) -> tuple[object, ...]:
        return plain_name(self.name), self._key(self)


class Comparison(Predicate):
    """``name operator value``; the operator is one of ``= != < <= > >=``."""

    operator: str
    value: Value
    ignoring_case: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        _require(self.operator, ("=", "!=", "<", "<=", ">", ">="))


class Membership(Predicate):
    """``name in (value, …)`` or ``name in $list``; a tuple holds one value or more."""

    values: tuple[Value, ...] | Placeholder
    negated: bool = field(default=False, kw_only=True)
    ignoring_case: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.values == ():
            msg = "expected a value in the list; use `none` to match nothing"
            raise ValueError(msg)


class Between(Predicate):
    """``name between low and high``, both ends included."""

    low: Value
    high: Value
    negated: bool = field(default=False, kw_only=True)


class Match(Predicate):
    """``name glob value`` and the like; the operator is in lower case."""

    operator: str
    value: Value
    negated: bool = field(default=False, kw_only=True)
    ignoring_case: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        _require(self.operator, ("contains", "startswith", "endswith", "glob", "matches"))


class Presence(Predicate):
    """``name is present``, or ``is absent`` where negated."""

    negated: bool = field(default=False, kw_only=True)


class Standalone(Predicate):
    """A name alone: a Boolean or a flag."""


class Call(Predicate):
    """``function(argument, …)``; the name is in lower case."""

    arguments: tuple[Value, ...] = ()

    def _compared(self) -> tuple[object, ...]:
        return self.name, self.arguments


class Everything(Combinable):
    """``all``."""


class Nothing(Combinable):
    """``none``."""


def _outline(root: Expr | tuple[Expr, ...]) -> tuple[object, ...]:
    """Return what compares and hashes like filters: their predicates and connectives, in a row."""
    return tuple(step[:2] if isinstance(step, tuple) else step for step in _steps(root))


def _steps(root: Expr | tuple[Expr, ...]) -> Steps:
    """Return how to build filters on a stack.

    A predicate is pushed; a step ``(class, number of operands, span)`` takes its operands from the
    top.
    """
    steps: Steps = []
    pending = [*root] if isinstance(root, tuple) else [root]
    while pending:  # in reverse: a connective before its operands, the last operand first
        node = pending.pop()
        if isinstance(node, And | Or):
            steps.append((type(node), len(node.operands), node.span))
            pending += node.operands
        elif isinstance(node, Not):
            steps.append((Not, 1, node.span))
            pending.append(node.operand)
        else:
            steps.append(node)
    return steps[::-1]


def _build(steps: Steps) -> Expr:
    stack: list[Any] = []
    for step in steps:
        if isinstance(step, tuple):
            kind, count, span = step
            operands = tuple(stack[-count:])
            del stack[-count:]
            stack.append(Not(*operands, span=span) if kind is Not else kind(operands, span=span))
        else:
            stack.append(step)
    (root,) = stack
    return root  # type: ignore[no-any-return]  # the stack holds filters


def _repr(root: Expr | tuple[Expr, ...]) -> str:
    written: list[str] = []
    pending: list[Any] = [root]
    while pending:
        match pending.pop():
            case str(text):
                written.append(text)
            case tuple(operands):
                joined = [part for each in reversed(operands) for part in (", ", each)]
                pending += [")", *joined[1:], "("]
            case And(operands) | Or(operands) as node:
                pending += [")", operands, f"{type(node).__name__}(operands="]
            case Not(operand):
                pending += [")", operand, "Not(operand="]
            case predicate:
                written.append(repr(predicate))
    return "".join(written)


class Connective(Combinable):
    """A filter with filters in it: compared, shown and pickled without recursion."""

    def _compared(self) -> tuple[object, ...]:
        return _outline(_filter(self))

    def __repr__(self) -> str:
        return _repr(_filter(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return _build, (_steps(_filter(self)),)


class Not(Connective):
    """``not operand``."""

    operand: Expr


class _Joined(Connective):
    operands: tuple[Expr, ...]

    def _join(self, operands: Iterable[Expr], span: Span) -> None:
        flat: list[Expr] = []
        for each in operands:
            flat += each.operands if isinstance(each, type(self)) else (each,)
        if len(flat) < 2:  # noqa: PLR2004 -- a connective joins two
            msg = "expected two operands or more"
            raise ValueError(msg)
        self._assign(operands=tuple(flat), span=span)


class And(_Joined):
    """Two or more operands joined by ``and``; an ``and`` among them is flattened."""

    def __init__(self, operands: Iterable[Expr], *, span: Span = NOWHERE) -> None:
        self._join(operands, span)


class Or(_Joined):
    """Two or more operands joined by ``or``; an ``or`` among them is flattened."""

    def __init__(self, operands: Iterable[Expr], *, span: Span = NOWHERE) -> None:
        self._join(operands, span)


Texts: TypeAlias = Comparison | Membership | Match
"""Predicates that may compare texts, and so ignore letter case."""

Expr: TypeAlias = (
    Comparison
    | Membership
    | Between
    | Match
    | Presence
    | Standalone
    | Call
    | Everything
    | Nothing
    | Not
    | And
    | Or
)
"""All filters; a ``match`` over it ends in ``raise unmatched(…)``."""


def unmatched(node: Never) -> AssertionError:
    """Return the error of a ``match`` that lacks a case, which type checkers see.

    Like ``assert_never`` of typing, which is not loaded for it.
    """
    return AssertionError(node)


class Order(Node):
    """A key of ``order by``: a name, with ``asc``, ``desc`` or neither."""

    name: str
    direction: str | None = None

    def __post_init__(self) -> None:
        _require_attribute(self.name)
        _require(self.direction, (None, "asc", "desc"))

    def _compared(self) -> tuple[object, ...]:
        return plain_name(self.name), self.direction


class Per(Node):
    """The ``count per name`` of ``limit`` or ``skip``: a number of images of each group."""

    count: Value
    name: str

    def __post_init__(self) -> None:
        _require_attribute(self.name)

    def _compared(self) -> tuple[object, ...]:
        return self.count, plain_name(self.name)


def _keys(order: Order | Iterable[Order] | None) -> tuple[Order, ...]:
    """Return the keys of ``order by``; a single one may be given by itself."""
    if order is None:
        return ()
    return (order,) if isinstance(order, Order) else tuple(order)


class Query(Node):
    """A filter and its clauses; without a filter, ``all``.

    Attributes:
        filter: the filter.
        order: the keys of ``order by``, the first one first; empty without the clause.
        limit, skip: the numbers of images.
        limit_per, skip_per: the same of each group.
        after: the id of the image after which results start.
    """

    filter: Expr
    order: tuple[Order, ...]
    limit: Value | None
    after: Value | None
    skip: Value | None
    limit_per: Per | None
    skip_per: Per | None

    def __init__(
        self,
        filter: Expr = Everything(),  # noqa: A002, B008 -- the public name; it cannot be changed
        order: Order | Iterable[Order] | None = (),
        limit: Value | None = None,
        after: Value | None = None,
        skip: Value | None = None,
        limit_per: Per | None = None,
        skip_per: Per | None = None,
        *,
        span: Span = NOWHERE,
    ) -> None:
        self._assign(
            filter=filter,
            order=_keys(order),
            limit=limit,
            after=after,
            skip=skip,
            limit_per=limit_per,
            skip_per=skip_per,
            span=span,
        )


CLAUSES = {
    "order": "order by",
    "skip_per": "skip … per",
    "limit_per": "limit … per",
    "skip": "skip",
    "limit": "limit",
    "after": "after",
}
"""Attribute of a query -> what to call the clause that sets it, in canonical order."""


class SyntaxBuilder(Algebra):
    """The algebra that makes the syntax tree of a text."""

    def _at(self, first: int, last: int) -> Span:
        return Span(*self.span(first, last))

    def _name(self, token: int) -> str:
        return self.tokens.lexemes[token]

    def _value(self, token: int) -> Value:
        span = self._at(token, token)
        if self.tokens.kinds[token] == "PLACEHOLDER":
            return Placeholder(self.tokens.lexemes[token][1:], span=span)
        return Literal(self.literal(token), span=span)

    def _values(self, tokens: list[int]) -> tuple[Value, ...]:
        return tuple(map(self._value, tokens))

    def query(self, filter: Expr, clauses: list[tuple[str, Any, int, int]]) -> Query:  # noqa: A002
        found: dict[str, Any] = {}
        for which, value, first, last in clauses:
            if which in found:
                self.repeated_clause(CLAUSES[which], first, last)
            else:
                found[which] = value
        last_token = len(self.tokens.kinds) - 1
        return Query(filter, **found, span=self._at(0, last_token))

    def query_of_filter(self, filter: Expr) -> Query:  # noqa: A002
        return self.query(filter, [])

    def query_of_clauses(self, clauses: list[tuple[str, Any, int, int]]) -> Query:
        return self.query(Everything(), clauses)

    def query_of_nothing(self) -> Query:
        return self.query(Everything(), [])

    def disjunction(self, operands: list[Expr]) -> Expr:
        return Or(operands, span=_around(operands))

    def conjunction(self, operands: list[Expr]) -> Expr:
        return And(operands, span=_around(operands))

    def negation(self, keyword: int, operand: Expr) -> Expr:
        start, _ = self.span(keyword)
        return Not(operand, span=Span(start, operand.span.end))

    def group(self, opening: int, operand: Expr, closing: int) -> Expr:
        # In place: nothing else refers to the node yet, and a copy per level would be quadratic.
        object.__setattr__(operand, "span", self._at(opening, closing))
        return operand

    def everything(self, keyword: int) -> Expr:
        return Everything(span=self._at(keyword, keyword))

    def nothing(self, keyword: int) -> Expr:
        return Nothing(span=self._at(keyword, keyword))

    def comparison(self, name: int, operator: int, value: int) -> Expr:
        relation = OPERATORS[self.tokens.lexemes[operator]]
        return Comparison(
            self._name(name), relation, self._value(value), span=self._at(name, value)
        )

    def membership(
        self, name: int, _in: int, _opening: int, values: list[int], closing: int
    ) -> Expr:
        return Membership(self._name(name), self._values(values), span=self._at(name, closing))

    def non_membership(
        self, name: int, _not: int, _in: int, _opening: int, values: list[int], closing: int
    ) -> Expr:
        span = self._at(name, closing)
        return Membership(self._name(name), self._values(values), negated=True, span=span)

    def list_membership(self, name: int, _in: int, value: int) -> Expr:
        values = Placeholder(self.tokens.lexemes[value][1:], span=self._at(value, value))
        return Membership(self._name(name), values, span=self._at(name, value))

    def list_non_membership(self, name: int, _not: int, _in: int, value: int) -> Expr:
        values = Placeholder(self.tokens.lexemes[value][1:], span=self._at(value, value))
        return Membership(self._name(name), values, negated=True, span=self._at(name, value))

    def between(self, name: int, _between: int, low: int, _and: int, high: int) -> Expr:
        span = self._at(name, high)
        return Between(self._name(name), self._value(low), self._value(high), span=span)

    def not_between(
        self, name: int, _not: int, _between: int, low: int, _and: int, high: int
    ) -> Expr:
        return Between(
            self._name(name),
            self._value(low),
            self._value(high),
            negated=True,
            span=self._at(name, high),
        )

    def match(self, name: int, operator: int, value: int) -> Expr:
        relation = self.tokens.lexemes[operator].lower()
        return Match(self._name(name), relation, self._value(value), span=self._at(name, value))

    def non_match(self, name: int, _not: int, operator: int, value: int) -> Expr:
        relation = self.tokens.lexemes[operator].lower()
        span = self._at(name, value)
        return Match(self._name(name), relation, self._value(value), negated=True, span=span)

    def ignoring_case(self, condition: Texts, _ignoring: int, case: int) -> Expr:
        _, end = self.span(case)
        return condition.evolve(ignoring_case=True, span=Span(condition.span.start, end))

    def presence(self, name: int, _is: int, what: int) -> Expr:
        absent = self.tokens.lexemes[what].lower() == "absent"
        return Presence(self._name(name), negated=absent, span=self._at(name, what))

    def standalone(self, name: int) -> Expr:
        return Standalone(self._name(name), span=self._at(name, name))

    def call_without_arguments(self, name: int, opening: int, closing: int) -> Expr:
        return self.call(name, opening, [], closing)

    def call(self, name: int, _opening: int, arguments: list[int], closing: int) -> Expr:
        span = self._at(name, closing)
        return Call(self._name(name).lower(), self._values(arguments), span=span)

    def order(
        self, keyword: int, _by: int, keys: list[tuple[int, int] | int]
    ) -> tuple[str, Any, int, int]:
        pairs = [(key, key) if isinstance(key, int) else key for key in keys]
        return "order", tuple(self._key(*pair) for pair in pairs), keyword, pairs[-1][1]

    def _key(self, name: int, last: int) -> Order:
        direction = None if name == last else self.tokens.lexemes[last].lower()
        return Order(self._name(name), direction, span=self._at(name, last))

    def limit(self, keyword: int, value: int) -> tuple[str, Any, int, int]:
        return "limit", self._value(value), keyword, value

    def limit_per(
        self, keyword: int, value: int, _per: int, name: int
    ) -> tuple[str, Any, int, int]:
        return "limit_per", self._per(value, name), keyword, name

    def skip(self, keyword: int, value: int) -> tuple[str, Any, int, int]:
        return "skip", self._value(value), keyword, value

    def skip_per(self, keyword: int, value: int, _per: int, name: int) -> tuple[str, Any, int, int]:
        return "skip_per", self._per(value, name), keyword, name

    def _per(self, value: int, name: int) -> Per:
        return Per(self._value(value), self._name(name), span=self._at(value, name))

    def after(self, keyword: int, value: int) -> tuple[str, Any, int, int]:
        return "after", self._value(value), keyword, value


def _around(operands: list[Expr]) -> Span:
    return Span(operands[0].span.start, operands[-1].span.end)


def parse(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Query:
    """Parse a query.

    Args:
        text: such as ``platform=CentOS and supports(kvm) limit 5``.
        limits: bounds on the text.

    Returns:
        The syntax tree; names in it are not looked up.

    Raises:
        QueryError: every ``syntax`` error, or one of ``too-long``, ``too-deep``, ``too-many``.
    """
    tokens = tokenize(text, limits)
    builder, query = parse_with(SyntaxBuilder(tokens), tokens)
    if builder.findings:
        raise QueryError(text, builder.findings)
    assert isinstance(query, Query)  # noqa: S101 -- without findings there is a tree
    return query
