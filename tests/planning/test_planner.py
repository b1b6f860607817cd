from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from imsquery import CLOUDIMAGES, Limits, QueryError, Spec
from imsquery import compile as compile_query
from imsquery.language import syntax
from imsquery.planning.planner import plan
from tests.counting import calls_in


def parts(query: str, most: int = 8) -> list[tuple[str, str]]:
    """Give query string and residual of each request."""
    made = plan(query, max_requests=most)
    return [(request.query_string, request.residual) for request in made.requests]


def codes(query: str, most: int = 8) -> set[str]:
    with pytest.raises(QueryError) as caught:
        plan(query, max_requests=most)
    return {each.code for each in caught.value.diagnostics}


@pytest.mark.parametrize(
    "query",
    [
        "platform = CentOS and created_at < 2018-10-28 and supports(kvm)",
        "imagetype = gold order by name limit 1",
        "tagged(a, b)",
        "shared(pending) order by name asc limit 5 after abc",
        "enterprise_project_id = all_granted_eps",
        "protected = false",
        "supports(s4l)",
        "",
    ],
)
def test_what_compiles_is_one_exact_request(query: str) -> None:
    assert parts(query) == [(compile_query(query).query_string, "all")]
    assert plan(query).exact


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # alternatives
        ("platform = CentOS or platform = Ubuntu",
         [("__platform=CentOS", "all"), ("__platform=Ubuntu", "all")]),
        ("platform in (CentOS, Ubuntu) and status = active",
         [("__platform=CentOS&status=active", "all"), ("__platform=Ubuntu&status=active", "all")]),
        ("platform = CentOS or name glob 'a*'", [("", "name glob a* or platform = CentOS")]),
        # what only the client can do
        ("platform = CentOS and min_ram <= 4096", [("__platform=CentOS", "min_ram <= 4096")]),
        ("not supports(kvm)", [("", "not support_kvm")]),
        ("created_at between 2018 and 2019",
         [("created_at=gte:2018-01-01T00:00:00Z", "created_at < 2020-01-01T00:00:00Z")]),
        ("tag = a and tag = b", [("tag=a", "tag = b")]),
        ("name is present", [("", "name is present")]),
        ("min_ram between 5 and 5", [("min_ram=5", "all")]),
        ("min_ram between 5 and 5 and name glob 'a*' and min_disk between 40 and 50",
         [("min_ram=5", "min_disk <= 50 and min_disk >= 40 and name glob a*")]),
        # what holds for every image
        ("created_at is present", [("", "all")]),
        ("id is present and architecture is present and status = active",
         [("status=active", "all")]),
        ("updated_at is absent or status = active", [("status=active", "all")]),
        ("created_at is absent", []),
        # what follows from what is known
        ("platform = CentOS and (platform = Ubuntu or status = active)",
         [("__platform=CentOS&status=active", "all")]),
        ("platform = CentOS and platform != Ubuntu", [("__platform=CentOS", "all")]),
        ("min_ram = 5 and min_ram > 4", [("min_ram=5", "all")]),
        ("name = CentOS-7 and name glob 'CentOS*'", [("name=CentOS-7", "all")]),
        ("created_at > 2019 and created_at > 2018",
         [("created_at=gte:2020-01-01T00:00:00Z", "all")]),
        # what can never match, or is there already
        ("none", []),
        ("platform = CentOS and platform = Ubuntu", []),
        ("status = active or (platform = CentOS and platform = Ubuntu)",
         [("status=active", "all")]),
        ("created_at < 2018 and created_at > 2019 and status = active", []),
        ("platform = CentOS and min_ram = 8 and min_ram < 4", []),
        ("min_ram between 5 and 1", []),
        ("name = abc and name not glob 'a*' or owner = b", [("owner=b", "all")]),
        ("name = abc and name startswith b or owner = b", [("owner=b", "all")]),
        ("owner = b or status = active and (protected or name = b and name contains c)",
         [("owner=b", "all"), ("protected=true&status=active", "all")]),
        ("enterprise_project_id = all_granted_eps and enterprise_project_id startswith a",
         [("enterprise_project_id=all_granted_eps", "enterprise_project_id startswith a")]),
        ("status = active or (min_ram > 5 and min_ram < 5)", [("status=active", "all")]),
        ("name glob 'a*' and (status = active or owner = b and name not glob 'a*')",
         [("status=active", "name glob a*")]),
        ("name is absent and (name contains b or status = active or owner = b and name = c)",
         [("status=active", "name is absent")]),
        ("(protected and status = active) or (not protected and status = active)",
         [("status=active", "all")]),
        ("created_at < 2018 and status = active or created_at >= 2018 and status = active",
         [("status=active", "all")]),
        ("created_at < 2019 or created_at >= 2018", [("", "all")]),
        ("created_at < 2018 or created_at between 2017 and 2019",
         [("created_at=lt:2020-01-01T00:00:00Z", "all")]),
        ("created_at < 2019 and status = active or created_at >= 2018 and status = active",
         [("status=active", "all")]),
        ("created_at < 2018 or created_at > 2019",
         [("created_at=gte:2020-01-01T00:00:00Z", "all"),
          ("created_at=lt:2018-01-01T00:00:00Z", "all")]),
        ("created_at < 2019 and name glob 'a*' or created_at >= 2018 and name glob 'b*'",
         [("", ("(created_at < 2019-01-01T00:00:00Z and name glob a*) "
               "or (created_at >= 2018-01-01T00:00:00Z and name glob b*)"))]),
        # of one image, no more is asked than which it is
        ("platform in (CentOS, Ubuntu) and id in (x, y)",
         [("id=x", "platform in (CentOS, Ubuntu)"), ("id=y", "platform in (CentOS, Ubuntu)")]),
        ("id = x and flavor_id in (a, b)",
         [("flavor_id=a&id=x", "all"), ("flavor_id=b&id=x", "all")]),
        # what no image shows
        ("flavor_id = a or flavor_id = b", [("flavor_id=a", "all"), ("flavor_id=b", "all")]),
        ("shared(accepted) or shared(pending)",
         [("__imagetype=shared&member_status=accepted&visibility=shared", "all"),
          ("__imagetype=shared&member_status=pending&visibility=shared", "all")]),
        ("whole_image or name glob 'a*'",
         [("", "name glob a*"), ("__whole_image=true", "all")]),
        ("flavor_id = a and (name glob 'a*' or status = active)",
         [("flavor_id=a", "name glob a* or status = active")]),
        ("flavor_id = a and flavor_id = b and platform = CentOS and platform = Ubuntu", []),
        # what widens the search
        ("enterprise_project_id = all_granted_eps and enterprise_project_id = x",
         [("enterprise_project_id=x", "all")]),
        ("enterprise_project_id = all_granted_eps and owner = a or owner = b and name glob 'x*'",
         [("enterprise_project_id=all_granted_eps&owner=a", "all"), ("owner=b", "name glob x*")]),
        ("enterprise_project_id = all_granted_eps and name glob 'a*' or owner = b",
         [("enterprise_project_id=all_granted_eps", "name glob a* or owner = b")]),
        ("enterprise_project_id = all_granted_eps and owner = a or owner = b and status != active",
         [("enterprise_project_id=all_granted_eps&owner=a", "all"),
          ("owner=b", "status != active")]),
        ("enterprise_project_id = all_granted_eps and platform in (CentOS, Ubuntu)",
         [("__platform=CentOS&enterprise_project_id=all_granted_eps", "all"),
          ("__platform=Ubuntu&enterprise_project_id=all_granted_eps", "all")]),
    ],
)  # fmt: skip
def test_requests_and_what_is_left(query: str, expected: list[tuple[str, str]]) -> None:
    assert parts(query) == expected


