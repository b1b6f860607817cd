"""What would fail, or make wrong requests, is refused before a filter can use it."""

from __future__ import annotations

import json
import pickle
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, ForeignName, Function, Parameter, QueryError, check, matcher, plan
from imsquery import compile as compile_query
from imsquery.schema.kinds import (
    Boolean,
    Enumeration,
    Flag,
    Identifier,
    Integer,
    Kind,
    Tag,
    Text,
    Time,
)

TIMES = ("created_at", "updated_at")
ZONES = Enumeration("a", "b", "c")


def row(kind: Kind, wire: str = "zone", **columns: Any) -> dict[str, Any]:
    return {"parameters": [Parameter(wire, kind, source="test", **columns)]}


def call(*conditions: tuple[str, str], arguments: tuple[str, ...] = (), **more: Any) -> Function:
    return Function("f", arguments, conditions, summary="ours", source="test", **more)


def calling(*conditions: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"functions": [call(*conditions, **more)]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        # names
        (row(Text(), "__and"), "not a name in filters: 'and'"),
        (row(Text(), "Min_Disk"), "two parameters have the name 'Min_Disk'"),
        (row(Text(), aliases=("support_kvm2",)), "is a name of the open family"),
        (row(Flag(), "support_ours"), "is a name of the open family"),
        (row(Flag(), "__support_Ours"), "is a name of the open family"),
        # types
        (row(Enumeration()), "zone has no values"),
        (row(Enumeration("a", synonyms={"B": "a"})), "a word in lower case"),
        (row(Enumeration("a", synonyms={"b": "c"})), "'b' means 'c', which is not one"),
        (row(Integer(values=(1, 1))), "zone has a value twice"),
        (row(Integer(5, values=(1,))), "1 is not in its range"),
        (row(Integer(0, 1 << 70)), "more than 64 bits"),
        (row(Integer(0), json="boolean"), "values of the type integer are not boolean in records"),
        (row(Text(), json="list"), "unknown type in records 'list'"),
        (row(Text(), unit="GB"), "only numbers have a unit"),
        (row(Flag(), total=True), "so it is never total"),
        (row(Text(), operators={}, observed=None), "neither asked for nor seen"),
        (row(Text(), observed=None, sortable=True), "cannot be sorted by it"),
        (row(Tag(), multiple=True), "`strings` in records"),
        # values
        (row(ZONES, scopes=("d",)), "invalid scope for zone: 'd'"),
        (row(ZONES, reading={"x": "a"}), "a reading needs a default"),
        (row(ZONES, reading={"x": "d"}, default="a"), "invalid reading for zone: 'd'"),
        (row(ZONES, reading={"True": "b"}, default="a"), "`true` or `false` in lower case"),
        (row(ZONES, default="d"), "invalid default for zone: 'd'"),
        (row(Integer(), default="0"), "invalid default for zone: '0'; numbers and times have none"),
        (row(Time(), default="2018"), "invalid default for zone"),
        (row(ZONES, default="a", scopes=("a",)), "'a' is a scope, which no record carries"),
        (row(Text(), unseen={"Red": ("why", "")}), "expected a value in lower case"),
        (row(ZONES, unseen={"a": ("why", "d")}), "invalid value for zone: 'd'"),
        # other rows
        (row(Text(), requires=("zone", "a")), "zone refers to itself"),
        (row(Text(), requires=("limit", "5")), "requires applies to filters, not to clauses"),
        (row(Text(), requires=("min_disk", "40")), "numbers and times cannot be referred to"),
        (row(Text(), requires=("visibility", "none")), "invalid value for visibility: 'none'"),
        (row(Text(), requires=("member_status", "accepted")), "itself requires something"),
        (row(Text(), requires=("hw_firmware_type", "uefi")), "no request can ask for"),
        (row(Text(), requires=("visibility", "shared"), excludes=("visibility",)), "excludes it"),
        (row(Text(), goes_with=("__imagetype", "silver")), "invalid value for __imagetype"),
        (row(Text(), excludes=("protected",)), "every image has protected"),
        (row(Boolean(), total=True, excludes=("name",)), "every image has zone"),
        # clauses
        (row(Integer(), observed=None, clause="limit"), "set the same clause"),
        (row(Text(), "limit", observed=None, clause="limit"), "type text cannot set `limit`"),
        (row(Text(), observed=None, clause="having"), "unknown clause 'having'"),
        (row(Enumeration("up"), "sort_dir", observed=None, clause="direction"), "asc, desc"),
        ({"values": {"sort_key": ["owner"]}}, "sort_key is a clause"),
        # what plans rely on
        (row(Identifier(), "id", observed=None), "must show it, as a string: it is their `id`"),
        (row(Identifier(), "id", operators={}), "ask for an image by its `id`"),
        ({"parameters": [Parameter(each, Time(), source="test") for each in TIMES]},
         "no time is sortable"),
        # names of other tools
        ({"foreign_names": [ForeignName(("OS2",), source="test")]}, "a name in lower case"),
        ({"foreign_names": [ForeignName((), source="test")]}, "has no names"),
        ({"foreign_names": [ForeignName(("x",), ("nosuch",), source="test")]},
         "x refers to the unknown parameter 'nosuch'"),
        ({"foreign_names": [ForeignName(("x",), ("name =",), source="test")]},
         "x: not a condition on a parameter: 'name ='"),
        ({"foreign_names": [ForeignName(("x",), guesses=("nosuch = 1",), source="test")]},
         "not a condition on a parameter: 'nosuch = 1'"),
        ({"foreign_names": [ForeignName(("x",), guesses=("nosuch()",), source="test")]},
         "not a condition on a parameter: 'nosuch()'"),
        # functions
        (calling(("limit", "5")), "limit is a clause, which no condition can be about"),
        (calling(("id", "{10}"), arguments=("x",)), "f has no argument {10}"),
        (calling(("id", "{0"), arguments=("x",)), "has a brace that is not part"),
        (calling(("id", "{٠}"), arguments=("x",)), "has a brace that is not part"),
        (calling(("id", "a"), arguments=("x",)), "f does not use its argument 'x'"),
        (calling(), "f has no conditions"),
        (calling(("ours_{0}", "true"), arguments=("x",)), "only flags of a family"),
        (calling(("__support_{0}", "yes"), arguments=("x",)), "whose only value is true"),
        (calling(("created_at", "garbage")), "invalid value for created_at: 'garbage'"),
        (calling(("created_at", "2018-13")), "invalid value for created_at: '2018-13'"),
        (calling(("created_at", "0000")), "invalid value for created_at: '0000'"),
        (calling(("min_disk", "39")), "invalid value for min_disk: '39'"),
        (calling(("min_disk", "x")), "invalid value for min_disk: 'x'"),
        (calling(("name", "a*")), "no image has this name"),
        (calling(("status", "deleted")), "lists no image in this state"),
        (calling(("tag", "a=b"), relation="tagged"), "invalid key 'a=b'"),
        (calling(("name", "a"), relation="tagged"), "name has no keys"),
        (calling(("id", "{0}{1}"), arguments=("x", "y"), variadic=True), "of one argument"),
        ({"functions": [call(("id", "{0}"), arguments=("x",)),
                        call(("owner", "{0}"), arguments=("y",), variadic=True)]},
         "take the same number of arguments"),
    ],
)  # fmt: skip
def test_what_could_not_be_used_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        CLOUDIMAGES.extend(**change)


