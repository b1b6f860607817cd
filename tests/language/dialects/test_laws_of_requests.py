"""A request in place of a filter is one finding, whose fix is the filter that it decompiles to."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, check, decompile
from imsquery import compile as compile_query
from imsquery.fixes import mend
from imsquery.testing import query_strings

ENDPOINT = f"https://ims.cn-north-4.myhuaweicloud.com{CLOUDIMAGES.path}"
befores = st.sampled_from([f"{ENDPOINT}?", f"{CLOUDIMAGES.path}?", "?", f"GET {CLOUDIMAGES.path}?"])


def assert_law(text: str, query_string: str) -> None:
    """Assert that a text is one error, mended at once to the filter of the query string."""
    (found,) = [each for each in check(text) if each.severity == "error"]
    assert found.message.startswith("this is ")
    mended = found.fixes[0].apply(text)
    assert {each.severity for each in check(mended)} <= {"warning"}
    assert compile_query(mended) == compile_query(decompile(query_string))


@given(query_strings(), befores)
@example("limit=5", f"{ENDPOINT}?")
@example("sort_dir=asc&sort_key=name", "?")
@example("marker=a%20b", "?")
@example("created_at=lt:2018-10-28T00:00:00Z", "?")
def test_a_url_is_one_finding(query_string: str, before: str) -> None:
    assume(query_string)

    assert_law(before + query_string, query_string)


@given(query_strings(max_predicates=3))
def test_a_query_string_of_several_pairs_is_one_finding(query_string: str) -> None:
    assume("&" in query_string)
    assume("__" in query_string or "%" in query_string)

    assert_law(query_string, query_string)


@given(query_strings())
@example("limit=5")
def test_options_are_one_finding(query_string: str) -> None:
    assume(query_string)
    pairs = [pair.split("=", 1) for pair in query_string.split("&")]
    assume(all(value.isalnum() for _, value in pairs))

    assert_law(" ".join(f"--{name}={value}" for name, value in pairs), query_string)


_odd = st.sampled_from(
    ["", "5", "5=", "-1", "and", "limit", "order", "asc", "x y", "%00", "a+b", "lt:", "in:", "name"]
)
_pairs = st.tuples(st.sampled_from([*CLOUDIMAGES.parameters, *CLOUDIMAGES.names, "skip"]), _odd)


@given(st.lists(_pairs, min_size=2, max_size=5), st.sampled_from(["{}={}", "--{}={}", "--{} '{}'"]))
@example([("name", "a"), ("limit", "")], "{}={}")
@example([("name", "a"), ("sort_key", "limit")], "{}={}")
def test_any_pairs_are_read_or_have_findings(pairs: list[tuple[str, str]], form: str) -> None:
    joiner = "&" if form[0] == "{" else " "
    text = joiner.join(form.format(*pair) for pair in pairs)

    found = check(text)  # raises nothing

    assert found
    for fix in (fix for each in found for fix in each.fixes):
        check(fix.apply(text))


@pytest.mark.parametrize(
    ("text", "filter"),
    [
        ("--limit=5", "limit 5"),
        ("--limit=5 --skip=3", "skip 3 limit 5"),
        ("--limit 5", "limit 5"),
        ("--__imagetype=gold", "__imagetype = gold"),
        ("created_at=lt:2018-10-28", "created_at < 2018-10-28"),
        ("?sort_dir=asc", "order by created_at asc"),
        (ENDPOINT, "all"),
        (f"{ENDPOINT}?__imagetype=gold&sort_key=name&limit=5&marker=x",
         "__imagetype = gold order by name limit 5 after x"),
    ],
)  # fmt: skip
def test_what_a_request_says(text: str, filter: str) -> None:  # noqa: A002
    assert mend(text, check) == (filter, ())


@pytest.mark.parametrize(
    "text", ["__imagetype=gold", "file = a?b", "limit 5", "owner = x # --limit=5", "status=active"]
)
def test_a_text_that_means_the_same_here_is_no_finding(text: str) -> None:
    assert check(text) == ()


@pytest.mark.parametrize("text", ["platfrm = CentOS", "__platform=Ubunto", "a=1", "limit=5"])
def test_other_findings_are_not_hidden(text: str) -> None:
    assert [each.code for each in check(text)] != ["syntax"]
