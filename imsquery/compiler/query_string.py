"""Canonical query strings, made of pairs of wire name and value."""

from __future__ import annotations

import re
from types import MappingProxyType

from imsquery.late import Late

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imsquery.diagnostics.model import Diagnostic

# The service's own examples do not encode `:` and `=` in values; its signing rules encode both.
# Source: vendor documentation, "API request signing", CanonicalQueryString.
_CANONICAL_SAFE = ":="
is_plain = re.compile(r"[A-Za-z0-9\-._~:=]*").fullmatch

# A label of a host name, so that a region is a part of its host and of nothing else.
_region = Late(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch
_endpoint = Late(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?:[0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
    r"(?:/[A-Za-z0-9._~/-]*)?"
).fullmatch


def encode(value: str, safe: str = _CANONICAL_SAFE) -> str:
    """Percent-encode a value: UTF-8, upper-case hex, space as ``%20``.

    Everything is encoded except ``A-Z a-z 0-9 - . _ ~`` and the characters in ``safe``.
    """
    # Imported here, since most values are plain, and urllib costs more than a whole compile.
    from urllib.parse import quote

    return quote(value, safe=safe)


def join(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the canonical query string of pairs in canonical order."""
    if not is_plain("".join([value for _, value in pairs])):
        pairs = [(name, value if is_plain(value) else encode(value)) for name, value in pairs]
    return "&".join([f"{name}={value}" for name, value in pairs])


class CompiledQuery:
    """A request: the pairs of a query string in canonical order; immutable and hashable."""

    __slots__ = ("_parts",)
    _parts: tuple[Sequence[tuple[str, str]], str, str, tuple[Diagnostic, ...]]

    # The ``__init__`` of a frozen class would take a good part of a bind, and so would a slot each.
    def __init__(
        self,
        pairs: Sequence[tuple[str, str]],
        query_string: str,
        path: str,
        warnings: tuple[Diagnostic, ...] = (),
    ) -> None:
        _set_parts(self, (pairs, query_string, path, warnings))

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"{type(self).__name__} is immutable"
        raise AttributeError(msg)

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __str__(self) -> str:
        return self._parts[1]

    def __repr__(self) -> str:
        return f"CompiledQuery({self._parts[1]!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CompiledQuery):
            return NotImplemented
        return self._parts[1:3] == other._parts[1:3]  # of equal strings, pairs are equal

    def __hash__(self) -> int:
        return hash(self._parts[1])

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self._parts

    @property
    def query_string(self) -> str:
        """The canonical form, such as ``limit=1&status=active``; also ``str()``."""
        return self._parts[1]

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The findings, none of which is an error."""
        return self._parts[3]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Wire names and values, not encoded, in canonical order; a name may repeat."""
        return tuple(self._parts[0])

    @property
    def params(self) -> Mapping[str, str]:
        """Wire name -> value, not encoded, in canonical order; read-only.

        Raises:
            ValueError: a name repeats, as only some specs allow; ``pairs`` has them all.
        """
        pairs, *_ = self._parts
        params = dict(pairs)
        if len(params) < len(pairs):
            msg = "a parameter repeats; use `pairs`"
            raise ValueError(msg)
        return MappingProxyType(params)

    @property
    def signing_string(self) -> str:
        """The form for the vendor's request signing: ``:`` and ``=`` are encoded, too."""
        return "&".join(f"{name}={encode(value, '')}" for name, value in self._parts[0])

    def url(self, endpoint: str) -> str:
        """Return the URL of the request.

        Args:
            endpoint: scheme and host, such as ``https://ims.cn-north-4.myhuaweicloud.com``, with
                or without the path of the request.

        Raises:
            ValueError: the endpoint is not an http or https URL, or has a query or fragment.
        """
        pairs, query_string, path, _ = self._parts
        base = f"{check_endpoint(endpoint, path)}{path}"
        return f"{base}?{query_string}" if pairs else base


_set_parts = vars(CompiledQuery)["_parts"].__set__


def check_endpoint(endpoint: str, path: str = "") -> str:
    """Return an endpoint without a slash at its end, and without the path of a request.

    It may have the whole path, or the beginning of it, such as ``/v2``.

    Raises:
        ValueError: it is not an http or https URL, or has a query or fragment.
    """
    if not _endpoint(endpoint):
        # There may be a password before the `@`.
        shown = "…" * ("@" in endpoint) + endpoint[endpoint.rfind("@") + 1 :]
        msg = f"not an endpoint: {shown[:200]!r}; expected scheme and host, such as https://host"
        raise ValueError(msg)
    endpoint = endpoint.rstrip("/")
    while path:
        base = endpoint.removesuffix(path).rstrip("/")
        if base != endpoint and _endpoint(base):  # a host may be called as the path begins
            return base
        path = path.rpartition("/")[0]
    return endpoint


def check_region(region: str) -> str:
    """Return the name of a region, such as ``cn-north-4``.

    Raises:
        ValueError: it cannot be one, whatever the cloud.
    """
    if not _region(region):
        expected = "up to 63 lower-case letters, digits and inner hyphens"
        msg = f"not a region: {region[:200]!r}; expected {expected}"
        raise ValueError(msg)
    return region


def region_endpoint(region: str, host: str) -> str:
    """Return the endpoint of a region.

    Args:
        region: such as ``cn-north-4``.
        host: the pattern of the spec, which contains ``{region}``.

    Raises:
        ValueError: it cannot be the name of a region, or the spec knows no endpoints of regions.
    """
    if "{region}" not in host:
        msg = "the spec has no host for regions; use --endpoint instead"
        raise ValueError(msg)
    return host.replace("{region}", check_region(region))
