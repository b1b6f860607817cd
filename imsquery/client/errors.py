"""What goes wrong where images are fetched."""

from __future__ import annotations

_SHOWN = 300  # characters of a query that an error repeats


class FetchError(Exception):
    """A page could not be fetched, or is not what it should be.

    Attributes:
        message: what happened; no credentials are in it.
        query: the query string of the page.
        status: of HTTP, if there was an answer.
        code: of the service, such as ``IMG.0024``, if it gave one.
    """

    def __init__(
        self, message: str, query: str, status: int | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, query, status, code)
        self.message = message
        self.query = query
        self.status = status
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} (asked for {self.query[:_SHOWN] or 'all images'!r})"
