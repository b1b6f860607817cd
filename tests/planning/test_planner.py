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


def parts(query: str, budget: int = 8) -> list[tuple[str, str]]:
    """Return the query string and the residual of each request."""
    made = plan(query, max_requests=budget)
    return [(request.query_string, request.residual) for request in made.requests]


def codes(query: str, budget: int = 8) -> set[str]:
    with pytest.raises(QueryError) as caught:
        plan(query, max_requests=budget)
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
        # what only the client can check
        ("platform = CentOS and min_ram <= 4096", [("__platform=CentOS", "min_ram <= 4096")]),
        ("not supports(kvm)", [("", "not support_kvm")]),
        ("created_at between 2018 and 2019",
         [("created_at=lt:2020-01-01T00:00:00Z", "created_at >= 2018-01-01T00:00:00Z")]),
        ("tag = a and tag = b", [("tag=a", "tag = b")]),
        ("name is present", [("", "name is present")]),
        ("min_ram between 5 and 5", [("min_ram=5", "all")]),
        ("min_ram between 5 and 5 and name glob 'a*' and min_disk between 40 and 50",
         [("min_ram=5", "min_disk <= 50 and min_disk >= 40 and name glob a*")]),
        # conditions that every image satisfies
        ("created_at is present", [("", "all")]),
        ("id is present and architecture is present and status = active",
         [("status=active", "all")]),
        ("updated_at is absent or status = active", [("status=active", "all")]),
        ("created_at is absent", []),
        # conditions that follow from others
        ("platform = CentOS and (platform = Ubuntu or status = active)",
         [("__platform=CentOS&status=active", "all")]),
        ("platform = CentOS and platform != Ubuntu", [("__platform=CentOS", "all")]),
        ("min_ram = 5 and min_ram > 4", [("min_ram=5", "all")]),
        ("name = CentOS-7 and name glob 'CentOS*'", [("name=CentOS-7", "all")]),
        ("created_at > 2019 and created_at > 2018",
         [("created_at=gte:2020-01-01T00:00:00Z", "all")]),
        # contradictions and redundant conditions
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
        # an id is enough to ask for
        ("platform in (CentOS, Ubuntu) and id in (x, y)",
         [("id=x", "platform in (CentOS, Ubuntu)"), ("id=y", "platform in (CentOS, Ubuntu)")]),
        ("id = x and flavor_id in (a, b)",
         [("flavor_id=a&id=x", "all"), ("flavor_id=b&id=x", "all")]),
        # hidden parameters
        ("flavor_id = a or flavor_id = b", [("flavor_id=a", "all"), ("flavor_id=b", "all")]),
        ("shared(accepted) or shared(pending)",
         [("__imagetype=shared&member_status=accepted&visibility=shared", "all"),
          ("__imagetype=shared&member_status=pending&visibility=shared", "all")]),
        ("whole_image or name glob 'a*'",
         [("", "name glob a*"), ("__whole_image=true", "all")]),
        ("flavor_id = a and (name glob 'a*' or status = active)",
         [("flavor_id=a", "name glob a* or status = active")]),
        ("flavor_id = a and flavor_id = b and platform = CentOS and platform = Ubuntu", []),
        # scopes
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
def test_requests_and_residuals(query: str, expected: list[tuple[str, str]]) -> None:
    assert parts(query) == expected


