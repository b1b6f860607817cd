"""Where to go on in the results of a plan: a position, and the token that holds it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imsquery.execution.ordering import Key

_CHECKED = 12  # bytes of the digest in it


@frozen
class Position:
    """What came last, and where each request stands.

    Attributes:
        count: images given so far.
        key: what the last of them is sorted by.
        identity: its id.
        markers: number of a request -> the id behind which it goes on, or ``None`` for its
            beginning; without an entry there is nothing more to come.
    """

    count: int
    key: Key
    identity: str
    markers: Mapping[int, str | None]


def write_token(position: Position, fingerprint: str) -> str:
    """Give a token for URLs and files: letters, digits, ``-`` and ``_``."""
    markers = [[number, marker] for number, marker in sorted(position.markers.items())]
    body = json.dumps(
        [position.count, list(position.key), position.identity, markers], separators=(",", ":")
    ).encode()
    return _spell(_digest(body, fingerprint) + body)


def read_token(token: str, fingerprint: str, requests: int, kind: type) -> Position:
    """Read a token.

    Args:
        token: what :func:`write_token` gave.
        fingerprint: of the plan.
        requests: how many the plan has.
        kind: what its results are sorted by: ``int`` or ``str``.

    Raises:
        ValueError: it is damaged, or of another plan.
    """
    try:
        raw = base64.b64decode(
            token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True
        )
    except (UnicodeEncodeError, binascii.Error, AttributeError):
        raise _bad() from None
    body = raw[_CHECKED:]
    # The last letter may have bits to spare: of its spellings, one is the token's.
    if raw[:_CHECKED] != _digest(body, fingerprint) or token != _spell(raw):
        raise _bad()
    try:
        count, key, identity, pairs = json.loads(body)
        markers = {number: marker for number, marker in pairs}  # noqa: C416 -- pairs alone
    except (ValueError, TypeError, RecursionError):
        raise _bad() from None
    # Whoever can compute a digest can make any token: types are checked, too.
    is_sound = (
        type(count) is int
        and count > 0
        and type(key) is list
        and [type(each) for each in key] in ([], [kind])
        and type(identity) is str
        and all(type(number) is int and 0 <= number < requests for number in markers)
        and all(marker is None or type(marker) is str for marker in markers.values())
    )
    if not is_sound:
        raise _bad()
    return Position(count, tuple(key), identity, markers)


def _spell(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _digest(body: bytes, fingerprint: str) -> bytes:
    return hashlib.sha256(fingerprint.encode() + b":" + body).digest()[:_CHECKED]


def _bad() -> ValueError:
    return ValueError("the cursor is damaged, or belongs to another plan")
