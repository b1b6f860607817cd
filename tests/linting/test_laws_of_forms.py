"""A request in any form is read as its parameters, and mended where it is written."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from imsquery import CLOUDIMAGES, testing
from imsquery.diagnostics.model import Diagnostic
from imsquery.linting.linter import lint
from imsquery.schema.kinds import Enumeration
from imsquery.schema.parameters import Parameter
from imsquery.urls.checker import check_url
from tests.linting.forms import FORMS, Form, Pairs, encoded
from tests.strategies import ROWS

# What a program or a shell could fill in, and what no form escapes alike.
_SPECIAL = set("$#{}<>[]()%\\@…`*&|?!~^;,/\"'")


def is_plain(value: str) -> bool:
    return (
        value.isprintable()
        and _SPECIAL.isdisjoint(value)
        and ".." not in value
        and not value.startswith((":", "."))
    )


requests = testing.pairs(min_predicates=1).map(
    lambda pairs: [each for each in pairs if is_plain(each[1])]
)
# Parameters that go with any others.
FREE = [
    row
    for row in ROWS
    if isinstance(row.kind, Enumeration) and row.pushable and not row.clause and not row.requires
    and row.wire not in CLOUDIMAGES.exclusive
]  # fmt: skip


def _pairs(rows: list[Parameter]) -> SearchStrategy[tuple[tuple[str, str], ...]]:
    return st.tuples(*(st.tuples(st.just(r.wire), st.sampled_from(r.kind.choices)) for r in rows))


clean = st.lists(st.sampled_from(FREE), min_size=2, max_size=4, unique_by=id).flatmap(_pairs)
NAMES = [row.wire for row in ROWS] + [row.name for row in ROWS] + ["nonsense"]
VALUES = ["true", "True", "gold", "Gold", "0", "x86_64", "lt:2018", "a.b", "name", "a b"]
faulty = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)),
    min_size=1, max_size=4, unique_by=lambda pair: pair[0],
)  # fmt: skip

each_form = pytest.mark.parametrize("form", FORMS, ids=[form.name for form in FORMS])
by_wire_name = pytest.mark.parametrize(
    "form",
    [form for form in FORMS if form.tool is None],
    ids=[form.name for form in FORMS if form.tool is None],
)


def codes(text: str) -> list[str]:
    return [each.code for each in lint(text)]


def by_message(found: Diagnostic) -> tuple[str, str]:
    return found.code, found.message


@each_form
@given(pairs=requests)
def test_a_request_is_read_as_its_pairs(form: Form, pairs: Pairs) -> None:
    known = form.known(pairs)

    assert form.pairs(form.write(known)) == known if known else True


@each_form
@given(pairs=clean)
def test_a_clean_request_has_no_findings(form: Form, pairs: Pairs) -> None:
    if not check_url(encoded(pairs)):
        assert codes(form.write(form.known(pairs))) == []


@by_wire_name
@given(pairs=faulty)
def test_a_request_has_the_findings_of_its_query_string(form: Form, pairs: Pairs) -> None:
    assert sorted(codes(form.write(pairs))) == sorted(
        each.code for each in check_url(encoded(pairs))
    )


@each_form
@given(pairs=clean, data=st.data())
def test_a_misspelt_name_is_one_finding_at_its_place(
    form: Form, pairs: Pairs, data: st.DataObject
) -> None:
    known = form.known(pairs)
    if not known:
        return
    chosen = data.draw(st.integers(0, len(known) - 1))
    name, value = known[chosen]
    wrong = f"{name[:-1]}{name[-1] * 2}"
    text = form.write([*known[:chosen], (wrong, value), *known[chosen + 1 :]])

    found = [each for each in lint(text) if each.code == "unknown-parameter"]

    assert [text[each.span.start : each.span.end].replace("\\_", "_") for each in found] == [wrong]


@each_form
@given(pairs=clean, data=st.data())
def test_a_misspelt_value_is_one_finding_at_its_place(
    form: Form, pairs: Pairs, data: st.DataObject
) -> None:
    known = [each for each in form.known(pairs) if form.spec.parameters[each[0]].kind.choices]
    if not known:
        return
    chosen = data.draw(st.integers(0, len(known) - 1))
    text = form.write([*known[:chosen], (known[chosen][0], "zz9"), *known[chosen + 1 :]])

    found = [each for each in lint(text) if each.code in {"bad-value", "unlisted-value"}]

    assert [text[each.span.start : each.span.end].strip('"') for each in found] == ["zz9"]


@by_wire_name
@given(pairs=faulty)
def test_a_fix_mends_a_request_as_it_mends_its_query_string(form: Form, pairs: Pairs) -> None:
    query = encoded(pairs)
    text = form.write(pairs)
    wanted = [
        [parse_qsl(fix.apply(query), keep_blank_values=True) for fix in each.fixes]
        for each in sorted(check_url(query), key=by_message)
    ]

    mended = [
        [form.pairs(fix.apply(text)) for fix in each.fixes]
        for each in sorted(lint(text), key=by_message)
    ]

    assert mended == wanted


@each_form
@given(pairs=faulty)
def test_a_safe_fix_of_a_form_removes_the_finding(form: Form, pairs: Pairs) -> None:
    text = form.write([(name.lstrip("_") if form.tool else name, value) for name, value in pairs])
    for found in lint(text):
        for fix in found.fixes:
            if fix.applicability == "safe":
                mended = fix.apply(text)
                assert codes(mended).count(found.code) < codes(text).count(found.code)


LINES = ['  name = "a"', "  a = <<EOT\ntext\nEOT", "  # why", '  name = "a" # why', ""]
BLOCK = 'data "huaweicloud_images_images" "x" {{\n{}\n  visiblity = "nonsense"{}\n{}\n}}\n'
BLOCKS = st.builds(
    BLOCK.format,
    st.sampled_from(LINES),
    st.sampled_from(["", " ", " # why", " // why", " /* why */"]),
    st.sampled_from(LINES),
)
PROGRAM = (
    "from huaweicloudsdkims.v2 import *\nr = ListImagesRequest()\n{}\nr.nonsense = 'x'{}\n{}\n"
    "client.list_images(r)\n"
)
STATEMENTS = ["r.limit = 1", "# why", 'x = """\n"""', ""]
PROGRAMS = st.builds(
    PROGRAM.format,
    st.sampled_from(STATEMENTS),
    st.sampled_from(["", " ", "  # why"]),
    st.sampled_from(STATEMENTS),
)


@given(BLOCKS | PROGRAMS, st.sampled_from(["\n", "\r\n"]))
def test_removing_a_line_leaves_the_others(text: str, ending: str) -> None:
    before, line, after = re.split("(.*nons.*\n)", text)
    comment = re.split("[\"']", line)[-1]
    file = text.replace("\n", ending)
    (found,) = [each for each in lint(file) if each.code == "unknown-parameter"]

    mended = found.fixes[-1].apply(file)

    assert mended.count("\r") == (mended.count("\n") if ending == "\r\n" else 0)
    left = mended.replace(ending, "\n").removeprefix(before).removesuffix(after)
    assert mended.replace(ending, "\n") == f"{before}{left}{after}"
    assert left.strip() == comment.strip()
