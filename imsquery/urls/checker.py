"""What is wrong with a request, found in its URL or query string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.diagnostics.model import diagnostic, in_text_order
from imsquery.limits import DEFAULT_LIMITS, Limits
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.urls.pairs import Condition, RequestChecker
from imsquery.urls.reader import Pair, Url, locate, read_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.schema.spec import Spec

_LONGEST_ESCAPE = 12  # one code point, as the bytes of its UTF-8: %F0%9F%98%80


@frozen
class Reading:
    """A request that was read.

    Attributes:
        pairs: as they stand in the text.
        conditions: wire name -> what it asks for, where that could be read.
        findings: in text order; spans are of the text.
    """

    pairs: tuple[Pair, ...]
    conditions: dict[str, Condition]
    findings: tuple[Diagnostic, ...]


def check_url(
    text: str,
    *,
    spec: Spec = CLOUDIMAGES,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Diagnostic, ...]:
    """Give every finding of a URL or query string, in text order; never raises, for any ``str``.

    Args:
        text: the URL or query string; spans and fixes are of this text.
        spec: the parameters.
        allow_unlisted: a value that an open enumeration lacks is a warning.
        limits: how much text to take in.
    """
    return read_url(text, spec=spec, allow_unlisted=allow_unlisted, limits=limits).findings


def read_url(
    text: str,
    *,
    spec: Spec = CLOUDIMAGES,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Reading:
    """Read a request from its URL or query string; arguments as for :func:`check_url`."""
    url = locate(text)
    refused = _beyond(text, url, limits)
    if refused is not None:
        return Reading((), {}, (refused,))
    pairs, findings = read_pairs(text, url.query)
    path = _check_path(text, url, spec)
    return read_request(pairs, [*findings, *path], spec, allow_unlisted=allow_unlisted)


def read_request(
    pairs: Sequence[Pair],
    findings: Iterable[Diagnostic],
    spec: Spec,
    *,
    allow_unlisted: bool = False,
) -> Reading:
    """Read pairs; ``findings`` are those that there are already."""
    checker = RequestChecker(pairs, spec, allow_unlisted=allow_unlisted)
    checker.check()
    found = in_text_order([*findings, *checker.findings])
    return Reading(tuple(pairs), checker.conditions, found)


def _beyond(text: str, url: Url, limits: Limits) -> Diagnostic | None:
    """Refuse what is longer than any request that a query within the limits gives."""
    if len(text) > limits.length * _LONGEST_ESCAPE:
        bound = f"{limits.length * _LONGEST_ESCAPE:,} code points"
        code, start = "too-long", limits.length * _LONGEST_ESCAPE
    elif text.count("&", url.query.start) >= limits.count:
        bound = f"{limits.count:,} parameters"
        code, start = "too-many", url.query.start
    else:
        return None
    return diagnostic(code, f"more than {bound}; the limit can be raised", (start, len(text)))


def _check_path(text: str, url: Url, spec: Spec) -> list[Diagnostic]:
    """Warn where a URL is of another request; one without a path may be cut off."""
    path = text[url.path.start : url.path.end].rstrip("/")
    _, _, behind_scheme = path.rpartition("://")
    if "/" not in behind_scheme or path.endswith(spec.path):
        return []
    message = f"the path is not `{spec.path}`: this may be another request"
    return [diagnostic("syntax", message, (url.path.start, url.path.end), severity="warning")]
