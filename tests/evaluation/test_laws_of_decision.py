"""Decisions agree with brute force over small catalogues, and witnesses prove them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

from hypothesis import example, given, reject
from hypothesis import strategies as st

from imsquery import QueryError, parse, testing
from imsquery.evaluation.decision import Verdict, disjoint, equivalent, implies, satisfiable
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from tests.meaning import holds
from tests.plan_strategies import combined

PREDICATES = (
    "name = a", "name = ab", "name contains a", "name startswith a", "name endswith b",
    "name glob 'a?b'", "name glob '*b*a*'", "name is present",
    "min_ram = 1", "min_ram < 2", "min_ram >= 1", "min_ram > 2", "min_ram is absent",
    "tag = 'a=b'", "tag = a", "tag startswith a", "tag endswith '=b'", "tag is present",
    "created_at < 2018-10-28", "created_at = 2018-10-28", "created_at >= 2018-10-28T00:00:01Z",
    "architecture = arm", "support_arm = true", "support_arm = false", "support_arm is present",
    "protected", "platform = CentOS", "platform contains u", "visibility in (public, private)",
    "visibility != public", "enterprise_project_id = 0", "enterprise_project_id = all_granted_eps",
    "support_xen", "support_xen_gpu_type is present", "max_ram between 1 and 2", "os_bit = 32",
    "os_version = v7", "os_version >= 7", "os_version < 8", "os_version > 7.1",
    "os_version contains 7", "os_version is present",
    "tagged(a)", "tagged(x)", "name = A ignoring case", "name contains AB ignoring case",
    "name glob 'A?B' ignoring case",
)  # fmt: skip
FEW = st.lists(st.sampled_from(PREDICATES), min_size=1, max_size=4, unique=True)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Return two filters of the same few conditions."""
    few = draw(FEW)
    filters = st.recursive(st.sampled_from(few), combined, max_leaves=6)
    return draw(filters), draw(filters)


# Values of every class that the conditions can tell apart.
_VALUES: Mapping[str, tuple[Any, ...]] = {
    "name": (None, "", "a", "b", "ab", "aab", "ba", "bba", "abba", "x", "aa", "xa", "bab", "xab",
             "aaab", "abab", "A", "aB", "AbB", "xAB", "X", "Ab", "AxB"),
    "min_ram": (None, 0, 1, 2, 3),
    "tags": (None, *(
        list(some) for size in (1, 2, 3) for some in combinations(
            ("a", "a.b", "a=c", "a=c=b", "ax", "aa.b", "x", "x=b", "y=b", "c"), size
        )
    )),
    "created_at": ("2018-01-01T00:00:00Z", "2018-10-28T00:00:00Z", "2018-10-28T00:00:01Z",
                   "2019-01-01T00:00:00Z"),
    "__support_arm": (None, "true", "false"),
    "protected": (True, False),
    "__platform": (None, "CentOS", "Ubuntu", "x"),
    "visibility": (None, "public", "private", "shared"),
    "enterprise_project_id": (None, "x"),
    "__support_xen": (None, "true"),
    "__support_xen_gpu_type": (None, "M60_vGPU"),
    "max_ram": (None, "0", "1", "3"),
    "__os_bit": (None, "32", "64"),
    "__os_version": (None, "", "v7", "7", "7.1", "7.2", "8", "6", "x", "8 7", "6 7", "v7 7", "x7"),
}  # fmt: skip
_ALWAYS = {"created_at": "2018-01-01T00:00:00Z", "protected": True}
_SHOWN = {"tag": "tags", "tagged": "tags", "architecture": "__support_arm",
          "support_arm": "__support_arm", "platform": "__platform", "support_xen": "__support_xen",
          "os_bit": "__os_bit", "os_version": "__os_version",
          "support_xen_gpu_type": "__support_xen_gpu_type"}  # fmt: skip


