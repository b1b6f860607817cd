"""``ignoring case`` compares texts as ``str.casefold`` makes them; the reference is just that."""

from __future__ import annotations

import sys
from itertools import product

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from imsquery import (
    CLOUDIMAGES,
    Parameter,
    QueryError,
    check,
    equivalent,
    implies,
    matcher,
    plan,
    prepare,
    satisfiable,
)
from imsquery import compile as compile_query
from imsquery import format as format_query
from imsquery.evaluation.automata import unfold
from imsquery.schema.kinds import Text
from tests.meaning import globs
from tests.strategies import quoted, unicode_text

# Letters that fold to several, from several, or to one of another script.
LETTERS = "aAsSſßẞkK\u212aiIİıﬁﬀfŉnςσΣéÉ0*?._x"
texts = st.text(st.sampled_from(LETTERS), max_size=5) | unicode_text
operators = st.sampled_from(["=", "contains", "startswith", "endswith", "glob"])
conditions = st.tuples(operators, texts, st.booleans())


def holds(condition: tuple[str, str, bool], text: str) -> bool:
    operator, wanted, folds = condition
    if folds:
        wanted, text = wanted.casefold(), text.casefold()
    return {
        "=": text == wanted,
        "contains": wanted in text,
        "startswith": text.startswith(wanted),
        "endswith": text.endswith(wanted),
        "glob": globs(wanted, text),
    }[operator]


def written(condition: tuple[str, str, bool]) -> str:
    operator, wanted, folds = condition
    return f"description {operator} {quoted(wanted)}{' ignoring case' * folds}"


@given(st.tuples(operators, texts), texts)
@example(("=", "straße"), "STRASSE")
@example(("=", "ﬁ"), "FI")
@example(("startswith", "s"), "ß")
@example(("contains", "k"), "\u212a")
@example(("glob", "?"), "ß")
@example(("glob", "?S"), "ẞ")
@example(("=", "i"), "İ")
def test_a_folded_condition_agrees_with_folding_both_sides(
    condition: tuple[str, str], text: str
) -> None:
    is_wanted = matcher(written((*condition, True)))

    assert is_wanted({"__description": text}) is holds((*condition, True), text)


SMALL = "aAsSſßﬁx"
small = st.text(st.sampled_from(SMALL), max_size=3)
patterns = st.text(st.sampled_from("asAS?*ßx"), max_size=3)
small_conditions = st.one_of(
    st.tuples(st.sampled_from(["=", "contains", "startswith", "endswith"]), small, st.booleans()),
    st.tuples(st.just("glob"), patterns, st.booleans()),
)
SHORT = ["".join(each) for size in range(4) for each in product(SMALL, repeat=size)]


@given(st.lists(st.tuples(small_conditions, st.booleans()), min_size=1, max_size=3))
@example([(("glob", "??", True), True), (("glob", "?", False), True)])
@example([(("glob", "???", True), True), (("glob", "?", False), True)])
@example([(("=", "ss", True), True), (("glob", "?", False), True), (("=", "ß", False), False)])
@example([(("contains", "s", True), True), (("contains", "s", False), False)])
@example([(("=", "s", True), True), (("=", "s", False), False), (("=", "S", False), False)])
def test_folded_conditions_are_decided_as_by_trying_texts(
    signed: list[tuple[tuple[str, str, bool], bool]],
) -> None:
    parts = [f"{'' if holding else 'not '}{written(each)}" for each, holding in signed]
    verdict = satisfiable(f"description is present and {' and '.join(parts)}")

    def satisfies(text: str) -> bool:
        return all(holds(each, text) is holding for each, holding in signed)

    assert verdict.holds is not None
    if verdict.holds:
        assert verdict.witness is not None
        assert satisfies(verdict.witness["__description"])
    else:
        assert not any(map(satisfies, SHORT))


