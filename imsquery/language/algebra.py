"""What the parser calls: the base of all that is made of a text.

The parser builds nothing.  Where the grammar names a rule, it calls the method of that name on an
*algebra*: one makes the syntax tree (``imsquery.language.syntax``), another binds the text to the
spec with no tree in between (``imsquery.semantics.binder``).  Arguments are the values of the
rule's symbols; the value of a terminal is the index of its token.
"""

from __future__ import annotations

from imsquery.language._tables import RULES
from imsquery.language.lexer import escape, unquote

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Self

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.language.lexer import Tokens


class Algebra:
    """What the parser calls; collects the findings of one text.

    A finding about a value is the algebra's business too, since only it knows which tokens become
    values: :meth:`literal` reports what is wrong with a string.
    """

    rules: tuple[tuple[str, int, Callable[..., Any] | None], ...]

    def __init_subclass__(cls, *, is_partial: bool = False) -> None:
        """Look the methods of all rules up once for the class, unless it has yet to get some."""
        if not is_partial:
            cls.rules = tuple(
                (left, length, None if method is None else getattr(cls, method))
                for left, length, method in RULES
            )

    if TYPE_CHECKING:  # what the grammar names beside the methods here

        def comparison(self, name: int, operator: int, value: int) -> Any:
            """``name operator value``."""

        def everything(self, keyword: int) -> Any:
            """``all``."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.findings: list[Diagnostic] = []

    def afresh(self, *, keep: bool = False) -> Self:
        """Give the same algebra with nothing found yet, or with what is found by now."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, findings=[*self.findings] if keep else [])
        return other

    # -- what recovery asks for, in a text that does not parse

    may_enclose = True
    """Whether parentheses put round a part of the text would pair, and enclose just that."""

    is_foreign = False
    """Whether the text is of another dialect: only the fix that rewrites all of it fits."""

    def reread(self, tokens: Tokens) -> None:
        """Take other tokens of the same text: mended ones."""
        self.tokens = tokens

    def broken(self, first: int, last: int) -> Any:  # noqa: ARG002
        """Return the value of a condition that cannot be read; its first token may be a name.

        Any filter will do where findings keep the algebra from a result.
        """
        return self.everything(first)

    def broken_alone(self, token: int) -> Any:
        """Return the value of a condition that cannot be read and begins with no name."""
        return self.broken(token, token)

    def stands_alone(self, name: str) -> bool:  # noqa: ARG002
        """Tell whether a name is known for one that needs no operator."""
        return False

    def takes_arguments(self, name: str) -> bool:  # noqa: ARG002
        """Tell whether a name is known for that of a function."""
        return False

    def single(self, item: Any) -> list[Any]:
        """Begin a list."""
        return [item]

    def pair(self, left: Any, _separator: int, right: Any) -> list[Any]:
        """Begin a list of operands."""
        return [left, right]

    def extend(self, items: list[Any], _separator: int, item: Any) -> list[Any]:
        """Add to a list; no one else holds it yet."""
        items.append(item)
        return items

    def extend_adjacent(self, items: list[Any], item: Any) -> list[Any]:
        """Add to a list without a separator."""
        items.append(item)
        return items

    def literal(self, index: int) -> str:
        """Give the text that a word or string stands for."""
        lexeme = self.tokens.lexemes[index]
        if self.tokens.kinds[index] != "STRING":
            return lexeme
        value, faults = unquote(lexeme)
        for start, end, message in faults:
            offset, limit = self.tokens.span(index)
            place = (offset + start, min(offset + end, limit))
            written = lexeme[start:end]
            escaped = escape(written)
            fixes = [(f"write `{escaped}`", [(*place, escaped)])] if escaped else []
            self.report("syntax", message, place, *fixes)
        return value

    def foreign_letters(self, index: int, plain: str) -> None:
        """Report a name with letters that look like ASCII and are not, and read it as ASCII."""
        from imsquery.language.recovery.confusables import looks_like

        start, end = self.span(index)
        self.report(
            "syntax",
            looks_like(self.tokens.lexemes[index], plain),
            (start, end),
            (f"write `{plain}`", [(start, end, plain)]),
        )
        self.tokens.lexemes[index] = plain

    def repeated_clause(self, which: str, first: int, last: int) -> None:
        """Report a clause that stands in the text before."""
        from imsquery.diagnostics.edits import without

        start, end = self.span(first, last)
        self.report(
            "syntax",
            f"`{which}` stands here a second time",
            (start, end),
            ("remove it", [without(self.tokens.text, start, end)]),
        )

    def is_put_in(self, token: int) -> bool:
        """Tell a token that recovery put in: it takes up no place."""
        start, end = self.span(token)
        return start == end

    def span(self, first: int, last: int | None = None) -> tuple[int, int]:
        """Give the offsets that a token, or the tokens from one to another, take up."""
        return self.tokens.span(first, last)

    def report(
        self,
        code: str,
        message: str,
        span: tuple[int, int],
        *fixes: tuple[str, Iterable[tuple[int, int, str]]],
        severity: str = "error",
    ) -> None:
        """Note a finding; a fix is a title and its edits: ``(start, end, new text)``."""
        # Imported here: a text without findings must not pay for attrs.
        from imsquery.diagnostics.model import diagnostic

        fixes = () if self.is_foreign else fixes
        self.findings.append(diagnostic(code, message, span, fixes, severity))
