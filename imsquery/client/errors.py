"""The error of fetching images."""

from __future__ import annotations

_SHOWN = 300  # characters of a query in a message


class FetchError(Exception):
    """A page that could not be fetched, or is invalid.

    Attributes:
        message: what happened; it never contains credentials.
        query: the query string of the page.
        status: the HTTP status, if there was a response.
        code: the error code of the service, such as ``IMG.0024``, if it sent one.
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
