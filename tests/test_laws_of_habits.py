"""What people write out of habit is read as what they mean, and loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, check, matcher, parse, testing
from imsquery.fixes import mend
from imsquery.language.recovery.vocabulary import FOLDED, ORDER_BY, SORT, SORT_MARKS
from imsquery.language.syntax import Expr
from imsquery.language.unparse import unparse

INTERVALS = ["this week", "last week", "this month", "last month", "this year", "last year"]
SORTABLE = [row.name for row in CLOUDIMAGES.parameters.values() if row.sortable]
GROUPED = ["platform", "name", "os_version", "owner"]

words = st.text(alphabet="abcdefgh", min_size=1, max_size=6)
counts = st.integers(1, 10**6)
filters = (
    testing.filter_trees().map(unparse).filter(lambda text: not check(text)).map("({})".format)
)
versions = st.lists(st.integers(0, 99).map(str), min_size=1, max_size=3).map(".".join)


def mended(text: str, *, unsafe: bool = True) -> str:
    """Mend a text; all of its errors must be gone."""
    written, left = mend(text, check, unsafe=unsafe)
    assert not [each for each in left if each.severity == "error"], (text, written, left)
    return written


def assert_same(text: str, meant: str, *, unsafe: bool = True) -> None:
    """Compare what a text is mended to with what it means."""
    assert parse(mended(text, unsafe=unsafe)) == parse(meant)


@given(filters, filters, words)
def test_a_comment_stays_a_comment(one: str, other: str, comment: str) -> None:
    meant = f"{one} and {other}"
    assume(not check(meant))
    for text in (
        f"{one} /* {comment} */ and {other}",
        f"/*{comment}*/ {meant}",
        f"{meant} /* {comment}\n*/",
        f"{one}\n/* {comment}\n * {comment} */\nand {other}",
    ):
        assert_same(text, meant)
        assert f"# {comment}" in mended(text)


@given(
    st.sampled_from(CLOUDIMAGES.parameters["__platform"].kind.choices),
    st.sampled_from([" ", "-", "_", ""]),
    versions,
    st.sampled_from(["=", "!="]),
)
def test_a_version_beside_a_platform_is_kept(
    platform: str, space: str, version: str, operator: str
) -> None:
    image = {"__platform": platform, "__os_version": f"{platform} {version} server 64bit"}
    older = {**image, "__os_version": f"{platform} 100.{version}"}
    condition = f'platform {operator} "{platform}{space}{version}"'

    assert matcher(mended(condition))(image) is (operator == "=")
    assert matcher(mended(condition))(older) is (operator == "!=")
    for text in (f"none or {condition}", f"not {condition}", f"{condition} and all"):
        expected = matcher(mended(text))(image)
        assert expected is ((operator == "=") is not text.startswith("not"))


@given(filters, st.sampled_from(sorted(SORT | ORDER_BY)), st.sampled_from(SORTABLE))
def test_a_sort_key_elsewhere_is_a_clause(condition: str, word: str, key: str) -> None:
    assert_same(f"{condition} --{word} {key}", f"{condition} order by {key}")
    for mark, direction in SORT_MARKS.items():
        marked = f"{mark}{key}" if len(mark) == 1 else f"{key}{mark}"
        meant = f"order by {key} {direction}"
        assert_same(f"--{word}={marked} --limit 3", f"{meant} limit 3", unsafe=False)


@given(st.lists(st.tuples(counts, st.sampled_from(["MB", "GB", "tb", "MiB"])), min_size=1))
def test_a_number_in_a_list_may_be_apart_from_its_unit(sizes: list[tuple[int, str]]) -> None:
    apart, together = (
        f"min_ram in ({', '.join(f'{number}{space}{unit}' for number, unit in sizes)})"
        for space in (" ", "")
    )
    assert matcher(mended(apart))({"min_ram": 4096}) is matcher(together)({"min_ram": 4096})
    assert not [each for each in check(mended(apart)) if each.severity == "error"]


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("form", ["> {}", "<= {}", "= '{}'", "between {} and now", "in ({}, 2018)"])
def test_an_interval_may_be_two_words(interval: str, form: str) -> None:
    meant = form.replace("'", "").format(interval.replace(" ", "_"))

    assert_same(f"created_at {form.format(interval)}", f"created_at {meant}")


@given(st.sampled_from(sorted(FOLDED)), words, filters)
def test_an_operator_that_ignores_case_is_kept_so(word: str, value: str, other: str) -> None:
    meant = f"name {FOLDED[word]} {value} ignoring case"

    assert_same(f"name {word} {value}", meant, unsafe=False)
    assume(not check(f"{other} and {meant}"))
    assert_same(f"{other} and name {word} {value}", f"{other} and {meant}", unsafe=False)


@given(filters, st.sampled_from(["limit", "skip"]), counts, st.sampled_from(GROUPED))
def test_a_count_per_group_is_a_clause(condition: str, word: str, count: int, name: str) -> None:
    for joint in (" ", " and "):
        text = f"{condition}{joint}{word} = {count} per {name}"
        assert_same(text, f"{condition} {word} {count} per {name}")


@given(words, st.integers(0, 99), st.integers(0, 99))
def test_a_number_in_a_tag_separates_no_key(word: str, one: int, two: int) -> None:
    for tag in (f"{one}.{two}", f"v{one}.{two}", f"{word}-{one}.{two}.{word}"):
        assert check(f'tag = "{tag}"') == ()
    (found,) = check(f'tag = "{word}.{one}"')
    assert found.code == "legacy-tag"


@given(st.sampled_from(["null", "NULL", "nil", "undefined"]), filters)
def test_what_is_no_value_elsewhere_asks_for_presence(word: str, other: str) -> None:
    for operator, presence in (("=", "is absent"), ("!=", "is present")):
        (found,) = check(f"description {operator} {word}")
        assert (found.code, found.severity) == ("literal-null", "warning")
        meant = f"{other} and description {presence}"
        assume(not check(meant))
        assert_same(f"{other} and description {operator} {word}", meant)


@given(testing.filter_trees())
def test_a_habit_is_seen_only_where_there_is_one(tree: Expr) -> None:
    assert "literal-null" not in {each.code for each in check(unparse(tree))}
