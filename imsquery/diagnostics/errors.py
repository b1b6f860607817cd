"""The error that carries findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imsquery.diagnostics.model import in_text_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.diagnostics.model import Diagnostic


class QueryError(ValueError):
    """A query with errors.

    Attributes:
        text: the text of the query; for a syntax tree, its unparsed text.
        diagnostics: all findings in text order, warnings included.
    """

    text: str
    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, text: str, diagnostics: Iterable[Diagnostic]) -> None:
        super().__init__(text, diagnostics)
        self.text = text
        self.diagnostics = in_text_order(diagnostics)

    def __str__(self) -> str:
        from imsquery.diagnostics.render import render

        return render(self.text, self.diagnostics)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.diagnostics)
