"""Any sound table makes a language of its own, with the laws of the one that ships."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery import (
    CLOUDIMAGES,
    Parameter,
    QueryError,
    Spec,
    check,
    decompile,
    implies,
    matcher,
    plan,
    testing,
)
from imsquery import compile as compile_query
from imsquery.language import syntax
from imsquery.language.lexer import spell
from imsquery.language.unparse import unparse
from imsquery.schema.faults import faults
from imsquery.schema.kinds import Time
from imsquery.testing.values import record_values
from tests.table_model import Table, TableServer

specs = testing.specs()
REFUSALS = {"mutually-exclusive", "requires", "not-observable", "contradiction"}


@frozen
class World:
    """A table, images, and what the server knows about each but does not show."""

    spec: Spec
    images: list[dict[str, Any]]
    hidden: dict[str, dict[str, Any]]

    def server(self) -> TableServer:
        return TableServer(self.spec, self.images, self.hidden)


@st.composite
def worlds(draw: st.DrawFn, *more: Parameter) -> World:
    spec = draw(specs).extend(parameters=more)
    images = draw(testing.catalogues(spec, max_size=5))
    secrets = {
        row.wire: st.lists(record_values(row).map(_as_text), min_size=int(row.total), max_size=1)
        for row in spec.parameters.values()
        if row.observed is None and row.clause is None
    }
    hidden = st.fixed_dictionaries(secrets)
    return World(spec, images, {each["id"]: draw(hidden) for each in images})


def _as_text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) or value in {"True", "False"} else value


@given(specs)
def test_a_drawn_spec_is_sound(spec: Spec) -> None:
    functions = [each for same in spec.functions.values() for each in same]

    assert not [*faults(spec.parameters.values(), functions, spec.foreign_names, spec.family)]
    assert spec.extend() == spec


@given(st.data(), specs)
def test_what_compiles_reads_back(data: st.DataObject, spec: Spec) -> None:
    text = data.draw(testing.requests(spec))
    compiled = compile_query(text, spec=spec)

    assert compile_query(decompile(str(compiled), spec=spec), spec=spec) == compiled


@given(st.data(), specs)
def test_whatever_compiles_reads_back(data: st.DataObject, spec: Spec) -> None:
    tree = data.draw(testing.filter_trees(spec, consistent=False, max_predicates=1))
    try:
        compiled = compile_query(tree, spec=spec)
    except QueryError:  # what one request cannot say
        return

    assert compile_query(decompile(str(compiled), spec=spec), spec=spec) == compiled


@given(st.data(), specs)
def test_query_strings_read_back(data: st.DataObject, spec: Spec) -> None:
    query = data.draw(testing.query_strings(spec))

    assert str(compile_query(decompile(query, spec=spec), spec=spec)) == query


@given(st.data(), specs)
def test_drawn_filters_are_valid(data: st.DataObject, spec: Spec) -> None:
    text = data.draw(testing.filters(spec))

    assert check(text, spec=spec) == ()


@given(st.data(), worlds())
def test_the_matcher_takes_what_satisfies_the_filter(data: st.DataObject, world: World) -> None:
    tree = data.draw(testing.filter_trees(world.spec, consistent=False))
    try:
        is_wanted = matcher(tree, spec=world.spec)
    except QueryError as error:
        assert {each.code for each in error.diagnostics if each.severity == "error"} <= REFUSALS
        reject()

    for image in world.images:
        assert is_wanted(image) is Table(world.spec).holds(tree, image, {}), unparse(tree)


@given(st.data(), worlds())
def test_a_request_finds_what_satisfies_the_filter(data: st.DataObject, world: World) -> None:
    tree = data.draw(testing.request_trees(world.spec))
    found = world.server()(str(compile_query(tree, spec=world.spec)))

    assert _ids(found) == _expected(tree, world)


@given(
    worlds(Parameter("last_used", Time(), source="test")),
    st.sampled_from(("neq:", "lt:", "lte:", "gt:", "gte:", "eq:")),
)
def test_a_request_that_is_read_back_finds_the_same(world: World, way: str) -> None:
    shown = [each["last_used"] for each in world.images if "last_used" in each]
    query = f"last_used={way}{(shown or ['2018-10-28T10:00:00Z'])[0]}"
    found = decompile(query, spec=world.spec)

    made = plan(found, spec=world.spec)
    assert _ids(made.execute(world.server())) == _ids(world.server()(query))


@given(st.data(), worlds(), st.integers(1, 8))
def test_a_plan_finds_what_satisfies_the_filter(
    data: st.DataObject, world: World, budget: int
) -> None:
    tree = data.draw(testing.filter_trees(world.spec, consistent=False))
    try:
        made = plan(tree, spec=world.spec, max_requests=budget)
    except QueryError as error:
        assert {each.code for each in error.diagnostics if each.severity == "error"} <= REFUSALS
        reject()

    assert _ids(made.execute(world.server(), page_size=2)) == _expected(tree, world)


@given(st.data(), worlds().filter(lambda world: world.images))
def test_results_go_on_after_any_image(data: st.DataObject, world: World) -> None:
    keys = [row for row in world.spec.parameters.values() if row.observed and not row.multiple]
    start = data.draw(st.sampled_from([each["id"] for each in world.images]))
    tree = data.draw(testing.filter_trees(world.spec, max_predicates=1))
    order = f"order by {data.draw(st.sampled_from(keys)).name} asc"
    images = plan(f"all {order}", spec=world.spec).execute(world.server())
    made = plan(f"({unparse(tree)}\n) {order} after {spell(start)}", spec=world.spec)

    in_order = [each["id"] for each in images]
    expected = _expected(tree, world)
    assert [each["id"] for each in made.execute(world.server())] == [
        each for each in in_order[in_order.index(start) + 1 :] if each in expected
    ]


@given(st.data(), worlds())
def test_a_compiled_filter_finds_what_its_plan_finds(data: st.DataObject, world: World) -> None:
    tree = data.draw(testing.filter_trees(world.spec, max_predicates=2))
    try:
        query = str(compile_query(tree, spec=world.spec))
    except QueryError as error:
        codes = {each.code for each in error.diagnostics if each.severity == "error"}
        assert codes <= {*REFUSALS, "not-expressible"}
        return  # most filters are more than one request

    assert _ids(world.server()(query)) == _expected(tree, world)


def _expected(tree: syntax.Expr, world: World) -> set[str]:
    table = Table(world.spec)
    return {
        each["id"] for each in world.images if table.holds(tree, each, world.hidden[each["id"]])
    }


def _ids(images: Any) -> set[str]:
    found = [each["id"] for each in images]
    assert len({*found}) == len(found)
    return {*found}


@given(testing.filters() | testing.requests(), specs)
def test_an_extension_changes_no_filter_that_does_not_name_it(text: str, other: Spec) -> None:
    rows = [
        row
        for row in other.parameters.values()
        if row.wire not in CLOUDIMAGES.parameters
        and row.clause is None
        and not other.ending(row.wire)
    ]
    spec = CLOUDIMAGES.extend(parameters=rows)

    assert check(text, spec=spec, target="compile") == check(text, target="compile")
    try:
        made = compile_query(text)
    except QueryError:
        assert plan(text, spec=spec).explain() == plan(text).explain()
    else:
        assert compile_query(text, spec=spec) == made


@given(st.data(), specs)
def test_implication_agrees_with_the_matcher(data: st.DataObject, spec: Spec) -> None:
    trees = testing.filter_trees(spec, max_predicates=3)
    one, other = data.draw(trees), data.draw(trees)
    try:
        is_one, is_other = matcher(one, spec=spec), matcher(other, spec=spec)
        verdict = implies(one, other, spec=spec)
    except QueryError:
        reject()
    images = data.draw(testing.catalogues(spec, max_size=4))

    if verdict.holds:
        assert all(is_other(each) for each in images if is_one(each))
    elif verdict.holds is False:
        assert verdict.witness is not None
        assert is_one(verdict.witness)
        assert not is_other(verdict.witness)
