"""Decisions by example: what follows from the model of records, and what is undecided."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from imsquery import CLOUDIMAGES, Limits, QueryError, parse
from imsquery.evaluation.decision import WORK, Verdict, disjoint, equivalent, implies, satisfiable
from tests.meaning import holds
from tests.work import measured


def decide(query: str, *, work: int = WORK) -> Verdict:
    from imsquery.evaluation.decision import satisfiable
    from imsquery.limits import Limits

    return satisfiable(query, work=work, limits=Limits(length=200_000))


@pytest.mark.parametrize(
    ("question", "one", "two", "expected"),
    [
        # domains
        (implies, "visibility is present", "visibility in (public, private, shared)", True),
        (implies, "platform is present", "platform in (CentOS, Ubuntu)", False),
        (implies, "min_ram is present", "min_ram >= 0", True),
        (implies, "max_ram is present", "max_ram >= 0", False),
        (implies, "min_disk > 1023", "min_disk = 1024", True),
        (implies, "min_disk > 1023", "none", False),
        (implies, "min_disk is present", "none", False),
        (implies, "min_disk < 41", "min_disk = 40", True),
        (implies, "max_ram > 1000", "none", False),
        (implies, "max_ram < -1000", "none", False),
        (implies, "max_ram >= 9223372036854775807", "max_ram = 9223372036854775807", True),
        (implies, "max_ram >= 9223372036854775807", "none", False),
        (implies, "max_ram > 9223372036854775807", "none", True),
        (equivalent, "min_ram > 4 and min_ram < 6", "min_ram = 5", True),
        (equivalent, "os_bit != 32", "os_bit = 64 or os_bit is absent", True),
        (implies, "lazyloading is present and lazyloading != true", "lazyloading = false", True),
        (disjoint, "created_at > 2018-10-28T10:00:00Z", "created_at < 2018-10-28T10:00:01Z", True),
        (implies, "created_at < 9999-12-31T23:59:59Z or created_at = 9999-12-31T23:59:59Z", "all",
         True),
        (implies, "all", "created_at <= 9999-12-31T23:59:59Z", True),
        (equivalent, "created_at = 2018-10-28",
         "created_at >= 2018-10-28 and created_at < 2018-10-29", True),
        # absence
        (equivalent, "not supports(kvm)", "support_kvm != true", True),
        (implies, "platform != CentOS", "platform is present", False),
        (implies, "all", "created_at is present and updated_at is present and id is present", True),
        (implies, "all", "protected = true or protected = false", True),
        (implies, "all", "size is present", False),
        (implies, "name = a", "name is present", True),
        # attributes that share an attribute of the record, or exclude each other
        (equivalent, "architecture = arm", "support_arm = true", True),
        (equivalent, "architecture = x86", "not support_arm = true", True),
        (implies, "all", "architecture is present", True),
        (implies, "enterprise_project_id != 0", "enterprise_project_id is present", True),
        (disjoint, "supports(kvm)", "support_kvm_gpu_type is present", True),
        (disjoint, "supports(xen)", "supports(kvm_infiniband)", True),
        (disjoint, "supports(xen)", "supports(kvm)", False),
        # every image satisfies a scope
        (equivalent, "enterprise_project_id = all_granted_eps", "all", True),
        # texts
        (implies, "name startswith CentOS", "name glob 'C*OS*'", True),
        (implies, "name glob 'a*b' and name glob 'b*'", "none", True),
        (implies, "name glob '?'", "name not glob '??'", True),
        (disjoint, "name = 'CentOS 7'", "name endswith 7", False),
        (implies, "name contains aa", "name contains baa or name startswith aa", False),
        (equivalent, r"name glob 'a\\*'", "name = 'a*'", True),
        (equivalent, "name contains ''", "name is present", True),
        (equivalent, "name glob '**a***'", "name endswith a or name glob '*a*'", True),
        # tags: several of them, in two spellings
        (disjoint, "tag = a", "tag = b", False),
        (implies, "tag = 'a=b'", "tag startswith 'a='", True),
        (implies, "tag startswith a", "tag != 'b=c'", False),
        (implies, "tag = 'a.b'", "tag = 'a=b'", True),
        (implies, "tag = 'a=b'", "tag = 'a.b'", False),
        (implies, "not tag is present", "tag != a", True),
        # a tag with a dot is also found with an equals sign, but not the other way round
        (implies, "tag contains '.'", "tag contains '='", True),
        (implies, "tag contains '='", "tag contains '.'", False),
        (implies, "tag glob '?.?'", "tag glob '?=?'", False),
        (implies, "tag glob '?.?' and tag not contains '.=' and tag not contains '=.'",
         "tag glob '?=?'", True),
        (implies, "tag glob '?=?' and tag not glob 'x*'", "tag glob '?.?'", False),
        (implies, "tag glob '?.?'", "tag startswith x", False),
        # two letters before the dot; an equals sign, after which a dot stays a dot
        (implies, ("tag contains '.' and tag not glob '=*' and tag not glob '?=*'"
                   " and tag not glob '*=*.*' and tag not glob '*.*=*'"), "none", False),
        (implies, "tag glob '*.' and tag not glob '*=' and tag not glob '*.*.'", "none", False),
        (implies, "tag glob '?.?' and tag not glob 'x*' and tag not glob '*x'", "none", False),
        # a hidden condition implies itself only
        (implies, "flavor_id = a and platform = CentOS", "flavor_id = a", True),
        (disjoint, "whole_image = true", "whole_image = false", True),
        (implies, "shared(pending)", "visibility = shared", True),
        # a regular expression
        (implies, "name matches '^a' and platform = CentOS", "name matches '^a'", True),
        (disjoint, "name matches '^a'", "platform = CentOS and not platform = CentOS", True),
        (equivalent, "name matches a or protected", "protected or name matches a", True),
    ],
)  # fmt: skip
def test_what_holds_for_every_record(
    question: Callable[[str, str], Verdict],
    one: str,
    two: str,
    expected: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    assert question(one, two).holds is expected


@pytest.mark.parametrize(
    ("question", "one", "two"),
    [
        (disjoint, "name matches '^a'", "name matches '^b'"),
        (implies, "name matches '^ab'", "name startswith a"),
        (disjoint, "flavor_id = a", "flavor_id = b"),
        (implies, "all", "flavor_id = a"),
        (disjoint, "whole_image", "platform = CentOS"),
        (implies, "shared(pending)", "shared(accepted)"),
        (implies, "visibility = shared",
         "visibility = shared and member_status in (accepted, rejected, pending)"),
        (disjoint, "name not matches '^a'", "all"),
        (equivalent, "name matches '^a' or protected", "protected"),
        (equivalent, "protected", "name matches '^a' or protected"),
    ],
)  # fmt: skip
def test_what_turns_on_an_opaque_condition_is_undecided(
    question: Callable[[str, str], Verdict], one: str, two: str
) -> None:
    verdict = question(one, two)

    assert (verdict.holds, verdict.reason, verdict.witness) == (None, "opaque", None)
    with pytest.raises(ValueError, match="undecided"):
        bool(verdict)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        # The first alternative fails, in either order.
        ("(name = a or name = b) and (name = b or name = c)", "b"),
        ("(name = b or name = a) and (name = a or name = c)", "a"),
        ("(name = c or name = a) and (name = b or name = a) and (name != a or protected)", "a"),
        # It fails elsewhere too, and two conditions are needed together.
        (("owner startswith z and (name contains a or owner = k) and (name contains b or owner = k)"
          " and (id = a or id = b) and (id = b or id = c)"), "ab"),
        (("(name startswith a or name startswith b) and (name endswith a or name endswith c)"
          " and name not startswith a and name not endswith a"), "bc"),
    ],
)  # fmt: skip
def test_a_record_is_found_though_the_first_attempt_fails(query: str, name: str) -> None:
    witness = satisfiable(query).witness

    assert witness is not None
    assert sorted(witness["name"]) == sorted(name)
    assert holds(parse(query).filter, witness)


def test_what_both_filters_say_literally_needs_no_search() -> None:
    pairs = [(f"supports(a{n})", f"supports(b{n})") for n in range(40)]
    one = " and ".join(f"({a} or {b})" for a, b in pairs)
    other = " and ".join(f"({b} or {a})" for a, b in reversed(pairs))

    assert equivalent(one, other).holds is True
    assert implies(f"{one} and protected", other).holds is True
    assert implies(one, f"{other} and protected").holds is False
    assert implies("name matches 'a'", "protected or name matches 'a'").holds is True


def test_filters_differ_if_one_does_not_imply_the_other() -> None:
    one = "name matches '^a' and visibility = public"
    two = "(visibility = public and platform = CentOS) or status = active"

    for verdict in (equivalent(one, two), equivalent(two, one)):
        assert verdict.holds is False
        assert verdict.witness is not None
        assert verdict.witness["status"] == "active"


def test_a_witness_has_no_more_tags_than_it_needs() -> None:
    witness = satisfiable("tag = a and tag = b and tag != c and tag startswith a").witness

    assert witness is not None
    assert sorted(witness["tags"]) == ["a", "b"]


QUESTIONS = (
    satisfiable,
    lambda query, **options: implies(query, "none", **options),
    lambda query, **options: disjoint(query, "all", **options),
    lambda query, **options: equivalent(query, "none", **options),
)


@pytest.mark.parametrize("ask", QUESTIONS, ids=["satisfiable", "implies", "disjoint", "equivalent"])
def test_every_question_takes_the_same_options(ask: Callable[..., Verdict]) -> None:
    now = datetime(2018, 10, 28, 10, tzinfo=UTC)
    spec = CLOUDIMAGES.extend(values={"__platform": ["AlmaLinux"]})
    listed = ask("platform = almalinux and created_at = now", now=now, spec=spec)

    assert listed.witness is not None
    assert listed.witness["__platform"] == "AlmaLinux"
    assert listed.witness["created_at"] == "2018-10-28T10:00:00Z"
    with pytest.raises(QueryError, match="unlisted-value"):
        ask("platform = almalinux")
    unlisted = ask("platform = almalinux", allow_unlisted=True)
    assert unlisted.witness is not None
    assert unlisted.witness["__platform"] == "almalinux"
    with pytest.raises(QueryError, match="too-many"):
        ask("min_ram = 1 or min_ram = 2", limits=Limits(count=1))


def pigeons(count: int) -> str:
    """Return a filter that puts each pigeon into its own hole, one hole short: never true."""
    holes = range(count - 1)
    placed = [" or ".join(f"support_p{n}h{m}" for m in holes) for n in range(count)]
    alone = [
        f"not support_p{n}h{m} or not support_p{k}h{m}"
        for m in holes for n in range(count) for k in range(n)
    ]  # fmt: skip
    return " and ".join(f"({clause})" for clause in [*placed, *alone])


def test_what_takes_too_much_work_is_undecided() -> None:
    assert satisfiable(pigeons(4)).holds is False
    verdict = satisfiable(pigeons(9))

    assert (verdict.holds, verdict.reason) == (None, "work")
    assert measured(lambda query: decide(query, work=10_000), pigeons(9)).steps < 200 * 10_000


@pytest.mark.parametrize("work", [0, 1, 10, 100, 1_000])
def test_with_little_work_an_answer_is_right_or_undecided(work: int) -> None:
    queries = ("name contains a and name contains b and not name contains ab", pigeons(4))
    for query, expected in zip(queries, (True, False), strict=True):
        assert satisfiable(query, work=work).holds in {expected, None}


LARGE = {
    "one long text": f"name = '{'x' * 60_000}' or name contains a",
    "a text and what is not in it": f"name = '{'x' * 60_000}' and name contains x",
    "a long pattern": f"name contains '{'x' * 60_000}'",
    "two long patterns": f"name contains '{'xy' * 15_000}' and name contains '{'yx' * 15_000}'",
    "nothing but stars": f"name glob '{'*' * 60_000}a'",
    "many stars": f"name glob '{'*a' * 2_000}' and name glob '{'*?b' * 1_500}*'",
    "many letters": f"name contains '{''.join(map(chr, range(0x4E00, 0x9E00)))}'",
    "a long tag": f"tag = '{'x.y' * 20_000}' and tag contains a",
    "many tags": " and ".join(f"tag = t{n}" for n in range(4_000)),
    "many substrings": " and ".join(f"name contains {chr(97 + n)}" for n in range(26)),
    "many excluded texts": f"id not in ({', '.join(f'a{n}' for n in range(8_000))})",
    "many excluded numbers": " and ".join(f"min_ram != {n}" for n in range(3_500)),
    "many excluded days": " and ".join(
        f"created_at != {2_000 + n % 99}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(2_000)
    ),
    "many clauses": " and ".join(f"(supports(a{n}) or supports(b{n}))" for n in range(1_500)),
    "many alternatives": " or ".join(f"(min_ram < {n} and max_ram > {n})" for n in range(1_500)),
    "much nesting": "(" * 99 + "protected" + " or owner = a and name = b)" * 99,
}


@pytest.mark.parametrize("query", LARGE.values(), ids=LARGE)
def test_large_filters_are_decided_with_a_witness(query: str) -> None:
    limits = Limits(length=200_000)
    verdict = satisfiable(query, limits=limits)

    assert verdict.witness is not None
    assert holds(parse(query, limits=limits).filter, verdict.witness)


@pytest.mark.parametrize("query", LARGE.values(), ids=LARGE)
def test_large_filters_take_little_work_where_little_is_allowed(query: str) -> None:
    little = WORK // 100

    work = measured(lambda query: decide(query, work=little), query)

    assert work.steps < 100 * little + 60 * len(query)  # reading the filter takes its share


def test_a_witness_has_only_the_attributes_that_it_needs() -> None:
    witness = satisfiable("platform = CentOS and not supports(kvm)").witness

    assert witness is not None
    assert set(witness) == {"id", "protected", "created_at", "updated_at", "__platform"}
    with pytest.raises(TypeError):
        witness["name"] = "x"  # type: ignore[index]  # refused at run time, too


def test_an_invalid_filter_is_an_error() -> None:
    with pytest.raises(QueryError, match="unknown-name"):
        satisfiable("nome = x")


@pytest.mark.parametrize("query", ["platform = CentOS", "none"])
def test_a_verdict_can_be_copied_and_pickled(query: str) -> None:
    verdict = satisfiable(query)
    sent = pickle.loads(pickle.dumps(verdict))  # noqa: S301 -- pickled right here

    assert sent == verdict == copy.deepcopy(verdict)
    assert len({sent, verdict}) == 1
