"""Which requests are made for alternatives, and which images they must not lose."""

from __future__ import annotations

import re
from itertools import product

import pytest

from imsquery import QueryError
from imsquery.planning.planner import plan


def asked(query: str, budget: int) -> list[str]:
    return [request.query_string for request in plan(query, max_requests=budget).requests]


@pytest.mark.parametrize(
    ("alternatives", "budget", "expected"),
    [
        # Additional images of either pair: 0.25 - 0.25 * (0.4 + 0.5), or 1/16 - 1/16 * 2/256.
        (["supports(z) and (created_at < 2018 or protected)", "supports(b, c) and owner in (x, y)"],
         3,
         ["__support_b=true&__support_c=true&owner=x", "__support_b=true&__support_c=true&owner=y",
          "__support_z=true"]),
        # A little less than 1/16, or 1/8 * 1/8.
        (["platform = CentOS and name in (c, d)",
          "min_ram = 5 and min_disk = 50 and owner in (x, y)"],
         3,
         ["__platform=CentOS&name=c", "__platform=CentOS&name=d", "min_disk=50&min_ram=5"]),
        # 0.025 as above, or a little less than 1/64.
        (["supports(z) and (created_at < 2018 or protected)",
          "min_ram = 5 and min_disk = 50 and owner in (x, y)"],
         3,
         ["__support_z=true&created_at=lt:2018-01-01T00:00:00Z",
          "__support_z=true&protected=true", "min_disk=50&min_ram=5"]),
        # A widened request is widened again; the others stay as they are.
        (["created_at < 2016 and owner = z", "created_at < 2017 and owner = y",
          "created_at < 2018 and owner = x", "supports(k)", "supports(l)",
          "owner = q and name = r"],
         4,
         ["__support_k=true", "__support_l=true", "created_at=lt:2018-01-01T00:00:00Z",
          "name=r&owner=q"]),
        # The first two are widened to one that covers the third, which leaves few enough.
        (["created_at >= 2018 and protected", "created_at >= 2019",
          "created_at >= 2018 and owner = q", "updated_at >= 2018 and supports(k)",
          "updated_at >= 2019"],
         3,
         ["__support_k=true&updated_at=gte:2018-01-01T00:00:00Z",
          "created_at=gte:2018-01-01T00:00:00Z", "updated_at=gte:2019-01-01T00:00:00Z"]),
        # Two conditions are dropped if every image satisfies one of them.
        (["owner = a and created_at != 2018-10-28T10:00:00Z", "owner = a and created_at >= 2018"],
         8, ["owner=a"]),
        (["owner = a and created_at != 2018-10-28T10:00:00Z", "owner = a and created_at >= 2019"],
         8,
         ["created_at=neq:2018-10-28T10:00:00Z&owner=a"]),
        (["owner = a and created_at < 2017", "owner = a and created_at < 2019",
          "owner = a and created_at >= 2018", *(f"name = n{n}" for n in range(150))],
         160,
         sorted(["owner=a", *(f"name=n{n}" for n in range(150))])),
        # Complements are dropped, for any number of pairs.
        ([f"owner = {owner} and {sign}protected" for owner in "abc" for sign in ("", "not ")],
         8,
         ["owner=a", "owner=b", "owner=c"]),
        # Of two conditions on a parameter, the weaker follows from the other.
        (["created_at >= 2018 and protected", "created_at >= 2019 and status = active"],
         1,
         ["created_at=gte:2018-01-01T00:00:00Z"]),
        # A request that another covers is dropped.
        (["created_at < 2019", "created_at < 2018 and status = active"],
         8,
         ["created_at=lt:2019-01-01T00:00:00Z"]),
    ],
)  # fmt: skip
def test_requests_for_alternatives(
    alternatives: list[str], budget: int, expected: list[str]
) -> None:
    assert asked(" or ".join(f"({each})" for each in alternatives), budget) == expected