@pytest.mark.parametrize(
    ("query", "most", "expected"),
    [
        ("platform in (CentOS, Ubuntu)", 1, [("", "platform in (CentOS, Ubuntu)")]),
        ("status = active and platform in (CentOS, Ubuntu)", 1,
         [("status=active", "platform in (CentOS, Ubuntu)")]),
        # The two that share most are joined.
        ("owner = a and status = active or owner = a and status = saving or platform = CentOS", 2,
         [("__platform=CentOS", "all"),
          ("owner=a", "platform = CentOS or status in (active, saving)")]),
        ("created_at >= 2019 or created_at >= 2018 and status = active", 1,
         [("created_at=gte:2018-01-01T00:00:00Z",
           "created_at >= 2019-01-01T00:00:00Z or status = active")]),
        ("created_at >= 2018 and status = active or created_at >= 2019", 1,
         [("created_at=gte:2018-01-01T00:00:00Z",
           "created_at >= 2019-01-01T00:00:00Z or status = active")]),
        # Of two lists the one that lets fewer through is asked for.
        ("owner in (a, b) and created_at in (2018-10-28T10:00:00Z, 2019-10-28T10:00:00Z)", 2,
         [("created_at=eq:2018-10-28T10:00:00Z", "owner in (a, b)"),
          ("created_at=eq:2019-10-28T10:00:00Z", "owner in (a, b)")]),
        ("min_ram in (1, 2) and name in (a, b)", 2,
         [("name=a", "min_ram in (1, 2)"), ("name=b", "min_ram in (1, 2)")]),
        ("owner in (a, b, c) and name in (d, e, f)", 3,
         [(f"owner={each}", "name in (d, e, f)") for each in "abc"]),
        ("owner in (a, b, c, d, e, f, g, h) and name in (a, b, c, d, e, f, g, h)", 8,
         [(f"owner={each}", "name in (a, b, c, d, e, f, g, h)") for each in "abcdefgh"]),
        # What is joined leaves the others as they are.
        ("(owner = a and (status = active or status = saving)) or name in (b, c, d, e, f, g, h)", 8,
         [*((f"name={each}", "all") for each in "bcdefgh"),
          ("owner=a", "name in (b, c, d, e, f, g, h) or status in (active, saving)")]),
        ("created_at < 2018 or created_at < 2019 and status = active", 1,
         [("created_at=lt:2019-01-01T00:00:00Z",
           "created_at < 2018-01-01T00:00:00Z or status = active")]),
        ("flavor_id = a and (platform = CentOS or platform = Ubuntu)", 1,
         [("flavor_id=a", "platform in (CentOS, Ubuntu)")]),
        ("enterprise_project_id = all_granted_eps and owner = a or platform = CentOS", 1,
         [("enterprise_project_id=all_granted_eps", "owner = a or platform = CentOS")]),
        ("enterprise_project_id = all_granted_eps and owner = a or enterprise_project_id = x", 1,
         [("enterprise_project_id=all_granted_eps", "enterprise_project_id = x or owner = a")]),
    ],
)  # fmt: skip
def test_over_the_budget_requests_become_broader(
    query: str, most: int, expected: list[tuple[str, str]]
) -> None:
    assert parts(query, most) == expected


