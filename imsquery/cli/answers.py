"""What a run answers: the images, how many there are, or their groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from imsquery.cli.escaping import json_text
from imsquery.cli.images import REGION, Field, lines
from imsquery.diagnostics.edits import clip
from imsquery.evaluation.attributes import read, read_list
from imsquery.schema.kinds import Boolean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imsquery.schema.spec import Spec

    Record = Mapping[str, Any]

ABSENT = "(absent)"
"""What a table shows for the images that lack the attribute."""
_MOST_VALUES = 3  # of an attribute that images differ in


class Answer(Protocol):
    """Takes images as they come, and says what is to be printed.

    Attributes:
        count: the images so far.
    """

    count: int

    def keep(self, place: str, record: Record) -> None:
        """Take an image."""

    def lines(self, form: str) -> Iterable[str]:
        """Return the lines to print."""


class Images:
    """All images, those of one place after those of another.

    Args:
        places: in the order in which to print them; with several, each image names its place.
        fields: what to print of each image; see :func:`~imsquery.cli.images.lines`.
        spec: the parameters.
    """

    def __init__(self, places: Sequence[str], fields: Sequence[Field] | None, spec: Spec) -> None:
        self.count = 0
        self._found: dict[str, list[Record]] = {place: [] for place in places}
        self._fields = fields
        self._spec = spec

    def keep(self, place: str, record: Record) -> None:
        """Take an image."""
        self.count += 1
        if len(self._found) > 1:
            # The region that was asked comes first, and replaces what the record says.
            record = {REGION: place} | {**record} | {REGION: place}
        self._found[place].append(record)

    @property
    def records(self) -> list[Record]:
        """The images."""
        return [record for records in self._found.values() for record in records]

    def lines(self, form: str) -> Iterable[str]:
        """Return a line for each image, and those around them."""
        return lines(self.records, form, self._fields, self._spec)


class Count:
    """The number of images."""

    def __init__(self) -> None:
        self.count = 0

    def keep(self, _place: str, _record: Record) -> None:
        """Take an image."""
        self.count += 1

    def lines(self, form: str) -> Iterable[str]:
        """Return the number: bare, or with its name."""
        if form == "csv":
            return ["count", str(self.count)]
        return [json_text({"count": self.count}) if form in {"json", "jsonl"} else str(self.count)]


class Value(NamedTuple):
    """A value of an attribute that sorts among others: absent, numbers, texts, anything else."""

    rank: int
    number: int = 0
    text: str = ""


_ABSENT = Value(0)
_NUMBER, _TEXT, _OTHER = 1, 2, 3


def values_of(field: Field, record: Record, spec: Spec) -> list[Value]:
    """Return the values of an image for an attribute, read by its type.

    An image has one, or that of being absent; of tags, any number.
    """
    row = spec.find(field.title)
    shown = record.get(field.attribute)
    if row is not None and row.multiple:
        return [Value(_TEXT, text=each) for each in dict.fromkeys(read_list(shown))] or [_ABSENT]
    value = shown if row is None else read(row, record)
    if isinstance(value, int):
        return [Value(_NUMBER, value)]
    if isinstance(value, str):
        return [Value(_TEXT, text=value)]
    return [_ABSENT if shown is None else Value(_OTHER, text=json_text(shown))]


class Groups:
    """The values of an attribute, and how many images have each; memory is that of the groups.

    Args:
        field: the attribute; images with several values count for each of them.
        spec: the parameters.
        is_counted: whether to print the numbers, too, largest first.
    """

    def __init__(self, field: Field, spec: Spec, *, is_counted: bool) -> None:
        self.count = 0
        self._counts: dict[Value, int] = {}
        self._field = field
        self._spec = spec
        self._is_counted = is_counted
        row = spec.find(field.title)
        self._is_truth = row is not None and isinstance(row.kind, Boolean)

    def keep(self, place: str, record: Record) -> None:
        """Take an image."""
        self.count += 1
        if self._field.attribute == REGION and place:
            record = {REGION: place}
        for value in values_of(self._field, record, self._spec):
            self._counts[value] = self._counts.get(value, 0) + 1

    def lines(self, form: str) -> Iterable[str]:
        """Return a line for each group, and those around them."""
        title = self._field.title
        columns = [Field(title, title)]
        counts = sorted(self._counts.items())
        if self._is_counted:
            columns.append(Field("count", "count"))
            counts.sort(key=lambda each: -each[1])
        records = [{title: self._shown(value, form), "count": count} for value, count in counts]
        return lines(records, form, columns, self._spec)

    def _shown(self, value: Value, form: str) -> object:
        """Return a value as JSON has it, or as a table shows it."""
        if value == _ABSENT:
            return ABSENT if form in {"table", "csv"} else None
        if value.rank == _NUMBER:
            return value.number
        if value.rank == _OTHER:
            return json.loads(value.text)
        return value.text == "true" if self._is_truth else value.text


def differences(records: Sequence[Record], spec: Spec) -> list[tuple[str, list[str]]]:
    """Return the attributes that images differ in, with the values that they have.

    What only repeats the id of each image, such as its URL, is left out; the id comes last.
    """
    identity = spec.names["id"].name
    found = []
    for field in _fields(records, spec, identity):
        values = list(dict.fromkeys(tuple(values_of(field, each, spec)) for each in records))
        if len(values) > 1 and not _repeats_id(field, records, identity):
            found.append((field.title, _some(values)))
    return found


def _fields(records: Sequence[Record], spec: Spec, identity: str) -> list[Field]:
    """Return what images can differ in: the region, what filters can ask for, and the id."""
    rows = [*spec.parameters.values(), *(spec.find(name) for record in records for name in record)]
    found = {REGION: Field(REGION, REGION)} if REGION in records[0] else {}
    for row in rows:
        if row is not None and row.observed is not None and row.name != identity:
            found.setdefault(row.observed, Field(row.name, row.observed))
    return [*found.values(), Field(identity, identity)]


def _repeats_id(field: Field, records: Sequence[Record], identity: str) -> bool:
    return field.title != identity and all(
        str(record.get(identity)) in str(record.get(field.attribute)) for record in records
    )


def _some(sets: list[tuple[Value, ...]]) -> list[str]:
    """Write some values, and how many more there are."""
    shown = [clip(", ".join(map(_text, values))) for values in sets[:_MOST_VALUES]]
    more = len(sets) - len(shown)
    return [*shown, f"{more:,} more"] if more else shown


def _text(value: Value) -> str:
    if value == _ABSENT:
        return ABSENT
    return str(value.number) if value.rank == _NUMBER else value.text
