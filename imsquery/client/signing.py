"""Signatures of requests for the vendor's API gateway.

Source: vendor documentation, "API Request Signing Guide", AK/SK signing and authentication.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote, unquote, unquote_to_bytes

from attrs import field, frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = "X-Sdk-Date"
SECURITY_TOKEN_HEADER = "X-Security-Token"
PROJECT_HEADER = "X-Project-Id"

_EMPTY = hashlib.sha256(b"").hexdigest()


@frozen
class AccessKey:
    """An access key with its secret; neither the secret nor a token shows in ``repr``.

    Attributes:
        access: the access key (AK).
        secret: the secret key (SK).
        security_token: of a temporary key.
        project: the id of the project, if it is not the default one of the region.
    """

    access: str
    secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    project: str | None = None


def sign(
    key: AccessKey,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    moment: datetime,
) -> dict[str, str]:
    """Sign a request that has no body.

    Args:
        key: the key to sign with.
        method: such as ``GET``.
        path: as in the URL.
        query: as in the URL, without ``?``.
        headers: to sign; they must include ``Host``.
        moment: the time of the request, in UTC; the gateway allows 15 minutes.

    Returns:
        The headers to add.
    """
    date = moment.strftime("%Y%m%dT%H%M%SZ")
    added = {DATE_HEADER: date}
    if key.security_token is not None:
        added[SECURITY_TOKEN_HEADER] = key.security_token
    if key.project is not None:
        added[PROJECT_HEADER] = key.project
    signed = {name.lower(): value.strip() for name, value in {**headers, **added}.items()}
    request = canonical_request(method, path, query, signed)
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{date}\n{digest}"
    signature = hmac.new(key.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    names = ";".join(sorted(signed))
    added["Authorization"] = (
        f"{ALGORITHM} Access={key.access}, SignedHeaders={names}, Signature={signature}"
    )
    return added


def canonical_request(method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """Return the text that is signed for a request without a body; header names in lower case."""
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    uri = quote(unquote(path), safe="/~").rstrip("/") + "/"
    return f"{method.upper()}\n{uri}\n{_canonical_query(query)}\n{lines}\n{names}\n{_EMPTY}"


def _canonical_query(query: str) -> str:
    """Sort the pairs of a query string, and encode all but letters, digits and ``-_.~``."""
    pieces = [piece.partition("=") for piece in query.split("&") if piece]
    pairs = [(_decode(name), _decode(value)) for name, _, value in pieces]
    return "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(pairs)
    )


def _decode(text: str) -> bytes:
    return unquote_to_bytes(text.replace("+", " "))