def test_a_limit_is_pushed_only_where_nothing_is_left_to_do() -> None:
    query = "platform = CentOS or platform = Ubuntu and min_ram > 4 limit 3"

    assert parts(query) == [
        ("__platform=CentOS&limit=3", "all"),
        ("__platform=Ubuntu", "min_ram > 4"),
    ]


def test_a_limit_is_not_pushed_where_the_client_makes_the_order() -> None:
    made = plan("platform = CentOS order by min_ram limit 3")

    assert [request.query_string for request in made.requests] == ["__platform=CentOS"]
    assert not made.exact


@pytest.mark.parametrize(
    "query", ["flavor_id = a and flavor_id = b", "flavor_id != a", "order by tag"]
)
def test_what_no_image_shows_is_refused_where_only_an_image_could_tell(query: str) -> None:
    assert codes(query) == {"not-observable"}


def test_what_no_image_shows_is_refused_beyond_the_budget() -> None:
    query = "flavor_id in (a, b, c) and (name glob 'x*' or platform = CentOS)"

    assert codes(query, 2) == {"not-observable"}
    assert len(parts(query, 3)) == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("whole_image and status = active or not whole_image and status = active",
         [("status=active", "all")]),
        ("whole_image and (size > 4 or name = a) or (name = a or size > 4) and not whole_image",
         [("", "name = a or size > 4")]),
        ("min_ram > 4 or whole_image and status = active or not whole_image and status = active",
         [("", "min_ram > 4 or status = active")]),
    ],
)  # fmt: skip
def test_what_no_image_shows_is_not_asked_for_where_it_does_not_matter(
    query: str, expected: list[tuple[str, str]]
) -> None:
    assert parts(query, 1) == expected


FLAVORS = " or ".join(f"(flavor_id = a{n} and supports(b{n}))" for n in range(500))
HIDDEN = {
    "alternatives": " or ".join(f"(flavor_id = a{n} and owner = b{n})" for n in range(1_000)),
    "alternatives beside many others": " and ".join(
        [f"({FLAVORS})", *(f"(whole_image or supports(c{n}))" for n in range(800))]
    ),
    "the same ones again and again": " and ".join(
        f"(flavor_id = a{n % 9} or supports(b{n}) or name = c{n})" for n in range(800)
    ),
}


