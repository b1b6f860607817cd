"""Running a plan finds exactly the images that satisfy the filter, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import islice, permutations
from typing import Any
from urllib.parse import parse_qsl

from hypothesis import assume, example, given, reject
from hypothesis import strategies as st

from imsquery import QueryError, parse, testing
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from imsquery.planning.plan import Plan
from imsquery.planning.planner import plan
from tests.clause_meaning import results
from tests.meaning import holds
from tests.plan_strategies import World, clauses, dense_filters, dense_worlds, worlds

REFUSALS = {"mutually-exclusive", "requires", "not-observable"}
trees = testing.filter_trees(consistent=False, max_predicates=6)
budgets = st.integers(1, 16)
page_sizes = st.sampled_from((1, 2, 3, 5, 500))


def made(text: str, budget: int) -> Plan:
    """Plan a query; reject examples that are rightly refused."""
    try:
        return plan(text, max_requests=budget)
    except QueryError as error:
        codes = {each.code for each in error.diagnostics if each.severity == "error"}
        assert codes <= {*REFUSALS, "contradiction"}
        reject()


def expected(tree: syntax.Expr, world: World, written: str) -> list[str]:
    """Return the ids of the images that satisfy a filter, as the clauses have them."""
    found = [each for each in world.images if holds(tree, each, world.hidden[each["id"]])]
    return results(parse(f"all{written}"), world.images, found)


def conditions(query: str) -> tuple[tuple[str, str], ...]:
    """Return what a request asks for, without its page and order."""
    clauses = {"limit", "marker", "sort_key", "sort_dir"}
    return tuple(pair for pair in parse_qsl(query) if pair[0] not in clauses)


TIED = World(
    [
        {
            "id": identity,
            "protected": False,
            "created_at": "2018-01-01T00:00:00Z",
            "updated_at": "2018-01-01T00:00:00Z",
        }
        for identity in ("a", "b")
    ],
    {"a": {}, "b": {}},
)


@given(trees, worlds(), clauses, budgets, page_sizes, st.booleans())
def test_a_plan_finds_the_images_that_satisfy_the_filter(
    tree: syntax.Expr,
    world: World,
    written: str,
    budget: int,
    page_size: int,
    glance_ties: bool,  # noqa: FBT001 -- drawn
) -> None:
    server = world.server(glance_ties=glance_ties)
    made_plan = made(unparse(tree) + written, budget)

    found = [image["id"] for image in made_plan.execute(server, page_size=page_size)]

    assert found == expected(tree, world, written)
    assert len(made_plan.requests) <= budget
    assert len({conditions(query) for query in server.asked}) <= budget


@given(dense_filters, dense_worlds(), clauses, budgets, page_sizes, st.booleans())
def test_a_plan_finds_the_images_that_satisfy_a_filter_of_few_conditions(
    text: str,
    world: World,
    written: str,
    budget: int,
    page_size: int,
    glance_ties: bool,  # noqa: FBT001 -- drawn
) -> None:
    server = world.server(glance_ties=glance_ties)
    made_plan = made(text + written, budget)

    found = [image["id"] for image in made_plan.execute(server, page_size=page_size)]

    assert found == expected(parse(text).filter, world, written)
    assert len({conditions(query) for query in server.asked}) <= budget


HIDDEN = ("flavor_id", "member_status", "__whole_image")


def covers(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether a request finds all images of another, with the same hidden conditions."""
    scope = ("enterprise_project_id", "all_granted_eps")
    return (
        one.items() - {scope} <= other.items() - {scope}
        and (scope not in other.items() or scope in one.items())
        and all(one.get(name) == other.get(name) for name in HIDDEN)
    )


@given(dense_filters, st.integers(1, 8))
@example("enterprise_project_id = all_granted_eps or tag is present", 8)
def test_no_request_is_covered_by_another(text: str, budget: int) -> None:
    asked = [dict(parse_qsl(each.query_string)) for each in made(text, budget).requests]

    assert not any(covers(one, other) for one, other in permutations(asked, 2))


