"""Compiled filters as JSON, CSV, Markdown, queries of a Grafana panel, and blocks of Terraform.

Each format is a generator, so that a batch of any length takes constant memory.
"""

from __future__ import annotations

from imsquery.cli.escaping import (
    csv_line,
    inert,
    json_array,
    markdown_cell,
    markdown_link,
    printable,
)
from imsquery.forms.terraform import block
from imsquery.schema.kinds import Integer

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

    Pairs = Iterable[tuple[str, str]]  # of a filter and what it compiles to

_FILTER = "filter"
_RECORDS = "images"  # the key of the records in a response
COLUMNS = ("name", "platform", "os_version", "status", "visibility", "id")
"""The columns of any table of images, by short name."""
_LETTERS = 26


def as_json(pairs: Pairs, title: str, _spec: Spec) -> Iterator[str]:
    """Yield an array of objects, one a line."""
    yield from json_array({_FILTER: text, title: compiled} for text, compiled in pairs)


def as_csv(pairs: Pairs, title: str, _spec: Spec) -> Iterator[str]:
    """Yield comma-separated values under a header; no cell is a formula."""
    yield csv_line([_FILTER, title])
    for text, compiled in pairs:
        yield csv_line([inert(_on_one_line(text)), inert(compiled)])


def as_markdown(pairs: Pairs, title: str, _spec: Spec) -> Iterator[str]:
    """Yield a table; source: GitHub Flavored Markdown, "Tables"."""
    yield f"| {_FILTER} | {title} |"
    yield "| --- | --- |"
    write = markdown_link if title == "url" else markdown_cell
    for text, compiled in pairs:
        yield f"| {markdown_cell(_on_one_line(text))} | {write(compiled)} |"


def as_infinity(pairs: Pairs, _title: str, spec: Spec) -> Iterator[str]:
    """Yield queries of Grafana's Infinity data source, as a panel's `targets`.

    Only the URL comes from a filter, and it encodes whatever Grafana would replace as a variable.
    Source: the plugin's `src/types/query.types.ts` and its documentation, "JSON".
    """
    columns = _columns(spec)
    yield from json_array(
        {
            "refId": _reference(number),
            "datasource": {"type": "yesoreyeram-infinity-datasource"},
            "type": "json",
            "source": "url",
            "parser": "backend",
            "format": "table",
            "url": url,
            "url_options": {"method": "GET", "data": ""},
            "root_selector": _RECORDS,
            "columns": columns,
            "filters": [],
        }
        for number, (_, url) in enumerate(pairs)
    )


def as_terraform(pairs: Pairs, _title: str, _spec: Spec) -> Iterator[str]:
    """Yield data sources of Terraform; each has a name of its own."""
    for number, (_, arguments) in enumerate(pairs, 1):
        yield from block(_RECORDS if number == 1 else f"{_RECORDS}_{number}", arguments)


FORMATS: Mapping[str, Callable[[Pairs, str, Spec], Iterator[str]]] = {
    "json": as_json,
    "csv": as_csv,
    "markdown": as_markdown,
    "infinity": as_infinity,
    "terraform": as_terraform,
}
"""Name of a format -> function that yields its lines: of pairs, the title of the second, a spec."""


def _on_one_line(text: str) -> str:
    # A tab can only be white space: a value cannot contain one.
    return printable(text.replace("\t", " ").strip(" "))


def _columns(spec: Spec) -> list[dict[str, str]]:
    """Return the columns, sizes and the times that every image has among them."""
    rows = [spec.names[name] for name in COLUMNS if name in spec.names]
    rows += [row for row in spec.parameters.values() if row.unit or (row.is_time and row.total)]
    return [
        {"selector": row.observed or row.wire, "text": row.name, "type": _type(row)} for row in rows
    ]


def _type(row: Parameter) -> str:
    if row.is_time:
        return "timestamp"
    return "number" if isinstance(row.kind, Integer) and row.json == "integer" else "string"


def _reference(number: int) -> str:
    """Return the letters that Grafana would use: `A` to `Z`, `AA`, `AB` and so on."""
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + letter) + letters
    return letters
