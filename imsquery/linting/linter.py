"""The requests in source code, configuration and documentation, and their findings."""

from __future__ import annotations

from imsquery.diagnostics.model import Diagnostic, Edit, Fix
from imsquery.diagnostics.source import Span
from imsquery.linting import commands, hcl, ignoring, urls
from imsquery.linting.placeholders import is_stand_in
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.urls.checker import read_request

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.linting.requests import Request
    from imsquery.schema.spec import Spec

_OF_VALUES = frozenset({"bad-value", "unlisted-value"})


def lint(
    text: str, *, spec: Spec = CLOUDIMAGES, allow_unlisted: bool = False
) -> tuple[Diagnostic, ...]:
    """Find the requests for image lists in a text and check each.

    They are URLs in any language, commands of KooCLI, parameters of Python's HTTP libraries and of
    the vendor's SDK, data sources of Terraform, and image filters of Packer. A value that a program
    fills in, such as ``{project}``, ``$NAME`` or ``%s``, may be anything.

    A comment with ``imsquery: ignore[code]`` leaves out findings in its line; ``imsquery: ignore``
    leaves out all.

    Args:
        text: the text of a file in any language.
        spec: the parameters, and the path of such URLs.
        allow_unlisted: whether a value that an open enumeration lacks is a warning.

    Returns:
        The findings in text order; spans and fixes are of the whole text.
    """
    found: list[tuple[Request, Diagnostic]] = []
    known: dict[int, list[Diagnostic]] = {}
    for read in _READERS:
        may_stand_in = read in {urls.read, commands.read}  # as in a document
        for request in read(text, spec):
            if request.first is None:
                new = _check(request, allow_unlisted=allow_unlisted)
                known[request.span.start] = new
            else:
                distance = request.span.start - request.first
                new = [_moved(each, distance) for each in known[request.first]]
            found += (
                (request, each)
                for each in new
                if not (may_stand_in and _is_of_stand_in(each, text))
            )
    if found:
        found = ignoring.without_ignored(text, found)
    return tuple(sorted((each for _, each in found), key=_place))


def _read_python(text: str, spec: Spec) -> Iterator[Request]:
    """Yield the requests of Python; what reads it is loaded for a text that may have some."""
    if "params" in text or "ListImagesRequest" in text:
        from imsquery.linting import python

        yield from python.read(text, spec)


_READERS = (urls.read, commands.read, _read_python, hcl.read)


def _check(request: Request, *, allow_unlisted: bool) -> list[Diagnostic]:
    """Return the findings of one request, in the offsets of the file."""
    reading = read_request(
        request.pairs, request.findings, request.spec, allow_unlisted=allow_unlisted
    )
    place = request.place
    return [place(each) for each in reading.findings] if place else [*reading.findings]


def _is_of_stand_in(found: Diagnostic, text: str) -> bool:
    """Return whether a finding is of a word in the place of a value, and like no value."""
    return (
        found.code in _OF_VALUES
        and not found.fixes
        and is_stand_in(text, found.span.start, found.span.end) is not None
    )


def _moved(found: Diagnostic, distance: int) -> Diagnostic:
    """Return the same finding in a later request with the same text."""
    fixes = [
        Fix(
            fix.title,
            tuple([Edit(_shift(each.span, distance), each.text) for each in fix.edits]),
            fix.applicability,
        )
        for fix in found.fixes
    ]
    span = _shift(found.span, distance)
    return Diagnostic(found.code, found.severity, found.message, span, tuple(fixes), found.notes)


def _shift(span: Span, distance: int) -> Span:
    return Span(span.start + distance, span.end + distance)


def _place(found: Diagnostic) -> tuple[int, int]:
    return found.span.start, found.span.end
