"""Values that are legal and find nothing, and patterns that are compared letter by letter.

They are warnings.  What finds nothing is fine where it is negated.
"""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, check, matcher, prepare, testing
from imsquery import compile as compile_query
from imsquery.diagnostics.model import Diagnostic
from imsquery.language.syntax import Comparison, Expr, Literal, Match, Not
from imsquery.language.unparse import unparse
from imsquery.schema.kinds import Identifier, Project
from imsquery.urls.checker import check_url

ROWS = [row for row in CLOUDIMAGES.parameters.values() if row.clause is None]
UNSEEN = [(row.name, value) for row in ROWS for value in row.unseen or ()]
PROJECT = "1bed856811654c1cb661a6ca845ebc77"
OWNERS = ["self", "amazon", "me", "my-project", "099720109477", "null", "a@b", "00x"]
IDS = [row.name for row in ROWS if isinstance(row.kind, Identifier)]


def vain(text: str) -> list[Diagnostic]:
    return [each for each in check(text) if each.code == "never-matches"]


conditions = st.one_of(
    st.sampled_from([f"{name} = {value}" for name, value in UNSEEN]),
    st.sampled_from([f"owner = {value}" for value in OWNERS]),
    st.sampled_from([f'{name} = "a,b"' for name in IDS]),
    st.just("owned_by(self)"),
    st.just("status in (active, killed)"),
)


joints = st.sampled_from(["", " or "])


@given(conditions, st.integers(0, 5), testing.filter_trees(max_predicates=2), joints)
@example("status = killed", 0, Comparison("platform", "=", Literal("CentOS")), " or ")
@example("owner = self", 1, Comparison("platform", "=", Literal("CentOS")), "")
def test_what_finds_nothing_is_reported_exactly_if_it_is_not_negated(
    condition: str, negations: int, other: Expr, joint: str
) -> None:
    text = "not (" * negations + condition + ")" * negations
    if joint:
        text = f"{text}{joint}({unparse(other)})"

    found = vain(text)

    assert len(found) == (negations % 2 == 0)
    assert all(each.severity == "warning" for each in found)


@given(testing.filter_trees())
def test_what_can_be_found_is_not_reported(tree: Expr) -> None:
    for text in (unparse(tree), unparse(Not(tree))):
        assert {each.code for each in check(text)}.isdisjoint({"never-matches", "literal-pattern"})


@given(st.from_regex("[0-9a-f]{32}", fullmatch=True))
def test_the_id_of_a_project_is_an_owner(project: str) -> None:
    assert check(f"owner = {project}") == ()


@pytest.mark.parametrize("owner", OWNERS)
def test_one_finding_is_reported_wherever_a_filter_is_read(owner: str) -> None:
    (found,) = check(f"owner = {owner}")
    (compiled,) = compile_query(f"owner = {owner}").warnings
    (bound,) = prepare("owner = $owner").bind(owner=owner).warnings
    (of_url,) = check_url(f"owner={owner.replace('@', '%40')}")

    assert {each.code for each in (found, compiled, bound, of_url)} == {"never-matches"}
    assert len({each.message for each in (found, compiled, bound, of_url)}) == 1


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ('id = "a,b"', "id in (a, b)"),
        ('flavor_id = "s3.large, s6.large"', "flavor_id in (s3.large, s6.large)"),
        ('id in ("a,b", c)', "id in (a, b, c)"),
        ("enterprise_project_id = default", "enterprise_project_id = 0"),
        ("enterprise_project_id in (DEFAULT, a1)", "enterprise_project_id in (0, a1)"),
        ("owner = 1bed8568-1165-4c1c-b661-a6ca845ebc77", f"owner = {PROJECT}"),
        ("not (id != 'a,b')", "not (id not in (a, b))"),
        ("owner = self", None),
        ("status = killed", None),
        ("status = DELETED", None),
    ],
)
def test_a_value_that_finds_nothing_has_a_fix_if_another_is_meant(
    text: str, mended: str | None
) -> None:
    (found,) = vain(text)

    assert [fix.apply(text) for fix in found.fixes] == ([mended] if mended else [])
    assert {fix.applicability for fix in found.fixes} <= {"suggested"}
    if mended:
        assert check(mended) == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("flavor_id = a and imagetype = private", "imagetype = private"),
        ("imagetype = private and flavor_id = a", "flavor_id = a"),
        ("flavor_id = a and imagetype in (gold, shared)", "imagetype in (gold, shared)"),
        ("imagetype = market and (flavor_id = a or flavor_id = b)", "flavor_id = a"),
        ("imagetype = gold and flavor_id = a", None),
        ("public() and flavor_id = a", None),
        ("flavor_id = a", None),
        ("flavor_id = a and imagetype != gold", None),
        ("flavor_id = a or imagetype = private", None),
    ],
)
def test_a_flavor_goes_with_public_images_only(text: str, place: str | None) -> None:
    found = vain(text)

    assert [text[each.span.start : each.span.end] for each in found][:1] == [place] * bool(place)
    assert bool(found) is (place is not None)


