"""Versions in texts: a golden table of vendors' versions, and laws against a plain reference."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import QueryError, check, equivalent, matcher, plan, satisfiable
from imsquery import compile as compile_query
from imsquery.schema.versions import natural_key
from tests.meaning import in_version, natural

# As the vendor's lists of public images have them, oldest version first.
STATED = (
    "Huawei Cloud EulerOS 2.0 Standard 64 bit",
    "EulerOS 2.2 64bit",
    "EulerOS 2.10 64bit",
    "CentOS 6.10 64bit",
    "CentOS 7.2 64bit",
    "CentOS 7.9 64bit",
    "CentOS 8.2 64bit",
    "Debian 9.0.0 64bit",
    "Windows 10 64bit",
    "Debian 10.13.0 64bit",
    "SUSE Linux Enterprise Server 12 SP5 64bit",
    "Debian 12.0.0 64bit",
    "Ubuntu 16.04 server 64bit",
    "openEuler 20.03 64bit",
    "Ubuntu 20.04 server 64bit",
    "Ubuntu 22.04 server 64bit",
    "Windows Server 2012 R2 Standard 64bit",
    "Windows Server 2016 Datacenter 64bit",
)


@pytest.mark.parametrize(
    ("condition", "first", "last"),
    [
        ("< 7", 0, 3),
        ("<= 7", 0, 5),
        ("> 7", 6, 17),
        (">= 7", 4, 17),
        (">= 7.0", 4, 17),
        ("> 7.2", 5, 17),
        ("< 7.9", 0, 4),
        ("between 7 and 8", 4, 6),
        ("between 10 and 12", 8, 11),
        ("> 10", 10, 17),
        ("> 10.0", 9, 17),
        (">= 20.04", 14, 17),
        (">= 20.4", 14, 17),
        ("between 22.04 and 22.04", 15, 15),
        ("between 2012 and 2016", 16, 17),
        ("< 2.10", 0, 1),
        (">= 2.10", 2, 17),
        ("<= 2", 0, 2),
        ("< 12.0", 0, 9),
        ("<= 12.0", 0, 11),
    ],
)
def test_the_versions_of_public_images_compare_as_their_vendors_count(
    condition: str, first: int, last: int
) -> None:
    is_wanted = matcher(f"os_version {condition}")

    found = [text for text in STATED if is_wanted({"__os_version": text})]
    assert found == list(STATED[first : last + 1])


@pytest.mark.parametrize("text", ["", "Other", "x.y", "٧", "７", None, 7, ["7"]])
def test_what_has_no_version_satisfies_no_bound_but_the_complement_of_each(text: object) -> None:
    for condition in ("< 7", "<= 7", "> 7", ">= 7", ">= 0", "between 0 and 99"):
        assert not matcher(f"os_version {condition}")({"__os_version": text})
        assert matcher(f"not os_version {condition}")({"__os_version": text})


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Ubuntu 22.04 server 64bit", "22.4"),
        ("7.", "7"),
        (".7", "7"),
        ("7..8", "7"),
        ("7.x8", "7"),
        ("1.2.3.4", "1.2.3.4"),
        ("x64 7.9", "64"),
        ("007.090", "7.90"),
        ("-3", "3"),
        ("7\n8", "7"),
    ],
)
def test_the_version_is_the_first_run_of_digits_joined_by_dots(text: str, version: str) -> None:
    last = f"{version}.0.0.0.0"
    assert matcher(f"os_version between {last} and {last}")({"__os_version": text})


parts = st.sampled_from(["0", "1", "7", "8", "9", "10", "04", "22", "007", "99"])
literals = st.lists(parts, min_size=1, max_size=4).map(".".join)
operators = st.sampled_from(["<", "<=", ">", ">="])
texts = st.lists(
    st.sampled_from(["x", " ", ".", "..", "0", "7", "9", "10", "22.04", "64bit", "é", "７"])
    | literals,
    max_size=5,
).map("".join)


@given(operators, literals, texts)
@example("<=", "0", "0.5")
@example("<", "7", "7")
@example(">", "9.9", "9.10")
def test_a_bound_agrees_with_comparing_the_parts(operator: str, literal: str, text: str) -> None:
    is_wanted = matcher(f"os_version {operator} {literal}")

    assert is_wanted({"__os_version": text}) is in_version(operator, literal, text)


conditions = st.one_of(
    st.tuples(operators, literals),
    st.tuples(st.sampled_from(["contains", "startswith", "endswith"]), st.sampled_from("7x.")),
)
SHORT = ["".join(letters) for size in range(5) for letters in product("079.x", repeat=size)]


def holds(condition: tuple[str, str], text: str) -> bool:
    operator, wanted = condition
    match operator:
        case "contains":
            return wanted in text
        case "startswith":
            return text.startswith(wanted)
        case "endswith":
            return text.endswith(wanted)
        case _:
            return in_version(operator, wanted, text)


@given(st.lists(st.tuples(conditions, st.booleans()), min_size=1, max_size=4))
@example([((">", "7"), True), (("<", "8"), True)])
@example([((">=", "7"), True), (("<", "7.0.1"), True), (("contains", "."), False)])
@example([(("<", "0"), True)])
@example([(("<", "8"), False), ((">=", "8"), False), (("contains", "7"), True)])
def test_bounds_are_decided_as_by_trying_texts(
    signed: list[tuple[tuple[str, str], bool]],
) -> None:
    written = " and ".join(
        f"{'' if holding else 'not '}os_version {operator} '{wanted}'"
        for (operator, wanted), holding in signed
    )
    verdict = satisfiable(f"os_version is present and {written}")

    def satisfies(text: str) -> bool:
        return all(holds(condition, text) is holding for condition, holding in signed)

    assert verdict.holds is not None
    if verdict.holds:
        assert verdict.witness is not None
        assert satisfies(verdict.witness["__os_version"])
    else:
        assert not any(map(satisfies, SHORT))


@given(literals, literals)
def test_a_contradiction_of_bounds_is_found(low: str, high: str) -> None:
    text = f"os_version > {low} and os_version < {high}"
    is_found = [each.code for each in check(text)] == ["contradiction"]

    assert is_found is (satisfiable(text).holds is False)


@given(operators, literals)
def test_spellings_of_a_version_are_one(operator: str, literal: str) -> None:
    plain = ".".join(str(int(part)) for part in literal.split("."))

    one, other = (f"os_version {operator} '{each}'" for each in (literal, plain))
    assert plan(one).filter == plan(other).filter
    assert equivalent(one, other).holds


@given(literals)
def test_equality_with_a_bare_version_is_a_warning(literal: str) -> None:
    for operator, mended in (("=", "between"), ("!=", "not between")):
        text = f"os_version {operator} {literal}"
        (found,) = check(text)
        (fix,) = found.fixes

        assert (found.code, found.severity) == ("literal-pattern", "warning")
        assert fix.apply(text) == f"os_version {mended} {literal} and {literal}"
        assert fix.applicability == "suggested"
        assert check(fix.apply(text)) == ()


@pytest.mark.parametrize(
    "literal", ["x", "7.", ".7", "7..1", "v7", "7.x", "''", "'7 '", "'٧'", "-7"]
)
def test_a_bound_is_digits_joined_by_dots(literal: str) -> None:
    for form in (
        "os_version < {}",
        "os_version between {} and 9",
        "os_version not between 7 and {}",
    ):
        assert "bad-value" in [each.code for each in check(f"os_version {form.format(literal)}")]


def test_a_version_within_a_longer_text_is_suggested() -> None:
    text = "os_version >= 'Ubuntu 22.04 server'"
    (found,) = check(text)

    assert [(fix.apply(text), fix.applicability) for fix in found.fixes] == [
        ("os_version >= 22.04", "suggested")
    ]


@pytest.mark.parametrize("digits", [5_000, 60_000])
def test_a_part_may_have_any_number_of_digits(digits: int) -> None:
    nines = "9" * digits
    is_wanted = matcher(f"os_version > {nines}")

    assert is_wanted({"__os_version": f"v1{'0' * digits}"})
    assert not is_wanted({"__os_version": f"v00{nines}"})


def test_compile_refuses_a_bound_and_plan_makes_it() -> None:
    with pytest.raises(QueryError, match="not-expressible"):
        compile_query("os_version >= 7")
    (request,) = plan("platform = CentOS and os_version >= 7 and os_version <= 8.04").requests
    assert (request.query_string, request.residual) == (
        "__platform=CentOS",
        "os_version < 8.5 and os_version >= 7",
    )


NATURAL = ["", "Ubuntu", "Ubuntu 9.10", "Ubuntu 9.10 64bit", "Ubuntu 10.04", "Ubuntu 22.04"]


def test_natural_order_takes_runs_of_digits_as_numbers() -> None:
    assert sorted(sorted(NATURAL), key=natural_key) == NATURAL


@given(texts | st.text(max_size=6), texts | st.text(max_size=6))
@example("a1", "a-")
@example("a1", "ab")
@example("a10", "a9b")
@example("07", "7")
def test_natural_order_agrees_with_comparing_piece_by_piece(one: str, other: str) -> None:
    assert (natural_key(one) < natural_key(other)) is (natural(one) < natural(other))
    assert (natural_key(one) == natural_key(other)) is (natural(one) == natural(other))