@pytest.mark.parametrize("query", HIDDEN.values(), ids=HIDDEN)
def test_refusing_is_little_work(query: str) -> None:
    assert codes(query) == {"not-observable"}
    assert calls_in(lambda: codes(query)) < 120 * len(query)


@pytest.mark.parametrize(
    "query",
    [
        "(flavor_id = f or name = ab) and (whole_image or status = active)",
        "(name = ab or flavor_id = f) and (status = active or owner = a or whole_image)",
    ],
)
def test_no_alternative_that_no_image_shows_is_left_out(query: str) -> None:
    needed = 4

    assert codes(query, needed - 1) == {"not-observable"}
    asked = {each.query_string for each in plan(query, max_requests=needed).requests}
    assert len(asked) == needed
    assert "__whole_image=true&flavor_id=f" in asked


def test_too_many_combinations_of_two_lists_are_refused() -> None:
    lists = (", ".join(f"{letter}{n}" for n in range(150)) for letter in "ab")
    query = " and ".join(f"(flavor_id in ({each}) or protected)" for each in lists)

    with pytest.raises(QueryError, match="too many combinations"):
        plan(query, max_requests=5_000)


def test_a_thousand_combinations_of_what_no_image_shows_are_refused() -> None:
    query = " or ".join(f"flavor_id = a{number}" for number in range(2_000))

    assert codes(query, 5_000) == {"not-observable"}


@pytest.mark.parametrize("query", ["supports(xen) and xen_gpu = 1", "member_status = accepted"])
def test_errors_are_raised(query: str) -> None:
    assert codes(query) & {"unknown-name", "requires"}


@pytest.mark.parametrize("most", [0, -1, 2.5, True])
def test_a_plan_needs_a_request(most: int) -> None:
    with pytest.raises(ValueError, match="max_requests"):
        plan("all", max_requests=most)


@pytest.mark.parametrize("missing", ["created_at", "limit", "marker"])
def test_a_spec_must_have_what_plans_are_made_with(missing: str) -> None:
    rows = [each for each in CLOUDIMAGES.parameters.values() if each.wire != missing]
    spec = Spec(rows, family=CLOUDIMAGES.family, path=CLOUDIMAGES.path, host=CLOUDIMAGES.host)

    with pytest.raises(ValueError, match="a spec without"):
        plan("platform = CentOS", spec=spec)


def test_there_are_eight_requests_unless_more_may_be() -> None:
    query = f"owner in ({', '.join(f'a{n}' for n in range(10))})"

    assert len(plan(query).requests) <= 8
    assert len(plan(" or ".join(f"owner = a{n}" for n in range(8))).requests) == 8
    assert len(plan(query, max_requests=10).requests) == 10


def test_a_value_that_is_not_listed_is_refused_unless_it_may_be() -> None:
    assert codes("platform = AlmaLinux") == {"unlisted-value"}
    made = plan("platform = AlmaLinux", allow_unlisted=True)

    assert [each.query_string for each in made.requests] == ["__platform=AlmaLinux"]
    assert {each.code for each in made.warnings} == {"unlisted-value"}


def test_ranges_made_one_are_where_their_ends_were_written() -> None:
    text = (
        "created_at between 2016 and 2017 or created_at between 2017 and 2018 or created_at = 2015"
    )
    (request,) = plan(text).requests

    said = [*request.pushed, *request.left]
    assert [text[each.span.start : each.span.end] for each in said] == [
        "created_at = 2015",
        "created_at between 2017 and 2018",
    ]


def test_what_is_written_as_one_is_looked_at_as_one() -> None:
    text = "name glob 'a*' and os_version in (7, 8) and not min_ram between 1 and 2"
    (request,) = plan(text).requests

    assert [each.text for each in request.left] == [
        "name glob a*", "os_version in (7, 8)", "not min_ram <= 2 or not min_ram >= 1",
    ]  # fmt: skip
    assert [text[each.span.start : each.span.end] for each in request.left] == [
        "name glob 'a*'", "os_version in (7, 8)", "min_ram between 1 and 2",
    ]  # fmt: skip


def test_what_is_nested_is_looked_at_part_by_part() -> None:
    text = "(name glob 'a*' or size < 3 and (not checksum = x or max_ram > 5)) and size != 9"
    (request,) = plan(text).requests

    assert [each.text for each in request.left] == [
        "name glob a*", "size < 3", "checksum != x", "max_ram > 5", "size != 9",
    ]  # fmt: skip


