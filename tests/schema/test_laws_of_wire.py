"""A comparison that a row takes is one pair, and the pair is read back as the comparison."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imsquery import Parameter
from imsquery.schema.kinds import Integer, Text
from imsquery.schema.parameters import operator_faults
from imsquery.schema.wire import read_list, read_pair, write_list, write_pair

_prefixes = st.sampled_from(("", "", "in:", "eq:", "lt:", "lte:", "x:"))
_own = st.sampled_from(("", "", "", "zone_min=", "zone_max=", "z="))
_templates = st.builds("{}{}{{}}".format, _own, _prefixes)
_texts = st.text('ab:,"\\ =in', max_size=6) | st.sampled_from(("in:a", "eq:", "lt:1", "a,b", "x:y"))


@st.composite
def rows(draw: st.DrawFn, kind: Text | Integer) -> Parameter:
    relations = st.sampled_from((*sorted(kind.operators), "in"))
    operators = draw(st.dictionaries(relations, _templates, min_size=1))
    faulty = {relation for relation, _ in operator_faults("zone", kind, operators)}
    kept = {each: form for each, form in operators.items() if each not in faulty}
    return Parameter("zone", kind, operators=kept, source="test")


@given(rows(Text()), st.sampled_from(("=", "contains", "endswith")), _texts)
def test_a_text_reads_back(row: Parameter, relation: str, text: str) -> None:
    pair = write_pair(row, relation, text)
    if pair is None:
        return
    name, written = pair
    read = read_pair(row, name, written)

    assert name in {row.wire, *row.wires}
    assert read is not None
    found, rest = read
    if found == "in":
        assert relation == "="
        assert read_list(rest) == [text]
    else:
        assert (found, rest) == (relation, text)


_integers = (Integer(), Integer(None), Integer(2, 7), Integer(None, values=(1, 4, 5)))


@given(
    st.sampled_from(_integers).flatmap(rows),
    st.sampled_from(("<", "<=", ">", ">=")),
    st.integers(-2, 9),
)
def test_no_request_has_a_number_that_its_parameter_does_not_take(
    row: Parameter, relation: str, number: int
) -> None:
    pair = write_pair(row, relation, number)

    assert (relation in row.prefixes) <= (pair is not None)
    if pair is not None:
        _, text = read_pair(row, *pair) or ("", "")
        assert row.kind.read(text) is not None


@given(rows(Integer()), st.sampled_from(("=", "<", "<=", ">", ">=")), st.integers(0, 9))
def test_a_number_reads_back_as_a_comparison_with_the_same_numbers(
    row: Parameter, relation: str, number: int
) -> None:
    pair = write_pair(row, relation, number)
    if pair is None:
        return
    read = read_pair(row, *pair)
    assert read is not None

    assert numbers(*read) == numbers(relation, str(number))


def numbers(relation: str, text: str) -> list[int]:
    value = int(text)
    return [
        each
        for each in range(-2, 12)
        if {"=": each == value, "in": each == value, "<": each < value, "<=": each <= value,
            ">": each > value, ">=": each >= value}[relation]
    ]  # fmt: skip


@given(st.lists(_texts, min_size=1, max_size=4))
def test_a_list_reads_back_as_its_values(values: list[str]) -> None:
    text = write_list(values)

    if text is None:
        assert any('"' in each or ("\\" in each and "," in each) for each in values)
    else:
        assert read_list(text) == sorted({*values})


@given(st.text('a,"\\', max_size=8))
def test_a_list_that_is_read_has_the_same_values_as_it_is_written(text: str) -> None:
    values = read_list(text)

    if values is not None:
        written = write_list(values)
        assert written is not None
        assert read_list(written) == sorted({*values})
