"""Positions in the results of a plan, and the tokens that hold them."""

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

_CHECKED = 12  # bytes of the digest in a token


@frozen
class Position:
    """The last image returned, and where to resume each request.

    Attributes:
        count: images returned so far.
        key: the sort key of the last one.
        identity: its id.
        markers: number of a request -> the id to resume after, or ``None`` for the beginning; a
            request without an entry is exhausted.
    """

    count: int
    key: Key
    identity: str
    markers: Mapping[int, str | None]


def write_token(position: Position, fingerprint: str) -> str:
    """Return a position as a token of letters, digits, ``-`` and ``_``, safe in URLs."""
    markers = [[number, marker] for number, marker in sorted(position.markers.items())]
    body = json.dumps(
        [position.count, list(position.key), position.identity, markers], separators=(",", ":")
    ).encode()
    return _spell(_digest(body, fingerprint) + body)


def read_token(token: str, fingerprint: str, requests: int, kind: type) -> Position:
    """Read a token back.

    Args:
        token: a result of :func:`write_token`.
        fingerprint: that of the plan.
        requests: how many the plan has.
        kind: the type of its sort keys: ``int`` or ``str``.

    Raises:
        ValueError: it is damaged, or from another plan.
    """
    try:
        raw = base64.b64decode(
            token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True
        )
    except (UnicodeEncodeError, binascii.Error, AttributeError):
        raise _invalid() from None
    body = raw[_CHECKED:]
    # Spare bits in the last character allow several spellings, of which only one is a token.
    if raw[:_CHECKED] != _digest(body, fingerprint) or token != _spell(raw):
        raise _invalid()
    try:
        count, key, identity, pairs = json.loads(body)
        markers = dict(pairs)
    except (ValueError, TypeError, RecursionError):
        raise _invalid() from None
    # The digest is no secret: anybody can make a token of any content, so types are checked too.
    is_valid = (
        type(count) is int
        and count > 0
        and type(key) is list
        and [type(each) for each in key] in ([], [kind])
        and type(identity) is str
        and all(type(number) is int and 0 <= number < requests for number in markers)
        and all(marker is None or type(marker) is str for marker in markers.values())
    )
    if not is_valid:
        raise _invalid()
    return Position(count, tuple(key), identity, markers)


def _spell(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _digest(body: bytes, fingerprint: str) -> bytes:
    return hashlib.sha256(fingerprint.encode() + b":" + body).digest()[:_CHECKED]


def _invalid() -> ValueError:
    return ValueError("the cursor is damaged or from another plan")
