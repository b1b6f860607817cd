"""The base class of everything that the parser can make of a text.

The parser itself builds nothing.  For each rule that the grammar names, it calls the method of that
name on an *algebra*: one makes the syntax tree (``imsquery.language.syntax``), another binds the
text to the spec with no tree in between (``imsquery.semantics.binder``).  The arguments are the
values of the rule's symbols; the value of a terminal is the index of its token.
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
    """Makes values of one text, and collects its findings.

    Only the algebra knows which tokens become values, so :meth:`literal` reports faulty strings.
    """

    rules: tuple[tuple[str, int, Callable[..., Any] | None], ...]

    def __init_subclass__(cls, *, is_partial: bool = False) -> None:
        """Look up the methods of all rules, once for a class that has them all."""
        if not is_partial:
            cls.rules = tuple(
                (left, length, None if method is None else getattr(cls, method))
                for left, length, method in RULES
            )

    if TYPE_CHECKING:  # methods that the grammar names and this class calls

        def comparison(self, name: int, operator: int, value: int) -> Any:
            """``name operator value``."""

        def everything(self, keyword: int) -> Any:
            """``all``."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.findings: list[Diagnostic] = []

    def afresh(self, *, keep: bool = False) -> Self:
        """Return a copy without the findings, or with those so far."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, findings=[*self.findings] if keep else [])
        return other

    # -- what recovery uses, in a text that does not parse

    may_enclose = True
    """Whether parentheses around a part of the text would pair, and enclose just that."""

    is_foreign = False
    """Whether the text is of another dialect: only the fix that rewrites all of it fits."""

    def reread(self, tokens: Tokens) -> None:
        """Take the mended tokens of the same text."""
        self.tokens = tokens

    def broken(self, first: int, _last: int) -> Any:
        """Return the value of a condition that cannot be read; its first token may be a name.

        Any filter will do, since there is a finding.
        """
        return self.everything(first)

    def broken_alone(self, token: int) -> Any:
        """Return the value of a condition that cannot be read and does not begin with a name."""
        return self.broken(token, token)

    def is_standalone(self, _name: str) -> bool:
        """Return whether a name is known to be one that needs no operator."""
        return False

    def clause_of(self, _name: str) -> str:
        """Return the clause that a name is known to set, which is reported as no filter."""
        return ""

    default_order = ""
    """The name that a direction alone sorts by, if that is known."""

    def takes_arguments(self, _name: str) -> bool:
        """Return whether a name is known to be that of a function."""
        return False

    def is_time(self, _name: str) -> bool:
        """Return whether a name is known to be that of a time."""
        return False

    def is_choice(self, _name: str, _value: str) -> bool:
        """Return whether a value is known to be one of those that a name may have."""
        return False

    def refuses_all(self, _name: str) -> bool:
        """Return whether a function is known not to take ``all`` as an argument, even in quotes."""
        return False

    # -- lists

    def single(self, item: Any) -> list[Any]:
        """Begin a list."""
        return [item]

    def pair(self, left: Any, _separator: int, right: Any) -> list[Any]:
        """Begin a list of operands."""
        return [left, right]

    def extend(self, items: list[Any], _separator: int, item: Any) -> list[Any]:
        """Add to a list, in place: nothing else refers to it yet."""
        items.append(item)
        return items

    def extend_adjacent(self, items: list[Any], item: Any) -> list[Any]:
        """Add to a list without a separator."""
        items.append(item)
        return items

    # -- keys of `order by`

    def directed(self, name: int, direction: int) -> tuple[int, int]:
        """Return a key with its direction; one without is the token of its name."""
        return name, direction

    # -- values and findings

    def literal(self, index: int) -> str:
        """Return the value of a word or string, and report what is wrong with it."""
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
        """Report a name with letters that only look like ASCII, and read it as ASCII."""
        from imsquery.language.recovery.confusables import looks_like

        start, end = self.own_place(index)
        self.report(
            "syntax",
            looks_like(self.tokens.lexemes[index], plain),
            (start, end),
            (f"write `{plain}`", [(start, end, plain)]),
        )
        self.tokens.lexemes[index] = plain

    def repeated_clause(self, which: str, first: int, last: int) -> None:
        """Report a clause that appears before in the text."""
        from imsquery.diagnostics.edits import without

        start, end = self.span(first, last)
        self.report(
            "syntax",
            f"duplicate `{which}`",
            (start, end),
            (f"remove the second `{which}`", [without(self.tokens.text, start, end)]),
        )

    def is_put_in(self, token: int) -> bool:
        """Return whether recovery added a token: it takes up no place."""
        start, end = self.span(token)
        return start == end

    def own_place(self, token: int) -> tuple[int, int]:
        """Return the offsets of a token without what recovery left out next to it."""
        start, end = self.span(token)
        lexeme = self.tokens.lexemes[token]
        at = self.tokens.text.find(lexeme, start, end)
        return (start, end) if at < 0 else (at, at + len(lexeme))

    def through_case(self, last: int) -> int:
        """Return the last token of a condition: that of the ``ignoring case`` after it, if any."""
        return last + 2 if self.tokens.kinds[last + 1] == "IGNORING" else last

    def span(self, first: int, last: int | None = None) -> tuple[int, int]:
        """Return the offsets of a token, or of the tokens from one to another."""
        return self.tokens.span(first, last)

    def report(
        self,
        code: str,
        message: str,
        span: tuple[int, int],
        *fixes: tuple[str, Iterable[tuple[int, int, str]]],
        severity: str = "error",
        notes: Iterable[str] = (),
    ) -> None:
        """Add a finding; a fix is a title and its edits: ``(start, end, new text)``."""
        # Imported here: most texts have no findings.
        from imsquery.diagnostics.model import diagnostic

        fixes = () if self.is_foreign else fixes
        self.findings.append(diagnostic(code, message, span, fixes, severity, notes))
