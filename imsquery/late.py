"""Regular expressions that are compiled when they are first used.

Compiling those that a command never uses would be a good part of its cold start.  The ones that
every text needs are better compiled at once: a call of these takes an extra step.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Late:
    """Stands for ``re.compile(source, flags)``, with its methods."""

    __slots__ = ("_compiled", "_flags", "_source")

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source = source
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    def _pattern(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self._source, self._flags)
        return self._compiled

    def search(self, text: str, *ends: int) -> re.Match[str] | None:
        """Call ``search``; likewise below."""
        return self._pattern().search(text, *ends)

    def match(self, text: str, *ends: int) -> re.Match[str] | None:
        return self._pattern().match(text, *ends)

    def fullmatch(self, text: str, *ends: int) -> re.Match[str] | None:
        return self._pattern().fullmatch(text, *ends)

    def finditer(self, text: str, *ends: int) -> Iterator[re.Match[str]]:
        return self._pattern().finditer(text, *ends)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        return self._pattern().sub(new, text, count)
