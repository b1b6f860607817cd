"""``check``, ``compile``, ``plan`` and ``matcher`` agree on what is wrong with a text.

What ``check(target="plan")`` finds is part of what ``target="compile"`` finds.  A text is without
errors for ``plan`` exactly where ``plan`` with default options and ``matcher`` take it.  And a
message that says that ``plan`` does it is true.

Three things are not errors of a text, and said where they come up: a filter that contradicts itself
finds nothing, as Boolean algebra requires, so that ``plan`` and ``matcher`` take it; a placeholder
has its value later; and only the server can filter by what image records do not show.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, QueryError, check, compile, matcher, plan  # noqa: A004
from imsquery.diagnostics.model import Diagnostic
from imsquery.language.lexer import spell
from imsquery.testing import filters, near_misses
from tests import faulty
from tests.plan_strategies import PREDICATES, combined

NOW = datetime(2024, 1, 1)  # noqa: DTZ001 -- UTC
ROWS = tuple(CLOUDIMAGES.parameters.values())
LATER = frozenset({"contradiction", "unbound-placeholder"})
CLAIM = "`plan` "
OF_REQUESTS = ("ask for one ", "raise `max_requests`", "too many combinations")


def samples(wire: str) -> list[str]:
    """Return some values of a parameter that no record shows."""
    return [*CLOUDIMAGES.parameters[wire].kind.choices] or ["f", "g", "h"]


hidden = st.sampled_from(
    [
        f"{row.name} = {spell(value)}"
        for row in ROWS
        if row.observed is None and row.clause is None
        for value in samples(row.wire)
    ]
    + ["shared(pending)", "flavor_id in (a, b)", "flavor_id in (a, b, c, d, e, f, g, h, i)"]
)
patterns = st.sampled_from(
    ["name matches '('", "name matches '^a'", "name not matches '['", "description matches '*'"]
)
exclusive = st.sampled_from(
    ["supports(xen)", "support_xen_hana", "support_kvm_gpu_type = P4", "supports(kvm)"]
)


@st.composite
def near_misses_in_parentheses(draw: st.DrawFn) -> str:
    return f"({draw(near_misses()).text}\n)"


conditions = st.one_of(
    hidden,
    patterns,
    exclusive,
    st.sampled_from(PREDICATES),
    st.sampled_from(faulty.CONDITIONS + faulty.MISTAKEN),
    near_misses_in_parentheses(),
    filters(max_predicates=2).map(lambda text: f"({text}\n)"),
)
names = st.sampled_from([*(row.name for row in ROWS), "nosuch"])
keys = st.builds(str.__add__, names, st.sampled_from(["", " asc", " desc"]))
counts = st.sampled_from(["0", "1", "5", "x", "4GB"])
clauses = st.lists(
    st.one_of(
        st.lists(keys, min_size=1, max_size=3).map(lambda some: f" order by {', '.join(some)}"),
        st.builds(" {} {}".format, st.sampled_from(["limit", "skip"]), counts),
        st.builds(" {} {} per {}".format, st.sampled_from(["limit", "skip"]), counts, names),
    ),
    max_size=3,
).map("".join)
texts = st.one_of(
    st.builds(str.__add__, st.recursive(conditions, combined, max_leaves=5), clauses),
    st.builds(str.__add__, st.recursive(hidden, combined, max_leaves=9), clauses),
    faulty.queries(faults=4),
)


def find(text: str, target: str) -> tuple[Diagnostic, ...]:
    return check(text, target="compile" if target == "compile" else "plan", now=NOW)


def errors(found: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [each for each in found if each.severity == "error" and each.code not in LATER]


def refusal(call: object, text: str) -> tuple[Diagnostic, ...]:
    """Return the findings with which a function refuses a text; none if it takes it."""
    try:
        call(text, now=NOW)  # type: ignore[operator]  # one of the functions below
    except QueryError as error:
        assert error.text == text
        return error.diagnostics
    return ()


@given(texts)
@example("name matches '('")
@example("none and name matches '('")
@example("name matches '(' or all")
@example("order by tag")
@example("order by flavor_id")
@example("flavor_id = a and flavor_id = b")
@example("name matches '(' and flavor_id = a or flavor_id = b order by tag")
def test_what_check_finds_for_a_plan_is_part_of_what_it_finds_for_a_request(text: str) -> None:
    assert not Counter(find(text, "plan")) - Counter(find(text, "compile"))


@given(texts)
@example("none and name matches '('")
@example("not flavor_id = x")
@example("flavor_id = a and flavor_id = b")
@example("flavor_id in (a, b, c, d, e, f, g, h, i)")
@example("order by flavor_id")
@example("platform = CentOS and platform = Ubuntu")
@example("supports(xen) and support_xen_hana or protected")
def test_a_text_is_without_errors_exactly_where_plan_takes_it(text: str) -> None:
    refused = refusal(plan, text)

    assert errors(refused) == errors(find(text, "plan"))


@given(texts)
def test_a_text_is_without_errors_exactly_where_a_matcher_takes_it(text: str) -> None:
    found, refused = errors(find(text, "plan")), errors(refusal(matcher, text))
    of_requests = [each for each in found if each.message.startswith(OF_REQUESTS)]
    hidden = [each for each in refused if each.message.endswith("only the server can filter")]

    assert [each for each in refused if each not in hidden] == [
        each for each in found if each not in of_requests
    ]
    assert {each.code for each in of_requests + hidden} <= {"not-observable"}
    assert hidden or not of_requests


@given(texts)
def test_a_request_is_refused_with_all_that_check_finds(text: str) -> None:
    found = find(text, "compile")

    assert refusal(compile, text) == (
        found if any(each.severity == "error" for each in found) else ()
    )


@given(texts)
@example("not flavor_id = x")
@example("order by flavor_id")
@example("order by name, size limit 3 per platform skip 2 per tag")
@example("order by name, tag skip 5")
@example("platform in (CentOS, Ubuntu) order by flavor_id")
@example("name glob 'a*' and not flavor_id = x")
@example("platform in (a, b) and flavor_id = a and flavor_id = b")
def test_a_message_that_says_that_plan_does_it_is_true(text: str) -> None:
    found = find(text, "compile")
    if any(CLAIM in each.message for each in found):
        others = [each for each in found if CLAIM not in each.message]
        assert set(errors(refusal(plan, text))) <= set(others)
        assert "not-observable" not in {each.code for each in others}


@pytest.mark.parametrize("text", ["flavor_id = a and flavor_id = b", "not whole_image = $x"])
def test_the_claim_is_looked_for_in_vain_only_where_no_plan_finds_it(text: str) -> None:
    assert not any(CLAIM in each.message for each in find(text, "compile"))
    assert any(CLAIM in each.message for each in find("name glob 'a*'", "compile"))
