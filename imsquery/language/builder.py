"""Filters built in Python: the same syntax trees that text parses to.

>>> from imsquery import compile, field, supports
>>> str(compile((field("platform") == "CentOS") & supports("kvm")))
'__platform=CentOS&__support_kvm=true'
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from imsquery.language.syntax import (
    Between,
    Call,
    Comparison,
    Everything,
    Expr,
    Literal,
    Match,
    Membership,
    Nothing,
    Order,
    Placeholder,
    Presence,
    Query,
    Standalone,
    Value,
)
from imsquery.language.times import spell_date

if TYPE_CHECKING:
    from collections.abc import Iterable

Plain: TypeAlias = str | int | bool | date | Placeholder
"""What a value may be given as.

A ``datetime`` is the second it lies in, a ``date`` the day; an ``int`` has 600 digits at most.
"""


def literal_text(value: object) -> str:
    """Spell a Python value as the literal that means it.

    Raises:
        TypeError: it is of another type.
        ValueError: it is an integer of more than 600 digits.
    """
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) >= _TOO_MANY:
            msg = "an integer of more than 600 digits is no value of anything"
            raise ValueError(msg)
        return f"{value:d}"
    if isinstance(value, date):
        return spell_date(value)
    msg = f"a value is str, int, bool, date or datetime, not {type(value).__name__}"
    raise TypeError(msg)


# Printing an enormous integer takes time that grows with its square; Python may be set to refuse
# from 640 digits on.
_TOO_MANY = 10**600


def _value(value: Plain) -> Value:
    return value if isinstance(value, Placeholder) else Literal(literal_text(value))


class Field:
    """A name that conditions are built on; made by :func:`field`."""

    __slots__ = ("_name",)
    __hash__ = None  # type: ignore[assignment]  # `==` builds a condition

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"field({self._name!r})"

    def __reduce__(self) -> tuple[type[Field], tuple[str]]:
        # The usual way asks whether one thing equals another, and would be given a condition.
        return Field, (self._name,)

    def __bool__(self) -> bool:
        msg = f"{self!r} is no condition yet; compare it, or call .is_true()"
        raise TypeError(msg)

    def __eq__(self, value: object) -> Comparison:  # type: ignore[override]
        return self._compare("=", value)

    def __ne__(self, value: object) -> Comparison:  # type: ignore[override]
        return self._compare("!=", value)

    def __lt__(self, value: Plain) -> Comparison:
        return self._compare("<", value)

    def __le__(self, value: Plain) -> Comparison:
        return self._compare("<=", value)

    def __gt__(self, value: Plain) -> Comparison:
        return self._compare(">", value)

    def __ge__(self, value: Plain) -> Comparison:
        return self._compare(">=", value)

    def _compare(self, operator: str, value: Any) -> Comparison:
        return Comparison(self._name, operator, _value(value))

    def in_(self, values: Iterable[Plain] | Placeholder) -> Expr:
        """``name in (…)``; of no values, ``none``."""
        if isinstance(values, str):
            msg = "in_() takes a list of values, not one string"
            raise TypeError(msg)
        if isinstance(values, Placeholder):
            return Membership(self._name, values)
        operands = tuple(map(_value, values))
        return Membership(self._name, operands) if operands else Nothing()

    def not_in(self, values: Iterable[Plain] | Placeholder) -> Expr:
        """``name not in (…)``; of no values, ``all``."""
        positive = self.in_(values)
        if isinstance(positive, Membership):
            return Membership(self._name, positive.values, negated=True)
        return Everything()

    def between(self, low: Plain, high: Plain) -> Between:
        """``name between low and high``, both ends in."""
        return Between(self._name, _value(low), _value(high))

    def contains(self, text: Plain) -> Match:
        """``name contains text``."""
        return Match(self._name, "contains", _value(text))

    def startswith(self, text: Plain) -> Match:
        """``name startswith text``."""
        return Match(self._name, "startswith", _value(text))

    def endswith(self, text: Plain) -> Match:
        """``name endswith text``."""
        return Match(self._name, "endswith", _value(text))

    def glob(self, pattern: Plain) -> Match:
        """``name glob pattern``: ``*`` is any run, ``?`` one character."""
        return Match(self._name, "glob", _value(pattern))

    def matches(self, pattern: Plain) -> Match:
        """``name matches pattern``: searched for, in RE2 syntax."""
        return Match(self._name, "matches", _value(pattern))

    def is_present(self) -> Presence:
        """``name is present``."""
        return Presence(self._name)

    def is_absent(self) -> Presence:
        """``name is absent``."""
        return Presence(self._name, negated=True)

    def is_true(self) -> Standalone:
        """``name`` alone: a Boolean or flag."""
        return Standalone(self._name)


def field(name: str) -> Field:
    """Begin a condition.

    Args:
        name: of a parameter or attribute; looked up when the filter is compiled.

    Raises:
        TypeError: it is no string.
        ValueError: when the condition is built: it is not of the form of a name.
    """
    if not isinstance(name, str):
        msg = f"a name is a str, not {type(name).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    return Field(name)


def placeholder(name: str) -> Placeholder:
    """Give ``$name``, to stand where a value may; see :func:`imsquery.prepare`."""
    return Placeholder(name)


def supports(*features: Plain) -> Call:
    """``supports(feature, …)``: images with each of the features or board types."""
    return _call("supports", *features)


def tagged(key: Plain, *value: Plain) -> Call:
    """``tagged(key)`` or ``tagged(key, value)``."""
    return _call("tagged", key, *value)


def public() -> Call:
    """``public()``: the public images."""
    return _call("public")


def owned_by(project: Plain) -> Call:
    """``owned_by(project)``: images of a project."""
    return _call("owned_by", project)


def shared(status: Plain) -> Call:
    """``shared(status)``: shared images; ``accepted``, ``rejected`` or ``pending``."""
    return _call("shared", status)


def bare_metal(board: Plain) -> Call:
    """``bare_metal(board)``: public images for a bare-metal board type."""
    return _call("bare_metal", board)


def _call(name: str, *arguments: Plain) -> Call:
    return Call(name, tuple(map(_value, arguments)))


def query(
    filter: Expr | None = None,  # noqa: A002 -- the language's own word
    *,
    order_by: str | None = None,
    direction: str | None = None,
    limit: int | Placeholder | None = None,
    after: str | Placeholder | None = None,
) -> Query:
    """Put clauses behind a filter.

    Args:
        filter: ``all`` if not given.
        order_by: the name to sort by.
        direction: ``asc`` or ``desc``; the server's default if not given.
        limit: how many images at most.
        after: the id of the image behind which to begin.
    """
    return Query(
        Everything() if filter is None else filter,
        order=None if order_by is None else Order(order_by, direction),
        limit=None if limit is None else _value(limit),
        after=None if after is None else _value(after),
    )