NAMES = "(c, d, e, f, g, h, i, j)"
LONG = ", ".join(f"n{n}" for n in range(20))


@pytest.mark.parametrize(
    ("parts", "budget", "expected"),
    [
        (["enterprise_project_id = all_granted_eps", "enterprise_project_id = 0"], 8,
         ["enterprise_project_id=all_granted_eps"]),
        # What widens the search is part of every request, however they are widened.
        (["enterprise_project_id in (all_granted_eps, x)", "owner in (a, b)"], 8,
         ["enterprise_project_id=all_granted_eps&owner=a",
          "enterprise_project_id=all_granted_eps&owner=b"]),
        (["enterprise_project_id = all_granted_eps", "owner in (a, b)"], 1,
         ["enterprise_project_id=all_granted_eps"]),
        (["enterprise_project_id = all_granted_eps",
          f"(flavor_id = f or owner in ({', '.join(f'o{n}' for n in range(300))}))"], 2,
         ["enterprise_project_id=all_granted_eps",
          "enterprise_project_id=all_granted_eps&flavor_id=f"]),
        # Hidden conditions come first, although the other list lets fewer images through.
        (["owner in (a, b)", "flavor_id in (f, g)"], 2, ["flavor_id=f", "flavor_id=g"]),
        ([f"owner in {NAMES}", "flavor_id in (f, g)"], 8, ["flavor_id=f", "flavor_id=g"]),
        # Exactly as many as allowed.
        (["owner in (a, b)", "(supports(k) or supports(l))"], 4,
         ["__support_k=true&owner=a", "__support_k=true&owner=b",
          "__support_l=true&owner=a", "__support_l=true&owner=b"]),
        # A list that makes too many is left out, long or short; the next one is not.
        (["owner in (a, b)", "name in (c, d, e, f, g)"], 8, ["owner=a", "owner=b"]),
        (["owner in (a, b)", f"name in {NAMES}", "(supports(k) or supports(l))"], 8,
         ["__support_k=true&owner=a", "__support_k=true&owner=b",
          "__support_l=true&owner=a", "__support_l=true&owner=b"]),
        (["owner in (a, b)", f"name in ({LONG})", "(supports(k) or supports(l))"], 8,
         ["__support_k=true&owner=a", "__support_k=true&owner=b",
          "__support_l=true&owner=a", "__support_l=true&owner=b"]),
        # Boxes of the first list may be widened before the second is considered.
        (["protected", f"((owner = a and name in {NAMES}) or owner = b)"], 8,
         ["owner=a&protected=true", "owner=b&protected=true"]),
        (["protected", f"((owner = a and name in {NAMES}) or owner = b)",
          "(supports(k) or supports(l))"], 8,
         ["__support_k=true&owner=a&protected=true", "__support_k=true&owner=b&protected=true",
          "__support_l=true&owner=a&protected=true", "__support_l=true&owner=b&protected=true"]),
        # No box is widened that the second list may still rule out.
        (["(flavor_id = f or owner in (a, b, c, e))", "owner in (a, d)"], 3,
         ["flavor_id=f&owner=a", "flavor_id=f&owner=d", "owner=a"]),
        # The weight of a list is counted together with its surroundings.
        (["owner = a", "((owner = a and status = active) or protected)",
          "(supports(k) or architecture = arm)"], 2,
         ["__support_k=true&owner=a", "architecture=arm&owner=a"]),
        # More requests are not worth it if they let as many images through.
        (["name glob 'x*'", "(supports(k) or supports(l) or supports(m) or supports(n))"], 8, [""]),
    ],
)  # fmt: skip
def test_requests_for_conjunctions(parts: list[str], budget: int, expected: list[str]) -> None:
    assert asked(" and ".join(parts), budget) == expected


