"""What Glance and its descendant both have: a spec, and catalogues that both read alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from imsquery import CLOUDIMAGES, testing
from imsquery.schema.spec import Spec
from tests.glance.service import PATH

# Relations and scopes that the vendor has added, and that Glance knows nothing about.
_ADDED = {"flavor_id", "__whole_image", "architecture", "member_status", "enterprise_project_id"}
COMMON = Spec(
    [row for row in CLOUDIMAGES.parameters.values() if row.wire not in _ADDED],
    [
        each
        for same in CLOUDIMAGES.functions.values()
        for each in same
        if _ADDED.isdisjoint(wire for wire, _ in each.conditions)
    ],
    family=CLOUDIMAGES.family,
    members=CLOUDIMAGES.members,
    path=PATH,
    host=CLOUDIMAGES.host,
)


def _as_stored(image: dict[str, Any]) -> dict[str, Any]:
    """Spell a record as Glance compares it: the vendor ignores letter case, and `k.v` is `k=v`."""
    lowered = {
        name: value.lower() if value in ("True", "False") else value
        for name, value in image.items()
    }
    if "tags" in image:
        tags = (tag if "=" in tag else tag.replace(".", "=", 1) for tag in image["tags"])
        lowered["tags"] = [*dict.fromkeys(tags)]
    return lowered


def kept_ids(images: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop the numbers that make ids distinct, so that filters find some, and Glance takes all."""
    by_id = {image["id"].rpartition("-")[0]: image for image in images}
    return [{**image, "id": identity} for identity, image in by_id.items()]


catalogues = testing.catalogues(COMMON, max_size=8).map(
    lambda images: [*map(_as_stored, kept_ids(images))]
)


def ids(images: Iterable[Mapping[str, Any]]) -> list[str]:
    return [image["id"] for image in images]
