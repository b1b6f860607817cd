"""Any text yields a compiled query, or findings with spans inside the text, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given

from imsquery import CompiledQuery, Diagnostic, Query, QueryError, check, parse, prepare
from imsquery import compile as compile_query
from tests.strategies import any_text

NOW = datetime(2026, 1, 1, tzinfo=UTC)


CODES = {
    "syntax", "unknown-name", "unknown-function", "not-a-filter", "bad-operator", "bad-value",
    "unlisted-value", "out-of-range", "bad-arguments", "unknown-sort-key", "contradiction",
    "mutually-exclusive", "requires", "bare-metal-flavor", "impossible-name", "legacy-tag",
    "mixed-and-or", "never-matches", "literal-null", "literal-pattern", "not-observable",
    "not-expressible", "unbound-placeholder", "too-long", "too-deep", "too-many",
}  # fmt: skip


def assert_inside(text: str, diagnostics: tuple[Diagnostic, ...]) -> None:
    places = [(found.span.start, found.span.end) for found in diagnostics]

    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert places == sorted(places)
    for found in diagnostics:
        assert found.code in CODES
        assert found.message
        assert not found.message.endswith(".")
        for fix in found.fixes:
            for edit in fix.edits:
                assert 0 <= edit.span.start <= edit.span.end <= len(text)


@given(any_text)
@example("\ud800")
@example("name = '\\ud800'")
@example("a\x00")
@example("(" * 100_000)
@example("not " * 10_000)
@example("'" * 1_000)
@example("\\'" * 1_000)
@example("a\r\x1f")
def test_any_text_compiles_or_is_refused_with_findings(text: str) -> None:
    try:
        compiled = compile_query(text, now=NOW)
    except QueryError as error:
        assert error.text == text
        assert any(found.severity == "error" for found in error.diagnostics)
        assert_inside(text, error.diagnostics)
        assert str(error)
    else:
        assert isinstance(compiled, CompiledQuery)
        assert compiled.query_string.isascii()
        assert_inside(text, compiled.warnings)


@given(any_text)
@example("x and ignoring case")
@example("name = ignoring case ignoring")
@example("name in (a ignoring case")
@example("name between a ignoring case and b")
@example("order by ignoring case limit case")
def test_any_text_can_be_checked(text: str) -> None:
    found = check(text, now=NOW)
    strict = check(text, now=NOW, target="compile")

    assert_inside(text, found)
    assert_inside(text, strict)


@given(any_text)
def test_any_text_parses_or_is_refused_with_findings(text: str) -> None:
    try:
        tree = parse(text)
    except QueryError as error:
        assert_inside(text, error.diagnostics)
    else:
        assert isinstance(tree, Query)


@given(any_text)
def test_any_text_is_prepared_or_refused_with_findings(text: str) -> None:
    try:
        prepared = prepare(text, now=NOW)
    except QueryError as error:
        assert_inside(text, error.diagnostics)
    else:
        assert prepared.text == text


@given(any_text)
@example("\u00b9")
def test_a_text_has_a_tree_where_it_has_no_syntax_finding(text: str) -> None:
    """The binder and the tree builder see the same syntax.

    Names in look-alikes are the exception: only the binder knows what they resemble.
    """
    wrong = [found for found in check(text, now=NOW) if found.code == "syntax"]
    try:
        parse(text)
    except QueryError as error:
        assert {found.code for found in error.diagnostics} == {"syntax"}
        assert wrong
    else:
        assert all("looks like ASCII" in found.message for found in wrong)


@given(any_text)
def test_a_text_without_findings_compiles(text: str) -> None:
    found = check(text, now=NOW, target="compile")
    errors = [each for each in found if each.severity == "error"]
    try:
        warnings = compile_query(text, now=NOW).warnings
    except QueryError as error:
        assert error.diagnostics == found
        assert errors
    else:
        assert not errors
        assert warnings == found