_odd: st.SearchStrategy[Any] = st.sampled_from(
    (1, None, True, "x", b"x", 1.5, (), [], {}, ("a",), ("a", "b"), (1, 2), {"a": "b"}, {"a": 1},
     {1: "a"}, {"a": ("b", "c")}, {"a": ("b",)}, "\ud800")
)  # fmt: skip


@given(st.sampled_from(Parameter._fields[2:]), _odd, st.sampled_from((Text(), Integer(), ZONES)))
def test_a_column_of_any_type_is_taken_or_refused(column: str, value: Any, kind: Kind) -> None:
    try:
        made = Parameter("zone", kind, **{"source": "test", column: value})
    except TypeError as error:
        assert str(error).startswith(f"Parameter: `{column}` must be ")
        return
    except ValueError as error:
        assert str(error).startswith("zone: ")
        assert column == "operators"
        return
    try:
        spec = CLOUDIMAGES.extend(parameters=[made])
    except (TypeError, ValueError):
        return
    assert json.dumps(spec.to_dict())
    assert pickle.loads(pickle.dumps(spec)) == spec  # noqa: S301 -- made here
    assert spec.dump()
    check("zone = a or name = b", spec=spec)


_made: dict[Any, dict[str, Any]] = {
    Parameter: {"wire": "zone", "kind": Text(), "source": "test"},
    Function: {"name": "f", "parameters": (), "conditions": (), "summary": "", "source": "test"},
    ForeignName: {"names": ("x",), "source": "test"},
    Enumeration: {},
    Integer: {},
}


