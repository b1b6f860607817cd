"""Text to whatever an algebra makes of it: the table-driven LALR(1) parser.

The parser builds nothing itself.  Where the grammar names a rule, it calls the method of that name
on an *algebra*: one algebra makes the syntax tree (``imsquery.syntax``), another binds the text to
the spec with no tree in between (``imsquery.binder``).  Arguments are the values of the rule's
symbols; that of a terminal is the index of its token.
"""

from __future__ import annotations

from imsquery._tables import ACTIONS, GOTOS, RULES
from imsquery.lexer import END, Tokens, escape, unquote
from imsquery.limits import DEFAULT_LIMITS

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Self, TypeVar

    from imsquery.diagnostics import Diagnostic
    from imsquery.limits import Limits

    A = TypeVar("A", bound="Algebra")


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

    def reread(self, tokens: Tokens) -> None:
        """Take other tokens of the same text: mended ones."""
        self.tokens = tokens

    def broken(self, first: int, _last: int) -> Any:
        """Give what stands for a condition that cannot be read, and may begin with a name.

        An algebra that only its findings keep from a result can make do with any filter.
        """
        return self.everything(first)

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
        from imsquery.lookalikes import describe, first_foreign

        start, end = self.span(index)
        self.report(
            "syntax",
            f"{describe(first_foreign(self.tokens.lexemes[index]))} looks like ASCII but is not; "
            f"this is `{plain}`",
            (start, end),
            (f"write `{plain}`", [(start, end, plain)]),
        )
        self.tokens.lexemes[index] = plain

    def repeated_clause(self, which: str, first: int, last: int) -> None:
        """Report a clause that stands in the text before."""
        from imsquery.scanning import without

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
        from imsquery.diagnostics import diagnostic

        self.findings.append(diagnostic(code, message, span, fixes, severity))


def tokenize(text: str, limits: Limits = DEFAULT_LIMITS) -> Tokens:
    """Split a text into tokens, once it is known to be within the limits.

    Raises:
        QueryError: ``too-long``, ``too-deep`` or ``too-many``.
    """
    if len(text) > limits.length:
        _refuse(text, "too-long", (limits.length, len(text)), f"{limits.length:,} code points")
    tokens = Tokens(text)
    if len(tokens.kinds) > limits.depth:
        _check_depth(tokens, limits.depth)
    if len(tokens.kinds) > limits.count:
        _check_count(tokens, limits.count)
    return tokens


def _check_depth(tokens: Tokens, limit: int) -> None:
    """Refuse a text that nests deeper than the limit, before it is parsed.

    The parenthesis of a list or call and the ``not`` of ``not in`` open no level.
    """
    kinds = tokens.kinds
    if kinds.count("LPAR") + kinds.count("NOT") <= limit:
        return
    before = ""
    level = 0
    negations = 0  # since the last connective, within this parenthesis
    outside: list[tuple[int, int]] = []
    for index, kind in enumerate(kinds):
        if kind == "LPAR":
            outside.append((level, negations))
            level += before not in {"IN", "WORD"}
            negations = 0
        elif kind == "RPAR" and outside:
            level, negations = outside.pop()
        elif kind == "NOT" and kinds[index + 1] not in {"IN", "BETWEEN", "MATCH"}:
            level += 1
            negations += 1
        elif kind in {"AND", "OR"}:
            level -= negations
            negations = 0
        if level > limit:
            _refuse(tokens.text, "too-deep", tokens.span(index), f"{limit} levels")
        before = kind


def _check_count(tokens: Tokens, limit: int) -> None:
    """Refuse a text with more predicates than the limit, before it is parsed.

    Predicates and list items are what stands between connectives and commas.
    """
    kinds = tokens.kinds
    separators = kinds.count("AND") + kinds.count("OR") + kinds.count("COMMA")
    if separators - kinds.count("BETWEEN") < limit:
        return
    seen = 0
    for index, kind in enumerate(kinds):
        seen += (kind in {"AND", "OR", "COMMA"}) - (kind == "BETWEEN")
        if seen >= limit:
            span = (tokens.span(index)[0], len(tokens.text))
            _refuse(tokens.text, "too-many", span, f"{limit:,} predicates")


def _refuse(text: str, code: str, span: tuple[int, int], bound: str) -> None:
    from imsquery.diagnostics import QueryError, diagnostic

    message = f"more than {bound}; the limit can be raised"
    raise QueryError(text, [diagnostic(code, message, span)])


def parse_tokens(tokens: Tokens, algebra: Algebra) -> Any:
    """Run the tables over the tokens.

    Returns:
        What the algebra made of the query; ``None`` where the text does not parse: what it found
        until then is void, and ``imsquery.recovery`` reads the text again, mending as it goes.
    """
    rules, actions, gotos = algebra.rules, ACTIONS, GOTOS
    kinds = tokens.kinds
    state = 0
    states = [state]
    values: list[Any] = []
    index = 0
    while True:
        kind = kinds[index]
        action = actions[state].get(kind)
        if action is None:
            return None
        if action >= 0:
            if kind == "WORD" and kinds[index + 1] == "OPERATOR" and kinds[index + 2] in _VALUES:
                # The most frequent predicate, in one step: what the tables do in five.
                state = gotos[state].get("predicate", -1)
                if state >= 0:
                    values.append(algebra.comparison(index, index + 1, index + 2))
                    states.append(state)
                    index += 3
                    continue
            if kind == END:
                return values[0]
            values.append(index)
            state = action
            states.append(state)
            index += 1
            continue
        left, length, method = rules[~action]
        if method is None:
            del states[-1]
        elif method is _extend:
            values[-3].append(values[-1])
            del values[-2:], states[-3:]
        elif length:
            values[-length:] = (method(algebra, *values[-length:]),)
            del states[-length:]
        else:
            values.append(method(algebra))
        state = gotos[states[-1]][left]
        states.append(state)


_extend = Algebra.extend
_VALUES = frozenset({"WORD", "STRING", "PLACEHOLDER"})


def parse_with(algebra: A, tokens: Tokens) -> tuple[A, Any]:
    """Parse tokens; where they do not parse, recover.

    Args:
        algebra: a fresh one.
        tokens: of the text.

    Returns:
        The algebra, with its findings (after a syntax error it is another one), and what it made
        of the query: after a syntax error, of what could be read around it.
    """
    value = parse_tokens(tokens, algebra)
    if value is not None:
        return algebra, value
    from imsquery.recovery import recover

    algebra = algebra.afresh()
    return algebra, recover(tokens, algebra)
