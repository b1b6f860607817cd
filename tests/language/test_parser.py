"""Text to syntax tree: precedence, and every form of predicate."""

from __future__ import annotations

import pytest

from imsquery import Query, QueryError, parse
from imsquery.language.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Everything,
    Expr,
    Literal,
    Match,
    Membership,
    Not,
    Nothing,
    Or,
    Order,
    Placeholder,
    Presence,
    Standalone,
)

a, b, c, d = map(Standalone, "abcd")
x, y = Literal("x"), Literal("y")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", a),
        ("not a", Not(a)),
        ("not not a", Not(Not(a))),
        ("a and b", And((a, b))),
        ("a or b", Or((a, b))),
        ("a or b and c", Or((a, And((b, c))))),
        ("a and b or c", Or((And((a, b)), c))),
        ("(a or b) and c", And((Or((a, b)), c))),
        ("not a and b", And((Not(a), b))),
        ("not a or b", Or((Not(a), b))),
        ("not (a or b)", Not(Or((a, b)))),
        ("a and b and c", And((a, b, c))),
        ("a and (b and c)", And((a, b, c))),
        ("a or (b or c) or d", Or((a, b, c, d))),
        ("((a))", a),
        ("all", Everything()),
        ("NONE", Nothing()),
        ("not all", Not(Everything())),
        ("a = x", Comparison("a", "=", x)),
        ("a == x", Comparison("a", "=", x)),
        ("a <> x", Comparison("a", "!=", x)),
        ("a != x", Comparison("a", "!=", x)),
        ("a < x", Comparison("a", "<", x)),
        ("a<=x", Comparison("a", "<=", x)),
        ("a > x", Comparison("a", ">", x)),
        ("a>=x", Comparison("a", ">=", x)),
        ("a = 'not'", Comparison("a", "=", Literal("not"))),
        ("a = $x", Comparison("a", "=", Placeholder("x"))),
        ("not a = x", Not(Comparison("a", "=", x))),
        ("a in (x)", Membership("a", (x,))),
        ("a IN (x, y)", Membership("a", (x, y))),
        ("a not in (x, $y)", Membership("a", (x, Placeholder("y")), negated=True)),
        ("a in $x", Membership("a", Placeholder("x"))),
        ("a not in $x", Membership("a", Placeholder("x"), negated=True)),
        ("a in ($x)", Membership("a", (Placeholder("x"),))),
        ("a between x and y", Between("a", x, y)),
        ("a between x and y and b", And((Between("a", x, y), b))),
        ("a not between x and y", Between("a", x, y, negated=True)),
        ("a contains x", Match("a", "contains", x)),
        ("a Not StartsWith x", Match("a", "startswith", x, negated=True)),
        ("a endswith x", Match("a", "endswith", x)),
        ("a glob x*", Match("a", "glob", Literal("x*"))),
        ("a matches '^x'", Match("a", "matches", Literal("^x"))),
        ("a is present", Presence("a")),
        ("a is absent", Presence("a", negated=True)),
        ("f()", Call("f")),
        ("F(x)", Call("f", (x,))),
        ("f (x, 'y', $z)", Call("f", (x, y, Placeholder("z")))),
        ("limit = x", Comparison("limit", "=", x)),
        ("a = x # and b\n", Comparison("a", "=", x)),
    ],
)
def test_a_filter_parses_to_its_tree(text: str, tree: Expr) -> None:
    assert parse(text) == Query(tree)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query()),
        ("limit 5", Query(limit=Literal("5"))),
        ("order by a", Query(order=Order("a"))),
        ("ORDER BY a DESC", Query(order=Order("a", "desc"))),
        ("after 'x y'", Query(after=Literal("x y"))),
        ("limit $n after $m", Query(limit=Placeholder("n"), after=Placeholder("m"))),
        ("a limit 1 order by b asc", Query(a, order=Order("b", "asc"), limit=Literal("1"))),
        ("a order by b limit 1", Query(a, order=Order("b"), limit=Literal("1"))),
        ("a or b after x", Query(Or((a, b)), after=x)),
        ("limit limit 1", Query(Standalone("limit"), limit=Literal("1"))),
    ],
)
def test_clauses_follow_the_filter_in_any_order(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    "text",
    [
        "a =", "= x", "a = = x", "a b", "and a", "a and", "a or or b", "not", "()", "(a", "a)",
        "a in x", "a in ()", "a in (x,)", "a in (,x)", "a between x", "a between x or y", "a is",
        "a is x", "a is not present", "a like x", "f(x", "f(x,)", "a = f(x)", "order a", "order by",
        "limit 1 limit", "limit 1 a", "a && b", "a || b", "!a", "a, b", "a = 'x", "a = x;", "a = $",
        "$x = a", "'a' = x", "a not x", "a not = x", "limit 'x'", "a = x = y", "a < x < y",
        "a = \x00", "a ＝ x", "a = “x”", "a\u00a0= x", "a = \ud800", "a in $x, y", "a is $x",
        "f($x) = y", "all = x", "a = all", "a desc",
    ],
)  # fmt: skip
def test_what_does_not_parse_is_a_syntax_finding(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)

    assert {each.code for each in caught.value.diagnostics} == {"syntax"}
    for found in caught.value.diagnostics:
        assert 0 <= found.span.start <= found.span.end <= len(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("order by a order by b", "order by b"),
        ("limit 1 after x limit 2", "limit 2"),
        ("a = b after x after y", "after y"),
    ],
)
def test_no_clause_appears_twice(text: str, place: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)

    (found,) = caught.value.diagnostics
    assert found.code == "syntax"
    assert text[found.span.start : found.span.end] == place
    parse(found.fixes[0].apply(text))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a = x and not (b or c)", ["a = x and not (b or c)", "a = x", "not (b or c)"]),
        ("(a or b) and ((c))", ["(a or b) and ((c))", "(a or b)", "((c))"]),
        (" a in (x, y) # z", ["a in (x, y)"]),
    ],
)
def test_nodes_know_where_they_were_written(text: str, places: list[str]) -> None:
    tree = parse(text).filter
    nodes = [tree, *getattr(tree, "operands", ())]

    assert [text[node.span.start : node.span.end] for node in nodes] == places