def test_what_is_asked_for_is_told_in_the_order_of_the_request() -> None:
    text = "visibility = public and supports(kvm) and imagetype = gold"
    (request,) = plan(text + " order by name asc limit 3 after x").requests

    assert [each.pair for each in request.pushed] == [
        ("__imagetype", "gold"), ("__support_kvm", "true"), ("visibility", "public"),
    ]  # fmt: skip
    assert [text[each.span.start : each.span.end] for each in request.pushed] == [
        "imagetype = gold", "supports(kvm)", "visibility = public",
    ]  # fmt: skip
    assert [*request.query.params] == [
        "__imagetype", "__support_kvm", "limit", "marker", "sort_dir", "sort_key", "visibility",
    ]  # fmt: skip


def test_what_is_no_regular_expression_is_refused() -> None:
    assert codes("protected and name matches '('") == {"bad-value"}


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("name = b or name glob 'x*' or flavor_id = a or whole_image", "flavor_id = a"),
        ("protected and not flavor_id = a", "flavor_id = a"),
        ("protected and flavor_id = a and flavor_id = b", "flavor_id = b"),
        ("protected order by flavor_id", "flavor_id"),
    ],
)
def test_a_refusal_points_at_what_no_image_shows(query: str, place: str) -> None:
    with pytest.raises(QueryError) as caught:
        plan(query, max_requests=1)
    (found,) = [each for each in caught.value.diagnostics if each.severity == "error"]

    assert query[found.span.start : found.span.end] == place


