"""Filters built in Python: the syntax trees that the parser makes of text.

>>> from imsquery import compile, field, supports
>>> str(compile((field("platform") == "CentOS") & supports("kvm")))
'__platform=CentOS&__support_kvm=true'
"""

from __future__ import annotations

from datetime import date
from functools import partial

from imsquery.frozen import Frozen
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
    Per,
    Placeholder,
    Presence,
    Query,
    Standalone,
    Value,
)
from imsquery.language.times import spell_date

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeAlias

Plain: TypeAlias = str | int | bool | date | Placeholder
"""Python types of values.

A ``datetime`` means its second, a ``date`` its day.  Times of images are whole seconds, so that a
``datetime`` with microseconds can be compared by order only.  An ``int`` may have up to 600 digits.
"""


def literal_text(value: object, relation: str = "=") -> str:
    """Return the literal of a Python value.

    Args:
        value: of one of the types of :data:`Plain`.
        relation: what the value is compared by.

    Raises:
        TypeError: the value has another type.
        ValueError: the value is an integer of more than 600 digits, or a time that no literal has.
    """
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) >= _TOO_MANY:
            msg = "integers have at most 600 digits"
            raise ValueError(msg)
        return f"{value:d}"
    if isinstance(value, date):
        return spell_date(value, relation)
    msg = f"expected str, int, bool, date or datetime, not {type(value).__name__}"
    raise TypeError(msg)


# Printing a huge integer takes quadratic time, and Python can be set to refuse from 640 digits.
_TOO_MANY = 10**600


def _value(value: Plain, relation: str = "=") -> Value:
    return value if isinstance(value, Placeholder) else Literal(literal_text(value, relation))


class Field(Frozen):
    """A name to compare; made by :func:`field`."""

    __slots__ = ("_folds", "_name")
    __hash__ = None  # type: ignore[assignment]  # `==` builds a condition
    _name: str
    _folds: bool

    def __init__(self, name: str, *, ignoring_case: bool = False) -> None:
        self._set(ignoring_case, name)

    def __repr__(self) -> str:
        return f"field({self._name!r}){'.ignoring_case' if self._folds else ''}"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Field, ignoring_case=self._folds), (self._name,)

    @property
    def ignoring_case(self) -> Field:
        """The same name, to compare texts without regard to letter case.

        >>> from imsquery.language.unparse import unparse
        >>> unparse(field("name").ignoring_case.contains("ubuntu"))
        'name contains ubuntu ignoring case'
        """
        return Field(self._name, ignoring_case=True)

    def __bool__(self) -> bool:
        msg = f"{self!r} is not a condition; compare it, or call .is_true()"
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
        right = _value(value, operator)
        return Comparison(self._name, operator, right, ignoring_case=self._folds)

    def in_(self, values: Iterable[Plain] | Placeholder) -> Expr:
        """``name in (…)``; without values, ``none``."""
        if isinstance(values, str):
            msg = "expected a list of values, not one string"
            raise TypeError(msg)
        if isinstance(values, Placeholder):
            return Membership(self._name, values, ignoring_case=self._folds)
        operands = tuple(map(_value, values))
        if not operands:
            return Nothing()
        return Membership(self._name, operands, ignoring_case=self._folds)

    def not_in(self, values: Iterable[Plain] | Placeholder) -> Expr:
        """``name not in (…)``; without values, ``all``."""
        positive = self.in_(values)
        if isinstance(positive, Membership):
            return positive.evolve(negated=True)
        return Everything()

    def between(self, low: Plain, high: Plain) -> Between:
        """``name between low and high``, both ends included."""
        return Between(self._heeding_case("between"), _value(low, ">="), _value(high, "<="))

    def contains(self, text: Plain) -> Match:
        """``name contains text``."""
        return self._match("contains", text)

    def startswith(self, text: Plain) -> Match:
        """``name startswith text``."""
        return self._match("startswith", text)

    def endswith(self, text: Plain) -> Match:
        """``name endswith text``."""
        return self._match("endswith", text)

    def glob(self, pattern: Plain) -> Match:
        """``name glob pattern``: ``*`` matches any text, ``?`` one character."""
        return self._match("glob", pattern)

    def matches(self, pattern: Plain) -> Match:
        """``name matches pattern``: a regular expression in RE2 syntax, searched for."""
        return self._match("matches", pattern)

    def _match(self, operator: str, value: Plain) -> Match:
        return Match(self._name, operator, _value(value), ignoring_case=self._folds)

    def is_present(self) -> Presence:
        """``name is present``."""
        return Presence(self._heeding_case("is present"))

    def is_absent(self) -> Presence:
        """``name is absent``."""
        return Presence(self._heeding_case("is absent"), negated=True)

    def is_true(self) -> Standalone:
        """``name`` alone: a Boolean or flag."""
        return Standalone(self._heeding_case("is true"))

    def _heeding_case(self, condition: str) -> str:
        if self._folds:
            msg = f"`{condition}` does not compare texts; it cannot ignore letter case"
            raise TypeError(msg)
        return self._name