@given(trees, worlds(), clauses, budgets, page_sizes, st.integers(1, 5))
def test_running_concurrently_finds_the_same(
    tree: syntax.Expr,
    world: World,
    written: str,
    budget: int,
    page_size: int,
    concurrency: int,
) -> None:
    made_plan = made(unparse(tree) + written, budget)
    server = world.server()

    async def run() -> list[str]:
        execution = made_plan.aexecute(server.afetch, page_size=page_size, concurrency=concurrency)
        return [image["id"] async for image in execution]

    assert asyncio.run(run()) == expected(tree, world, written)


@given(
    trees, worlds(), clauses, budgets, page_sizes, st.integers(0, 12), st.booleans(),
    st.booleans(),
)  # fmt: skip
@example(syntax.Everything(), TIED, " limit 2", 1, 1, 1, False, False)  # noqa: FBT003 -- positional, as in @given
def test_a_cursor_resumes_where_it_was_taken(
    tree: syntax.Expr,
    world: World,
    written: str,
    budget: int,
    page_size: int,
    stop: int,
    glance_ties: bool,  # noqa: FBT001 -- drawn
    concurrent: bool,  # noqa: FBT001 -- drawn
) -> None:
    made_plan = made(unparse(tree) + written, budget)
    server = world.server(glance_ties=glance_ties)

    def some(most: int | None, cursor: str | None) -> tuple[list[str], str | None]:
        run = made_plan.execute(server, page_size=page_size, cursor=cursor)
        return [image["id"] for image in islice(run, most)], run.cursor

    async def some_concurrently(
        most: int | None, cursor: str | None
    ) -> tuple[list[str], str | None]:
        run = made_plan.aexecute(server.afetch, page_size=page_size, cursor=cursor)
        found: list[str] = []
        while most is None or len(found) < most:
            image = await anext(run, None)
            if image is None:
                break
            found.append(image["id"])
        return found, run.cursor

    if concurrent:
        found, cursor = asyncio.run(some_concurrently(stop, None))
        rest, _ = asyncio.run(some_concurrently(None, cursor))
    else:
        found, cursor = some(stop, None)
        rest, _ = some(None, cursor)

    found += rest
    assert found == expected(tree, world, written)


@given(trees, worlds(), clauses, budgets, page_sizes, st.booleans())
@example(syntax.Everything(), TIED, " limit 1 per name", 1, 1, False)  # noqa: FBT003 -- positional, as in @given
def test_results_can_be_resumed_after_every_image(
    tree: syntax.Expr,
    world: World,
    written: str,
    budget: int,
    page_size: int,
    concurrent: bool,  # noqa: FBT001 -- drawn
) -> None:
    made_plan = made(unparse(tree) + written, budget)
    server = world.server()
    cursor: str | None = None

    async def one(resumed: str | None) -> tuple[Any, str | None]:
        execution = made_plan.aexecute(server.afetch, page_size=page_size, cursor=resumed)
        return await anext(execution, None), execution.cursor

    found: list[str] = []
    while len(found) <= len(world.images):
        if concurrent:
            image, cursor = asyncio.run(one(cursor))
        else:
            execution = made_plan.execute(server, page_size=page_size, cursor=cursor)
            image, cursor = next(execution, None), execution.cursor
        if image is None:
            break
        found.append(image["id"])

    assert found == expected(tree, world, written)


@given(trees, worlds(), clauses, budgets, page_sizes, st.data())
def test_results_start_after_the_image_in_the_after_clause(
    tree: syntax.Expr,
    world: World,
    written: str,
    budget: int,
    page_size: int,
    data: st.DataObject,
) -> None:
    assume(world.images)
    after = data.draw(st.sampled_from([each["id"] for each in world.images]))
    written += f" after '{after}'"

    server = world.server()
    made_plan = made(unparse(tree) + written, budget)
    found = [image["id"] for image in made_plan.execute(server, page_size=page_size)]

    assert found == expected(tree, world, written)
    asked = {conditions(query) for query in server.asked}
    assert len(asked - {(("id", after),)}) <= budget
