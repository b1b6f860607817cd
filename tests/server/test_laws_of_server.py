"""The service finds what the reference says, in order and page by page.

And it finds what the matcher matches, whatever types the attributes of a record have.

What the reference says is :func:`holds`: a loop over records, written by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb")

import imsquery
from imsquery import QueryError, testing
from imsquery.evaluation.matching import matcher
from imsquery.schema.kinds import Integer
from imsquery.server.catalogue import Catalogue
from imsquery.server.requests import Refusal
from imsquery.server.statements import Statements
from imsquery.server.validation import CatalogueError
from imsquery.testing.values import wire_values
from imsquery.testing.wire import encoded

pytestmark = pytest.mark.usefixtures("each_way")

Record = dict[str, Any]
Pairs = list[tuple[str, str]]

TIMES = {"created_at", "updated_at"}
NUMBERS = {"min_ram", "min_disk", "__os_bit"}
CLAUSES = {"limit", "marker", "sort_key", "sort_dir"}
COMPARE = {
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
}


def holds(record: Record, name: str, value: str) -> bool:
    """Return whether an image meets the condition of one parameter."""
    if name in TIMES:
        operator, _, moment = value.partition(":")
        return bool(COMPARE[operator](record[name], moment))
    if name == "tag":
        tags = record.get("tags", [])
        return value in tags or value in [
            tag if "=" in tag else tag.replace(".", "=", 1) for tag in tags
        ]
    if name == "architecture":
        is_arm = str(record.get("__support_arm")).lower() == "true"
        return is_arm == (value == "arm")
    if name == "enterprise_project_id":
        return value in {"all_granted_eps", record.get(name, "0")}
    shown = record.get(name)
    if name in NUMBERS:
        return shown is not None and int(shown) == int(value)
    if isinstance(shown, bool) or str(shown).lower() in {"true", "false"}:
        return str(shown).lower() == value.lower()
    return bool(shown == value)


def listed(records: list[Record], asked: dict[str, str]) -> list[str]:
    """Return the ids that a request finds, on all pages."""
    key = asked.get("sort_key", "created_at")
    found = [
        record for record in records
        if all(holds(record, *pair) for pair in asked.items() if pair[0] not in CLAUSES)
    ]  # fmt: skip

    def rank(record: Record) -> tuple[bool, Any, str]:
        there = record.get(key) is not None
        return there, record[key] if there else 0, record["id"]

    found.sort(key=rank, reverse=asked.get("sort_dir", "desc") == "desc")
    return [record["id"] for record in found]


def ids(catalogue: Catalogue, query: str) -> list[str]:
    return [json.loads(record)["id"] for record in catalogue.find(query)]


@given(testing.catalogues(), st.lists(testing.pairs(), min_size=1, max_size=8))
def test_a_request_finds_what_the_reference_says(records: list[Record], asked: list[Pairs]) -> None:
    with Catalogue.from_records(records) as catalogue:
        for pairs in asked:
            # Pages are the next law's business, and no image has such a `marker`.
            kept = {name: value for name, value in pairs if name not in {"limit", "marker"}}

            assert ids(catalogue, encoded(kept.items())) == listed(records, kept)


@given(
    testing.catalogues(names=["platform", "name", "status", "size"], max_size=20),
    st.sampled_from(["name", "status", "id", "size", "created_at"]),
    st.sampled_from(["asc", "desc"]),
    st.integers(1, 5),
)
def test_pages_join_to_the_list(
    records: list[Record], sort_key: str, sort_dir: str, limit: int
) -> None:
    asked = {"sort_key": sort_key, "sort_dir": sort_dir}
    with Catalogue.from_records(records) as catalogue:
        joined: list[str] = []
        page = ids(catalogue, encoded([*asked.items(), ("limit", str(limit))]))
        while page:
            assert len(page) <= limit
            joined += page
            after = [*asked.items(), ("limit", str(limit)), ("marker", page[-1])]
            page = ids(catalogue, encoded(after))

    assert joined == listed(records, asked)


names = st.sampled_from(["__platform", "name", "tag", "created_at", "limit", "marker", "min_ram",
                         "sort_key", "__support_kvm", "protected", "x"]) | st.text()  # fmt: skip
values = st.text() | st.sampled_from(["' OR 1=1 --", '"; DROP TABLE images', "?", "$1", "\x00"])


def quoted(pairs: Pairs) -> str:
    """Return pairs as a query string; names may be any text, too."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


@given(st.lists(st.tuples(names, values), max_size=6))
@example([("name", "\x00")])
@example([("tag", "'")])
def test_any_text_is_only_a_value(asked: Pairs) -> None:
    """Whatever a request says, it is refused or answered, and the catalogue does not change."""
    records = [{"id": "a", "created_at": "2020-01-01T00:00:00Z", "name": "a", "x": "' OR 1=1 --"}]
    query = quoted(asked)
    with Catalogue.from_records(records) as catalogue:
        try:
            found = ids(catalogue, query)
        except Refusal as refused:
            assert refused.status == 400
        else:
            assert found in ([], ["a"])
        assert ids(catalogue, "") == ["a"]


MARK = "≈"  # does not occur in SQL of the catalogue
PUSHABLE = [row for row in imsquery.CLOUDIMAGES.parameters.values() if row.pushable]