@given(st.sampled_from([(each, column) for each in _made for column in each._fields]), _odd)
def test_an_argument_that_cannot_be_used_is_named(made: tuple[Any, str], value: Any) -> None:
    owner, name = made
    is_listed = (owner, name) == (Enumeration, "values")
    listed = [value] if is_listed else []
    try:
        owner(*listed, **_made[owner] | ({} if is_listed else {name: value}))
    except TypeError as error:
        assert str(error).startswith(f"{owner.__name__}: `{name}` must be ")
    except ValueError as error:
        assert str(error).startswith("zone: unknown operator")


@pytest.mark.parametrize(
    ("owner", "listed", "named", "message"),
    [
        (Parameter, (5, Text()), {"source": "t"}, "Parameter: `wire` must be a string, not 5"),
        (Parameter, ("zone", "text"), {"source": "t"}, "Parameter: `kind` must be a type of value"),
        (Parameter, ("zone", Text()), {"aliases": "area", "source": "t"},
         "Parameter: `aliases` must be strings, not 'area'"),
        (Function, ("f", "x", ()), {"summary": "", "source": "t"},
         "Function: `parameters` must be strings, not 'x'"),
        (Function, ("f", (), ("id", "a")), {"summary": "", "source": "t"},
         "Function: `conditions` must be pairs of strings, not ('id', 'a')"),
        (ForeignName, ("os",), {"source": "t"}, "ForeignName: `names` must be strings, not 'os'"),
        (Enumeration, ("a", 5), {}, "Enumeration: `values` must be strings, not ('a', 5)"),
        (Enumeration, ("a",), {"synonyms": ["b"]},
         "Enumeration: `synonyms` must be a mapping of strings to strings or None, not ['b']"),
        (Integer, (), {"values": 5}, "Integer: `values` must be whole numbers, not 5"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_said_by_the_name_of_the_argument(
    owner: Any, listed: tuple[Any, ...], named: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        owner(*listed, **named)


@pytest.mark.parametrize(
    ("kind", "named", "message"),
    [
        (Integer, {"least": "1"}, "Integer: `least` must be a whole number or None, not '1'"),
        (Enumeration, {"is_open": 1}, "Enumeration: `is_open` must be True or False, not 1"),
        (Enumeration, {"synonyms": {1: "a"}},
         "Enumeration: `synonyms` must be a mapping of strings to strings or None, not {1: 'a'}"),
    ],
)  # fmt: skip
def test_a_row_whose_values_have_a_wrong_type_is_refused(
    kind: Any, named: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        CLOUDIMAGES.extend(**row(kind(**named)))


@given(_odd, _odd, _odd)
def test_functions_and_names_of_any_type_are_taken_or_refused(a: Any, b: Any, c: Any) -> None:
    for make in (
        lambda: {"functions": [Function(a, b, c, summary="ours", source="test")]},
        lambda: {"functions": [call(("name", "a"), variadic=a)]},
        lambda: {"foreign_names": [ForeignName(a, b, guesses=c, source="test")]},
        lambda: {"parameters": [a], "functions": [b], "foreign_names": [c]},
    ):
        try:
            change = make()
        except (TypeError, ValueError):
            continue
        try:
            CLOUDIMAGES.extend(**change)
        except (TypeError, ValueError) as error:
            assert str(error)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValueError, match=r"(?s)zone has no values.*f has no conditions"):
        CLOUDIMAGES.extend(**row(Enumeration()), **calling())


def test_a_total_enumeration_has_no_complement_in_a_request() -> None:
    spec = CLOUDIMAGES.extend(**row(ZONES, total=True))

    with pytest.raises(QueryError, match="not-expressible"):
        compile_query("not zone = a", spec=spec)
    (request,) = plan("not zone = a", spec=spec).requests
    assert str(request.query_string) == ""
    assert matcher("not zone = a", spec=spec)({"zone": "b"})
    assert not matcher("not zone = a", spec=spec)({"zone": "a"})


def test_fixed_values_of_a_function_are_bound_as_if_they_were_written() -> None:
    conditions = [("min_disk", "40"), ("visibility", "PUBLIC"), ("created_at", "now-7d")]
    now = datetime(2018, 10, 28, tzinfo=UTC)
    written = "min_disk = 40 and visibility = public and created_at = now-7d"
    spec = CLOUDIMAGES.extend(functions=[call(*conditions)])

    assert compile_query("f()", spec=spec, now=now) == compile_query(written, now=now)
    assert len(plan("f()", spec=spec, now=now).requests) == 1
    record = {"min_disk": 40, "visibility": "public", "created_at": "2018-10-21T00:00:00Z"}
    assert matcher("f()", spec=spec, now=now)(record)


def test_a_fixed_day_is_the_whole_day() -> None:
    spec = CLOUDIMAGES.extend(functions=[call(("created_at", "2018-10-28"))])
    matches = matcher("f()", spec=spec)

    assert matches({"created_at": "2018-10-28T23:00:00Z"})
    assert not matches({"created_at": "2018-10-29T00:00:00Z"})
    with pytest.raises(QueryError, match="not-expressible"):
        compile_query("f()", spec=spec)


def test_a_day_cannot_be_fixed_where_records_do_not_show_the_time() -> None:
    hidden = row(Time(), observed=None)

    with pytest.raises(ValueError, match="write '2018' to the second"):
        CLOUDIMAGES.extend(**hidden, **calling(("zone", "2018")))


def test_arguments_beyond_the_tenth_have_their_place() -> None:
    names = tuple(f"a{number}" for number in range(11))
    value = "-".join(f"{{{number}}}" for number in range(11))
    spec = CLOUDIMAGES.extend(functions=[call(("id", value), arguments=names)])

    found = compile_query(f"f({', '.join('abcdefghijk')})", spec=spec)
    assert str(found) == "id=a-b-c-d-e-f-g-h-i-j-k"


def test_a_flag_is_made_of_the_argument_that_the_name_has() -> None:
    conditions = [("id", "{0}"), ("__support_{1}", "true")]
    spec = CLOUDIMAGES.extend(functions=[call(*conditions, arguments=("x", "y"))])

    assert str(compile_query("f(a, kvm)", spec=spec)) == "__support_kvm=true&id=a"


def test_the_sort_keys_are_the_parameters_that_can_be_sorted_by() -> None:
    spec = CLOUDIMAGES.extend(**row(Identifier(), sortable=True))

    assert str(compile_query("order by zone", spec=spec)) == "sort_key=zone"
    assert {*spec.clauses["order by"].kind.choices} == {*spec.sort_keys}