def field(name: str) -> Field:
    """Name a parameter or attribute, to compare it.

    >>> field("min_ram") <= 4096
    Comparison(name='min_ram', operator='<=', value=Literal(text='4096'), ignoring_case=False)

    Args:
        name: looked up when the filter is compiled.

    Raises:
        TypeError: the name is not a string.
        ValueError: the name cannot be written in a filter; raised by the comparison.
    """
    if not isinstance(name, str):
        msg = f"expected str, not {type(name).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    return Field(name)


def placeholder(name: str) -> Placeholder:
    """``$name``, in place of a value; see :func:`imsquery.prepare`."""
    return Placeholder(name)


def supports(*features: Plain) -> Call:
    """``supports(feature, …)``: images with all of the features or board types."""
    return _call("supports", *features)


def tagged(key: Plain, *value: Plain) -> Call:
    """``tagged(key)``, whatever its value, or ``tagged(key, value)``."""
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
    order_by: str | Iterable[str | tuple[str, str]] | None = None,
    direction: str | None = None,
    limit: int | Placeholder | None = None,
    after: str | Placeholder | None = None,
    skip: int | Placeholder | None = None,
    limit_per: tuple[int | Placeholder, str] | None = None,
    skip_per: tuple[int | Placeholder, str] | None = None,
) -> Query:
    """Combine a filter with clauses.

    >>> from imsquery import compile
    >>> str(compile(query(supports("kvm"), order_by="name", limit=5)))
    '__support_kvm=true&limit=5&sort_key=name'
    >>> from imsquery.formatting.formatter import unparse
    >>> unparse(query(order_by=["platform", ("name", "asc")], limit_per=(3, "platform"), skip=1))
    'order by platform, name asc limit 3 per platform skip 1'

    Args:
        filter: by default ``all``.
        order_by: the name to sort by; or several, each with or without a direction.
        direction: ``asc`` or ``desc``; by default the server's choice. Of several names, it is the
            direction of those without one.
        limit: maximum number of images.
        after: the id of the image after which results begin.
        skip: number of images to leave out at the beginning.
        limit_per: maximum number of images of each group, and the name that groups have in common.
        skip_per: number of images to leave out at the beginning of each group, likewise.
    """
    return Query(
        Everything() if filter is None else filter,
        order=_keys(order_by, direction),
        limit=None if limit is None else _value(limit),
        after=None if after is None else _value(after),
        skip=None if skip is None else _value(skip),
        limit_per=None if limit_per is None else Per(_value(limit_per[0]), limit_per[1]),
        skip_per=None if skip_per is None else Per(_value(skip_per[0]), skip_per[1]),
    )


def _keys(
    order_by: str | Iterable[str | tuple[str, str]] | None, direction: str | None
) -> list[Order]:
    if order_by is None:
        return []
    keys = [order_by] if isinstance(order_by, str) else order_by
    return [Order(key, direction) if isinstance(key, str) else Order(*key) for key in keys]
