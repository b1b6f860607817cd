"""Public values cannot be changed, compare by what they hold, print readably, and pickle."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

import imsquery
from imsquery import CLOUDIMAGES, Function, Limits, Parameter, QueryError, Spec, parse
from imsquery.language import syntax
from imsquery.language.syntax import Expr
from imsquery.schema.kinds import Advice, Enumeration

NOW = datetime(2026, 3, 15, 10, 20, 30, tzinfo=UTC)
FILTER = "platform in (CentOS, Ubuntu) and (created_at < now-7d or not supports(kvm))"


def extended() -> Spec:
    return CLOUDIMAGES.extend(
        values={"platform": ["AlmaLinux"]},
        ranges={"min_ram": (512, None)},
        parameters=[Parameter("__zone", Enumeration("a", synonyms={"x": "a"}), source="test")],
        functions=[Function("here", (), (("__zone", "a"),), summary="ours", source="test")],
    )


def values() -> dict[str, object]:
    """Return public values by name; another call returns equal ones."""
    plan = imsquery.plan(f"{FILTER} order by name limit 5", now=NOW)
    (finding,) = imsquery.check("plaform = CentOS")
    tree = parse(f"{FILTER} and tagged(a) and name not glob 'a*' and owner = $x order by id")
    found: dict[str, object] = {
        "limits": Limits(depth=5),
        "spec": CLOUDIMAGES,
        "spec extended by nothing": CLOUDIMAGES.extend(),
        "extended spec": extended(),
        "member": CLOUDIMAGES.find("support_s4l"),
        "advice": Advice("legacy-tag", "warning", "a message", value="a=b"),
        "tree": tree,
        "placeholder": imsquery.placeholder("x"),
        "built filter": imsquery.supports("kvm") & imsquery.tagged("a", "b"),
        "compiled query": imsquery.compile("name = 'CentOS*' limit 5"),
        "prepared query": imsquery.prepare("owner = $x and created_at > now-1d", now=NOW),
        "prepared query without a time": imsquery.prepare("owner = $x"),
        "matcher": imsquery.matcher(FILTER, now=NOW, spec=extended()),
        "plan": plan,
        "request": plan.requests[0],
        "completion": imsquery.complete("plat", 4)[0],
        "diagnostic": finding,
        "fix": finding.fixes[0],
        "edit": finding.fixes[0].edits[0],
        "span": finding.span,
        "verdict": imsquery.implies("platform = CentOS", "tagged(a) and owner = b"),
        "error": QueryError("plaform = CentOS", [finding]),
        "outcome": imsquery.why(FILTER, {"__platform": "CentOS"}, now=NOW),
        "undecided verdict": imsquery.satisfiable("name contains x", work=1),
    }
    found |= {f"row {row.wire}": row for row in extended().parameters.values()}
    found |= {f"kind {row.kind!r}": row.kind for row in extended().parameters.values()}
    for same in CLOUDIMAGES.functions.values():
        found |= {f"function {each.signature}": each for each in same}
    return found


VALUES, OTHERS = values(), values()
EQUAL = {"spec", "spec extended by nothing"}
named = pytest.mark.parametrize("name", VALUES)


@named
def test_equal_values_are_equal_and_hash_alike(name: str) -> None:
    value, other = VALUES[name], OTHERS[name]

    assert value == other
    assert hash(value) == hash(other)


@named
def test_a_value_differs_from_all_others(name: str) -> None:
    equal = {each for each, other in VALUES.items() if other == VALUES[name]}

    assert equal == (EQUAL if name in EQUAL else {name})


@named
def test_a_pickled_value_comes_back_equal(name: str) -> None:
    value = VALUES[name]
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        other = pickle.loads(pickle.dumps(value, protocol))  # noqa: S301 -- our own

        assert type(other) is type(value)
        assert other == value
        assert hash(other) == hash(value)
        assert repr(other) == repr(value)


@named
def test_a_copied_value_is_equal(name: str) -> None:
    value = VALUES[name]

    assert copy.copy(value) == copy.deepcopy(value) == value


@named
def test_a_repr_says_more_than_an_address(name: str) -> None:
    assert " at 0x" not in repr(VALUES[name])


# Python itself sets attributes of exceptions.
@pytest.mark.parametrize("name", [each for each in VALUES if each != "error"])
def test_no_attribute_can_be_set_or_deleted(name: str) -> None:
    value = VALUES[name]
    for attribute in [*dir(type(value)), "another"]:
        with pytest.raises(AttributeError):
            setattr(value, attribute, None)
        with pytest.raises(AttributeError):
            delattr(value, attribute)


def test_a_pattern_takes_what_a_value_holds_by_place() -> None:
    match VALUES["verdict"], VALUES["span"]:
        case imsquery.Verdict(holds, witness), imsquery.Span(start, end):
            assert holds is False
            assert witness is not None
            assert (start, end) == (0, 7)
        case _:
            pytest.fail("a verdict and a span")


def parts(value: object) -> Iterator[object]:
    """Yield a value and what its public attributes and containers hold."""
    yield value
    if isinstance(value, Mapping):
        inner: list[object] = [*value.keys(), *value.values()]
    elif isinstance(value, tuple | frozenset):
        inner = [*value]
    elif type(value).__module__.startswith("imsquery"):
        public = [getattr(value, each) for each in dir(value) if not each.startswith("_")]
        inner = [each for each in public if not callable(each)]
    else:
        return
    for each in inner:
        yield from parts(each)


# The witness of a verdict is a record, with lists as in the service's records.
@pytest.mark.parametrize("name", [each for each in VALUES if "verdict" not in each])
def test_a_value_holds_nothing_that_can_be_changed(name: str) -> None:
    changeable = [part for part in parts(VALUES[name]) if isinstance(part, list | dict | set)]

    assert changeable == []


def test_a_spec_finds_the_same_after_pickling() -> None:
    spec = pickle.loads(pickle.dumps(extended()))  # noqa: S301 -- our own

    assert imsquery.compile("platform = almalinux and here()", spec=spec) == imsquery.compile(
        "platform = almalinux and here()", spec=extended()
    )
    assert spec.names.keys() == extended().names.keys()


def test_equal_specs_share_what_was_compiled() -> None:
    first = imsquery.compile("owner = a and status = active", spec=extended())

    assert imsquery.compile("owner = a and status = active", spec=extended()) is first


def test_a_matcher_decides_the_same_after_pickling() -> None:
    is_wanted = pickle.loads(pickle.dumps(VALUES["matcher"]))  # noqa: S301 -- our own

    assert is_wanted({"__platform": "CentOS", "created_at": "2026-03-01T00:00:00Z"})
    assert not is_wanted({"__platform": "Debian"})


def test_matchers_of_the_same_conditions_are_equal() -> None:
    one = imsquery.matcher("platform = CentOS and (owner = a or owner = b)")
    two = imsquery.matcher("(owner in (b, a)) and Platform = centos")

    assert one == two
    assert hash(one) == hash(two)
    assert repr(one) == "matcher('platform = CentOS and (owner = a or owner = b)')"
    assert one != imsquery.matcher("platform = CentOS or (owner = a and owner = b)")
    assert one != imsquery.matcher(one.text, spec=extended())


def test_a_prepared_query_compiles_the_same_after_pickling() -> None:
    prepared = imsquery.prepare("platform = $x limit $n", spec=extended())
    sent = pickle.loads(pickle.dumps(prepared))  # noqa: S301 -- our own

    assert sent.placeholders == ("x", "n")
    assert str(sent.bind(x="almalinux", n=5)) == "__platform=AlmaLinux&limit=5"


# -- trees as deep as the limits allow, and wide ones

CHAIN = "".join(f"(owner = a{n} or id = b{n} and " for n in range(200)) + "all" + ")" * 200
DEEP = {
    "a chain of not": "not " * 200 + "protected",
    "not and parentheses": "not (" * 100 + "protected or owner = a" + ")" * 100,
    "parentheses with two connectives each": CHAIN,
    "a long disjunction": " or ".join(["owner = a"] * 10_000),
    "a long conjunction of negations": " and ".join(["not owner = a"] * 10_000),
    "a long list": f"id in ({', '.join(['a'] * 10_000)})",
}
deep = pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
WIDE = Limits(length=1_000_000)


@deep
def test_a_deep_tree_behaves_as_a_flat_one(text: str) -> None:
    tree = parse(text, limits=WIDE)
    sent = pickle.loads(pickle.dumps(tree))  # noqa: S301 -- our own

    assert sent == copy.deepcopy(tree) == tree == parse(text, limits=WIDE)
    assert hash(sent) == hash(tree)
    assert repr(sent) == repr(tree)
    assert sent.filter.span == tree.filter.span


@deep
def test_a_deep_matcher_behaves_as_a_flat_one(text: str) -> None:
    is_wanted = imsquery.matcher(text, limits=WIDE)
    sent = pickle.loads(pickle.dumps(is_wanted))  # noqa: S301 -- our own

    assert sent == copy.deepcopy(is_wanted) == is_wanted
    assert hash(sent) == hash(is_wanted)


def test_an_error_cannot_be_changed() -> None:
    error = QueryError("plaform = CentOS", [])
    for attribute in ("text", "diagnostics"):
        with pytest.raises(AttributeError):
            setattr(error, attribute, None)


def test_a_deep_plan_behaves_as_a_flat_one() -> None:
    text = "".join(f"(name contains a{n} or name contains b{n} and " for n in range(199))
    plan = imsquery.plan(f"{text}all{')' * 199}")
    sent = pickle.loads(pickle.dumps(plan))  # noqa: S301 -- our own

    assert sent == copy.deepcopy(plan) == plan
    assert sent.requests[0].matches({"name": "a0"})


def test_a_tree_may_be_deeper_than_the_stack() -> None:
    tree: Expr = imsquery.field("protected").is_true()
    for _ in range(5_000):
        tree = ~tree | imsquery.supports("kvm")

    assert pickle.loads(pickle.dumps(tree)) == tree  # noqa: S301 -- our own
    assert repr(tree).startswith("Or(operands=(Not(operand=Or(operands=(Not(")


def test_a_repr_rebuilds_the_tree() -> None:
    tree = parse(f"{FILTER} and not (tagged(a, b) or owner = $x) order by id desc limit 5")

    assert eval(repr(tree), vars(syntax)) == tree  # noqa: S307 -- our own
