"""Other ways to write a condition, bound to see whether they are valid.

Loaded only for texts with a name that the spec lacks.
"""

from __future__ import annotations

from imsquery.diagnostics.edits import Safe, clip
from imsquery.fixes import apply_fixes
from imsquery.frozen import Frozen
from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import END, Tokens
from imsquery.language.operators import NOCASE, OPERATORS
from imsquery.semantics.formula import leaves

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.diagnostics.model import Diagnostic
    from imsquery.semantics.formula import BoundQuery, Formula
    from imsquery.semantics.literals import LiteralBinder

    Edit = tuple[int, int, str]
    Fix = tuple[str, list[Edit]]


_OF_VALUES = frozenset({
    "bad-value", "unlisted-value", "bare-metal-flavor", "impossible-name", "literal-pattern",
    "legacy-tag", "literal-null", "never-matches",
})  # fmt: skip


class Rewriting(Frozen):
    """Another way to write a condition.

    Attributes:
        phrase: what to write, as a message shows it.
        edits: how.
        is_safe: everything but the name in it is certain.
        is_whole: nothing else of the condition changes.
    """

    phrase: str
    edits: list[Edit]
    is_safe: bool = True
    is_whole: bool = True

    def fix(self, *, is_certain: bool) -> Fix:
        """Return the fix; ``is_certain``: so is the meaning of the name."""
        title = f"write `{clip(self.phrase)}`"
        return Safe(title, self.edits) if is_certain and self.is_safe else (title, self.edits)


def bind(binder: LiteralBinder, tokens: Tokens) -> BoundQuery | None:
    """Bind other tokens; return ``None`` if there are findings."""
    other = binder.over(tokens)
    bound: BoundQuery | None = parse_tokens(tokens, other)
    return None if other.findings else bound


def if_valid(binder: LiteralBinder, meant: str) -> str:
    """Return a condition if it is valid, else an empty text."""
    return meant if meant and bind(binder, Tokens(meant)) is not None else ""


def mended(binder: LiteralBinder, meant: str) -> str:
    """Return a condition with its names and values mended; empty if it is invalid then, too."""
    if not meant or if_valid(binder, meant):
        return meant
    other = binder.over(Tokens(meant))
    parse_tokens(other.tokens, other)
    return if_valid(binder, apply_fixes(meant, other.findings, unsafe=True))


def placed(bound: BoundQuery | None, first: int, last: int) -> Formula | None:
    """Return the filter of another text as one with tokens of this text."""
    if bound is None:
        return None
    for formula in (bound.filter, *leaves(bound.filter)):
        formula.first, formula.last = first, last
    return bound.filter


def rewritten(binder: LiteralBinder, name: int, last: int, meant: str) -> list[Rewriting]:
    """Return the rewriting of a whole condition, if anything was meant.

    The ``ignoring case`` after it, if any, stays.
    """
    if meant and binder.through_case(last) > last:
        meant = meant if if_valid(binder, f"{meant}{NOCASE}") else ""
    return [Rewriting(meant, [(*binder.span(name, last), meant)])] if meant else []


def renamed(binder: LiteralBinder, name: int, last: int, meant: str) -> list[Rewriting]:
    """Return the rewriting of a condition or sort key with another name.

    What is wrong with the rest of it then is mended, too; there is none if that has no fix.
    """
    place = _place_of(binder, name)
    if place is None:
        return []
    edits = [(*place, meant)]
    findings = _findings_as(binder, name, last, meant)
    fixes = [found.fixes[0] for found in findings if found.fixes and found.code in _OF_VALUES]
    if len(fixes) < len(findings):
        return []
    is_safe = all(fix.applicability == "safe" for fix in fixes)
    inner = [(each.span.start, each.span.end, each.text) for fix in fixes for each in fix.edits]
    if any(start < place[1] for start, _, _ in inner):
        return [Rewriting(meant, inner, is_safe, is_whole=False)] if len(fixes) == 1 else []
    return [Rewriting(meant, [*edits, *inner], is_safe, is_whole=not inner)]


def _place_of(binder: LiteralBinder, name: int) -> tuple[int, int] | None:
    """Return where a name is in the text: its token may take up more, such as ``has name``."""
    start, end = binder.span(name)
    text, lexeme = binder.tokens.text[start:end], binder.tokens.lexemes[name]
    at = text.rfind(lexeme)
    if at >= 0:
        return start + at, start + at + len(lexeme)
    return (start, end) if text.split() == [text] else None  # letters that only look like these


def _findings_as(binder: LiteralBinder, name: int, last: int, meant: str) -> list[Diagnostic]:
    """Return what there is to find of a condition with another name."""
    last = binder.through_case(last)
    kinds = binder.tokens.kinds[name : last + 1]
    if "BROKEN" in kinds or is_in_clause(binder, name):
        return []
    lexemes = [meant, *binder.tokens.lexemes[name + 1 : last + 1]]
    key = (*kinds, *lexemes)
    if key in binder.valid:  # the same fault is often made again and again
        return []
    spans = [binder.span(each) for each in range(name, last + 1)]
    tokens = [*zip(kinds, lexemes, spans, strict=True), (END, "", (spans[-1][1],) * 2)]
    other = binder.over(Tokens.of(binder.tokens.text, tokens))
    parse_tokens(other.tokens, other)
    if not other.findings:
        binder.valid.add(key)
    return other.findings


def shown(rewritings: list[Rewriting], certain: str) -> tuple[list[str], list[Fix]]:
    """Return rewritings as a message shows them, and as fixes."""
    return [clip(each.phrase) for each in rewritings], as_fixes(rewritings, certain)


def as_fixes(rewritings: list[Rewriting], certain: str) -> list[Fix]:
    """Return rewritings as fixes, of which the one with a phrase is certain."""
    return [each.fix(is_certain=each.phrase == certain) for each in rewritings]


def is_in_clause(binder: LiteralBinder, name: int) -> bool:
    """Return whether a name is what a clause sorts or groups by."""
    return name > 0 and binder.tokens.kinds[name - 1] in {"BY", "COMMA", "PER"}


def is_comparison(binder: LiteralBinder, name: int, last: int) -> bool:
    """Return whether three tokens of the text, none of them put in, are a condition."""
    return last == name + 2 and not any(map(binder.is_put_in, range(name, last + 1)))


def relation(binder: LiteralBinder, token: int) -> str:
    """Return what an operator of the text means; empty for any other token."""
    return OPERATORS.get(binder.tokens.lexemes[token], "")
