"""The page shows what the library says: findings, fixes and completions at the same places, the
images that the matcher takes, and an answer to any question at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("duckdb")

import imsquery
from imsquery import specs, testing
from imsquery.server.catalogue import Catalogue
from imsquery.server.page.answers import LIMITS, Answers
from imsquery.server.page.questions import QUESTIONS, BadQuestionError, answer
from imsquery.server.page.units import Units
from tests.faulty import queries as faulty
from tests.sample_queries import combinations, conjunctions, orders
from tests.server.test_server import records
from tests.strategies import any_text
from web.static import sample_answers

RECORDS = records()
ENDPOINT = "https://example.org"


def fetch(query: str) -> list[dict[str, Any]]:
    """Return the page of images for a query string, by reading it back."""
    text, pairs = (
        imsquery.decompile(query),
        dict(imsquery.compile(imsquery.decompile(query)).params),
    )
    clauses = {name: pairs.get(name) for name in ("limit", "marker", "sort_key", "sort_dir")}
    key, way = clauses["sort_key"] or "created_at", clauses["sort_dir"] or "desc"
    is_wanted = imsquery.matcher(text)
    found = [each for each in RECORDS if is_wanted(each)]
    found.sort(key=lambda each: (str(each.get(key, "")), each["id"]), reverse=way == "desc")
    if clauses["marker"] is not None:
        found = found[[each["id"] for each in found].index(clauses["marker"]) + 1 :]
    return found[: int(clauses["limit"] or 500)]


ANSWERS = Answers(fetch)


def units(text: str) -> bytes:
    """Return a text as a browser has it, in units of two bytes."""
    return text.encode("utf-16-le", "surrogatepass")


def text_of(units: bytes) -> str:
    return units.decode("utf-16-le", "surrogatepass")


def edited(text: str, edits: Iterable[Mapping[str, Any]]) -> str:
    """Return a text that a browser has edited."""
    found = units(text)
    for each in sorted(edits, key=lambda each: (each["start"], each["end"]), reverse=True):
        found = found[: 2 * each["start"]] + units(each["text"]) + found[2 * each["end"] :]
    return text_of(found)


# Also characters of two units, and halves of such.
_ODD = st.text(st.sampled_from("😀𝒳\U0010ffff\ud83d\ude00\ufffe\u202eé "), max_size=3)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Return what could be in the editor: with characters that Python counts otherwise, too."""
    text = draw(any_text | faulty())
    at = draw(st.integers(0, len(text)))
    return text_of(units(text[:at] + draw(_ODD) + text[at:]))


@given(texts(), st.integers(0, 400), st.text(max_size=20), st.sampled_from(specs.NAMES))
def test_every_question_about_any_text_has_an_answer_that_is_json(
    query: str, cursor: int, image: str, name_of_spec: str
) -> None:
    answers = Answers(fetch, specs.named(name_of_spec))
    question = {
        "query": query,
        "cursor": cursor,
        "image": image,
        "endpoint": ENDPOINT,
        "dialect": "duckdb",
    }
    for name in QUESTIONS:
        found = answer(answers, name, question)

        assert json.loads(json.dumps(found, allow_nan=False)).keys() == found.keys()


@given(testing.specs() | st.sampled_from([specs.named(each) for each in specs.NAMES]))
def test_examples_are_filters_of_the_spec_the_last_with_mistakes(spec: imsquery.Spec) -> None:
    sound = [
        each
        for each in answer(Answers(fetch, spec), "examples", {})["examples"]
        if "&&" not in each
    ]

    assert all(imsquery.check(each, spec=spec) == () for each in sound)
    assert all(imsquery.matcher(each, spec=spec) for each in sound)


@pytest.mark.parametrize(
    ("spec", "first", "last"),
    [
        ("huaweicloud", "platform = CentOS and supports(kvm)", "platform"),
        ("glance", "status = active and protected", "status"),
    ],
)
def test_examples_are_in_the_words_of_the_spec(spec: str, first: str, last: str) -> None:
    answers = Answers(fetch, specs.named(spec))
    found = answer(answers, "examples", {})["examples"]
    mistaken = answers.examine(found[-1], ENDPOINT, "duckdb")["findings"]

    assert found[0] == first
    assert [each["code"] for each in mistaken] == ["unknown-name", "syntax"]
    assert mistaken[0]["fixes"][0]["title"] == f"write `{last}`"


def test_a_filter_is_formatted_by_the_spec() -> None:
    question = {"query": "__platform=CentOS", "endpoint": ENDPOINT, "dialect": "duckdb"}
    for spec, formatted in (
        ("huaweicloud", "platform = CentOS"),
        ("glance", "__platform = CentOS"),
    ):
        answers = Answers(fetch, specs.named(spec))
        assert answer(answers, "filter", question)["formatted"] == formatted


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
_FIELDS = ("query", "cursor", "image", "endpoint", "dialect")


