"""Filters about the values of :mod:`tests.engines.records`, and values like them."""

from __future__ import annotations

import functools
import re

from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, Parameter
from imsquery.language import syntax
from imsquery.language.operators import EQUALITY, MATCH, ORDER
from imsquery.language.unparse import unparse
from imsquery.schema.kinds import Integer
from imsquery.schema.versions import Version
from imsquery.testing.values import literals, versions
from tests.engines.records import LISTS, NUMBERS, ROWS, TEXTS, TIMES, is_time

_short = st.text(st.sampled_from("ab*?\\%_!.='é公😀\n"), max_size=4)
_INTEGERS = sorted({int(each) for each in NUMBERS if re.fullmatch("[+-]?[0-9]{1,18}", str(each))})
_TAGS = sorted({item for each in LISTS for item in each})
# Those that every engine can express.
EXPRESSIONS = (
    "^a", "b$", "^$", "a|b", "[0-9]+", "^.$", "a.b", "(?s)a.b", "(?i)centos", "(?i)K", "(?i)s",
    "^[^a]*$", r"\d", r"^\D+$", r"\w\W", r"\s", r"^\S+$", r"\bb", r"b\b", "(?m)^b$", "(?m)^$",
    "[[:alpha:]][[:^digit:]]", "[a&&b]", r"[\d\-x]", "x{3}", "^(?:ab?){1,2}$", "a*?b", "(?U)a+",
    r"\x{1F600}", r"\Q*\E", r"\*", "(?P<n>a)", "[^\\n]\\z", r"\A\z", "公|é", "()", "a||b", r"\.|=",
)  # fmt: skip


def _literal(row: Parameter) -> st.SearchStrategy[str]:
    kind = row.kind
    if row.kind.choices:
        return st.sampled_from(kind.choices)
    if isinstance(kind, Integer):
        least = -(2**62) if kind.least is None else kind.least
        most = 2**62 if kind.most is None else kind.most
        near = [n for each in _INTEGERS for n in (each - 1, each, each + 1) if least <= n <= most]
        return (st.sampled_from(near) | st.integers(least, most)).map(str)
    if row.is_time:
        seen = [each[:19].replace(" ", "T") + "Z" for each in TIMES if is_time(each)]
        return st.tuples(st.sampled_from(seen), st.sampled_from((20, 20, 4, 7, 10, 16))).map(
            # The year 9999 and its last parts have no end.
            lambda drawn: drawn[0][: 20 if drawn[0].startswith("9999") else drawn[1]]
        )
    seen = _TAGS if row.multiple else list(TEXTS)
    return st.sampled_from(seen) | _short | literals(row)


def _parts(row: Parameter) -> st.SearchStrategy[str]:
    """Return a strategy for parts of texts, and for patterns."""
    texts = st.sampled_from(_TAGS if row.multiple else TEXTS)
    pieces = st.builds(lambda text, start, size: text[start:][:size], texts,
                       st.integers(0, 3), st.integers(0, 4))  # fmt: skip
    return pieces | _short | st.lists(pieces | st.sampled_from("*?"), max_size=4).map("".join)


def _predicates(row: Parameter) -> st.SearchStrategy[syntax.Expr]:
    name, kind = row.name, row.kind
    literal = _literal(row).map(syntax.Literal)
    lists = st.lists(literal, min_size=1, max_size=4).map(tuple)
    plain = st.builds(syntax.Comparison, st.just(name), st.sampled_from(("=", "!=")), literal)
    made: list[st.SearchStrategy[syntax.Expr]] = [
        plain,
        st.builds(syntax.Membership, st.just(name), lists, negated=st.booleans()),
        st.builds(syntax.Presence, st.just(name), negated=st.booleans()),
    ]
    if kind.ordered:
        order = st.sampled_from(sorted(ORDER))
        bound = versions.map(syntax.Literal) if isinstance(kind, Version) else literal
        made.append(st.builds(syntax.Comparison, st.just(name), order, bound))
        made.append(st.builds(syntax.Between, st.just(name), bound, bound, negated=st.booleans()))
    if kind.operators & MATCH:
        operator = st.sampled_from(sorted(MATCH - {"matches"}))
        part, pattern = (each.map(syntax.Literal) for each in (_parts(row), _expressions))
        match = functools.partial(st.builds, syntax.Match, st.just(name), negated=st.booleans())
        made += [match(operator, part)] * 2 + [match(st.just("matches"), pattern)]
    return st.one_of(made)