@pytest.mark.parametrize(
    ("query", "budget", "expected"),
    [
        ("platform in (CentOS, Ubuntu)", 1, [("", "platform in (CentOS, Ubuntu)")]),
        ("status = active and platform in (CentOS, Ubuntu)", 1,
         [("status=active", "platform in (CentOS, Ubuntu)")]),
        # The two that share most are widened to one.
        ("owner = a and status = active or owner = a and status = saving or platform = CentOS", 2,
         [("__platform=CentOS", "all"),
          ("owner=a", "platform = CentOS or status in (active, saving)")]),
        ("created_at >= 2019 or created_at >= 2018 and status = active", 1,
         [("created_at=gte:2018-01-01T00:00:00Z",
           "created_at >= 2019-01-01T00:00:00Z or status = active")]),
        ("created_at >= 2018 and status = active or created_at >= 2019", 1,
         [("created_at=gte:2018-01-01T00:00:00Z",
           "created_at >= 2019-01-01T00:00:00Z or status = active")]),
        # The list that lets fewer images through is pushed.
        ("owner in (a, b) and created_at in (2018-10-28T10:00:00Z, 2019-10-28T10:00:00Z)", 2,
         [("created_at=eq:2018-10-28T10:00:00Z", "owner in (a, b)"),
          ("created_at=eq:2019-10-28T10:00:00Z", "owner in (a, b)")]),
        ("min_ram in (1, 2) and name in (a, b)", 2,
         [("name=a", "min_ram in (1, 2)"), ("name=b", "min_ram in (1, 2)")]),
        ("owner in (a, b, c) and name in (d, e, f)", 3,
         [(f"owner={each}", "name in (d, e, f)") for each in "abc"]),
        ("owner in (a, b, c, d, e, f, g, h) and name in (a, b, c, d, e, f, g, h)", 8,
         [(f"owner={each}", "name in (a, b, c, d, e, f, g, h)") for each in "abcdefgh"]),
        # Widening two requests leaves the others as they are.
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
def test_requests_over_budget_are_widened(
    query: str, budget: int, expected: list[tuple[str, str]]
) -> None:
    assert parts(query, budget) == expected


def test_a_limit_is_pushed_only_into_exact_requests() -> None:
    query = "platform = CentOS or platform = Ubuntu and min_ram > 4 limit 3"

    assert parts(query) == [
        ("__platform=CentOS&limit=3", "all"),
        ("__platform=Ubuntu", "min_ram > 4"),
    ]


def test_a_limit_is_not_pushed_if_the_client_sorts() -> None:
    made = plan("platform = CentOS order by min_ram limit 3")

    assert [request.query_string for request in made.requests] == ["__platform=CentOS"]
    assert not made.exact


@pytest.mark.parametrize(
    "query", ["flavor_id = a and flavor_id = b", "flavor_id != a", "order by tag"]
)
def test_hidden_parameters_are_refused_where_only_a_record_could_tell(query: str) -> None:
    assert codes(query) == {"not-observable"}


def test_hidden_conditions_are_refused_beyond_the_budget() -> None:
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
def test_hidden_conditions_that_make_no_difference_are_dropped(
    query: str, expected: list[tuple[str, str]]
) -> None:
    assert parts(query, 1) == expected


FLAVORS = " or ".join(f"(flavor_id = a{n} and supports(b{n}))" for n in range(500))
HIDDEN = {
    "alternatives": " or ".join(f"(flavor_id = a{n} and owner = b{n})" for n in range(1_000)),
    "alternatives among many others": " and ".join(
        [f"({FLAVORS})", *(f"(whole_image or supports(c{n}))" for n in range(800))]
    ),
    "the same ones again and again": " and ".join(
        f"(flavor_id = a{n % 9} or supports(b{n}) or name = c{n})" for n in range(800)
    ),
}


@pytest.mark.parametrize("query", HIDDEN.values(), ids=HIDDEN)
def test_refusing_takes_little_work(query: str) -> None:
    assert codes(query) == {"not-observable"}
    assert calls_in(lambda: codes(query)) < 120 * len(query)


@pytest.mark.parametrize(
    "query",
    [
        "(flavor_id = f or name = ab) and (whole_image or status = active)",
        "(name = ab or flavor_id = f) and (status = active or owner = a or whole_image)",
    ],
)
def test_no_hidden_alternative_is_left_out(query: str) -> None:
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


def test_a_thousand_hidden_combinations_are_refused() -> None:
    query = " or ".join(f"flavor_id = a{number}" for number in range(2_000))

    assert codes(query, 5_000) == {"not-observable"}


@pytest.mark.parametrize("query", ["supports(xen) and xen_gpu = 1", "member_status = accepted"])
def test_errors_are_raised(query: str) -> None:
    assert codes(query) & {"unknown-name", "requires"}


@pytest.mark.parametrize("budget", [0, -1, 2.5, True])
def test_a_plan_needs_at_least_one_request(budget: int) -> None:
    with pytest.raises(ValueError, match="max_requests"):
        plan("all", max_requests=budget)


@pytest.mark.parametrize("missing", ["created_at", "limit", "marker"])
def test_a_spec_without_what_plans_need_is_refused(missing: str) -> None:
    rows = [each for each in CLOUDIMAGES.parameters.values() if each.wire != missing]
    spec = Spec(rows, family=CLOUDIMAGES.family, path=CLOUDIMAGES.path, host=CLOUDIMAGES.host)

    with pytest.raises(ValueError, match="the spec lacks"):
        plan("platform = CentOS", spec=spec)


def test_there_are_up_to_eight_requests_by_default() -> None:
    query = f"owner in ({', '.join(f'a{n}' for n in range(10))})"

    assert len(plan(query).requests) <= 8
    assert len(plan(" or ".join(f"owner = a{n}" for n in range(8))).requests) == 8
    assert len(plan(query, max_requests=10).requests) == 10


def test_an_unlisted_value_is_refused_unless_allowed() -> None:
    assert codes("platform = AlmaLinux") == {"unlisted-value"}
    made = plan("platform = AlmaLinux", allow_unlisted=True)

    assert [each.query_string for each in made.requests] == ["__platform=AlmaLinux"]
    assert {each.code for each in made.warnings} == {"unlisted-value"}


def test_a_united_range_points_at_where_its_ends_were_written() -> None:
    text = (
        "created_at between 2016 and 2017 or created_at between 2017 and 2018 or created_at = 2015"
    )
    (request,) = plan(text).requests

    conditions = [*request.pushed, *request.left]
    assert [text[each.span.start : each.span.end] for each in conditions] == [
        "created_at between 2017 and 2018",
        "created_at = 2015",
    ]


def test_what_is_written_as_one_condition_is_left_as_one() -> None:
    text = "name glob 'a*' and os_version in (7, 8) and not min_ram between 1 and 2"
    (request,) = plan(text).requests

    assert [each.text for each in request.left] == [
        "name glob a*", "os_version in (7, 8)", "not min_ram <= 2 or not min_ram >= 1",
    ]  # fmt: skip
    assert [text[each.span.start : each.span.end] for each in request.left] == [
        "name glob 'a*'", "os_version in (7, 8)", "min_ram between 1 and 2",
    ]  # fmt: skip


def test_nested_conditions_are_left_one_by_one() -> None:
    text = "(name glob 'a*' or size < 3 and (not checksum = x or max_ram > 5)) and size != 9"
    (request,) = plan(text).requests

    assert [each.text for each in request.left] == [
        "name glob a*", "size < 3", "checksum != x", "max_ram > 5", "size != 9",
    ]  # fmt: skip


def test_pushed_conditions_are_in_the_order_of_the_request() -> None:
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


def test_an_invalid_regular_expression_is_refused() -> None:
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
def test_a_refusal_points_at_the_hidden_condition(query: str, place: str) -> None:
    with pytest.raises(QueryError) as caught:
        plan(query, max_requests=1)
    (found,) = [each for each in caught.value.diagnostics if each.severity == "error"]

    assert query[found.span.start : found.span.end] == place


@pytest.mark.parametrize(
    ("query", "budget", "message"),
    [
        ("flavor_id in (a, b, c)", 2,
         ("raise `max_requests`: `flavor_id` is not in image records, so each alternative needs "
          "its own request (up to 3; 2 allowed)")),
        (" or ".join(f"flavor_id = a{number}" for number in range(1_025)), 5_000,
         ("too many combinations of parameters that are not in image records for 5,000 requests; "
          "use fewer at a time or raise `max_requests`")),
    ],
)  # fmt: skip
def test_a_refusal_says_what_may_help(query: str, budget: int, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        plan(query, max_requests=budget)

    assert [each.message for each in caught.value.diagnostics] == [message]


def test_only_a_request_that_can_find_nothing_is_left_out() -> None:
    query = "(name = ab or owner = c) and name startswith x"

    assert parts(query) == [("owner=c", "name startswith x")]


def test_the_clock_the_spec_and_the_limits_can_be_set() -> None:
    now = datetime(2018, 10, 29, 9, tzinfo=UTC)
    spec = CLOUDIMAGES.extend(values={"__platform": ["AlmaLinux"]})
    made = plan("created_at > now-1d and platform = almalinux", now=now, spec=spec)

    assert [each.query_string for each in made.requests] == [
        "__platform=AlmaLinux&created_at=gt:2018-10-28T09:00:00Z"
    ]
    with pytest.raises(QueryError, match="too-many"):
        plan("min_ram = 1 or min_ram = 2", limits=Limits(count=1))


def test_a_plan_has_its_query_and_a_request_its_url() -> None:
    query = "platform = CentOS or (status = active and min_ram > 4) limit 3 after x"
    made = plan(query)

    assert (made.text, made.limit, made.after) == (query, 3, "x")
    assert [each.limited for each in made.requests] == [True, False]
    assert made.requests[0].query.url("https://ims.example") == (
        "https://ims.example/v2/cloudimages?__platform=CentOS&limit=3&marker=x"
    )


def test_a_tree_is_planned_like_its_text() -> None:
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
        "├─ GET /v2/cloudimages?__platform=CentOS\n"
        "│  ├─ server filter\n"
        "│  │  └─ platform = CentOS (at 0-17)\n"
        "│  └─ client filter: min_ram <= 4096\n"
        "│     └─ min_ram <= 4096 (at 22-37): "
        "the server compares `min_ram` by `=` only, not by `<=`\n"
        "├─ client sort: name desc, id "
        "(the server can, but an image that changes between two pages might be on neither)\n"
        "└─ client limit: 2 (after the sort)"
    )


def test_a_plan_says_who_breaks_ties() -> None:
    plans = [plan(f"protected order by {name} limit 3") for name in ("status", "id", "min_ram")]

    assert [json.loads(each.explain("json"))["order"]["ties_on"] for each in plans] == [
        "client", "server", "client",
    ]  # fmt: skip
    assert [each.explain().split("\n")[-2:] for each in plans] == [
        ["├─ server sort: status desc (the client breaks ties by id)",
         "└─ server limit: 3, with ties; client limit: 3"],
        ["├─ server sort: id desc", "└─ server limit: 3"],
        ["├─ client sort: min_ram desc, id (the server cannot sort by it)",
         "└─ client limit: 3 (after the sort)"],
    ]  # fmt: skip


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
        ("created_at = 2018", "created_at >= 2018-01-01T00:00:00Z",
         "one request compares `created_at` once"),
        ("platform = CentOS or name is present", "platform = CentOS",
         "the server joins conditions by `and` only"),
        ("name = x and (os_type = Linux or min_ram < 4)", "os_type = Linux",
         "the server joins conditions by `and` only"),
    ],
)  # fmt: skip
def test_a_plan_says_why_the_client_checks_a_condition(
    query: str, condition: str, why: str
) -> None:
    (request,) = plan(query).requests

    assert (condition, why) in [(each.text, each.why) for each in request.left]


