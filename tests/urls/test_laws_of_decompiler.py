"""A request decompiles to a query that compiles to it again, and a fix removes its finding."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, Parameter, QueryError, check, plan
from imsquery import compile as compile_query
from imsquery.fixes import mend
from imsquery.formatting.formatter import format as format_query
from imsquery.limits import Limits
from imsquery.schema.kinds import Tag
from imsquery.urls.checker import check_url, read_url
from imsquery.urls.decompiler import decompile
from tests.strategies import (
    PUSHABLE,
    ROWS,
    Condition,
    canonical,
    conjunctions,
    is_control,
    quoted,
    unicode_text,
)

SORT_KEYS = CLOUDIMAGES.sort_keys
LISTED = frozenset(CLOUDIMAGES.parameters)
(TAG,) = (row.wire for row in ROWS if isinstance(row.kind, Tag))
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


@given(requests(), st.lists(unicode_text, min_size=2, max_size=4, unique=True))
@example([], ["a", "b"])
@example([("owner", "x")], ["a=b", "a.b", "", "c"])
def test_several_tags_read_back_as_each_of_them(
    asked: list[tuple[str, str]], tags: list[str]
) -> None:
    others = [pair for pair in asked if pair[0] not in {TAG, *CLAUSES.values()}]
    text = joined([*others, *((TAG, tag) for tag in tags)])
    meant = [decompile(joined(others)), *(f"{TAG} = {quoted(tag)}" for tag in tags)]

    assert plan(decompile(text)).filter == plan(" and ".join(meant)).filter
    repeated = [each for each in check_url(text) if each.code == "repeated-parameter"]
    assert [each.severity for each in repeated] == ["warning"] * (len(tags) - 1)


@given(st.sampled_from(["asc", "desc"]), st.booleans())
def test_a_direction_alone_is_that_of_the_default_order(direction: str, has_limit: bool) -> None:  # noqa: FBT001
    wire, limit = CLAUSES["direction"], f"{CLAUSES['limit']}=3&" * has_limit
    (found,) = check_url(f"{limit}{wire}={direction}")

    assert found.severity == "warning"
    assert decompile(f"{limit}{wire}={direction}") == " ".join(
        [f"order by created_at {direction}", *(["limit 3"] * has_limit)]
    )
    assert check_url(found.fixes[0].apply(f"{limit}{wire}={direction}")) == ()


@given(requests().map(joined) | st.builds("owner={}".format, unicode_text.map(quote)))
@example("owner=%C2%9B31m")
@example("name=%E2%80%AEabc")
@example("owner=%7F%00%1B%E2%80%A8")
def test_a_decompiled_query_has_no_raw_control(text: str) -> None:
    assert not any(map(is_control, decompile(text)))


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
    elif read_url(text).further:  # several tags, which no single request asks for
        assert {each.code for each in check(decompile(text))} <= {"legacy-tag"}
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


SLIPS: list[Callable[[str, str], str]] = [
    lambda name, value: f"{name.lstrip('_')}={value}",
    lambda name, value: f"{name.title()}={value}",
    lambda name, value: f"{name}={value.replace('%20', ' ').replace('%2A', '*')}",
    lambda name, value: f"{name}={value}&{name}={value}",
    lambda name, value: f"{name}={value}",
]
VALUE_SLIPS: list[Callable[[str], str]] = [str.upper, str.lower, lambda value: value[:-1]]


@st.composite
def slipped(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a request with slips that give no other valid one, and the request itself."""
    asked = draw(requests())
    written = []
    for name, value in asked:
        row = CLOUDIMAGES.find(name)
        slip = draw(st.sampled_from(SLIPS))(name, quote(value, safe=":="))
        if row is not None and row.kind.choices and draw(st.booleans()):
            changed = draw(st.sampled_from(VALUE_SLIPS))(value)
            if changed.lower() == value.lower() or changed not in row.kind.choices:
                slip = f"{name}={quote(changed)}"
        written.append(slip)
    return draw(separators).join(written), joined(asked)


@given(slipped())
@example(
    (
        "Imagetype=GOLD&amp;limit=5&sort_dir=asc&sort_key=name",
        "__imagetype=gold&limit=5&sort_dir=asc&sort_key=name",
    )
)
def test_a_safe_fix_changes_no_request(texts: tuple[str, str]) -> None:
    text, meant = texts
    mended, left = mend(text, check_url)

    if not any(each.severity == "error" for each in left):
        assert decompile(mended) == decompile(meant)


def test_safe_fixes_mend_respellings() -> None:
    text = "Imagetype=Gold&amp;limit=5&architecture=x86_64&__platform=Oracle Linux"
    mended, left = mend(text, check_url)

    assert mended == "__imagetype=gold&limit=5&architecture=x86&__platform=Oracle%20Linux"
    assert left == ()


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
