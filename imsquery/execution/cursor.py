"""Positions in the results of a plan, and the tokens that hold them."""

from __future__ import annotations

import base64
import binascii
import json

from imsquery.execution.ordering import sort_key
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from imsquery.execution.ordering import Place, Shown

_CHECKED = 12  # bytes of the digest in a token


class Kinds(Frozen):
    """The types in the positions of a plan: ``int`` or ``str`` each.

    Attributes:
        keys: of each sort key.
        skipped, kept: of what groups are by; ``None`` where the plan has no groups.
    """

    keys: tuple[type, ...]
    skipped: type | None = None
    kept: type | None = None


class Position(Frozen):
    """The last image returned, and where to resume each request.

    Attributes:
        count: images returned so far.
        keys: what the last one shows of the attributes that results are sorted by.
        identity: its id.
        markers: number of a request -> the id to resume after, or ``None`` for the beginning; a
            request without an entry is exhausted.
        skipped, kept: group -> images of it that ``skip … per`` and ``limit … per`` counted so far.
    """

    count: int
    keys: tuple[Shown, ...]
    identity: str
    markers: Mapping[int, str | None]
    skipped: Mapping[Shown, int]
    kept: Mapping[Shown, int]

    @property
    def place(self) -> Place:
        """The place of the last image in the order."""
        return (*map(sort_key, self.keys), self.identity)


def write_token(position: Position, fingerprint: str) -> str:
    """Return a position as a token of letters, digits, ``-`` and ``_``, safe in URLs."""
    parts = [
        position.count,
        position.keys,
        position.identity,
        sorted(position.markers.items()),
        sorted(position.skipped.items()),
        sorted(position.kept.items()),
    ]
    body = json.dumps(parts, separators=(",", ":")).encode()
    return _spell(_digest(body, fingerprint) + body)


def read_token(token: str, fingerprint: str, requests: int, kinds: Kinds) -> Position:
    """Read a token back.

    Args:
        token: a result of :func:`write_token`.
        fingerprint: that of the plan.
        requests: how many the plan has.
        kinds: the types of its sort keys and groups.

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
        count, keys, identity, pairs, skipped, kept = json.loads(body)
        position = Position(
            count,
            _keys(keys, kinds.keys),
            identity,
            dict(pairs),
            _groups(skipped, kinds.skipped),
            _groups(kept, kinds.kept),
        )
    except (ValueError, TypeError, RecursionError):
        raise _invalid() from None
    # The digest is not secret: anybody can make a token of any content, so types are checked too.
    markers = position.markers
    is_valid = (
        type(count) is int
        and count > 0
        and type(identity) is str
        and all(type(number) is int and 0 <= number < requests for number in markers)
        and all(marker is None or type(marker) is str for marker in markers.values())
    )
    if not is_valid:
        raise _invalid()
    return position


def _keys(found: Any, kinds: Sequence[type]) -> tuple[Shown, ...]:
    """Read sort keys; raise :class:`ValueError` if they are not of these types."""
    return tuple(_key(each, kind) for each, kind in zip(found, kinds, strict=True))


def _key(found: Any, kind: type | None) -> Shown:
    if type(found) is not list or [type(each) for each in found] not in ([], [kind]):
        raise _invalid()
    return tuple(found)


def _groups(found: Any, kind: type | None) -> dict[Shown, int]:
    """Read the counts of groups; raise :class:`ValueError` if they are malformed."""
    groups = {_key(group, kind): count for group, count in found}
    if (kind is None and groups) or any(type(each) is not int for each in groups.values()):
        raise _invalid()
    return groups


def _spell(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _digest(body: bytes, fingerprint: str) -> bytes:
    import hashlib  # here: only a run needs it

    return hashlib.sha256(fingerprint.encode() + b":" + body).digest()[:_CHECKED]


def _invalid() -> ValueError:
    return ValueError("the cursor is damaged or from another plan")
