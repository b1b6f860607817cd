"""A tree written as text parses to an equal tree, and compiles to the same request."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imsquery import Query, QueryError, field, parse, placeholder, supports, tagged
from imsquery import compile as compile_query
from imsquery.formatting.formatter import unparse
from imsquery.language.syntax import And, Everything, Expr, Not, Nothing, Or, Order
from tests.strategies import FILTERS, filters

texts = st.text(max_size=12)
values = st.one_of(texts, st.integers(), st.booleans(), st.just(placeholder("x")))
fields = st.sampled_from(FILTERS).map(lambda row: field(row.wire))
predicates: st.SearchStrategy[Expr] = st.one_of(
    st.builds(lambda f, v: f == v, fields, values),
    st.builds(lambda f, v: f != v, fields, values),
    st.builds(lambda f, v: f < v, fields, values),
    st.builds(lambda f, v: f >= v, fields, values),
    st.builds(lambda f, v: f.in_(v), fields, st.lists(values, max_size=3)),
    st.builds(lambda f, v: f.not_in(v), fields, st.lists(values, max_size=3)),
    st.builds(lambda f, v, w: f.between(v, w), fields, values, values),
    st.builds(lambda f, v: f.glob(v), fields, values),
    st.builds(lambda f, v: f.ignoring_case == v, fields, values),
    st.builds(lambda f, v: f.ignoring_case.endswith(v), fields, values),
    st.builds(lambda f, v: f.ignoring_case.not_in(v), fields, st.lists(values, max_size=3)),
    st.builds(lambda f: f.is_absent(), fields),
    st.builds(lambda f: f.is_true(), fields),
    st.builds(supports, values),
    st.builds(tagged, values, values),
    st.sampled_from([Everything(), Nothing()]),
)
trees: st.SearchStrategy[Expr] = st.recursive(
    predicates,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(And),
        st.lists(inner, min_size=2, max_size=3).map(Or),
        inner.map(Not),
    ),
    max_leaves=8,
)
queries = st.builds(
    Query,
    trees,
    order=st.none() | st.builds(Order, st.just("name"), st.sampled_from([None, "asc", "desc"])),
    after=st.none() | st.builds(lambda t: (field("x") == t).value, texts),
)


def is_sendable(query: object) -> bool:
    return "\\ud" not in repr(query)


@given(queries.filter(is_sendable))
def test_parse_inverts_unparse(query: Query) -> None:
    assert parse(unparse(query)) == query


@given(filters)
def test_unparse_preserves_the_tree_of_a_text(text: str) -> None:
    tree = parse(text)

    assert parse(unparse(tree)) == tree


@given(filters)
def test_a_tree_compiles_like_its_text(text: str) -> None:
    def outcome(query: str | Query) -> object:
        try:
            return str(compile_query(query))
        except QueryError as error:
            return {found.code for found in error.diagnostics if found.severity == "error"}

    assert outcome(parse(text)) == outcome(text)