def test_a_request_with_a_flavor_warns_as_the_filter_does() -> None:
    (compiled,) = compile_query("flavor_id = a and imagetype = private").warnings
    bound = prepare("flavor_id = $f and imagetype = $t").bind(f="a", t="private")
    (of_url,) = check_url("__imagetype=private&flavor_id=a")

    assert [each.code for each in (compiled, *bound.warnings, of_url)] == ["never-matches"] * 3
    assert prepare("flavor_id = $f and imagetype = $t").bind(f="a", t="gold").warnings == ()


pieces = st.lists(st.sampled_from(["*", "a", "B7", " ", "-"]), min_size=1, max_size=5).map("".join)


@given(pieces, st.sampled_from(["=", "startswith", "contains", "endswith"]), pieces)
@example("a*", "startswith", "aB7")
@example("*a*", "contains", "BaB")
def test_a_glob_is_matched_as_it_was_written(pattern: str, operator: str, text: str) -> None:
    name = "description"
    literal = Literal(pattern)
    node = Comparison(name, "=", literal) if operator == "=" else Match(name, operator, literal)
    written = unparse(node)
    found = check(written)
    if "*" not in pattern:
        assert found == ()
        return
    (only,) = found
    assert (only.code, only.severity) == ("literal-pattern", "warning")
    (fix,) = only.fixes
    around = {"startswith": "{}*", "contains": "*{}*", "endswith": "*{}"}.get(operator, "{}")
    expected = fnmatch.fnmatchcase(text, around.format(pattern))
    assert matcher(fix.apply(written))({"__description": text}) is expected


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ('os_version = "CentOS 7*"', 'os_version glob "CentOS 7*"'),
        ('os_version != "CentOS%"', "os_version not glob CentOS*"),
        ('os_version not contains "7.*64"', 'os_version not matches "7.*64"'),
        ('os_version startswith "Ubuntu [12]"', 'os_version matches "^Ubuntu [12]"'),
        ('os_version endswith "^64bit"', 'os_version matches "^64bit$"'),
        ('name glob "[Uu]buntu*64?it"', 'name matches "^[Uu]buntu.*64.it$"'),
        ('name glob "[!U]*"', 'name matches "^[^U].*$"'),
        ('name = "^Standard_Debian.?"', 'name matches "^Standard_Debian.?"'),
        ('name = "(?i)centos.*"', 'name matches "(?i)centos.*"'),
        ('name = "Cent%"', "name glob Cent*"),
        ('name contains "CentOS*"', 'name glob "*CentOS*"'),
        ('tag = "team*"', 'tag glob "team*"'),
        ('platform = "Cent*"', 'platform glob "Cent*"'),
        ('id in ("a*", b)', None),
        ('flavor_id = "s3*"', None),
        ('description = "[[^a]"', None),
    ],
)
def test_a_pattern_is_written_for_its_operator(text: str, mended: str | None) -> None:
    (found,) = check(text)

    assert [fix.apply(text).replace('"', "") for fix in found.fixes][:1] == (
        [mended.replace('"', "")] if mended else []
    )
    assert {fix.applicability for fix in found.fixes} <= {"suggested"}
    if mended:
        assert check(mended) == ()


@pytest.mark.parametrize(
    "text",
    [
        'name matches "^a.*[b]"',
        'name glob "CentOS 7.*"',
        'description = "50% off"',
        'description = "what is it?"',
        'tag = "a=b"',
        'os_version = "CentOS 7.3 64bit"',
    ],
)
def test_what_is_meant_as_written_is_not_reported(text: str) -> None:
    assert check(text) == ()


def test_a_pattern_in_a_url_is_left_to_the_plan() -> None:
    (found,) = check_url("tag=team%2A")

    assert found.code == "literal-pattern"
    assert found.fixes[0].title == "remove it; use `plan` for `tag glob team*`"


@pytest.mark.parametrize("text", ["shared(all)", 'shared("ALL")', "protected and shared(all)"])
def test_all_is_no_status_of_a_share(text: str) -> None:
    (found,) = check(text)
    (fix,) = found.fixes

    assert (found.code, fix.applicability) == ("bad-arguments", "suggested")
    assert check(fix.apply(text)) == ()
    assert fix.apply(text).endswith("(shared(accepted) or shared(rejected) or shared(pending))")


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("isregistered = false", "not isregistered"),
        ("registered != no", "isregistered"),
        ("support_kvm = 0", "not supports(kvm)"),
        ("__support_xen != FALSE", "supports(xen)"),
    ],
)
def test_a_flag_is_negated_and_never_false(text: str, mended: str) -> None:
    (found,) = check(text)

    assert found.code == "bad-value"
    assert [fix.apply(text) for fix in found.fixes] == [mended]


def test_only_identifiers_of_projects_are_owners() -> None:
    assert [row.wire for row in ROWS if type(row.kind) is Project] == ["owner"]
