"""The readers of all dialects, tried on one text."""

from __future__ import annotations

from contextlib import suppress

from imsquery.diagnostics.edits import Safe, clip
from imsquery.language.recovery.dialects import (
    aws,
    hcl,
    jmespath,
    lines,
    maps,
    options,
    query_strings,
)
from imsquery.language.recovery.dialects.clauses import lift_clauses
from imsquery.language.recovery.dialects.reading import LONGEST, Reading, UnreadableError

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imsquery.language.algebra import Algebra
    from imsquery.language.lexer import Tokens
    from imsquery.language.recovery.piece import Piece

    Reader = Callable[[str], Reading]

# Each with what a text of the dialect has one of: most texts are soon told from most dialects.
_MARKS: dict[Reader, tuple[str, ...]] = {
    jmespath.read: ("[",  "("), aws.read: ("value",), maps.read: (":",), options.read: ("--",),
    query_strings.read: ("=",), lines.read: (":", "="), hcl.read: ("=", "{"),
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
    reading = read(tokens.text, (options.read, query_strings.read))
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


def read(text: str, readers: Sequence[Reader] = (*_MARKS,)) -> Reading | None:
    """Read a text in the dialect that it is of.

    Where two dialects read it differently, the first reading is returned, and is not certain.
    """
    if len(text) > LONGEST:
        return None
    found: list[Reading] = []
    lowered = text.lower()
    for reader in readers:
        with suppress(UnreadableError):
            if any(mark in lowered for mark in _MARKS[reader]):
                found.append(reader(text))
    if not found:
        return None
    is_agreed = all(each.write() == found[0].write() for each in found)
    return found[0].evolve(is_certain=found[0].is_certain and is_agreed)
