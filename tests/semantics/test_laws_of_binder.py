"""Binding values means the same as quoting them in the text, and no value can add a parameter."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, Parameter, QueryError, prepare
from imsquery import compile as compile_query
from tests.strategies import PUSHABLE, quoted, unicode_text, values

settable = [row for row in PUSHABLE if row.clause is None and row.requires is None]
rows = st.sampled_from(settable)
hostile = st.sampled_from(
    ["a&limit=1", "x' or 'y", '") or all', "$a", "%26", "a#b", "now", "all", "\x00", "é b", ""]
)


def outcome(make: object) -> object:
    try:
        return str(make())  # type: ignore[operator]
    except QueryError as error:
        return {found.code for found in error.diagnostics if found.severity == "error"}


@given(rows, st.data())
def test_binding_a_value_means_the_same_as_writing_it(row: Parameter, data: st.DataObject) -> None:
    value, _ = data.draw(values(row)) if not row.is_time else ("2018-10-28", "")
    value = data.draw(st.one_of(st.just(value), unicode_text, hostile))
    prepared = prepare(f"{row.wire} = $value and visibility = public")
    text = f"{row.wire} = {quoted(value)} and visibility = public"

    assert outcome(lambda: prepared.bind(value=value)) == outcome(lambda: compile_query(text))


@given(rows, st.one_of(unicode_text, hostile))
def test_no_value_can_add_a_parameter(row: Parameter, value: str) -> None:
    prepared = prepare(f"{row.wire} = $value")
    try:
        params = prepared.bind(value=value).params
    except QueryError:
        return
    assert set(params) == {row.wire}


@given(st.lists(unicode_text, max_size=4))
@example([])
def test_binding_a_list_means_the_same_as_writing_it(items: list[str]) -> None:
    prepared = prepare("owner in $items")
    text = f"owner in ({', '.join(map(quoted, items))})" if items else "none"

    assert outcome(lambda: prepared.bind(items=items)) == outcome(lambda: compile_query(text))


@given(unicode_text, unicode_text, st.integers(-3, 10**20))
def test_functions_and_clauses_take_values(key: str, value: str, limit: int) -> None:
    prepared = prepare("tagged($key, $value) limit $limit")
    text = f"tagged({quoted(key)}, {quoted(value)}) limit {limit}"

    assert outcome(lambda: prepared.bind(key=key, value=value, limit=limit)) == outcome(
        lambda: compile_query(text)
    )


@given(st.one_of(unicode_text, st.text(max_size=5)))
def test_a_board_type_is_one_parameter_or_refused(board: str) -> None:
    prepared = prepare("supports($board)")
    try:
        params = prepared.bind(board=board).params
    except QueryError:
        return
    assert list(params.values()) == ["true"]
    assert next(iter(params)).startswith(CLOUDIMAGES.family)