@given(st.sampled_from([*QUESTIONS]), _JSON | st.dictionaries(st.sampled_from(_FIELDS), _JSON))
def test_anything_that_is_not_a_question_is_refused_in_words(name: str, asked: object) -> None:
    try:
        found = answer(ANSWERS, name, asked)
    except BadQuestionError as error:
        assert str(error)
    else:
        assert isinstance(asked, dict)
        fields = QUESTIONS[name].fields
        assert {key: type(asked[key]) for key in fields} == {k: v.kind for k, v in fields.items()}
        assert isinstance(found, dict)


@given(texts())
def test_a_fix_in_the_browser_edits_as_the_fix_of_the_library(query: str) -> None:
    shown = ANSWERS.examine(query, ENDPOINT, "duckdb")["findings"]
    found = imsquery.check(query, limits=LIMITS)

    assert [each["code"] for each in shown] == [each.code for each in found]
    for one, other in zip(shown, found, strict=True):
        part = text_of(units(query)[2 * one["start"] : 2 * one["end"]])
        assert part == query[other.span.start : other.span.end]
        for fix, original in zip(one["fixes"], other.fixes, strict=True):
            assert edited(query, fix["edits"]) == text_of(units(original.apply(query)))


@given(texts(), st.data())
def test_a_completion_in_the_browser_edits_as_that_of_the_library(query: str, data: Any) -> None:
    cursor = data.draw(st.integers(0, len(query)))
    shown = ANSWERS.complete(query, len(units(query[:cursor])) // 2)["completions"]
    found = imsquery.complete(query, cursor)

    assert [each["text"] for each in shown] == [each.text for each in found]
    for one, other in zip(shown, found, strict=True):
        start, end = other.span.start, other.span.end
        assert edited(query, [one]) == text_of(units(query[:start] + other.text + query[end:]))


@given(texts())
def test_coloured_parts_are_in_order_and_within_the_text(query: str) -> None:
    tokens = ANSWERS.examine(query, ENDPOINT, "duckdb")["tokens"]
    places = [place for start, end, _ in tokens for place in (start, end)]

    assert places == sorted(places)
    assert all(start < end for start, end, _ in tokens)
    assert max(places, default=0) <= len(units(query)) // 2


@given(texts())
def test_an_offset_comes_back_as_it_was(text: str) -> None:
    counted = Units(text)
    for offset in range(len(text) + 1):
        assert counted.units(offset) == len(units(text[:offset])) // 2
        assert counted.offset(counted.units(offset)) == offset


@given(texts())
def test_an_offset_within_a_character_is_at_its_start_and_one_past_the_end_at_the_end(
    text: str,
) -> None:
    counted = Units(text)
    for offset, character in enumerate(text):
        if len(units(character)) // 2 == 2:
            assert counted.offset(counted.units(offset) + 1) == offset
    assert counted.offset(len(units(text))) == len(text)


@given(combinations(RECORDS))
def test_the_images_are_those_that_the_matcher_takes_the_newest_first(query: str) -> None:
    is_wanted = imsquery.matcher(query)
    wanted = [each for each in RECORDS if is_wanted(each)]
    wanted.sort(key=lambda each: (each["created_at"], each["id"]), reverse=True)
    found = ANSWERS.list_images(query)

    assert [each["id"] for each in found["images"]] == [each["id"] for each in wanted]
    assert found["ended"] == "all"
    at = found["columns"].index("name")
    assert [each["cells"][at] for each in found["images"]] == [each["name"] for each in wanted]


@given(combinations(RECORDS), st.sampled_from(RECORDS))
def test_why_says_what_the_list_of_images_says(query: str, record: Mapping[str, Any]) -> None:
    listed = {each["id"] for each in ANSWERS.list_images(query)["images"]}
    explained = ANSWERS.explain(query, record["id"])

    assert explained["holds"] == (record["id"] in listed)
    assert explained["rows"][0]["holds"] == explained["holds"]
    depths = [row["depth"] for row in explained["rows"]]
    assert depths[0] == 0
    assert all(after <= before + 1 for before, after in pairwise(depths))


@given(conjunctions(RECORDS), orders, st.integers(1, 500))
def test_the_static_build_lists_and_pages_as_the_service_does(
    shipped: Catalogue, text: str, order: str, limit: int
) -> None:
    """But for what records do not show, which it says."""
    query = str(imsquery.compile(f"{text}{order} limit {limit}"))
    for _ in range(3):
        page = [json.loads(each) for each in shipped.find(query)]
        assert sample_answers.fetch(query) == page
        if not page:
            break
        query = str(imsquery.compile(f"{text}{order} limit {limit} after {page[-1]['id']}"))


def test_the_static_build_answers_in_json() -> None:
    question = {"query": "platform = CentOS limit 1"}
    found = json.loads(sample_answers.ask("images", json.dumps(question)))

    assert found == ANSWERS.list_images(question["query"])
    hidden = json.loads(sample_answers.ask("images", '{"query": "whole_image = true"}'))
    assert "is not in image records" in hidden["problem"]
