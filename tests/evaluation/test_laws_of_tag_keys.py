"""``tagged(k)`` finds every tag of a key; the reference splits tags at their first sign."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import (
    CLOUDIMAGES,
    Function,
    QueryError,
    check,
    decompile,
    equivalent,
    implies,
    matcher,
    plan,
    prepare,
    satisfiable,
    tagged,
)
from imsquery import compile as compile_query
from tests.meaning import has_key
from tests.strategies import quoted, unicode_text

keys = st.text("ab.x", max_size=4) | unicode_text.filter(lambda text: "=" not in text)
tags = st.text("ab.=x", max_size=5) | unicode_text


@pytest.mark.parametrize(
    ("tag", "key"),
    [
        ("team", "team"),
        ("team=", "team"),
        ("team=web", "team"),
        ("team=web.a", "team"),
        ("team.web", "team"),
        ("team.web.a", "team"),
        ("team.web=a", "team.web"),
        ("=x", ""),
        (".x", ""),
        ("", ""),
        ("键=值", "键"),
    ],
)
def test_a_tag_has_one_key(tag: str, key: str) -> None:
    assert matcher(tagged(key))({"tags": ["other", tag]})
    for other in {"team", "team.web", "web", "", "x", "键"} - {tag}:
        assert matcher(tagged(other))({"tags": [tag]}) is (other == key)


@given(keys, st.lists(tags, max_size=3))
@example("a.b", ["a.b"])
@example("a", ["a.b=c"])
@example("a", ["b=a", "ab", "xa=1"])
def test_a_key_agrees_with_splitting_each_tag(key: str, found: list[str]) -> None:
    is_wanted = matcher(f"tagged({quoted(key)})")

    assert is_wanted({"tags": found}) is any(has_key(tag, key) for tag in found)


conditions = st.tuples(
    st.sampled_from(["tagged", "=", "contains", "startswith", "endswith"]),
    st.text("a.b", max_size=2) | st.sampled_from(["a=b", "a="]),
).filter(lambda each: each[0] != "tagged" or "=" not in each[1])
SHORT = ["".join(each) for size in range(5) for each in product("ab.=", repeat=size)]


def written(condition: tuple[str, str]) -> str:
    operator, text = condition
    return f"tagged('{text}')" if operator == "tagged" else f"tag {operator} '{text}'"


def holds(condition: tuple[str, str], tag: str) -> bool:
    operator, wanted = condition
    if operator == "tagged":
        return has_key(tag, wanted)
    said = [tag] if "=" in tag else [tag, tag.replace(".", "=", 1)]
    return any(
        {
            "=": each == wanted,
            "contains": wanted in each,
            "startswith": each.startswith(wanted),
            "endswith": each.endswith(wanted),
        }[operator]
        for each in said
    )


@given(st.lists(st.tuples(conditions, st.booleans()), min_size=1, max_size=3))
@example([(("tagged", "a"), True), (("startswith", "a="), False)])
@example([(("tagged", "a"), True), (("=", "a"), False), (("contains", "="), False)])
@example([(("tagged", "a.b"), True), (("tagged", "a"), True)])
@example([(("tagged", "a"), False), (("startswith", "a."), True), (("contains", "b"), True)])
def test_keys_are_decided_as_by_trying_sets_of_tags(
    signed: list[tuple[tuple[str, str], bool]],
) -> None:
    parts = [f"{'' if holding else 'not '}{written(each)}" for each, holding in signed]
    verdict = satisfiable(" and ".join(parts))

    def satisfies(found: list[str]) -> bool:
        return all(any(holds(each, tag) for tag in found) is holding for each, holding in signed)

    # Each condition that has to hold may be satisfied by another tag.
    allowed = [tag for tag in SHORT if not any(holds(each, tag) for each, no in signed if not no)]
    assert verdict.holds is not None
    if verdict.holds:
        assert verdict.witness is not None
        assert satisfies(list(verdict.witness.get("tags", ())))
    else:
        assert not satisfies(allowed)


@given(st.text("abx", min_size=1, max_size=3), st.text("ab.=", max_size=3))
def test_a_tag_implies_its_key(key: str, value: str) -> None:
    assert implies(f"tagged({key}, '{value}')", f"tagged({key})").holds
    assert implies(f"tag = {key}", f"tagged({key})").holds
    assert implies(f"tag startswith '{key}='", f"tagged({key})").holds
    assert equivalent(f"tagged({key})", f"tagged('{key}')").holds


def test_compile_refuses_a_key_and_offers_the_tag() -> None:
    text = "platform = CentOS and tagged(team)"
    (found,) = check(text, target="compile")

    assert found.code == "not-expressible"
    assert [fix.apply(text) for fix in found.fixes] == ["platform = CentOS and tag = team"]
    assert check(text) == ()
    (request,) = plan(text).requests
    assert (request.query_string, request.residual) == ("__platform=CentOS", "tagged(team)")


@pytest.mark.parametrize("text", ["tagged(a) and tag = b", "tagged(a.b)", "not tagged(a)"])
def test_what_the_fix_would_break_has_none(text: str) -> None:
    (found,) = check(text, target="compile")

    assert (found.code, found.fixes) == ("not-expressible", ())


def test_a_request_for_the_tag_needs_no_residual() -> None:
    (request,) = plan("tagged(team, web) and tagged(team)").requests

    assert (request.query_string, request.residual) == ("tag=team=web", "all")


@pytest.mark.parametrize("value", ["k", "a.b", "=", "a=b"])
def test_a_request_is_read_back_as_a_whole_tag(value: str) -> None:
    text = decompile(f"tag={value}")

    assert compile_query(text).params["tag"] == value
    assert text == ("tagged(a, b)" if value == "a=b" else f"tag = {text.split(' = ')[1]}")


def test_a_key_holds_no_equals_sign() -> None:
    text = "not tagged('a=b')"
    (found,) = check(text)

    assert found.code == "bad-arguments"
    assert [fix.apply(text) for fix in found.fixes] == ['not tag = "a=b"']
    with pytest.raises(QueryError, match="bad-arguments"):
        prepare("tagged($key)").bind(key="a=b")


def test_a_function_of_keys_is_about_tags() -> None:
    function = Function(
        "keyed", ("key",), (("name", "{0}"),), relation="tagged", summary="", source=""
    )
    with pytest.raises(ValueError, match="no keys"):
        CLOUDIMAGES.extend(functions=[function])