_expressions = st.sampled_from(EXPRESSIONS)
_calls = st.sampled_from(
    [
        syntax.Call(name, tuple(map(syntax.Literal, arguments)))
        for name, arguments in [
            ("supports", ["kvm"]), ("supports", ["xen", "s4l"]), ("tagged", ["a", "b"]),
            ("tagged", ["team", "web"]), ("public", []), ("owned_by", ["a"]),
        ]
    ]
)  # fmt: skip
_constants: st.SearchStrategy[syntax.Expr] = st.sampled_from(
    [syntax.Everything(), syntax.Nothing()]
)


def _combined(inner: st.SearchStrategy[syntax.Expr]) -> st.SearchStrategy[syntax.Expr]:
    lists = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return lists.map(syntax.And) | lists.map(syntax.Or) | inner.map(syntax.Not)


predicates: st.SearchStrategy[syntax.Expr] = st.one_of(
    [*map(_predicates, ROWS), _calls, _constants]
)
filters: st.SearchStrategy[syntax.Expr] = st.recursive(predicates, _combined, max_leaves=6)
"""Filters of any shape."""

batches = st.lists(filters, min_size=12, max_size=12)
"""Several filters at a time, since a round trip costs more than a filter."""


def systematic() -> list[str]:
    """Return each operator on each of many values, for a parameter of each kind.

    Some differences show only where a value meets its own bound, which is rarely drawn.
    """
    found: list[syntax.Expr] = []
    for name in ("created_at", "updated_at", "name", "tag", "max_ram", "min_ram", "os_bit",
                 "support_kvm", "protected", "architecture", "enterprise_project_id"):  # fmt: skip
        row = CLOUDIMAGES.names[name]
        found += [
            syntax.Comparison(name, operator, syntax.Literal(value))
            for value in _values(row)
            for operator in sorted(row.kind.operators & (EQUALITY | ORDER))
        ]
        found += [
            syntax.Match(name, operator, syntax.Literal(part))
            for operator in sorted(row.kind.operators & MATCH)
            for part in (EXPRESSIONS if operator == "matches" else _parts_of(row))
        ]
        found += [syntax.Presence(name), syntax.Presence(name, negated=True)]
    return [unparse(tree) for tree in found]


def _values(row: Parameter) -> list[str]:
    kind = row.kind
    if kind.choices:
        return list(kind.choices)
    if isinstance(kind, Integer):
        least = -(2**63) if kind.least is None else kind.least
        return [str(each) for each in _INTEGERS if each >= least]
    if row.is_time:
        seconds = [f"{each[:19].replace(' ', 'T')}Z" for each in TIMES if is_time(each)]
        return [*seconds, "2018", "2018-10", "2018-10-28", "2018-10-28T10:00"]
    return _TAGS if row.multiple else list(TEXTS[::2])


def _parts_of(row: Parameter) -> list[str]:
    if not row.multiple:
        return [
            "",
            "a",
            "*",
            "?",
            "a*b",
            "?b",
            "*a*",
            "*\n*",
            "CentOS*",
            "\\*",
            "😀",
            "%",
            "_",
            "!",
            "x' OR",
        ]
    return ["", "a", "a=", "a.", "=b", ".b", "a=b", "a.b", "*", "?", "a?b", "*=b", "a*c", "=", "."]
