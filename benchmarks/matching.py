"""A filter compared with a handwritten comprehension, over 100,000 records.

``select`` filters records as a comprehension does; a predicate is called for each record.
The comprehension assumes records as the service returns them, with truth values in either letter
case. The predicate also handles malformed records, and times in both formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import harness
import images

from imsquery.evaluation.matching import Matcher, matcher

Record = Mapping[str, Any]
Select = Callable[[list[Record]], list[Record]]

CASES: dict[str, Select] = {
    "platform = CentOS": lambda rows: [r for r in rows if r.get("__platform") == "CentOS"],
    "platform = CentOS and supports(kvm) and min_disk <= 40": lambda rows: [
        r
        for r in rows
        if r.get("__platform") == "CentOS"
        and r.get("__support_kvm", "").lower() == "true"
        and r.get("min_disk", 9999) <= 40
    ],
    "platform in (CentOS, Ubuntu, Debian) and not architecture = arm": lambda rows: [
        r
        for r in rows
        if r.get("__platform") in ("CentOS", "Ubuntu", "Debian")
        and r.get("__support_arm", "").lower() != "true"
    ],
    "imagetype = gold and visibility = public and protected or owner = x": lambda rows: [
        r
        for r in rows
        if (
            r.get("__imagetype") == "gold"
            and r.get("visibility") == "public"
            and r.get("protected") is True
        )
        or r.get("owner") == "x"
    ],
    "name startswith CentOS and min_ram >= 1024": lambda rows: [
        r for r in rows if r.get("name", "").startswith("CentOS") and r.get("min_ram", -1) >= 1024
    ],
    "created_at >= 2020-01-01 and created_at < 2022-01-01": lambda rows: [
        r
        for r in rows
        if r.get("created_at", "") >= "2020-01-01T00:00:00Z"
        and r.get("created_at", "") < "2022-01-01T00:00:00Z"
    ],
    "tagged(team, web) and status = active": lambda rows: [
        r
        for r in rows
        if ("team=web" in r.get("tags", ()) or "team.web" in r.get("tags", ()))
        and r.get("status") == "active"
    ],
}


def against_comprehensions(rounds: int, count: int) -> str:
    records: list[Record] = list(islice(images.images(count), count))
    rows = []
    for text, by_hand in CASES.items():
        is_wanted = matcher(text)

        def select(is_wanted: Matcher = is_wanted) -> list[Record]:
            return [*is_wanted.select(records)]

        def called(is_wanted: Matcher = is_wanted) -> list[Record]:
            return [record for record in records if is_wanted(record)]

        def hand(by_hand: Select = by_hand) -> list[Record]:
            return by_hand(records)

        found = hand()
        assert select() == called() == found  # noqa: S101 -- nothing to compare otherwise
        times = harness.measure({"hand": hand, "select": select, "called": called}, rounds)
        rows.append(
            [
                f"`{text}`",
                f"{len(found):,}",
                harness.microseconds(times["hand"]),
                *(harness.microseconds(times[name]) for name in ("select", "called")),
                *(f"{times.ratio(name, 'hand'):.2f}x" for name in ("select", "called")),
            ]
        )
    header = ("filter", "matches", "handwritten", "`select`", "called", "ratio", "called, ratio")
    return harness.table(f"Matching {count:,} records", header, rows)


def main(rounds: int) -> str:
    return against_comprehensions(rounds, 1_000 if rounds == 1 else 100_000)


if __name__ == "__main__":
    print(main(harness.rounds()))
