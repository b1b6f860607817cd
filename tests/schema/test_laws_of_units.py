"""A number means the same with any unit in which it is exact, wherever it may be written.

The expected numbers come from fractions, and the units from the reference: all are powers of 1,024.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, Parameter, QueryError, check, equivalent, matcher, prepare
from imsquery import compile as compile_query
from imsquery.schema.kinds import Integer
from imsquery.testing.values import integers, quantities

BYTES = {"bytes": 1, "MB": 1024**2, "GB": 1024**3}
NUMBERS = [
    row
    for row in CLOUDIMAGES.parameters.values()
    if isinstance(row.kind, Integer) and row.observed is not None
]
UNITED = [row for row in NUMBERS if row.unit is not None]
amounts = st.builds(
    "{}{}{}{}".format,
    st.integers(0, 5000) | st.integers(0, 10**30),
    st.sampled_from(["", ".0", ".5", ".25", ".3", ".0009765625", ".000"]),
    st.sampled_from(["", " "]),
    st.sampled_from(["B", "k", "Ki", "KIB", "mb", "MiB", "g", "GB", "TiB", "Pb", "e", "EB"]),
)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[Parameter, int, str]:
    """Draw a parameter, a number that it takes, and this number with a unit."""
    row = draw(st.sampled_from(UNITED))
    assert isinstance(row.kind, Integer)
    number = draw(integers(row.kind))
    return row, number, draw(quantities(row, number))


def expected(row: Parameter, amount: str) -> Fraction:
    """Return a number in the unit of a parameter."""
    digits = amount.rstrip("kmgtpeibKMGTPEIB ")
    power = "bkmgtpe".index(amount[len(digits) :].strip()[0].lower())
    return Fraction(digits) * Fraction(1024) ** power / BYTES[str(row.unit)]


@given(numbers())
def test_a_number_is_the_same_in_every_unit(drawn: tuple[Parameter, int, str]) -> None:
    row, number, written = drawn
    for form in (
        "{} = '{}'",
        "{} != '{}'",
        "{} < '{}'",
        "{} not in ('{}', 512)",
        "{0} between '{1}' and '{1}'",
    ):
        assert equivalent(form.format(row.name, written), form.format(row.name, number)).holds


@given(st.sampled_from(UNITED), amounts)
def test_an_amount_is_taken_where_it_is_whole(row: Parameter, amount: str) -> None:
    exact = expected(row, amount)
    codes = [each.code for each in check(f"{row.name} < '{amount}'")]
    if exact.denominator > 1:
        assert codes == ["bad-value"]
    elif exact >= 2**63:
        assert codes == ["out-of-range"]
    else:
        assert codes == []
        predicate = matcher(f"{row.name} < '{amount}'")
        assert predicate({str(row.observed): int(exact) - 1})
        assert not predicate({str(row.observed): int(exact)})


@given(st.sampled_from(UNITED), amounts)
def test_the_range_is_that_of_the_parameter(row: Parameter, amount: str) -> None:
    exact = expected(row, amount)
    assert isinstance(row.kind, Integer)
    least = -(2**63) if row.kind.least is None else row.kind.least
    most = 2**63 - 1 if row.kind.most is None else row.kind.most
    if exact.denominator == 1:
        codes = [each.code for each in check(f"{row.name} in ('{amount}')")]
        assert codes == ([] if least <= exact <= most else ["out-of-range"])


@given(st.sampled_from([row for row in NUMBERS if row.unit is None]), amounts)
def test_a_number_without_a_unit_takes_none(row: Parameter, amount: str) -> None:
    for form in ("{} = '{}'", "{} in (32, '{}')", "{} between '{}' and 64"):
        (found, *_) = check(form.format(row.name, amount))
        assert found.code == "bad-value"


@pytest.mark.parametrize("value", ["+4GB", "-4GB", "1e3MB", "4 G B", "4BG", "4ii", "4Mbit", "GB"])
def test_other_spellings_are_refused(value: str) -> None:
    assert [each.code for each in check(f"min_ram = '{value}'")] == ["bad-value"]


@pytest.mark.parametrize("value", ["0.5", "4096.0", ".5GB"])
def test_a_fraction_needs_digits_and_a_unit(value: str) -> None:
    assert [each.code for each in check(f"min_ram < {value}")] == ["bad-value"]


@pytest.mark.parametrize("clause", ["limit 1k", "limit 1GB"])
def test_a_clause_takes_no_unit(clause: str) -> None:
    assert [each.code for each in check(clause)] == ["bad-value"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("min_ram = 4GB", "min_ram=4096"),
        ("min_ram = 0.5TB", "min_ram=524288"),
        ("min_ram = '512 MiB'", "min_ram=512"),
        ("min_ram = 4g", "min_ram=4096"),
        ("min_ram = 4294967296b", "min_ram=4096"),
        ("min_ram = 007.50gib", "min_ram=7680"),
        ("min_disk = 1t", "min_disk=1024"),
        ("min_disk in (102400MB)", "min_disk=100"),
    ],
)
def test_a_request_has_the_number_in_the_unit_of_the_parameter(text: str, query: str) -> None:
    assert str(compile_query(text)) == query


def test_a_bound_value_may_have_a_unit() -> None:
    prepared = prepare("min_ram = $ram and min_disk = $disk")

    assert str(prepared.bind(ram="4GB", disk="1 TB")) == "min_disk=1024&min_ram=4096"
    with pytest.raises(QueryError, match="bad-value"):
        prepared.bind(ram="1KB", disk=40)


@pytest.mark.parametrize(
    "text", ["min_disk < 20", "min_disk <= 2TB", "min_disk between 1 and 100GB", "min_ram > -1"]
)
def test_a_bound_may_be_out_of_range(text: str) -> None:
    assert check(text) == ()


def test_a_size_is_compared_in_bytes() -> None:
    large = matcher("image_size > 50GB")

    assert not large({"__image_size": str(50 * 1024**3)})
    assert large({"__image_size": str(50 * 1024**3 + 1)})
