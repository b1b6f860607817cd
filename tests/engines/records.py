"""Records to filter in engines: the sample's, nasty ones with values of any type, and drawn ones.

In a table with a column for each attribute, values have the column's type: :func:`conform` says
what is left of a record there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import given, seed, settings

import imsquery
from imsquery import CLOUDIMAGES, Parameter, testing
from imsquery.schema.kinds import Boolean, Integer

Record = dict[str, Any]

TEXTS = (
    "a", "A", "ab", "aB", "b", "", "a\nb", "a\n", "\n", "\na", "\\", "a\\b", "\\*", "%", "_",
    "a%b", "a_b", "!", "*", "?", "a*b", "'", '"', "''", "a'b", "x' OR '1'='1", "$1", ":p1", "?1",
    "{p1}", "é", "É", "e\u0301", "ß", "SS", "\u212a", "k", "K", "\u017f", "s", "İ", "i", "I",
    "公共-1", "公共", "😀", "a😀b", "\u00a0", " a", "a ", "CentOS 7.3 64bit", "CentOS", "centos",
    "true", "True", "0", "007", "7", "null", "NaN", "x" * 300, "\x00", "a\x00b", "\u2028", "\x7f",
    "Ａ", "\r\n", "\t", "z", "Ubuntu 22.04 server 64bit", "Ubuntu", "\uffff", "\U0010ffff", "[a]",
    "a.b", "a=b",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 40, 64, 32, 100, 4096, 4095, 2**53, 2**63 - 1, -(2**63), "0", "-0", "+0", "007", "+5",
    "-5", "--5", "+-5", "+", "", " 5", "5 ", "5.0", "1e3", "\u0663", "64", "32", "4096", "4095",
    "4097", "9" * 18, "9" * 19, str(2**63 - 1), str(2**63), "9" * 30, "9" * 31, "-" + "9" * 31,
    "0" * 590 + "5", "1" + "0" * 599, "1" + "0" * 600, "-" + "1" * 599, "-" + "1" * 600, "5\n",
    "5_0", "0x5", 10**30, "1024", "2048", 1024, 2048, "40", "41", 41, "-10", "-9", -9, -10, "99",
    "100", "101",
)  # fmt: skip
TIMES = (
    "2018-10-28T10:00:00Z", "2018-10-28 10:00:00", "2018-10-28T10:00:00",
    "2018-10-28T10:00:00.5Z", "2018-10-28T10:00:01Z", "2018-10-28T09:59:59.999Z", "2018-10-28",
    "2018-10-28T10:00:00+08:00", "2019-02-29T00:00:00Z", "2020-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z", "2000-02-29T12:00:00Z", "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2018-10-28T24:00:00Z",
    "2018-10-28T10:00:60Z", "2018-10-28T10:00:00Z\n", "2018-10-28t10:00:00z",
    "2018-10-28T10:00:00.Z", "2018-13-01T00:00:00Z", "2018-04-31T00:00:00Z",
    "2018-12-31T23:59:59Z", "2019-01-01T00:00:00Z", "2018-01-01T00:00:00Z",
    "2017-12-31T23:59:59Z", "2018-11-01 00:00:00.000000Z", "", "now", "2018-10-27T23:59:59Z",
    "2018-10-29T00:00:00Z", "2018-03-25T02:30:00Z", "2018-10-28T01:30:00Z",
    "2018-10-28T02:30:00Z", "1969-12-31T23:59:59Z", "1582-10-10T00:00:00Z",
    "\u0662018-10-28T10:00:00Z",
)  # fmt: skip
TRUTHS = (
    True, False, "true", "True", "TRUE", "tRuE", "false", "False", "FALSE", "yes", "1", "true ",
    "\uff34\uff32\uff35\uff25", "t", "true\n", "",
)  # fmt: skip
LISTS: tuple[list[str], ...] = (
    [], ["a"], ["a=b"], ["a.b"], ["a.b=c"], ["a.b.c"], ["team=web"], ["team.web"], ["."], ["="],
    ["", "a"], ["b", "a"], ["=x", ".x"], ["a\x00b"], ["%"], ["\\"], ["'"], ["é"], ["a=b=c"],
    ["键=值"], ["A"], ["team"], ["a.", ".a"], ["a b"], ["x" * 200], ["a\nb"],
)  # fmt: skip
FOREIGN: tuple[Any, ...] = (
    None, 0, 5, 1.5, 5.0, 1e16, True, False, "a", "5", "true", [], ["a"], [1, "a", None], [None],
    {}, {"a": 1}, "2018-10-28T10:00:00Z", [["a"]], 2**70, -1,
)  # fmt: skip

ROWS = tuple(row for row in CLOUDIMAGES.parameters.values() if row.observed is not None)
ATTRIBUTES = tuple(dict.fromkeys(str(row.observed) for row in ROWS))
_OF_ATTRIBUTE = {str(row.observed): row for row in reversed(ROWS) if row.observed == row.wire} | {
    "tags": CLOUDIMAGES.names["tag"]
}


def pool(row: Parameter) -> tuple[Any, ...]:
    """Return values of the type of a parameter, and some that only look like it."""
    if row.multiple:
        return LISTS
    if isinstance(row.kind, Integer):
        return NUMBERS
    if isinstance(row.kind, Boolean):
        return TRUTHS
    if row.is_time:
        return TIMES
    return (*row.kind.choices, *TEXTS)


def nasty(count: int = 90) -> Iterator[Record]:
    """Return records in which each attribute goes through its pool, at a pace of its own."""
    for number in range(count):
        record: Record = {}
        for place, attribute in enumerate(ATTRIBUTES):
            values = pool(_OF_ATTRIBUTE[attribute])
            turn = number * (1 + place % 5) + place * 7
            if turn % 6 == 5:
                record[attribute] = FOREIGN[turn // 6 % len(FOREIGN)]
            elif turn % 9 != 8:
                record[attribute] = values[turn % len(values)]
        yield record


def sample(count: int = 20) -> Iterator[Record]:
    path = Path(imsquery.__file__).parent / "server" / "data" / "images.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines[:: len(lines) // count][:count]:
        yield json.loads(line)


def drawn(count: int = 30) -> list[Record]:
    found: list[Record] = []

    @seed(0)
    @settings(max_examples=count, database=None, derandomize=False)
    @given(testing.near_miss_records() | testing.records())
    def collect(record: Record) -> None:
        found.append(record)

    collect()
    return found[:count]


def everything() -> tuple[Record, ...]:
    """Return all of them, each with an id of its own, as they come out of JSON."""
    records = [*sample(), *nasty(), *drawn(), {}]
    written = [_written({**record, "id": f"i{n:03}"}) for n, record in enumerate(records)]
    return tuple(json.loads(text) for text in written if text is not None)


def _written(record: Record) -> str | None:
    try:
        return json.dumps(record, allow_nan=False)
    except ValueError:
        return None


RECORDS = everything()

# -- what is left of a record in columns

TYPES: Mapping[str, str] = {
    attribute: {
        "string": "text", "integer": "integer", "boolean": "boolean", "strings": "text[]",
    }[_OF_ATTRIBUTE[attribute].json]
    for attribute in ATTRIBUTES
}  # fmt: skip
"""A column for each attribute, of the type that the service's records have."""

