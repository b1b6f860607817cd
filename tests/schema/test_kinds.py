"""Types of values: the literals that each accepts, their values, and its errors for the rest."""

from __future__ import annotations

import pytest

from imsquery.schema.kinds import (
    Boolean,
    Enumeration,
    Flag,
    Flavor,
    Identifier,
    ImageName,
    Integer,
    Kind,
    RefusedValue,
    Tag,
    Text,
    Time,
)

COLOURS = Enumeration("red", "Green", "dark blue")
SIZES = Enumeration("S", "XL", is_open=True, synonyms={"large": "XL"})
DISK = Integer(40, 1024)
COUNT = Integer()
BITS = Integer(values=(32, 64))
ANY_NUMBER = Integer(None)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (COLOURS, "red", "red"),
        (COLOURS, "RED", "red"),
        (COLOURS, "green", "Green"),
        (COLOURS, "Dark Blue", "dark blue"),
        (SIZES, "xl", "XL"),
        (Boolean(), "true", "true"),
        (Boolean(), "FALSE", "false"),
        (Flag(), "True", "true"),
        (DISK, "40", 40),
        (DISK, "1024", 1024),
        (DISK, "0100", 100),
        (DISK, "+100", 100),
        (COUNT, "0", 0),
        (COUNT, "-0", 0),
        (COUNT, "000", 0),
        (COUNT, str(2**63 - 1), 2**63 - 1),
        (COUNT, "0" * 50_000 + "7", 7),
        (BITS, "64", 64),
        (BITS, "032", 32),
        (ANY_NUMBER, "-5", -5),
        (Identifier(), " As Written ", " As Written "),
        (Text(), "", ""),
    ],
)
def test_equivalent_spellings_have_one_value(kind: Kind, text: str, value: str | int) -> None:
    assert kind.read(text) == value
    assert type(kind.read(text)) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "code", "instead"),
    [
        (COLOURS, "gren", "bad-value", ("Green",)),
        (COLOURS, "purple", "bad-value", ()),
        (COLOURS, "", "bad-value", ()),
        (COLOURS, "red ", "bad-value", ("red",)),
        (SIZES, "Large", "unlisted-value", ("XL",)),
        (SIZES, "M", "unlisted-value", ()),
        (Boolean(), "yes", "bad-value", ("true",)),
        (Boolean(), "0", "bad-value", ("false",)),
        (Boolean(), "fasle", "bad-value", ("false",)),
        (Boolean(), "maybe", "bad-value", ()),
        (Flag(), "false", "bad-value", ()),
        (Flag(), "on", "bad-value", ("true",)),
        (DISK, "39", "out-of-range", ("40",)),
        (DISK, "1025", "out-of-range", ("1024",)),
        (DISK, "-100", "out-of-range", ("40",)),
        (DISK, "40GB", "bad-value", ()),
        (DISK, "", "bad-value", ()),
        (DISK, "1e2", "bad-value", ()),
        (DISK, "0x40", "bad-value", ()),
        (DISK, "100.0", "bad-value", ("100",)),
        (DISK, "1,024", "bad-value", ("1024",)),
        (DISK, "\u0661\u0660\u0660", "bad-value", ()),
        (DISK, "\uff11\uff10\uff10", "bad-value", ("100",)),
        (DISK, "--5", "bad-value", ()),
        (COUNT, "-1", "out-of-range", ("0",)),
        (COUNT, str(2**63), "out-of-range", ()),
        (COUNT, "9" * 50_000, "out-of-range", ()),
        (ANY_NUMBER, str(-(2**63)), "out-of-range", ()),
        (BITS, "16", "bad-value", ("32",)),
        (BITS, "63", "bad-value", ("64",)),
    ],
)
def test_a_refusal_has_a_code_and_the_nearest_value(
    kind: Kind, text: str, code: str, instead: tuple[str, ...]
) -> None:
    with pytest.raises(RefusedValue) as caught:
        kind.read(text)

    assert (caught.value.code, caught.value.instead) == (code, instead)
    assert caught.value.message


def test_adding_values_does_not_change_the_list() -> None:
    more = SIZES.with_values(["M", "XL"])

    assert more.values == ("S", "XL", "M")
    assert more.is_open
    assert more.read("m") == "M"
    assert SIZES.values == ("S", "XL")


def test_values_that_differ_in_case_are_read_as_written() -> None:
    both = Enumeration("Arm", "ARM")

    assert [both.read(text) for text in ("Arm", "ARM", "arm")] == ["Arm", "ARM", "Arm"]


@pytest.mark.parametrize(
    ("kind", "operators"),
    [
        (Text(), "= != contains startswith endswith glob matches"),
        (Identifier(), "= != contains startswith endswith glob matches"),
        (COLOURS, "= != contains startswith endswith glob matches"),
        (Boolean(), "= !="),
        (Flag(), "= !="),
        (COUNT, "= != < <= > >="),
        (BITS, "= != < <= > >="),
        (Time(), "= != < <= > >="),
    ],
)
def test_a_type_accepts_its_operators(kind: Kind, operators: str) -> None:
    assert kind.operators == set(operators.split())


@pytest.mark.parametrize(
    "name",
    ["CentOS 7.3 64bit", "a", "A-b_c.d", "公共镜像", "x" * 128, "0"],
)
def test_a_possible_name_has_no_finding(name: str) -> None:
    assert ImageName().advise(name) is None


@pytest.mark.parametrize(
    ("name", "operator"),
    [
        ("", None),
        ("x" * 129, None),
        (" a", None),
        ("a ", None),
        ("a:b", None),
        ("^a", "matches"),
        ("a,b", None),
        ("é", None),
        ("CentOS*", "glob"),
        ("CentOS?", "glob"),
    ],
)
def test_an_impossible_name_is_a_warning(name: str, operator: str | None) -> None:
    advice = ImageName().advise(name)

    assert advice is not None
    assert (advice.code, advice.severity) == ("impossible-name", "warning")
    assert advice.operator == operator


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("a.b", "a=b"),
        ("a.b.c", "a=b.c"),
        ("a", None),
        ("a=b", None),
        ("a=b.c", None),
        ("a.b=c", None),
    ],
)
def test_a_legacy_tag_is_split_at_its_first_dot(tag: str, value: str | None) -> None:
    advice = Tag().advise(tag)

    assert (advice and advice.value) == value
    assert advice is None or (advice.code, advice.severity) == ("legacy-tag", "warning")


# From the vendor's FAQ on board types.
@pytest.mark.parametrize(
    ("flavor", "board"),
    [
        ("physical.s1.large", "s1l"),
        ("physical.s4.large", "s4l"),
        ("physical.m2.medium", "m2m"),
        ("physical.h2.large", "h2l"),
        ("physical.hs2.large", "hs2l"),
        ("physical.io2.xlarge", "io2xl"),
        ("physical.kl1.3xlarge", "kl13xl"),
    ],
)
def test_a_bare_metal_flavor_is_replaced_by_its_board_type(flavor: str, board: str) -> None:
    advice = Flavor().advise(flavor)

    assert advice is not None
    assert (advice.code, advice.severity) == ("bare-metal-flavor", "error")
    assert advice.predicate == f"supports({board})"


def test_a_bare_metal_flavor_of_unknown_form_has_no_replacement() -> None:
    advice = Flavor().advise("physical.strange")

    assert advice is not None
    assert advice.predicate is None
    assert Flavor().advise("s6.large.2") is None