@given(operators, texts.filter(str.isascii), st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_conditions_that_differ_in_letter_case_are_one(
    operator: str, text: str, recase: object
) -> None:
    assert callable(recase)
    one, other = written((operator, text, True)), written((operator, recase(text), True))

    assert equivalent(one, other).holds
    assert plan(one).filter == plan(other).filter


@given(operators, texts.filter(str.isascii))
def test_a_condition_implies_the_one_that_ignores_letter_case(operator: str, text: str) -> None:
    assume(operator != "glob" or "?" not in text)  # a letter may be two when it is folded
    assert implies(written((operator, text, False)), written((operator, text, True))).holds


@given(st.lists(small, min_size=1, max_size=3), small)
def test_a_list_ignores_the_letter_case_of_each_value(values: list[str], text: str) -> None:
    listed = ", ".join(map(quoted, values))
    is_among = matcher(f"description in ({listed}) ignoring case")
    bound = matcher(f"description not in ({listed}) ignoring case")

    found = text.casefold() in {each.casefold() for each in values}
    assert is_among({"__description": text}) is found
    assert bound({"__description": text}) is not found


def test_every_letter_that_folds_is_known() -> None:
    """Also in another version of Unicode."""
    known = {letter for letters in unfold().values() for letter in letters}

    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        assert letter.casefold() == letter or letter in known


TEXTS = [
    row
    for row in CLOUDIMAGES.parameters.values()
    if row.kind.tells_case and row.observed is not None and row.clause is None
]
HEEDLESS = [
    row for row in CLOUDIMAGES.parameters.values() if not row.kind.tells_case and row.clause is None
]


@given(st.sampled_from([row for row in HEEDLESS if row.kind.choices and row.requires is None]))
def test_where_letter_case_never_matters_nothing_changes(row: Parameter) -> None:
    value = quoted(row.kind.choices[0].swapcase())
    plain, folded = f"{row.name} = {value}", f"{row.name} = {value} ignoring case"

    assert equivalent(plain, folded).holds
    assert format_query(folded) == format_query(plain)
    if row.pushable:
        assert compile_query(folded) == compile_query(plain)


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: row.name)
def test_what_the_server_cannot_fold_is_left_to_the_client(row: Parameter) -> None:
    text = f"{row.name} = ab1 ignoring case"
    with pytest.raises(QueryError, match="not-expressible"):
        compile_query(text)

    (request,) = plan(text).requests
    assert (request.query_string, request.residual) == ("", text)
    assert format_query(text.replace("ignoring", "IGNORING")) == text


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("platform IN (centos) Ignoring Case", "platform in (centos)"),
        ("platform contains Cent IGNORING CASE", "platform contains Cent ignoring case"),
        ("protected != TRUE ignoring case", "protected != TRUE"),
        ("name not in ( a,b ) ignoring case", "name not in (a, b) ignoring case"),
        ("not name = a ignoring case", "not name = a ignoring case"),
        ("min_ram = 4 ignoring case", "min_ram = 4"),
        ("name = a ignoring # why\n case", "# why\nname = a ignoring case"),
        ("name in (a) # why\n ignoring case", "name in (\n    a  # why\n) ignoring case"),
    ],
)
def test_format_keeps_it_where_it_matters(text: str, formatted: str) -> None:
    assert format_query(text) == formatted
    assert format_query(formatted) == formatted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("min_ram < 4 ignoring case", "bad-operator"),
        ("created_at >= 2018 ignoring case", "bad-operator"),
        ("os_version > 7 ignoring case", "bad-operator"),
        ("min_ram between 1 and 4 ignoring case", "syntax"),
        ("name is present ignoring case", "syntax"),
        ("protected ignoring case", "syntax"),
        ("public() ignoring case", "syntax"),
        ("(name = a) ignoring case", "syntax"),
        ("flavor_id = S6.large.2 ignoring case", "not-observable"),
        ("name = a ignoring", "syntax"),
        ("name = a ignore case", "syntax"),
        ("name = a nocase", "syntax"),
        ("name in (a, b) case insensitive", "syntax"),
        ("name = case", "syntax"),
        ("tag in (a, ignoring)", "syntax"),
    ],
)
def test_elsewhere_it_is_one_finding_with_its_fix(text: str, code: str) -> None:
    (found,) = check(text)

    assert found.code == code
    assert (len(found.fixes) == 1) is (code != "not-observable")
    for fix in found.fixes:
        assert check(fix.apply(text)) == ()
        assert fix.applicability == ("safe" if "keyword" in found.message else "suggested")


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("support_kvm = false ignoring case", "not supports(kvm)"),
        ("os_version = 22.04 ignoring case", "os_version between 22.04 and 22.04"),
        ("name = 'a*' ignoring case", "name glob 'a*' ignoring case"),
        ("tag = a.b ignoring case", 'tag = "a=b" ignoring case'),
        ("platfrom = centos ignoring case", "platform = centos ignoring case"),
        ("name = foo bar ignoring case", 'name = "foo bar" ignoring case'),
        ("name like 'a%' ignoring case", "name glob a* ignoring case"),
    ],
)
def test_a_fix_before_it_takes_it_along_where_it_must(text: str, mended: str) -> None:
    (found,) = check(text)

    assert found.fixes[0].apply(text) == mended
    assert check(mended) == ()


def test_contradictions_of_folded_texts_are_found() -> None:
    for text in (
        "name = a ignoring case and name = B ignoring case",
        "name = a ignoring case and name = b",
        "name = b and name = a ignoring case",
        "name = a ignoring case and name is absent",
        "name = a ignoring case and not name = A ignoring case",
    ):
        assert [each.code for each in check(text)] == ["contradiction"]
    assert check("name = a ignoring case and name = A") == ()
    assert check("tag = a ignoring case and tag = b ignoring case") == ()


def test_a_bound_value_is_folded_too() -> None:
    prepared = prepare("platform = $p ignoring case and status in $s ignoring case")

    assert str(prepared.bind(p="CENTOS", s=["ACTIVE"])) == "__platform=CentOS&status=active"
    with pytest.raises(QueryError, match="not-expressible"):
        prepare("name = $n ignoring case").bind(n="a")


def test_a_regular_expression_gets_the_flag_of_re2() -> None:
    pytest.importorskip("re2")
    is_wanted = matcher("name matches 'ubuntu|debian' ignoring case")

    assert is_wanted({"name": "x DEBIAN"})
    assert equivalent("name matches 'a|b' ignoring case", "name matches '(?i)a|b'").holds
    assert equivalent("name matches a ignoring case", "name matches a").holds is None


def test_the_words_may_be_names() -> None:
    rows = [
        Parameter(name, Text(), operators={}, source="made up") for name in ("case", "ignoring")
    ]
    spec = CLOUDIMAGES.extend(parameters=rows)
    text = "case = a ignoring case and ignoring in (b) and case is present"

    assert check(text, spec=spec) == ()
    assert matcher(text, spec=spec)({"case": "A", "ignoring": "b"})
    assert format_query(text, spec=spec) == text


@pytest.mark.parametrize(
    "condition", ["owner = self", "id in ('a,b')", "status = killed", "name = 'a*'", "tag = a.b"]
)
def test_what_finds_nothing_finds_nothing_in_any_letter_case(condition: str) -> None:
    plain = check(condition)

    assert [each.code for each in plain] == [
        each.code for each in check(f"{condition} ignoring case")
    ]
    assert plain