@st.composite
def two_requests(draw: st.DrawFn) -> tuple[Pairs, Pairs]:
    """Draw two requests that compare the same attributes in the same way with any values."""
    first: Pairs = []
    second: Pairs = []
    for row in draw(st.lists(st.sampled_from(PUSHABLE), unique=True, max_size=6)):
        pair = [draw(wire_values(row)) for _ in range(2)]
        if row.clause is not None:  # such as a direction, which becomes SQL
            pair[1] = pair[0]
        elif row.is_time:
            pair[1] = pair[0].partition(":")[0] + ":" + pair[1].partition(":")[2]
        elif not row.kind.choices and not isinstance(row.kind, Integer):
            pair = [MARK + each for each in pair]
        first.append((row.wire, pair[0]))
        second.append((row.wire, pair[1]))
    for name in draw(st.lists(st.text(max_size=5), unique=True, max_size=3)):
        first.append((MARK + name, draw(st.text())))
        second.append((MARK + name, draw(st.text())))
    return first, second


@given(two_requests(), st.sampled_from(["id", "name", "created_at"]), st.integers(1, 9))
def test_no_value_reaches_sql_as_text(both: tuple[Pairs, Pairs], key: str, limit: int) -> None:
    """The SQL does not depend on values, and contains nothing that was sent."""
    records = [{"id": MARK + each, "created_at": "2020-01-01T00:00:00Z"} for each in "ab"]
    records[0] |= {"name": MARK, MARK: "x", MARK + "0": "x"}
    executed: list[list[str]] = []
    execute = Statements._execute

    def record(self: Statements, sql: str, values: list[object]) -> object:
        executed[-1].append(sql)
        return execute(self, sql, values)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("imsquery.server.catalogue._FEW", -1)
        catalogue = Catalogue.from_records(records)
    with catalogue, pytest.MonkeyPatch.context() as patched:
        patched.setattr(Statements, "_execute", record)
        for asked, marker, size in zip(both, "ab", (limit, limit + 1), strict=True):
            executed.append([])
            page = [("sort_key", key), ("marker", MARK + marker), ("limit", str(size))]
            catalogue.find(quoted([*asked, *page]))

    # Only one of the two markers has a name to compare with.
    assert executed[0] == executed[1] or key == "name"
    assert len(executed[0]) == 2
    assert MARK not in str(executed)


@settings(max_examples=500)
@given(st.binary(max_size=80))
def test_any_bytes_are_answered_or_refused(catalogue: Catalogue, query: bytes) -> None:
    try:
        catalogue.find(query)
    except Refusal as refused:
        assert refused.status == 400


@pytest.fixture(scope="module")
def catalogue(each_way: None) -> Iterator[Catalogue]:  # noqa: ARG001 -- one for each way
    with Catalogue.from_records([{"id": "a", "created_at": "2020-01-01T00:00:00Z"}]) as catalogue:
        yield catalogue


def strictly(text: str) -> Record:
    """Parse JSON according to RFC 8259."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    read = json.loads(text.encode(), parse_constant=refuse)
    assert isinstance(read, dict)
    return read


def has_no_number(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


@given(testing.near_miss_records(), testing.pairs())
@example({"__isregistered": math.nan}, [])
@example({"size": -math.inf}, [])
@example({"name": 1e308}, [])
def test_records_with_wrong_types_are_served_unchanged_or_refused(
    record: Record, pairs: Pairs
) -> None:
    """NaN cannot be sent, and whatever was loaded in its place would be made up."""
    image = {**record, "id": "a"}
    hidden = {"flavor_id", "member_status", "__whole_image"}
    asked = [pair for pair in pairs if pair[0] not in CLAUSES]
    try:
        catalogue = Catalogue.from_records([image])
    except CatalogueError:
        assert any(map(has_no_number, image.values()))
        return
    with catalogue:
        answered = [strictly(each) for each in catalogue.find("")]
        assert len(catalogue.find(encoded(asked))) <= 1

    assert answered == [{name: value for name, value in image.items() if name not in hidden}]


def loadable(record: Record) -> Record:
    return {name: value for name, value in record.items() if not has_no_number(value)}


# Requests with few conditions, so that they nearly always find some image.
few = testing.requests(max_predicates=2) | testing.requests()


@given(st.lists(testing.records() | testing.near_miss_records().map(loadable), max_size=6), few)
@example([{"name": 5}, {"name": "5"}], "name = 5")
@example([{"tags": [5, None]}, {"tags": ["5"]}], "tag = 5")
@example(
    [{"updated_at": "2020-01-01 00:00:00"}, {"updated_at": 1}], "updated_at = 2020-01-01T00:00:00Z"
)
@example([{"updated_at": "2020-02-30T00:00:00Z"}, {}], "updated_at != 2020-01-01T00:00:00Z")
@example([{"min_ram": "+5"}, {"min_ram": 5.0}, {"min_ram": True}], "min_ram = 5")
@example([{"__support_arm": "TRUE"}, {"__support_arm": 1}, {}], "architecture = x86")
@example([{"enterprise_project_id": 5}, {}], "enterprise_project_id = 0")
@example([{"protected": 1}, {"protected": "True"}, {"protected": True}], "protected")
def test_a_compiled_query_finds_what_the_matcher_matches(records: list[Record], text: str) -> None:
    try:
        matches = matcher(text)
    except QueryError as error:
        errors = [each for each in error.diagnostics if each.severity == "error"]
        assert {each.code for each in errors} == {"not-observable"}
        return
    images = [{**record, "id": f"i{number}"} for number, record in enumerate(records)]
    pairs = dict(imsquery.compile(text).params)
    asked = {name: value for name, value in pairs.items() if name not in {"limit", "marker"}}
    with Catalogue.from_records(images) as catalogue:
        found = ids(catalogue, encoded(asked.items()))

    assert sorted(found) == [image["id"] for image in images if matches(image)]
