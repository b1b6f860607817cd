"""The readers of all dialects, tried on one text."""

from __future__ import annotations

from importlib import import_module

from imsquery.diagnostics.edits import Safe, clip
from imsquery.language.recovery.dialects.clauses import lift_clauses
from imsquery.language.recovery.dialects.reading import LONGEST, Reading, UnreadableError

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.language.algebra import Algebra
    from imsquery.language.lexer import Tokens
    from imsquery.language.recovery.piece import Piece

# The module of each dialect, with what a text of it has one of: most texts are soon told from most
# dialects, whose modules are not loaded.
_MARKS = {
    "jmespath": ("[", "("), "aws": ("value",), "maps": (":",), "options": ("--",),
    "query_strings": ("=",), "lines": ("\n", "[", "---"), "hcl": ("\n", "[", "{", "("),
}  # fmt: skip


def translate(text: str, algebra: Algebra) -> list[Piece] | None:
    """Report a text that is wholly of another dialect, with the filter that it says as the fix.

    Args:
        text: one that this language does not parse.
        algebra: takes the finding.

    Returns:
        The tokens of the filter; ``None`` where no dialect has such a text.
    """
    reading = read(text)
    return None if reading is None else report(reading, text, algebra)


def retranslate(tokens: Tokens, algebra: Algebra) -> list[Piece] | None:
    """Report a text that is wholly a request, though this language parses it: one of few words.

    Returns:
        The tokens of the filter; ``None`` where the text says the same in this language.
    """
    reading = read(tokens.text, ("options", "query_strings"))
    if reading is None or [each.lexeme for each in reading.pieces] == tokens.lexemes:
        return None
    return report(reading, tokens.text, algebra)


def report(reading: Reading, text: str, algebra: Algebra) -> list[Piece]:
    """Report what a text is, with the filter that it says as the fix; return its tokens."""
    pieces, is_certain = lift_clauses(reading.pieces, algebra)
    reading = reading.evolve(pieces=tuple(pieces), is_certain=reading.is_certain and is_certain)
    written = reading.write()
    place = (0, len(text))
    message = f"this is {reading.dialect}, not a query"
    title, edits = f"write `{clip(written)}`", [(*place, written)]
    fix = Safe(title, edits) if reading.is_certain else (title, edits)
    algebra.report("syntax", message, place, fix)
    algebra.is_foreign = True
    return [*reading.pieces]


def read(text: str, dialects: Iterable[str] = _MARKS) -> Reading | None:
    """Read a text in the dialect that it is of.

    Where two dialects read it differently, the first reading is returned, and is not certain.
    """
    if len(text) > LONGEST:
        return None
    found: list[Reading] = []
    lowered = text.lower()
    for dialect in dialects:
        if any(mark in lowered for mark in _MARKS[dialect]):
            reader = import_module(f"imsquery.language.recovery.dialects.{dialect}")
            try:
                found.append(reader.read(text))
            except UnreadableError:
                continue
    if not found:
        return None
    is_agreed = all(each.write() == found[0].write() for each in found)
    return found[0].evolve(is_certain=found[0].is_certain and is_agreed)
