"""A model of OpenStack Glance's image list, written from its source; it shares no code.

Source: Glance, ``glance/api/v2/images.py``, ``glance/db/sqlalchemy/api.py`` and
``glance/common/utils.py``.  Of a repeated parameter the last one counts, but for tags, all of which
an image must have, and sort keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from imsquery.execution.pages import Page

DEFAULT_LIMIT = 25
LISTED = {"id", "name", "status", "container_format", "disk_format"}  # compared by `=` and `in:`
SORT_KEYS = {*LISTED, "size", "created_at", "updated_at"}
BOUNDED = {
    f"{name}_{end}"
    for name in ("size", "virtual_size", "min_disk", "min_ram")
    for end in ("min", "max")
}
CLAUSES = {"sort", "sort_key", "sort_dir", "limit", "marker", "tag"}


class BadRequestError(Exception):
    """Status 400."""


class GlanceModel:
    """An image list.

    Args:
        images: as the API shows them.
        members: id -> the member status that the server knows but does not show.
        has_links: whether pages say, by a link, that there is another one.
    """

    def __init__(
        self,
        images: Sequence[Mapping[str, Any]],
        members: Mapping[str, str] | None = None,
        *,
        has_links: bool = True,
    ) -> None:
        self.images = list(images)
        self.members = members or {}
        self.has_links = has_links
        self.asked: list[str] = []

    def __call__(self, query: str) -> list[Mapping[str, Any]]:
        self.asked.append(query)
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        last = dict(pairs)
        tags = [value for name, value in pairs if name == "tag"]
        filters = {name: value for name, value in last.items() if name not in CLAUSES}
        if "member_status" in filters and filters.get("visibility") != "shared":
            raise BadRequestError(query)
        found = [
            image
            for image in self.images
            if all(self.is_found(image, *pair) for pair in filters.items())
            and all(has_tag(image, tag) for tag in tags)
        ]
        keys = sort_keys(pairs)
        limit = int(last.get("limit", DEFAULT_LIMIT))
        rest = self.after(found, last["marker"], keys) if "marker" in last else found
        page = arranged(rest, keys)[:limit]
        if not self.has_links:
            return page
        is_full = bool(page) and len(page) == limit
        return Page(page, f"/v2/images?marker={page[-1]['id']}" if is_full else None)

    def after(
        self, found: list[Mapping[str, Any]], marker: str, keys: Sequence[tuple[str, str]]
    ) -> list[Mapping[str, Any]]:
        """Return the images after one, which the same request need not find."""
        named = [image for image in self.images if image["id"] == marker]
        if not named:
            raise BadRequestError(f"no image {marker}")
        others = [image for image in found if image["id"] != marker]
        in_order = arranged([*others, *named], keys)
        return in_order[in_order.index(named[0]) + 1 :]

    def is_found(self, image: Mapping[str, Any], name: str, value: str) -> bool:
        stored = image.get(name)
        if name in {"created_at", "updated_at"}:
            return compares(stored, value)
        if name in LISTED:
            return stored is not None and str(stored) in listed(value)
        if name in BOUNDED:
            number = image.get(name[:-4])
            at_least = name.endswith("_min")
            return number is not None and (
                number >= int(value) if at_least else number <= int(value)
            )
        if name == "member_status":
            return self.members.get(image["id"]) == value
        if name == "protected" and value not in {"true", "false"}:
            raise BadRequestError(value)
        if isinstance(stored, bool):
            return str(stored).lower() == value
        return stored is not None and str(stored) == value


def listed(value: str) -> list[str]:
    """Return the values that a comparison is with: one, or those of a list."""
    operator, colon, rest = value.partition(":")
    if not colon:
        return [value]
    if operator == "eq":
        return [rest]
    if operator != "in":
        raise BadRequestError(value)
    values: list[str] = []
    while rest:
        if rest[0] == '"':
            end = rest.find('"', 1)
            if end < 0 or "\\" in rest[:end] or rest[end + 1 : end + 2] not in {"", ","}:
                raise BadRequestError(value)
            values.append(rest[1:end])
            rest = rest[end + 2 :]
            continue
        item, _, rest = rest.partition(",")
        if '"' in item:
            raise BadRequestError(value)
        values.append(item)
    return values


def has_tag(image: Mapping[str, Any], tag: str) -> bool:
    stored = image.get("tags", [])
    upgraded = [each.replace(".", "=", 1) for each in stored if "=" not in each]
    return tag in stored or tag in upgraded


def sort_keys(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each sort key with its direction, however the request has them."""
    keys: list[tuple[str, str]] = []
    for _, value in (pair for pair in pairs if pair[0] == "sort"):
        for part in value.split(","):
            name, _, direction = part.partition(":")
            keys.append((name, direction or "desc"))
    names = [value for name, value in pairs if name == "sort_key"]
    directions = [value for name, value in pairs if name == "sort_dir"]
    if len(directions) < 2:
        directions = (directions or ["desc"]) * max(1, len(names))
    if len(directions) != max(1, len(names)):
        raise BadRequestError("sort_dir")
    keys += zip(names or ["created_at"] * (not keys), directions, strict=False)
    if any(name not in SORT_KEYS or way not in {"asc", "desc"} for name, way in keys):
        raise BadRequestError("sort")
    return keys


def arranged(
    images: Sequence[Mapping[str, Any]], keys: Sequence[tuple[str, str]]
) -> list[Mapping[str, Any]]:
    """Sort images; what ties by time and id, in the direction of a single key, or else down."""
    way = keys[0][1] if len(keys) == 1 else "desc"
    ties = [(name, way) for name in ("created_at", "id") if name not in dict(keys)]
    found = [*images]
    for name, direction in reversed([*keys, *ties]):
        found.sort(key=partial(place, name), reverse=direction == "desc")
    return found


def place(name: str, image: Mapping[str, Any]) -> tuple[Any, ...]:
    value = image.get(name)
    if name == "created_at":
        return (1, moment(image[name]))
    return (0,) if value is None else (1, value)


def compares(stored: str | None, asked: str) -> bool:
    if stored is None:
        return False
    operator, _, time = asked.partition(":")
    left, right = moment(stored), moment(time)
    return {
        "lt": left < right,
        "lte": left <= right,
        "gt": left > right,
        "gte": left >= right,
        "eq": left == right,
        "neq": left != right,
    }[operator]


def moment(text: str) -> datetime:
    return datetime.strptime(text.replace(" ", "T").rstrip("Z"), "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 -- all are UTC
