"""A request decompiles to a query that compiles to it again, and a fix removes its finding."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, Parameter, QueryError, check
from imsquery import compile as compile_query
from imsquery.formatting.formatter import format as format_query
from imsquery.limits import Limits
from imsquery.urls.checker import check_url
from imsquery.urls.decompiler import decompile
from tests.strategies import PUSHABLE, ROWS, Condition, canonical, conjunctions, unicode_text

SORT_KEYS = CLOUDIMAGES.sort_keys
LISTED = frozenset(CLOUDIMAGES.parameters)
CLAUSES = {clause: row.wire for clause, row in CLOUDIMAGES.clauses.items()}


@st.composite
def requests(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Draw the pairs of a request in canonical order, made without the compiler."""
    found = draw(conjunctions() | st.just([]))
    key = draw(st.none() | st.sampled_from(SORT_KEYS))
    if key is not None:
        found.append(Condition("", CLAUSES["order by"], key))
        direction = draw(st.sampled_from(["", "asc", "desc"]))
        if direction:
            found.append(Condition("", CLAUSES["direction"], direction))
    if draw(st.booleans()):
        found.append(Condition("", CLAUSES["limit"], str(draw(st.integers(1, 10**9)))))
    if draw(st.booleans()):
        found.append(Condition("", CLAUSES["after"], draw(unicode_text)))
    if not any(
        CLOUDIMAGES.parameters[row].requires for row in LISTED & {each.wire for each in found}
    ):
        found += draw(st.sampled_from([[], COMMON, SHARED]))
    return sorted({each.wire: each.value for each in found}.items())


COMMON = [
    Condition("", wire, value) for wire, value in CLOUDIMAGES.functions["public"][0].conditions
]
SHARED = [
    Condition("", wire, value.replace("{0}", "pending"))
    for wire, value in CLOUDIMAGES.functions["shared"][0].conditions
]


def joined(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={quote(value, safe=':=')}" for name, value in pairs)


@given(requests().map(joined))
@example("")
@example("tag==b")
@example("tag=a==")
@example("owner=")
@example("marker=")
@example("__support_kvm=true&__support_s4l=true")
def test_a_canonical_string_round_trips(text: str) -> None:
    assert compile_query(decompile(text)).query_string == text


@given(conjunctions())
def test_a_compiled_filter_round_trips(found: list[Condition]) -> None:
    text = " and ".join(each.text for each in found)
    assert compile_query(decompile(str(compile_query(text)))).query_string == canonical(found)


@given(requests(), st.data())
def test_spelling_and_order_do_not_matter(
    pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(pairs))
    encode = quote_plus if data.draw(st.booleans()) else quote
    query = "&".join(f"{encode(name)}={encode(value)}" for name, value in shuffled)
    before = data.draw(
        st.sampled_from(["", "?", "https://host/v2/cloudimages?", "/v2/cloudimages?"])
    )
    after = data.draw(st.sampled_from(["", "#top", "&", "\n"]))
    assert decompile(before + query + after) == decompile(joined(pairs))


@given(requests().map(joined))
def test_a_decompiled_query_is_formatted_and_has_no_errors(text: str) -> None:
    query = decompile(text)
    # Long queries are broken before `and` and `or`, and within parentheses.
    on_one_line = re.sub(r"\n *", " ", re.sub(r"(?<=\()\n *|\n *(?=\))", "", format_query(query)))
    assert on_one_line == query
    assert all(found.severity == "warning" for found in check(query, target="compile"))


# -- broken requests

names = st.sampled_from(
    [spelled for row in ROWS for spelled in (row.wire, row.wire.lstrip("_"), *row.aliases)]
    + ["", "__support_s4l", "__support_S4L", "__platfrm", "amp;limit", "Status", "a%zz", "%ff"]
)
values = st.sampled_from(
    [
        "", "true", "True", "false", "gold", "Gold", "shared", "CentOS", "Centos", "x86_64", "0",
        "007", "64", "lt:2018-10-28T00:00:00Z", "lt:2018", "2018-10-28 10:00:00", "gt:",
        "ge:2018-10", "name", "updated_at", "asc", "*CentOS*", "a.b", "physical.s4.large", "%zz",
        "%ff", "é", "a+b",
    ]
)  # fmt: skip
separators = st.sampled_from(["&", "&", "&amp;", "&#38;", "\\u0026", "\\&", "%26"])
pairs = st.builds(
    lambda name, sign, value: name + sign + value,
    names,
    st.sampled_from(["=", "=", "=", "%3D", ":", " = "]),
    values,
)
broken = st.one_of(
    st.builds(str.join, separators, st.lists(pairs, max_size=5)),
    st.lists(names | values, max_size=4).map("&".join),
)


@given(broken | st.text() | st.text(alphabet="a=&?#%+/: \ud800\x00\ue000"))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = check_url(text)
    assert all(0 <= each.span.start <= each.span.end <= len(text) for each in found)
    if any(each.severity == "error" for each in found):
        with pytest.raises(QueryError) as refused:
            decompile(text)
        assert refused.value.diagnostics == found
    else:
        again = compile_query(decompile(text)).query_string
        assert compile_query(decompile(again)).query_string == again


def codes(text: str) -> Counter[str]:
    return Counter(each.code for each in check_url(text))


@given(broken)
@example("imagetype=Gold")
@example("__isregistered=&isregistered=True")
@example("__isregistered=&isregistered=")
@example("__isregistered=&__isregistered=false")
@example("amp;limit&amp;limit")
@example("__isregistered=&isregistered=&isregistered=")
@example("__support_xen=true&__support_kvm_gpu_tpe=P4")
@example("sort_key&sort_dir")
@example("tag=a&amp;b")
@example("__isregistered=&#38;amp;limit=")
@example("limit=\\u0026#38;#38;amp;limit=")
@example("__isregistered=&amp;member_status=")
@example("sort_key=&limit=1&sort_dir=asc")
@example("sort_dir=asc&sort_key=name&sort_dir=desc&sort_key=")
@example("sort_dir=&sort_key=")
@example("__platform=CentOS%26__os_bit=64&limit=1%26marker=x")
@example("visibility=x%26member_status=accepted")
@example("min_ram%3D0&min_ram%3D0")
@example("limit=1&sort_key=&sort_dir=asc")
def test_a_fix_removes_its_finding_and_adds_none(text: str) -> None:
    before = codes(text)
    for found in check_url(text):
        for fix in found.fixes:
            after = codes(fix.apply(text))
            assert after[found.code] < before[found.code]
            assert not after - before


@given(requests().map(joined), st.integers(0, 20), st.integers(1, 4))
def test_limits_refuse_and_change_nothing_else(text: str, length: int, count: int) -> None:
    limits = Limits(length=length, count=count)
    if len(text) > 12 * length or text.count("&") >= count:
        assert {each.code for each in check_url(text, limits=limits)} <= {"too-long", "too-many"}
    else:
        assert decompile(text, limits=limits) == decompile(text)


@given(st.sampled_from(PUSHABLE))
def test_every_parameter_is_known_by_its_wire_name_alone(row: Parameter) -> None:
    wire = row.wire
    short = wire.lstrip("_")
    assume(short != wire)
    assert "unknown-parameter" not in codes(f"{wire}=true")
    assert "unknown-parameter" in codes(f"{short}=true")
