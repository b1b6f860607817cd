"""What ``imsquery.testing`` draws is valid, or has the one fault that it names."""

from __future__ import annotations

from fnmatch import fnmatchcase
from random import Random
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from imsquery import CLOUDIMAGES, Query, Spec, check, check_url, decompile, parse, testing
from imsquery import compile as compile_query
from imsquery import specs as shipped
from imsquery.language.unparse import unparse
from imsquery.testing import NearMiss

# Every other law draws the same.
fewer = settings(max_examples=settings().max_examples // 4)
SMALL = CLOUDIMAGES.extend(values={"__platform": ["AlmaLinux"]}, ranges={"min_disk": (1, 2)})
specs = pytest.mark.parametrize("spec", [CLOUDIMAGES, SMALL], ids=["default", "extended"])


def errors(text: str, spec: Spec = CLOUDIMAGES) -> list[str]:
    return [each.code for each in check(text, spec=spec) if each.severity == "error"]


@specs
@fewer
@given(st.data())
def test_a_valid_filter_has_no_error(spec: Spec, data: st.DataObject) -> None:
    text = data.draw(testing.filters(spec) | testing.queries(spec))

    assert errors(text, spec) == []


@fewer
@given(testing.filters(consistent=False, matches=True))
def test_even_an_inconsistent_filter_is_well_formed(text: str) -> None:
    assert set(errors(text)) <= {"contradiction", "mutually-exclusive"}


@specs
@fewer
@given(st.data())
def test_a_request_compiles(spec: Spec, data: st.DataObject) -> None:
    tree = data.draw(testing.request_trees(spec))
    text = data.draw(testing.spellings(tree, spec))

    assert compile_query(text, spec=spec) == compile_query(Query(tree), spec=spec)


@fewer
@given(testing.query_trees(), st.data())
def test_every_spelling_parses_to_its_tree(tree: Query, data: st.DataObject) -> None:
    assert parse(data.draw(testing.spellings(tree))) == tree


@fewer
@given(testing.near_misses())
def test_a_near_miss_has_one_fault(miss: NearMiss) -> None:
    assert set(errors(miss.text)) == {miss.code}


@fewer
@given(st.data())
@pytest.mark.parametrize("name", shipped.NAMES)
def test_a_near_miss_of_a_query_string_has_one_fault(name: str, data: st.DataObject) -> None:
    spec = shipped.named(name)
    miss = data.draw(testing.near_miss_query_strings(spec))

    assert {each.code for each in check_url(miss.text, spec=spec)} == {miss.code}


@fewer
@given(testing.query_strings())
def test_a_query_string_is_canonical(text: str) -> None:
    assert check_url(text) == ()
    assert str(compile_query(decompile(text))) == text


@fewer
@given(testing.pairs())
def test_pairs_are_in_canonical_order(pairs: list[tuple[str, str]]) -> None:
    wires = [wire for wire, _ in pairs]

    assert wires == sorted(set(wires))
    assert all(CLOUDIMAGES.parameters[wire].pushable for wire in wires)
    assert all(pairs)


@fewer
@given(testing.query_strings())
def test_the_standard_library_parses_a_query_string(text: str) -> None:
    assert text.isascii()
    assert "+" not in text
    assert all(value for _, value in parse_qsl(text, strict_parsing=bool(text)))


@fewer
@given(testing.records())
def test_a_record_has_the_attributes_and_types_of_the_api(record: dict[str, Any]) -> None:
    attributes = {row.observed for row in CLOUDIMAGES.parameters.values()}

    assert record.keys() <= attributes
    assert record.keys() >= {"id", "protected", "created_at", "updated_at"}
    for one in record:
        assert CLOUDIMAGES.exclusive.get(one, frozenset()).isdisjoint(record)
    types = {"string": str, "integer": int, "boolean": bool, "strings": list}
    for row in CLOUDIMAGES.parameters.values():
        if row.wire == row.observed and row.wire in record:
            assert type(record[row.wire]) is types[row.json]
    assert all(
        fnmatchcase(record[each], "20??-??-??T??:??:??Z") for each in record if "ted_at" in each
    )


@fewer
@given(testing.records(names=["platform", "tag", "architecture", "flavor_id"]))
def test_records_can_be_limited_to_names(record: dict[str, Any]) -> None:
    always = {"id", "protected", "created_at", "updated_at"}

    assert record.keys() - always <= {"__platform", "tags", "__support_arm"}


@fewer
@given(testing.catalogues(max_size=6))
def test_the_images_of_a_catalogue_have_distinct_ids(catalogue: list[dict[str, Any]]) -> None:
    assert len({record["id"] for record in catalogue}) == len(catalogue)


@fewer
@given(testing.near_miss_records())
def test_a_near_miss_record_is_still_a_mapping_of_attributes(record: dict[str, Any]) -> None:
    assert all(isinstance(attribute, str) for attribute in record)


@pytest.mark.parametrize(
    "strategy",
    [
        testing.filters(), testing.queries(), testing.requests(), testing.near_misses(),
        testing.query_strings(), testing.near_miss_query_strings(), testing.records(),
        testing.near_miss_records(), testing.catalogues(max_size=4),
    ],
    ids=["filters", "queries", "requests", "near_misses", "query_strings",
         "near_miss_query_strings", "records", "near_miss_records", "catalogues"],
)  # fmt: skip
def test_next_to_nothing_is_rejected(strategy: st.SearchStrategy[object]) -> None:
    drawn = 0

    # Only the generation phase: rejected draws would be repeated, or be missing.
    @settings(
        max_examples=40,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def count(_value: object) -> None:
        nonlocal drawn
        drawn += 1

    count()

    assert 36 <= drawn <= 44


@pytest.mark.parametrize(
    ("wanted", "longest"), [(" or ", 60), ("not", 40), ("created_at", 40), ("supports(", 30)]
)
def test_an_example_shrinks_to_a_filter_that_reads_well(wanted: str, longest: int) -> None:
    # The shrinker gives up early now and then, whatever the strategy; hardly three times in a row.
    try:
        shrunk = [
            find(
                testing.filter_trees().map(unparse),
                lambda text: wanted in text,
                settings=settings(max_examples=2_000, database=None),
                random=Random(seed),  # noqa: S311 -- no secret
            )
            for seed in range(3)
        ]
    except NoSuchExample:
        pytest.fail(f"no filter has {wanted!r}")
    found = min(shrunk, key=len)

    assert len(found) <= longest
    assert found.isascii()
    assert "\n" not in found


@pytest.mark.parametrize(
    "strategy", [testing.records, testing.near_miss_records, testing.catalogues]
)
def test_an_unknown_name_is_refused_at_once(strategy: Any) -> None:
    with pytest.raises(ValueError, match="'nosuch'"):
        strategy(names=["platform", "nosuch"])
    with pytest.raises(TypeError, match="not one string"):
        strategy(names="platform")


def test_arguments_that_leave_nothing_to_draw_are_refused() -> None:
    with pytest.raises(ValueError, match="max_predicates"):
        testing.filters(max_predicates=0)
    with pytest.raises(ValueError, match="none of the names"):
        testing.near_miss_records(names=["flavor_id"])