@pytest.mark.parametrize(
    ("asked_for", "left"),
    [
        # each condition with its estimated weight
        ("owner = a or owner = b", "name = a or name = b"),  # 1/256, 1/128
        ("owner = a or id = b", "tag = a or name = b"),
        ("name = a or name = b", "platform = CentOS or platform = Ubuntu"),  # 1/16
        ("platform = CentOS or platform = Ubuntu", "min_ram = 1 or name = a"),  # 1/8
        ("min_ram = 1 or min_ram = 2", "disk_format = vhd or disk_format = raw"),  # 1/7
        ("supports(a) or supports(b)", "protected or os_bit = 64"),  # 1/4; 1/2, 1/3
        ("visibility = public or os_bit = 64", "protected or supports(k)"),
        ("os_bit = 32 or os_bit = 64", "protected or supports(k)"),
        ("created_at >= 2018 or supports(k)", "updated_at < 2018 or supports(l)"),  # 0.3, 0.4
        ("created_at > 2018-10-28T10:00:00Z or owner = a",
         "updated_at <= 2018-10-28T10:00:00Z or id = b"),
        ("created_at = 2018-10-28T10:00:00Z or owner = a", "id = b or id = c"),  # 1/1024
    ],
)  # fmt: skip
def test_the_list_that_lets_fewer_images_through_is_pushed(asked_for: str, left: str) -> None:
    for query in (f"({asked_for}) and ({left})", f"({left}) and ({asked_for})"):
        assert asked(query, 2) == asked(asked_for, 2)


def test_many_combinations_of_hidden_conditions_may_be_few_requests() -> None:
    owners, names = "abcdeg", "hijklm"
    query = (
        f"(flavor_id = f or owner in ({', '.join(owners)}))"
        f" and (flavor_id = f or name in ({', '.join(names)}))"
    )
    made = asked(query, 8)

    assert "flavor_id=f" in made
    assert len(made) <= 8
    for owner, name in product(owners, names):
        pairs = {"", f"owner={owner}", f"name={name}", f"name={name}&owner={owner}"}
        assert not pairs.isdisjoint(made)


TWO = "flavor_id = a and flavor_id = b"


@pytest.mark.parametrize(
    ("query", "budget"),
    [
        (TWO, 8),
        (f"platform = CentOS and (owner = x or ({TWO}))", 8),
        (f"({TWO} and owner = x) or ({TWO} and name = y)", 1),
        (f"({TWO} and protected and name = y) or ({TWO} and not protected and name = y)", 8),
    ],
)
def test_two_values_of_a_hidden_parameter_are_refused_anywhere(query: str, budget: int) -> None:
    with pytest.raises(QueryError) as caught:
        plan(query, max_requests=budget)
    (found,) = [each for each in caught.value.diagnostics if each.severity == "error"]

    assert found.code == "not-observable"
    assert found.message == (
        "ask for one `flavor_id` at a time: it is not in image records, and a request takes one "
        "value"
    )
    assert re.fullmatch("flavor_id = [ab]", query[found.span.start : found.span.end])


def test_what_most_of_many_alternatives_differ_in_is_left_to_the_client() -> None:
    query = " or ".join(f"(name = n{n} and owner = o{n % 2})" for n in range(200))

    assert asked(query, 8) == ["owner=o0", "owner=o1"]


def test_no_more_of_many_alternatives_is_left_to_the_client_than_needed() -> None:
    query = " or ".join(f"(name = n{n} and owner = o{n % 128})" for n in range(256))

    assert len(asked(query, 128)) == 128


def test_none_of_many_alternatives_with_nothing_in_common_is_lost() -> None:
    query = " or ".join(f"(supports(a{n}) and supports(b{n}))" for n in range(200))
    (request,) = plan(query).requests

    assert request.query_string == ""
    for n in range(200):
        record = {f"__support_a{n}": "true", f"__support_b{n}": "true"}
        assert request.matches(record)
        assert not request.matches({**record, f"__support_a{n}": "false"})
