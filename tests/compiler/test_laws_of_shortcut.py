"""The shortcut agrees with parser and binder wherever it is taken, and is taken where it should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, CompiledQuery, Function, Limits, Parameter, QueryError, testing
from imsquery import compile as compile_query
from imsquery import specs as shipped
from imsquery.compiler import shortcut
from imsquery.compiler.lowering import finish
from imsquery.compiler.shortcut import compile_plain
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import Tokens, scan
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.kinds import Boolean, Enumeration, Identifier, Integer, Text, Time
from imsquery.schema.spec import Spec
from imsquery.semantics.analysis import bind
from tests import faulty
from tests.strategies import any_text, conjunctions, mutated, quoted, recased, unicode_text

# Names that are keywords, values that are, names of rows that are functions, too.
ODD = CLOUDIMAGES.extend(
    values={"__platform": ["AlmaLinux", "none", "and"]},
    ranges={"min_disk": (1, 2)},
    parameters=[
        Parameter("case", Text(), source="test"),
        Parameter(
            "x_per", Enumeration("all", "Some", is_open=True), aliases=("per",), source="test"
        ),
        Parameter("owned_by", Identifier(), source="test"),
        Parameter("seen_at", Time(), source="test"),
        Parameter("hidden_at", Time(), observed=None, source="test"),
        Parameter("level", Integer(values=(1, 2)), requires=("case", "x"), source="test"),
        Parameter("gone", Enumeration("a", "b"), unseen={"b": ("gone", "")}, source="test"),
        Parameter("lone", Boolean(), excludes=("case", "__support_kvm"), source="test"),
        Parameter("__support_s4l", Boolean(), source="test"),
    ],
    functions=[
        Function("run_by", ("who",), (("owner", "{0}"),), summary="", source="test"),
        Function("both", ("who",), (("id", "{0}"), ("owner", "{0}")), summary="", source="test"),
        Function("dashed", ("who",), (("id", "a-{0}"),), summary="", source="test"),
        Function("seen", ("when",), (("seen_at", "{0}"),), summary="", source="test"),
        Function("file", ("name",), (("file", "{0}"),), summary="", source="test"),
    ],
)
SPECS = {"odd": ODD, **{name: getattr(shipped, name) for name in shipped.NAMES}}
specs = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)

_WORDS = (
    "true", "TRUE", "false", "yes", "0", "1", "+40", "040", "41", "64", "-1",
    "99999999999999999999", "2018", "2018-10", "2018-10-28", "2018-02-30", "2018-10-28T10:00",
    "2018-10-28T10:00:00Z", "2018-10-28T10:00:00+08:00", "0000", "9999-12-31",
    "9999-12-31T23:59:59Z", "now", "now-7d",
    "today", "٢٠١٨", "kvm", "KVM", "_kvm", "support_kvm", "s4l", "S4L", "s4xl", "kvm_gpu_type",
    "gpu_t4", "kmv", "a*", "^a", "50%", "physical.s4.large", "a.b",
    "1bed856811654c1cb661a6ca845ebc77", "1bed8568-1165-4c1c-b661-a6ca845ebc77",
    "123456789012", "default", "deleted", "ſ", "K", "-",
)  # fmt: skip
_STRINGS = (
    "''", "'a b'", '"it\'s"', r"'it\'s'", r"'\u0041'", r"'\q'", "'\t'", "'a\u202eb'", "'\ud800'",
    r"'\ud800'", "'a\u00a0b'", "'é%&=#+'", "'a,b'", "' a'", "'[a-z]'", "'and'",
    "'2018-10-28 10:00'", "'a", "\"a'", "'a and b = c'", "$x",
)  # fmt: skip


def names_in(spec: Spec) -> list[str]:
    rows = spec.parameters.values()
    names = [name for row in rows for name in (row.wire, row.name, *row.aliases)]
    features = ("s4l", "s4xl", "kmv", "gpu_t4", "S4L", "a b")
    members = [f"{prefix}{each}" for prefix in ("support_", "__support_") for each in features]
    return [*names, *members, *spec.functions, "platfrom", "limit", "skip", "not", "名称", "os"]


@st.composite
def plain_soup(draw: st.DrawFn, spec: Spec) -> str:
    """Draw names, operators and values that need not go together, in the shape of conditions."""
    listed = names_in(spec)
    choices = [each for row in spec.parameters.values() for each in row.kind.choices]
    values = st.one_of(
        st.sampled_from([*choices, *_WORDS, *_STRINGS, *KEYWORDS]),
        st.sampled_from(choices).flatmap(recased),
        unicode_text.map(quoted),
    )
    signs = st.sampled_from(["=", "==", "!=", "<>", "<", "<=", ">", ">=", "===", "in"])
    gaps = st.sampled_from(["", " ", " ", " ", "\n", " # c\n"])
    parts = []
    for _ in range(draw(st.integers(1, 5))):
        name = draw(st.sampled_from(listed) | st.sampled_from(listed).flatmap(recased))
        value = draw(values)
        gap = f" {draw(gaps)}"
        called = f"{name}{draw(gaps)}({draw(gaps)}{value}{draw(st.sampled_from([')', ' )', '']))}"
        compared = f"{name}{gap}{draw(signs)}{gap}{value}"
        parts.append(draw(st.sampled_from([compared, compared, called, name])))
    parts += draw(st.lists(st.sampled_from(parts), max_size=1))
    joiners = st.sampled_from([" and ", " and ", " and ", " AND ", " And ", " or ", "\nand\n", " "])
    text = parts[0] + "".join(f"{draw(joiners)}{each}" for each in parts[1:])
    return text + draw(st.sampled_from(["", "", " ", " # c", " and", " limit 5", " and not all"]))


def plain_values(row: Parameter) -> list[tuple[str, str, str]]:
    """Return operators and literals that go with a row, with the value that is sent."""
    if isinstance(row.kind, Time):
        second = "2018-10-28T10:00:00Z"
        found = [("=", second, f"eq:{second}")]
        if row.observed is not None:
            found += [("<", "2018-10-28", "lt:2018-10-28T00:00:00Z")]
            found += [(">", "2018", "gte:2019-01-01T00:00:00Z")]
        return found
    kind = row.kind
    if isinstance(kind, Integer) and not kind.values:
        literals = ["64" if kind.least is None else str(kind.least)]
    else:
        literals = [*kind.choices] or ["a1b"]
    hidden = {*KEYWORDS, *(row.unseen or ())}
    return [(sign, each, each) for each in literals if each not in hidden for sign in ("=", "==")]


@st.composite
def plain(draw: st.DrawFn, spec: Spec) -> tuple[str, dict[str, str]]:
    """Draw comparisons of different rows with values that they list, and the pairs they make."""
    rows = [row for row in spec.parameters.values() if row.pushable and row.clause is None]
    excluded = {wire for row in rows for wire in row.excludes}
    demanding = {row.wire for row in rows if row.requires or row.goes_with or row.excludes}
    lone = [row for row in rows if row.wire not in excluded | demanding and "=" in row.prefixes]
    made, pairs = [], {}
    for row in draw(st.lists(st.sampled_from(lone), min_size=1, max_size=8, unique=True)):
        sign, literal, sent = draw(st.sampled_from(plain_values(row)))
        word = literal if " " not in literal else f'"{literal}"'
        written = draw(st.sampled_from([word, f"'{literal}'"]))
        name = draw(st.sampled_from([row.wire, row.name, *row.aliases]))
        made.append(f"{name} {sign} {written}")
        pairs[row.wire] = sent
    board = draw(st.from_regex(r"\A[a-z][0-9][a-z]{2}\Z"))
    wire = f"{spec.family}{board}"
    if spec.family and wire not in spec.parameters:
        made.append(draw(st.sampled_from([f"supports({board})", f"{wire} = true"])))
        pairs[wire] = "true"
    return draw(st.sampled_from([" and ", " AND ", "\nand "])).join(made), pairs


@st.composite
def nearly_plain(draw: st.DrawFn, spec: Spec) -> str:
    """Draw a plain conjunction with one more condition, whose value its row may well refuse."""
    text, _ = draw(plain(spec))
    row = draw(st.sampled_from([*spec.parameters.values()]))
    choices = [*row.kind.choices] or ["x"]
    value = draw(
        st.one_of(
            st.sampled_from([*_WORDS, *_STRINGS]),
            st.sampled_from(choices).flatmap(recased),
            unicode_text.map(quoted),
        )
    )
    name = draw(st.sampled_from([row.wire, row.name, *row.aliases]).flatmap(recased))
    called = f"{draw(st.sampled_from([*spec.functions] or ['f']))}({value})"
    compared = f"{name} {draw(st.sampled_from(['=', '=', '==', '!=', '<', '>=']))} {value}"
    added = draw(st.sampled_from([compared, compared, called]))
    return f"{text} and {added}" if draw(st.booleans()) else f"{added} and {text}"


def texts(spec: Spec) -> st.SearchStrategy[str]:
    return st.one_of(
        plain_soup(spec),
        nearly_plain(spec),
        mutated(plain(spec).map(lambda made: made[0])),
        testing.requests(spec),
        testing.queries(spec),
        testing.near_misses(spec).map(lambda miss: miss.text),
        conjunctions().map(lambda found: " and ".join(each.text for each in found)),
        faulty.queries(faults=2),
        any_text,
    )


def full(text: str, spec: Spec) -> CompiledQuery | None:
    """Compile by parser and binder; ``None`` if there are errors."""
    try:
        return finish(bind(Tokens(text), spec))
    except QueryError:
        return None


def everything(query: CompiledQuery) -> tuple[object, ...]:
    params = tuple(query.params.items())
    url = query.url("https://ims.example")
    return query.query_string, params, query.signing_string, url, query.warnings


def assert_agreement(text: str, spec: Spec) -> None:
    for _ in range(2):  # also with what was remembered
        quick = compile_plain(scan(text), spec, DEFAULT_LIMITS)
        if quick is not None:
            slow = full(text, spec)
            assert slow is not None
            assert everything(quick) == everything(slow)
            assert quick.warnings == ()


@specs
@given(st.data())
def test_the_shortcut_agrees_with_the_full_way(spec: Spec, data: st.DataObject) -> None:
    assert_agreement(data.draw(texts(spec)), spec)


@pytest.mark.parametrize("text", [
    "platform = CentOS # and protected = true", "name = and", "platform = none", "per = all",
    "file = x", "limit = 5", "name = 'a*'", "status = deleted", "flavor_id = a", "owner = x and",
    "member_status = pending", "member_status = pending and visibility = shared",
    "support_kvm = true and kvm_gpu_type = V100", "created_at = 2018", "created_at != 2018",
    "created_at < now", "seen_at != 2018-10-28T10:00:00Z", "hidden_at < 2018", "hidden_at = 2018",
    "platform = CentOS and platform = Ubuntu", "platform = CentOS and platform = centos",
    "supports(support_kvm)", "supports(kmv)", "supports(kvm_gpu_type)", "tagged(a)",
    "dashed(x)", "both(x)", "seen(2018)", "file(x)", "owned_by = x", "owned_by(x)", "case = x",
    "lone = true and case = x", "level = 1 and case = x", "per(all)", "supports(all)",
])  # fmt: skip
@specs
def test_what_the_shortcut_must_not_mistake_is_as_by_the_full_way(text: str, spec: Spec) -> None:
    assert_agreement(text, spec)


@specs
@given(st.data())
def test_plain_conjunctions_are_not_parsed(spec: Spec, data: st.DataObject) -> None:
    text, pairs = data.draw(plain(spec))

    quick = compile_plain(scan(text), spec, DEFAULT_LIMITS)

    assert quick is not None, text
    assert dict(quick.params) == dict(sorted(pairs.items()))


@given(plain(CLOUDIMAGES), st.integers(0, 60), st.integers(0, 6))
def test_limits_refuse_a_plain_text_as_any_other(
    made: tuple[str, dict[str, str]], length: int, count: int
) -> None:
    text, pairs = made
    limits = Limits(length=length, count=count, depth=1)
    try:
        compile_query(text, limits=limits)
    except QueryError as error:
        assert [each.code for each in error.diagnostics] == [
            "too-long" if len(text) > length else "too-many"
        ]
    else:
        assert len(text) <= length
        assert len(pairs) <= count


def test_what_is_remembered_is_bounded() -> None:
    spec = CLOUDIMAGES.extend()
    for number in range(3_000):
        text = f"support_a{number}b = true and supports(c{number}d) and platform = 'Cent{number}'"
        compile_plain(scan(text), spec, DEFAULT_LIMITS)
        compile_plain(scan(f"support_a{'1' * number}b = true"), spec, DEFAULT_LIMITS)
    table = shortcut._tables[id(spec)]

    assert len(table) <= 1_024
    assert len(table["supports"][""]) <= 1_024
    assert max(map(len, table)) <= 64
    assert str(compile_query("support_a1b = true", spec=spec)) == "__support_a1b=true"


def test_the_tables_of_few_specs_are_kept() -> None:
    for number in range(20):
        spec = CLOUDIMAGES.extend(values={"__platform": [f"Own{number}"]})
        assert str(compile_query(f"platform = own{number}", spec=spec)) == f"__platform=Own{number}"

    assert len(shortcut._tables) <= 8
