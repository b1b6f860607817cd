"""Syntax trees written as text, on one line."""

from __future__ import annotations

from imsquery.language.lexer import spell
from imsquery.language.syntax import (
    And,
    Between,
    Call,
    Combinable,
    Comparison,
    Everything,
    Expr,
    Match,
    Membership,
    Not,
    Nothing,
    Or,
    Order,
    Per,
    Placeholder,
    Presence,
    Query,
    Standalone,
    Value,
    unmatched,
)

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator


def unparse(query: Query | Expr) -> str:
    """Write a tree on one line that parses back to the same tree.

    An ``and`` within an ``or`` gets parentheses.  They are redundant, but without them the text
    would have the warning ``mixed-and-or``.

    Raises:
        TypeError: the argument is not a tree.
    """
    if not isinstance(query, Query | Combinable):
        msg = f"expected text or a syntax tree, not {type(query).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    if not isinstance(query, Query):
        return unparse_filter(query)
    parts = list(_clauses(query))
    if not parts or not isinstance(query.filter, Everything):
        parts.insert(0, unparse_filter(query.filter))
    return " ".join(parts)


def _clauses(query: Query) -> Iterator[str]:
    """Yield the clauses in canonical order."""
    if query.order:
        yield f"order by {', '.join(map(unparse_key, query.order))}"
    if query.skip_per is not None:
        yield f"skip {_per(query.skip_per)}"
    if query.limit_per is not None:
        yield f"limit {_per(query.limit_per)}"
    if query.skip is not None:
        yield f"skip {unparse_value(query.skip)}"
    if query.limit is not None:
        yield f"limit {unparse_value(query.limit)}"
    if query.after is not None:
        yield f"after {unparse_value(query.after)}"


def unparse_key(key: Order) -> str:
    """Write a key of ``order by``."""
    return f"{key.name} {key.direction or ''}".rstrip()


def _per(clause: Per) -> str:
    return f"{unparse_value(clause.count)} per {clause.name}"


def unparse_value(value: Value) -> str:
    """Write a value, with quotes only where it needs them."""
    if isinstance(value, Placeholder):
        return f"${value.name}"
    return spell(value.text)


def unparse_filter(expr: Expr) -> str:
    """Write a filter on one line.

    Not recursive: a tree built by hand may be of any depth.
    """
    written: list[str] = []
    pending: list[Expr | str] = [expr]
    while pending:
        match pending.pop():
            case str(text):
                written.append(text)
            case And(operands):
                pending += _joined(operands, " and ", Or)
            case Or(operands):
                pending += _joined(operands, " or ", And)
            case Not(operand):
                pending += [*_enclosed(operand, And, Or), "not "]
            case Everything():
                written.append("all")
            case Nothing():
                written.append("none")
            case predicate:
                written.append(unparse_predicate(predicate))
    return "".join(written)


def _joined(operands: tuple[Expr, ...], joiner: str, kind: type[Expr]) -> list[Expr | str]:
    """Return operands and the joiners between them, last first."""
    parts: list[Expr | str] = []
    for operand in reversed(operands):
        parts += [*_enclosed(operand, kind), joiner]
    return parts[:-1]


def _enclosed(expr: Expr, *kinds: type[Expr]) -> list[Expr | str]:
    return [")", expr, "("] if isinstance(expr, kinds) else [expr]


def unparse_predicate(
    expr: Comparison | Membership | Between | Match | Presence | Standalone | Call,
) -> str:
    """Write one predicate."""
    match expr:
        case Comparison(name, operator, value):
            return f"{name} {operator} {unparse_value(value)}{_nocase(expr)}"
        case Membership(name, values):
            return f"{name}{_not(expr)} in {_list(values)}{_nocase(expr)}"
        case Between(name, low, high):
            return f"{name}{_not(expr)} between {unparse_value(low)} and {unparse_value(high)}"
        case Match(name, operator, value):
            return f"{name}{_not(expr)} {operator} {unparse_value(value)}{_nocase(expr)}"
        case Presence(name):
            return f"{name} is {'absent' if expr.negated else 'present'}"
        case Standalone(name):
            return name
        case Call(name, arguments):
            return f"{name}({', '.join(map(unparse_value, arguments))})"
        case _:
            raise unmatched(expr)


def _not(expr: Membership | Between | Match) -> str:
    return " not" if expr.negated else ""


def _nocase(expr: Comparison | Membership | Match) -> str:
    return " ignoring case" if expr.ignoring_case else ""


def _list(values: tuple[Value, ...] | Placeholder) -> str:
    if isinstance(values, Placeholder):
        return unparse_value(values)
    return f"({', '.join(map(unparse_value, values))})"
