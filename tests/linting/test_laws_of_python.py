"""A program may add to a request in any way; a fix of a program leaves it a program."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery.linting.linter import lint

HEAD = "import requests\nfrom huaweicloudsdkims.v2 import *\n"
# `member_status` needs `visibility`, which each of these could add.
DICTIONARIES = [
    "q = p\nq['visibility'] = 'shared'",
    "p |= {'visibility': 'shared'}",
    "p.update(visibility='shared')",
    "p['visibility'] = 'shared'",
    "add_scope(p)",
    "add_scope(to=p)",
    "everything = [p]",
    "for key, p['visibility'] in scopes: pass",
    "def add():\n    p['visibility'] = 'shared'\nadd()",
    "def add():\n    def really():\n        add_scope(p)\n    really()\nadd()",
    "def add():\n    global p\n    p = {**p, 'visibility': 'shared'}\nadd()",
    "s.params = {'visibility': 'shared'}",
    "s = httpx.Client(params={'visibility': 'shared'})",
    "exec('x', p)",
    "yield_ = lambda: p",
]
REQUESTS = [
    "setattr(r, 'visibility', 'shared')",
    "add_scope(r)",
    "for r.visibility in ('shared',): pass",
    "(r.visibility, x) = ('shared', 1)",
    "r.limit = 5; r.visibility = 'shared'",
    "if x: r.visibility = 'shared'",
    "r.visibility: str = 'shared'",
    "r.__dict__.update(visibility='shared')",
    "vars(r)['visibility'] = 'shared'",
    "def add():\n    r.visibility = 'shared'\nadd()",
    "q = r\nq.visibility = 'shared'",
    "r = ListImagesRequest()",
]
MADE = [
    "a = r = ListImagesRequest(member_status='accepted')",
    "if (r := ListImagesRequest(member_status='accepted')): pass",
    "self.request = ListImagesRequest(member_status='accepted')",
    "make = lambda: ListImagesRequest(member_status='accepted')",
    "def make():\n    return ListImagesRequest(member_status='accepted')",
    "add_scope(ListImagesRequest(member_status='accepted'))",
    "r, s = ListImagesRequest(member_status='accepted'), 1",
]
# Uses that add nothing.
LOOKS = ["print(p)", "len(p)", "p['limit']", "p.get('x')", "log.info('asks for %s', p)", "{**p}"]


def codes(text: str) -> list[str]:
    return [each.code for each in lint(text)]


def _indented(text: str) -> str:
    return "def f(s, x):\n" + "".join(f"    {line}\n" for line in text.splitlines())


def _in_function(text: str) -> str:
    return _indented(text.replace("global p", "nonlocal p"))


places = st.sampled_from([str, _in_function])


def _asking(uses: list[str]) -> str:
    lines = "\n".join(["p = {'member_status': 'accepted'}", *uses])
    return f"{lines}\nrequests.get(base + '/v2/cloudimages', params=p)\n"


@given(st.sampled_from(DICTIONARIES), st.lists(st.sampled_from(LOOKS)), places)
def test_what_may_be_added_to_parameters_is_not_missing(
    use: str, looks: list[str], place: Callable[[str], str]
) -> None:
    assert codes(HEAD + place(_asking([*looks, use, *looks]))) == []


@given(st.lists(st.sampled_from(LOOKS)), places)
def test_what_is_added_nowhere_is_missing(looks: list[str], place: Callable[[str], str]) -> None:
    assert codes(HEAD + place(_asking(looks))) == ["requires"]


@given(st.sampled_from(REQUESTS), places)
def test_what_may_be_added_to_a_request_is_not_missing(
    use: str, place: Callable[[str], str]
) -> None:
    text = f"r = ListImagesRequest(member_status='accepted')\n{use}\nclient.list_images(r)\n"

    assert codes(HEAD + place(text)) == []


@pytest.mark.parametrize("made", MADE)
def test_a_request_that_is_not_sent_where_it_is_made_may_get_more(made: str) -> None:
    assert codes(HEAD + made) == []
    assert codes(f"{HEAD}client.list_images(ListImagesRequest(member_status='accepted'))") == [
        "requires"
    ]


@pytest.mark.parametrize("call", ["requests.post(", "put(", "s.request('POST', ", "s.delete(url="])
def test_what_is_not_for_get_is_no_request_for_images(call: str) -> None:
    assert codes(f"{HEAD}{call}'/v2/cloudimages', params={{'nonsense': 'x'}})") == []


NAMES = ["nonsense", "unknown", "limit", "member_status", "protected", "os_type", "name"]
VALUES = ["0", "'x'", "'yes'", "'accepted'", "'linux'", "'a' 'b'", '"""x"""', "r'x'", "x", "None"]
spaces = st.sampled_from(["", " ", "\n  ", "  # why (not)\n  "])
written = st.sampled_from(VALUES) | st.tuples(spaces, st.sampled_from(VALUES), spaces).map(
    lambda parts: f"({''.join(parts)})"
)
entries = st.lists(
    st.tuples(st.sampled_from(NAMES), written),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each[0],
)


@st.composite
def rows(draw: st.DrawFn, form: str) -> str:
    """Draw entries with white space, comments and parentheses wherever they may be."""
    text = ""
    found = draw(entries)
    for number, (name, value) in enumerate(found):
        is_last = number + 1 == len(found)
        comma = draw(st.sampled_from(["", ","])) if is_last else ","
        key = form.format(name)
        text += f"{draw(spaces)}{key}{value}{draw(spaces)}{comma}{draw(spaces)}"
    return text


assignments = st.tuples(st.sampled_from(NAMES), written).map(
    lambda each: f"r.{each[0]} = {each[1]}"
)
statements = st.lists(
    st.one_of(
        assignments,
        st.tuples(assignments, assignments).map("; ".join),
        assignments.map(lambda each: f"{each}  # why"),
        assignments.map(lambda each: f"if x: {each}"),
        assignments.map(lambda each: f"if x:\n  {each}"),
        assignments.map(lambda each: f"try:\n  {each}  # why\nfinally: pass"),
        st.tuples(assignments, assignments).map(lambda each: f"# why\n{each[0]}; {each[1]}"),
    ),
    min_size=1,
    max_size=4,
).map(lambda lines: "\n".join(lines) + "\n")

ASK = "requests.get('/v2/cloudimages', params="
programs = st.one_of(
    rows("{}=").map(lambda row: f"{ASK}dict({row}))\n"),
    rows("'{}': ").map(lambda row: f"{ASK}{{{row}}})\n"),
    rows("('{}'): ").map(lambda row: f"{ASK}{{{row}}})\n"),
    rows("{}=").map(lambda row: f"client.list_images(ListImagesRequest({row}))\n"),
    statements.map(lambda lines: f"r = ListImagesRequest()\n{lines}"),
).map(lambda text: HEAD + text)


def _is_program(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@given(programs)
def test_a_fix_leaves_a_program_that_asks_once(text: str) -> None:
    assert _is_program(text)
    for found in lint(text):
        for fix in found.fixes:
            mended = fix.apply(text)
            assert _is_program(mended), (text, mended)
            assert found.code not in codes(mended) or codes(mended) != codes(text), mended
