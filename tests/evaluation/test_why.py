"""How the outcome of a filter is drawn, and which filters have none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import imsquery
from imsquery import Limits, QueryError, field, supports, why
from imsquery.language.syntax import Expr, Not

IMAGE = {
    "__platform": "Ubuntu",
    "min_disk": 40,
    "tags": ["team=build"],
    "__support_kvm": "True",
    "created_at": "2018-10-28T10:00:00Z",
}


def test_a_tree_shows_each_condition_as_written_with_what_the_record_shows() -> None:
    outcome = why(
        "platform in ( CentOS, Debian ) and not (min_disk==40 or protected) # and so on\n"
        "and not supports(kvm, xen) order by name",
        IMAGE,
    )

    assert str(outcome) == (
        "no   platform in (CentOS, Debian) and not (min_disk = 40 or protected) "
        "and not supports(kvm, xen)\n"
        '├─ no   platform in (CentOS, Debian)  (platform: "Ubuntu")\n'
        "├─ no   not (min_disk = 40 or protected)\n"
        "│  └─ yes  min_disk = 40 or protected\n"
        "│     ├─ yes  min_disk = 40  (min_disk: 40)\n"
        "│     └─ no   protected  (protected: absent)\n"
        '└─ yes  not supports(kvm, xen)  (support_kvm: "True"; support_xen: absent)'
    )


def test_a_single_condition_is_a_single_line() -> None:
    assert (
        str(why("tagged(team, build)", IMAGE)) == 'yes  tagged(team, build)  (tags: ["team=build"])'
    )
    assert str(why("none", IMAGE)) == "no   none"
    assert str(why("", IMAGE)) == "yes  all"
    assert str(why("limit $n", IMAGE, values={"n": 3})) == "yes  all"


def test_a_line_is_cut_at_the_width_on_both_sides() -> None:
    image = {"name": "a name that is much longer than the terminal is wide"}
    outcome = why("name = 'another name that is also longer than the terminal'", image)

    assert outcome.draw(60) == ('no   name = "another name that i…  (name: "a name that is …)')


def test_a_filter_can_be_a_tree() -> None:
    tree = (field("platform") == "Ubuntu") & Not(supports("xen"))

    assert [bool(part) for part in why(tree, IMAGE).parts] == [True, True]


def test_now_is_read_once_and_can_be_given() -> None:
    text = "created_at > now-1d or created_at < now-1d"

    assert why(text, IMAGE, now=datetime(2018, 10, 29, tzinfo=UTC)).parts[0]
    assert not why(text, IMAGE, now=datetime(2018, 10, 30, tzinfo=UTC)).parts[0]


def test_placeholders_take_values() -> None:
    outcome = why(
        "platform in $names and min_disk > $disk limit $n",
        IMAGE,
        values={"names": ["CentOS", "Ubuntu"], "disk": 40, "n": 1},
    )

    assert str(outcome) == (
        "no   platform in $names and min_disk > $disk\n"
        '├─ yes  platform in $names  (platform: "Ubuntu")\n'
        "└─ no   min_disk > $disk  (min_disk: 40)"
    )
    assert not why("platform in $names", IMAGE, values={"names": []})
    with pytest.raises(TypeError, match="unknown placeholder 'nmaes'"):
        why("platform in $names", IMAGE, values={"names": [], "nmaes": []})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("platfrom = CentOS", "unknown-name"),
        ("flavor_id = s6.large.2", "not-observable"),
        ("name = $x", "unbound-placeholder"),
        ("name =", "syntax"),
    ],
)
def test_a_filter_that_no_record_can_answer_is_an_error(text: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        why(text, IMAGE)

    assert code in {each.code for each in caught.value.diagnostics}


def test_a_filter_as_long_and_deep_as_its_limits_has_an_outcome() -> None:
    text = "not(" * 10 + "id=a or " * 9 + "id=a" + ")" * 10
    limits = Limits(length=len(text), depth=20, count=10)

    assert len(why(text, IMAGE, limits=limits).text) > len(text)


def test_a_filter_may_be_deeper_than_the_stack() -> None:
    tree: Expr = field("protected").is_true()
    for _ in range(1_200):
        tree = ~(tree & supports("kvm"))
    limits = Limits(length=10_000_000, depth=10_000, count=10_000)

    assert len(why(tree, IMAGE, limits=limits).draw(80).split("\n")) == 3_601


def test_values_that_json_cannot_write_are_shown_by_their_type() -> None:
    assert why("name = a", {"name": float("nan")}).shown == (("name", '"<float>"'),)
    assert why("name = a", {"name": object()}).shown == (("name", '"<object>"'),)


def test_why_and_its_class_are_public() -> None:
    assert imsquery.why is why
    assert repr(why("platform = CentOS", IMAGE)) == "Outcome('platform = CentOS', holds=False)"