def test_a_list_over_budget_is_left_as_one_condition_with_one_reason() -> None:
    (request,) = plan("status in (active, queued, killed)", max_requests=1).requests
    (left,) = request.left

    assert left.text == "status in (active, killed, queued)"
    assert left.why == ("the server joins conditions by `and` only and takes one value of `status`")


def test_a_plan_says_where_a_limit_of_several_requests_applies() -> None:
    lines = plan("platform in (CentOS, Ubuntu) limit 3 after x").explain().split("\n")

    assert lines[-4:] == [
        "├─ client union: no duplicates",
        "├─ server sort: created_at desc, id",
        "├─ server after: x",
        "└─ server limit: 3 per request; client limit: 3",
    ]


def test_a_plan_is_explained_as_json() -> None:
    text = "platform = CentOS and min_ram <= 4096"
    found = json.loads(plan(text).explain("json"))

    assert found["requests"] == [
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
            "until": None,
        }
    ]
    assert (found["query"], found["order"]["by"], found["limit"]) == (text, "created_at", None)


def test_no_value_breaks_out_of_a_chart() -> None:
    drawn = plan("""description = '"]; click n0 "javascript:x" <b>`'""").explain("mermaid")

    assert drawn.startswith("flowchart TD\n")
    for line in drawn.splitlines()[1:]:
        assert re.fullmatch(r' {2}n\d+(?: --> n\d+|\["[\w .,:=/#;-]*"\])', line)


def test_no_value_drives_the_terminal() -> None:
    shown = plan(r"description = '\u001b[31m\u202e'").explain()

    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown format 'dot'"):
        plan("all").explain("dot")  # type: ignore[arg-type]  # refused at run time, too
