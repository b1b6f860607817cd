"""The error that carries findings."""

from __future__ import annotations

from imsquery.diagnostics.model import in_text_order

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.diagnostics.model import Diagnostic


class QueryError(ValueError):
    """A query with errors."""

    def __init__(self, text: str, diagnostics: Iterable[Diagnostic]) -> None:
        super().__init__(text, in_text_order(diagnostics))

    @property
    def text(self) -> str:
        """The filter, or the unparsed text of a tree."""
        return str(self.args[0])

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every finding in text order, warnings included."""
        return tuple(self.args[1])

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self is other or self.args == getattr(other, "args", None)

    def __hash__(self) -> int:
        return hash(self.args)

    def __str__(self) -> str:
        from imsquery.diagnostics.render import render

        return render(self.text, self.diagnostics)
