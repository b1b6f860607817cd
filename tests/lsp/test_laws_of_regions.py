"""A filter in a program is the string that Python makes of it, and an edit of it one there."""

from __future__ import annotations

import ast
import inspect

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import imsquery
from imsquery.lsp.regions import FILTERS, Region, in_python

values = st.text(st.sampled_from("ab '\"\\\n\t\r\0é中😀{}%#N\u2028\x85")) | st.text()


@st.composite
def literals(draw: st.DrawFn) -> str:
    """Draw a string literal, or several joined ones, on one line or more."""
    parts = draw(st.lists(st.tuples(values, st.sampled_from(STYLES)), min_size=1, max_size=3))
    joint = draw(st.sampled_from([" ", "\n    ", "  # so\n", " \\\n"]))
    return joint.join(style(value) for value, style in parts)


def plain(value: str) -> str:
    return repr(value)


def quoted(value: str) -> str:
    return '"' + value.encode("unicode_escape").decode().replace('"', '\\"') + '"'


def triple(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{escaped}"""'


def raw(value: str) -> str:
    is_sayable = "\n" not in value and "\r" not in value and "\\" not in value and "\0" not in value
    return f"r'{value}'" if is_sayable and "'" not in value else "r''"


STYLES = [plain, quoted, triple, raw]


def parsed(source: str) -> object:
    """Return the string in a program as Python reads it, or nothing if it cannot."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    call = module.body[-1]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    argument = call.value.args[0]
    return argument.value if isinstance(argument, ast.Constant) else None


def program(literal: str, before: str = "") -> str:
    return f"import imsquery\n{before}imsquery.plan({literal})\n"


@given(literals())
@example('"a" "b"')
@example(
    r'"\N{BULLET}\x41\u00e9\U0001f600\101\
 \q"'
)
def test_a_filter_is_the_string_that_python_reads(literal: str) -> None:
    source = program(literal, "é = '中😀'; ")
    value = parsed(source)
    assume(value is not None)

    (region,) = in_python(source)

    assert region.text == value


@given(literals(), st.data())
def test_an_edit_in_the_file_is_the_edit_of_the_filter(literal: str, data: st.DataObject) -> None:
    source = program(literal)
    value = parsed(source)
    assume(isinstance(value, str))
    assert isinstance(value, str)
    (region,) = in_python(source)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(value))] * 2)))
    replacement = data.draw(values)

    edit = region.edit(start, end, replacement)

    if edit is None:
        assert region.is_raw or has_gap(region, start, end)
    else:
        first, last, text = edit
        edited = source[:first] + text + source[last:]
        assert parsed(edited) == value[:start] + replacement + value[end:]


def has_gap(region: Region, start: int, end: int) -> bool:
    """Return whether a part of a filter is in several strings, or goes on over a line's end."""
    return any(region.ends[index] != region.starts[index + 1] for index in range(start, end - 1))


@given(literals(), st.data())
def test_a_place_leads_back_to_its_offset(literal: str, data: st.DataObject) -> None:
    source = program(literal)
    assume(parsed(source) is not None)
    (region,) = in_python(source)
    offset = data.draw(st.integers(0, len(region.text)))

    back = region.offset(region.starts[offset])

    assert back is not None
    assert region.starts[back] == region.starts[offset]


@given(st.text())
def test_any_file_is_read(text: str) -> None:
    for source in (f"imsquery {text}", f"import imsquery\nimsquery.plan({text})"):
        for region in in_python(source):
            assert region.place(0, len(region.text))[1] <= len(source)


@pytest.mark.parametrize(
    ("source", "filters"),
    [
        ("import imsquery as q\nq.compile('a = b')", [("a = b", "compile")]),
        ("from imsquery import plan as p, check\np('a')\ncheck('b', target='compile')",
         [("a", "plan"), ("b", "compile")]),
        ("import imsquery\nimsquery.implies('a', 'b')", [("a", "plan"), ("b", "plan")]),
        ("import imsquery\nimsquery.apply('a', 'b')", [("b", "plan")]),
        ("import imsquery\nimsquery.apply(frame, 'a', values={'b': 'c'})", [("a", "plan")]),
        ("import imsquery\nimsquery.apply(*frames, 'a')", []),
        ("from imsquery import implies\ndef f():\n    return implies('a', x)", [("a", "plan")]),
        ("import imsquery\nimsquery.compile(f'a = {x}')", []),
        ("import imsquery\nimsquery.compile(x + 'a')", []),
        ("import imsquery\nother.compile('a')\ncompile('a')", []),
        ("import imsquery\nimsquery.compile('a'", []),
        ("import imsquery\nimsquery.plan('a', spec=specs.glance)", []),
        ("import imsquery\nimsquery.plan('a', allow_unlisted=True)", []),
        ("import imsquery\nimsquery.plan('a', **options)", []),
        ("import imsquery\nimsquery.plan('a', now=now)", [("a", "plan")]),
        ("re.compile('imsquery')", []),
    ],
)  # fmt: skip
def test_filters_are_found_in_calls(source: str, filters: list[tuple[str, str]]) -> None:
    assert [(each.text, each.target) for each in in_python(source)] == filters


def test_every_function_that_takes_filters_is_known() -> None:
    others = {"check_url", "decompile", "lint", "query"}  # of URLs, files, parts of a filter
    functions = {
        name: [*inspect.signature(function).parameters]
        for name in dir(imsquery)
        if callable(function := getattr(imsquery, name))
        and not isinstance(function, type)
        and name not in others
    }
    taken = {
        name: tuple(
            place
            for place, parameter in enumerate(parameters)
            if parameter in {"query", "text", "other"}
        )
        for name, parameters in functions.items()
    }
    assert {name: places for name, places in taken.items() if places} == FILTERS
