"""Reading on after a syntax error: every fault is reported, and everything around it is read.

Only texts that do not parse come here.  One that is wholly of another dialect is translated in one
piece (:mod:`~imsquery.language.recovery.dialects.read`).  Others are split into tokens once more,
with their characters mended (:mod:`~imsquery.language.recovery.scanner`), and run through the same
tables; where those cannot go on, the rule for the position says what is wrong and adds, drops or
rewrites tokens.  What is left parses, and goes to the algebra like any other text.

Two rules keep the findings true.  What the algebra reads is the text with the fix of every syntax
finding applied, so that a fix changes nothing about the other findings.  And where there is no fix,
the whole condition is *broken*: the algebra learns where it is, and nothing follows from it.
Findings about how conditions go together (``contradiction``, ``requires``, ``mixed-and-or``, …) are
hence as reliable as those about one condition: all are what the mended text would yield.

The cost is linear: no token is read again but those of a condition that is mended or given up, and
rules look at a bounded number of tokens, or at those that they take.  Clauses that conditions
follow are read at the end, once all else is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import END, Tokens
from imsquery.language.recovery import (
    clauses,
    connectives,
    predicates,
    ranges,
    values,
    word_operators,
)
from imsquery.language.recovery.dialects.read import retranslate, translate
from imsquery.language.recovery.phrases import (
    CLAUSES_IN_WORDS,
    CONDITIONS_IN_WORDS,
    JOINTS_IN_WORDS,
    OPERATORS_IN_WORDS,
)
from imsquery.language.recovery.piece import ENDS, VALUES, Piece, extent
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.vocabulary import (
    EXCLUSIVE_OR,
    ORDER_BY,
    PREFIXES,
    PRESENCE_OF,
    SORT,
)

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any

    from imsquery.language.algebra import Algebra


_Rule = Callable[[Recovery], bool]


def recover(tokens: Tokens, algebra: Algebra) -> Any:
    """Read a text that does not parse.

    Args:
        tokens: of the text.
        algebra: takes the findings; from now on its tokens are those of the mended text.

    Returns:
        What the algebra made of it.
    """
    pieces = translate(tokens.text, algebra)
    if pieces is None:
        recovery = Recovery(tokens, algebra)
        pieces = _run(recovery)
        algebra.may_enclose = recovery.is_straight and recovery.is_mended
    return _parse(pieces, tokens.text, algebra)


def recover_request(tokens: Tokens, algebra: Algebra) -> Any:
    """Read a text that parses, but has findings and may be a URL or an option.

    Returns:
        What the algebra made of it; ``None`` if it is not a request.
    """
    pieces = retranslate(tokens, algebra)
    return None if pieces is None else _parse(pieces, tokens.text, algebra)


def _parse(pieces: list[Piece], text: str, algebra: Algebra) -> Any:
    mended = Tokens.of(text, [(p.kind, p.lexeme, (p.start, p.end)) for p in pieces])
    algebra.reread(mended)
    return parse_tokens(mended, algebra)


def _run(recovery: Recovery) -> list[Piece]:
    """Read to the end; return the tokens that parse."""
    while True:
        recovery.take_plain(_MEANT)
        piece, following = None, recovery.peek()
        while piece is not following:  # what comes next may be another token then
            piece = following
            foresee(recovery, piece)
            following = recovery.peek()
        if recovery.take():
            if recovery.read[-1].kind == END:
                return recovery.read
        else:
            recovery.give_way()
            repair(recovery)


def foresee(recovery: Recovery, piece: Piece) -> None:
    """Mend what the tables would take, from the next token on, for something else."""
    if recovery.expects_value:
        if piece.is_bare:
            values.quote_bare(recovery)
        return
    if piece.kind == END and recovery.late and recovery.accepts(END):
        clauses.read_late(recovery)
        piece = recovery.peek()
    word = piece.lexeme.lower()
    if recovery.expects_condition and _applied(recovery, _AT_CONDITION, word):
        return
    is_operator = word in OPERATORS_IN_WORDS.beginnings and recovery.accepts("OPERATOR")
    if is_operator and word_operators.word_operator(recovery):
        return
    if piece.kind == "WORD" and not predicates.split_colon(recovery):
        _applied(recovery, _AT_WORD, word)


def _applied(recovery: Recovery, rules: Mapping[str, Sequence[_Rule]], word: str) -> bool:
    """Try the rules for the next token, and those for any; return whether one changed something."""
    for rule in rules.get(word, rules[""]):  # noqa: SIM110 -- any() costs more than most rules
        if rule(recovery):
            return True
    return False


def _by_word(
    *rows: tuple[_Rule, Collection[str]], always: Sequence[_Rule] = ()
) -> dict[str, list[_Rule]]:
    """Return the rules to try at each word, and under an empty text those for any other."""
    words = {word for _, begin in rows for word in begin}
    return {
        word: [*always, *(rule for rule, begin in rows if word in begin)] for word in (*words, "")
    }


_AT_CONDITION = _by_word(
    (connectives.minus, {"-"}),
    (connectives.condition_in_words, CONDITIONS_IN_WORDS.beginnings),
    always=(ranges.chained, word_operators.folded),
)
_AT_WORD = _by_word(
    (connectives.prefix, PREFIXES),
    (clauses.in_words, CLAUSES_IN_WORDS.beginnings),
    (connectives.in_words, JOINTS_IN_WORDS.beginnings),
    (clauses.order_by, SORT | ORDER_BY),
    (predicates.exclusive_or, {EXCLUSIVE_OR}),
    (predicates.presence_before, PRESENCE_OF),
)


# The words that rules are about before the tables take them.
_MEANT = frozenset({*_AT_CONDITION, *_AT_WORD, *OPERATORS_IN_WORDS.beginnings})


def repair(recovery: Recovery) -> None:
    """Mend what keeps the next token from being read; give the condition up if nothing helps."""
    if not any(rule(recovery) for rule in _rules(recovery)):
        _give_up(recovery)


def _rules(recovery: Recovery) -> Iterator[_Rule]:
    """Yield the rules for a position, to be tried in turn: none that fails changes anything."""
    yield predicates.nocase
    if recovery.expects_condition:
        yield connectives.at_condition
    elif recovery.expects_value:
        yield values.at_value
    elif recovery.before() in _AFTER:
        yield _AFTER[recovery.before()]
    elif recovery.is_after_value:
        yield values.after_value
    kind = recovery.peek().kind
    if kind == "RPAR" and recovery.depth == 0:
        yield connectives.unmatched
    elif recovery.is_in_list:
        yield values.in_list
    elif recovery.is_in_range:
        yield values.in_range
    elif recovery.depth > 0 and (kind == END or recovery.begins_clause()):
        yield from (clauses.enclosed_clauses, connectives.close_parentheses)
    elif recovery.accepts("OPERATOR"):
        yield predicates.after_name
    elif recovery.accepts("AND"):
        yield connectives.after_condition
    elif recovery.is_after_clause:
        yield clauses.after_clause


_AFTER: dict[str, _Rule] = {
    "NOT": predicates.after_not,
    "IGNORING": predicates.after_ignoring,
    "IN": values.after_in,
    "IS": predicates.after_is,
    "ORDER": clauses.after_order,
    "BY": clauses.after_by,
    "COMMA": clauses.after_key_comma,
    "PER": clauses.after_by,
    "LIMIT": clauses.after_count,
    "SKIP": clauses.after_count,
}


def _give_up(recovery: Recovery) -> None:
    """Report what is expected; no word is quoted, since another fix may rewrite it."""
    piece, expected = recovery.peek(), recovery.expected()
    if piece.kind not in ENDS:
        shown = _NAMES.get(piece.kind, f"`{piece.lexeme.lower()}`")
        recovery.say(f"unexpected {shown}; expected {expected}", extent(piece, piece))
    elif recovery.before() in VALUES or not recovery.read:
        recovery.say(f"expected {expected}", recovery.last_place)
    else:
        shown = recovery.read[-1].lexeme.lower()
        recovery.say(f"expected {expected} after `{shown}`", recovery.last_place)
    recovery.give_up()


_NAMES = {"WORD": "word", "STRING": "string", "PLACEHOLDER": "placeholder", "ERROR": "character"}