OTHER_TYPES: Mapping[str, str] = {
    attribute: _other
    for attribute, said in TYPES.items()
    for row in [_OF_ATTRIBUTE[attribute]]
    for _other in [
        "timestamptz" if attribute in {"created_at", "active_at"}
        else "timestamp" if row.is_time
        else "integer" if attribute in {"max_ram", "__os_bit", "name"}
        else "number" if attribute in {"min_ram", "__image_size"}
        else "boolean" if isinstance(row.kind, Boolean)
        else said
    ]
    if attribute not in {"owner", "size"}
}  # fmt: skip
"""Columns of other types, two of them missing."""

_stamp = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?Z?", re.ASCII).fullmatch


def conform(record: Record, types: Mapping[str, str]) -> Record:
    """Return the record that a row shows, given the types of its columns."""
    kept = {name: _conformed(record.get(name), said) for name, said in types.items()}
    return {name: value for name, value in kept.items() if value is not None}


def _conformed(value: Any, said: str) -> Any:
    match said:
        case "text":
            return value if isinstance(value, str) else None
        case "integer" | "number":
            is_small = type(value) is int and abs(value) < (2**63 if said == "integer" else 2**52)
            return value if is_small else None
        case "boolean":
            if isinstance(value, str) and value.lower() in {"true", "false"}:
                return value.lower() == "true"
            return value if isinstance(value, bool) else None
        case "text[]":
            is_list = isinstance(value, list)
            return [each for each in value if isinstance(each, str)] if is_list else None
        case _:
            return value if isinstance(value, str) and is_time(value) else None


def is_time(text: str) -> bool:
    found = _stamp(text)
    try:
        return found is not None and bool(datetime.fromisoformat(f"{found[1]}T{found[2]}"))
    except ValueError:
        return False


def without_nul(record: Record) -> bool:
    return "\\u0000" not in json.dumps(record)