@pytest.mark.parametrize(
    ("query", "most", "message"),
    [
        ("flavor_id in (a, b, c)", 2,
         ("no image shows its `flavor_id`, so that each alternative needs a request of its own, "
          "3 at most, and there may be 2; raise `max_requests`")),
        (" or ".join(f"flavor_id = a{number}" for number in range(1_025)), 5_000,
         ("too many combinations of what no image shows for 5000 requests: "
          "ask for fewer at a time, or raise `max_requests`")),
    ],
)  # fmt: skip
def test_a_refusal_says_what_may_help(query: str, most: int, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        plan(query, max_requests=most)

    assert [each.message for each in caught.value.diagnostics] == [message]


def test_a_request_that_can_find_nothing_is_left_out_and_no_other() -> None:
    query = "(name = ab or owner = c) and name startswith x"

    assert parts(query) == [("owner=c", "name startswith x")]


def test_the_clock_the_spec_and_the_limits_can_be_given() -> None:
    now = datetime(2018, 10, 29, 9, tzinfo=UTC)
    spec = CLOUDIMAGES.extend(values={"__platform": ["AlmaLinux"]})
    made = plan("created_at > now-1d and platform = almalinux", now=now, spec=spec)

    assert [each.query_string for each in made.requests] == [
        "__platform=AlmaLinux&created_at=gt:2018-10-28T09:00:00Z"
    ]
    with pytest.raises(QueryError, match="too-many"):
        plan("min_ram = 1 or min_ram = 2", limits=Limits(count=1))


def test_a_plan_says_what_it_was_made_of_and_a_request_where_it_goes() -> None:
    query = "platform = CentOS or (status = active and min_ram > 4) limit 3 after x"
    made = plan(query)

    assert (made.text, made.limit, made.after) == (query, 3, "x")
    assert [each.limited for each in made.requests] == [True, False]
    assert made.requests[0].query.url("https://ims.example") == (
        "https://ims.example/v2/cloudimages?__platform=CentOS&limit=3&marker=x"
    )


def test_a_tree_is_planned_as_its_text() -> None:
    tree = syntax.Comparison("platform", "=", syntax.Literal("CentOS"))

    assert plan(tree) == plan("platform = CentOS")


@pytest.mark.parametrize("count", [30, 100])
def test_clauses_are_not_multiplied_out(count: int) -> None:
    query = " and ".join(f"(owner = a{n} or name = b{n} or supports(c{n}))" for n in range(count))

    assert 1 <= len(plan(query).requests) <= 8
    assert calls_in(lambda: plan(query)) < 20_000 * count


@pytest.mark.parametrize(
    "query",
    [
        "id in (" + ", ".join(f"a{n}" for n in range(9_000)) + ")",
        " or ".join(f"supports(a{n})" for n in range(3_000)),
        " or ".join(f"owner = a{n} and name = b{n}" for n in range(1_900)),
        "not (" * 99 + "protected" + ")" * 99,
        "(" * 99 + "platform = CentOS" + " or owner = a and name = b)" * 99,
    ],
)
def test_large_filters_are_planned_within_the_budget(query: str) -> None:
    assert len(plan(query).requests) <= 8


# -- explanations


def test_a_plan_is_explained_as_a_tree() -> None:
    made = plan("platform = CentOS and min_ram <= 4096 order by name limit 2")

    assert made.explain() == (
        "1 request for min_ram <= 4096 and platform = CentOS\n"
        "├─ GET /v2/cloudimages?__platform=CentOS&sort_key=name\n"
        "│  ├─ the server finds images with\n"
        "│  │  └─ platform = CentOS (from 0-17)\n"
        "│  └─ the client keeps those with min_ram <= 4096\n"
        "│     └─ min_ram <= 4096 (from 22-37), "
        "since the server compares `min_ram` by `=` only, not by `<=`\n"
        "├─ order by name desc: by the server; those that are equal in it, by id: by the client\n"
        "└─ limit 2: by the client, since something is left to do after a request"
    )


def test_a_plan_says_who_puts_in_order_what_is_equal() -> None:
    told = [plan(f"protected order by {name} limit 3") for name in ("status", "id", "min_ram")]

    assert [json.loads(each.explain("json"))["order"]["ties_on"] for each in told] == [
        "client", "server", "client",
    ]  # fmt: skip
    assert [each.explain().split("\n")[-1] for each in told] == [
        "└─ limit 3: by the server, and whatever is equal to the last",
        "└─ limit 3: by the server",
        "└─ limit 3: by the client, once all is sorted",
    ]


@pytest.mark.parametrize(
    ("query", "condition", "why"),
    [
        ("min_ram <= 4", "min_ram <= 4", "the server compares `min_ram` by `=` only, not by `<=`"),
        ("os_version = a", "os_version = a", "the server cannot filter by `os_version`"),
        ("name is present", "name is present",
         "the server cannot filter by whether an attribute is present"),
        ("platform not in (CentOS, Ubuntu)", "platform not in (CentOS, Ubuntu)",
         "the server cannot filter by what a value is not"),
        ("tag = a and tag = b", "tag = b", "one request compares `tag` once"),
        ("created_at = 2018", "created_at < 2019-01-01T00:00:00Z",
         "one request compares `created_at` once"),
        ("platform = CentOS or name is present", "platform = CentOS",
         "the server joins conditions by `and` only"),
        ("name = x and (os_type = Linux or min_ram < 4)", "os_type = Linux",
         "the server joins conditions by `and` only"),
    ],
)  # fmt: skip
def test_a_plan_says_why_the_client_looks_at_a_condition(
    query: str, condition: str, why: str
) -> None:
    (request,) = plan(query).requests

    assert (condition, why) in [(each.text, each.why) for each in request.left]


def test_a_list_over_the_budget_is_left_as_one_for_one_reason() -> None:
    (request,) = plan("status in (active, queued, killed)", max_requests=1).requests
    (left,) = request.left

    assert left.text == "status in (active, killed, queued)"
    assert left.why == ("the server joins conditions by `and` only and takes one value of `status`")


def test_a_plan_is_explained_as_json() -> None:
    text = "platform = CentOS and min_ram <= 4096"
    told = json.loads(plan(text).explain("json"))

    assert told["requests"] == [
        {
            "query_string": "__platform=CentOS",
            "exact": False,
            "server": [
                {
                    "condition": "platform = CentOS",
                    "pair": ["__platform", "CentOS"],
                    "span": {"start": 0, "end": 17},
                }
            ],
            "residual": "min_ram <= 4096",
            "client": [
                {
                    "condition": "min_ram <= 4096",
                    "why": "the server compares `min_ram` by `=` only, not by `<=`",
                    "span": {"start": 22, "end": 37},
                }
            ],
            "limited": False,
        }
    ]
    assert (told["query"], told["order"]["by"], told["limit"]) == (text, "created_at", None)


def test_no_value_breaks_out_of_a_picture() -> None:
    drawn = plan("""description = '"]; click n0 "javascript:x" <b>`'""").explain("mermaid")

    assert drawn.startswith("flowchart TD\n")
    for line in drawn.splitlines()[1:]:
        assert re.fullmatch(r' {2}n\d+(?: --> n\d+|\["[\w .,:=/#;-]*"\])', line)


def test_no_value_drives_the_terminal() -> None:
    shown = plan(r"description = '\u001b[31m\u202e'").explain()

    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="no format 'dot'"):
        plan("all").explain("dot")  # type: ignore[arg-type]
