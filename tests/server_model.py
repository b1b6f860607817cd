"""A model of the service, written from its reference and the documentation of Glance.

It shares no code with the package.  A request is a conjunction of equalities of strings; an absent
attribute equals nothing; all tags must be there, and of another parameter that is repeated the last
occurrence counts; the marker is exclusive; images are sorted by the key, then by id in the same
direction.  tests/glance holds it to the real Glance.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

DEFAULT_LIMIT = 500
SORT_KEYS = {"name", "container_format", "disk_format", "status", "id", "size", "created_at"}
CLOSED = {
    "protected": {"true", "false"},
    "visibility": {"public", "private", "shared", "community", "all", ""},
}
"""What has no other values."""
LISTED = ("id", "name", "status", "container_format", "disk_format")
"""What Glance looks for an operator in, before a colon."""


class BadRequestError(Exception):
    """Status 400."""


class ModelServer:
    """An image list.

    Args:
        images: as the API shows them.
        hidden: id -> what the server knows but does not show: ``flavors``, ``member_status``,
            ``whole_image``, and whether it is ``elsewhere``: in an enterprise project that is only
            searched if all are asked for.
        glance_ties: break ties as Glance does, by creation time before the id.
        folds_case: sort text case-insensitively, as databases often do.
        absent_last: sort absent values after all others, as some databases do.
    """

    def __init__(
        self,
        images: Sequence[Mapping[str, Any]],
        hidden: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        glance_ties: bool = False,
        folds_case: bool = False,
        absent_last: bool = False,
    ) -> None:
        self.images = list(images)
        self.hidden = hidden or {}
        self.glance_ties = glance_ties
        self.folds_case = folds_case
        self.absent_last = absent_last
        self.asked: list[str] = []

    def __call__(self, query: str) -> list[Mapping[str, Any]]:
        self.asked.append(query)
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        asked = dict(pairs)
        tags = [value.strip() for name, value in pairs if name == "tag"]
        key = asked.pop("sort_key", "created_at")
        direction = asked.pop("sort_dir", "desc")
        limit = asked.pop("limit", str(DEFAULT_LIMIT))
        marker = asked.pop("marker", None)
        if key not in SORT_KEYS or direction not in {"asc", "desc"} or not _is_count(limit):
            raise BadRequestError(query)
        if not all(_is_valid(*pair) for pair in asked.items()):
            raise BadRequestError(query)
        if "member_status" in asked and asked.get("visibility") != "shared":
            raise BadRequestError(query)
        conditions = [pair for pair in asked.items() if pair[0] != "tag"]
        conditions += [("tag", tag) for tag in tags]
        found = [image for image in self.images if self._is_found(image, conditions)]
        found.sort(key=lambda image: self.place(image, key), reverse=direction == "desc")
        if marker is not None:
            found = self._after(found, marker, key, direction)
        return found[: int(limit)]

    async def afetch(self, query: str) -> list[Mapping[str, Any]]:
        return self(query)

    def place(self, image: Mapping[str, Any], key: str) -> tuple[Any, ...]:
        created = _moment(image["created_at"])  # a time, however it is spelled
        value = created if key == "created_at" else image.get(key)
        if self.folds_case and isinstance(value, str):
            value = value.lower()
        first = (int(self.absent_last) * 2,) if value is None else (1, value)
        return (first, *((created,) if self.glance_ties else ()), image["id"])

    def _after(
        self, found: list[Mapping[str, Any]], marker: str, key: str, direction: str
    ) -> list[Mapping[str, Any]]:
        named = [image for image in self.images if image["id"] == marker]
        if not named:
            raise BadRequestError(f"no image {marker}")
        place = self.place(named[0], key)
        if direction == "desc":
            return [image for image in found if self.place(image, key) < place]
        return [image for image in found if self.place(image, key) > place]

    def _is_found(self, image: Mapping[str, Any], asked: Sequence[tuple[str, str]]) -> bool:
        is_elsewhere = self.hidden.get(image["id"], {}).get("elsewhere", False)
        if is_elsewhere and ("enterprise_project_id", "all_granted_eps") not in asked:
            return False
        return all(self._equals(image, name, value) for name, value in asked)

    def _equals(self, image: Mapping[str, Any], name: str, value: str) -> bool:
        secret = self.hidden.get(image["id"], {})
        match name:
            case "flavor_id":
                return value in secret.get("flavors", ())
            case "member_status":
                return bool(secret.get("member_status") == value)
            case "__whole_image":
                return str(secret.get("whole_image", False)).lower() == value
            case "architecture":
                arm = str(image.get("__support_arm")).lower() == "true"
                return value == ("arm" if arm else "x86")
            case "enterprise_project_id":
                return value in {"all_granted_eps", image.get(name, "0")}
            case "tag":
                stored = image.get("tags", [])
                upgraded = [tag.replace(".", "=", 1) for tag in stored if "=" not in tag]
                return value in stored or value in upgraded
            case "created_at" | "updated_at":
                return _compare(image.get(name), value)
            case _:
                return self._is_text(image.get(name), name, value)

    def _is_text(self, stored: object, name: str, value: str) -> bool:
        if isinstance(stored, bool) or name.startswith("__support_") or name == "__isregistered":
            return stored is not None and str(stored).lower() == value.lower()
        return stored is not None and str(stored) == value


def _is_count(text: str) -> bool:
    try:
        return int(text) >= 0
    except ValueError:
        return False


def _is_valid(name: str, value: str) -> bool:
    if name in {"created_at", "updated_at"}:
        return _split(value) is not None
    if name in LISTED:
        return ":" not in value
    return name not in CLOSED or value in CLOSED[name]


OPERATORS = {
    "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge,
    "eq": operator.eq, "neq": operator.ne,
}  # fmt: skip


def _split(asked: str) -> tuple[str, datetime] | None:
    """Return the operator and the time of a comparison; ``None`` if it is not one."""
    relation, _, time = asked.partition(":")
    for found in (("eq", asked), (relation, time)):
        try:
            moment = _moment(found[1])
        except ValueError:
            continue
        return (found[0], moment) if found[0] in OPERATORS else None
    return None


def _compare(stored: str | None, asked: str) -> bool:
    split = _split(asked)
    if stored is None or split is None:
        return False
    relation, moment = split
    return bool(OPERATORS[relation](_moment(stored), moment))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