def catalogue(*texts: str) -> list[dict[str, Any]]:
    """Return every possible record of the attributes that filters are about."""
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    names = sorted({_SHOWN.get(word, word) for word in words} & _VALUES.keys())
    records = []
    for values in product(*(_VALUES[name] for name in names)):
        record = {k: v for k, v in zip(names, values, strict=True) if v is not None}
        if not {"__support_xen", "__support_xen_gpu_type"} <= record.keys():
            records.append({**_ALWAYS, **record})
    return records


def found(text: str, records: list[dict[str, Any]]) -> bool:
    tree = parse(text).filter
    return any(holds(tree, record) for record in records)


def asked(question: Any, *filters: str) -> Verdict:
    """Return the verdict; reject examples that are rightly refused."""
    try:
        verdict: Verdict = question(*filters)
    except QueryError as error:
        codes = {each.code for each in error.diagnostics if each.severity == "error"}
        assert codes <= {"mutually-exclusive", "not-observable", "contradiction", "requires"}
        reject()
    return verdict


def proves(verdict: Verdict, text: str) -> bool:
    assert verdict.witness is not None
    return holds(parse(text).filter, verdict.witness)


@given(pairs())
def test_satisfiable_agrees_with_brute_force(pair: tuple[str, str]) -> None:
    text = pair[0]
    verdict = asked(satisfiable, text)

    assert verdict.holds is found(text, catalogue(text))
    assert not verdict or proves(verdict, text)


@given(pairs())
@example(("name glob '*b*a*'", "not name endswith b"))
def test_implies_agrees_with_brute_force(pair: tuple[str, str]) -> None:
    one, two = pair
    difference = f"({one}) and not ({two})"
    verdict = asked(implies, one, two)

    assert verdict.holds is not found(difference, catalogue(one, two))
    assert verdict or proves(verdict, difference)


@given(pairs())
def test_disjoint_agrees_with_brute_force(pair: tuple[str, str]) -> None:
    both = f"({pair[0]}) and ({pair[1]})"
    verdict = asked(disjoint, *pair)

    assert verdict.holds is not found(both, catalogue(*pair))
    assert verdict or proves(verdict, both)


@given(pairs())
@example(("name = a", "name = a or (name = b and name = x)"))
def test_equivalent_agrees_with_brute_force(pair: tuple[str, str]) -> None:
    one, two = pair
    apart = f"(({one}) and not ({two})) or (({two}) and not ({one}))"
    verdict = asked(equivalent, one, two)

    assert verdict.holds is not found(apart, catalogue(one, two))
    assert verdict or proves(verdict, apart)


trees = testing.filter_trees(consistent=False, max_predicates=6)


@given(trees, trees)
@example(syntax.Presence("imagetype"), syntax.Presence("id"))
def test_every_question_is_decided_or_turns_on_an_opaque_condition(
    one: syntax.Expr, two: syntax.Expr
) -> None:
    verdict = asked(implies, unparse(one), unparse(two))

    if verdict.holds is False:
        assert verdict.witness is not None
        secret = {"whole_image": True}
        assert holds(one, verdict.witness) or holds(one, verdict.witness, secret)
        assert not holds(two, verdict.witness) or not holds(two, verdict.witness, secret)
    assert verdict.reason in {None, "opaque"}


@given(trees, st.lists(testing.records(), max_size=5))
def test_a_filter_that_is_not_satisfiable_matches_nothing(
    tree: syntax.Expr, records: list[dict[str, Any]]
) -> None:
    if asked(satisfiable, unparse(tree)).holds is False:
        assert not any(holds(tree, record) for record in records)


@given(trees)
@example(syntax.Standalone("whole_image"))
def test_a_filter_implies_itself_and_is_disjoint_from_its_complement(tree: syntax.Expr) -> None:
    text = unparse(tree)

    assert asked(implies, text, text).holds is True
    assert asked(disjoint, text, unparse(syntax.Not(tree))).holds is True
