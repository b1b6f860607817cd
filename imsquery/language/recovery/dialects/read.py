"""The readers of all dialects, tried on one text."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

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
from imsquery.language.recovery.dialects.reading import LONGEST, Reading, UnreadableError

if TYPE_CHECKING:
    from imsquery.language.algebra import Algebra
    from imsquery.language.recovery.piece import Piece

# Each with what a text of the dialect has one of: most texts are soon told from most dialects.
_READERS = (
    (jmespath.read, ("[?",)), (aws.read, ("values",)), (maps.read, (":",)), (options.read, ("--",)),
    (query_strings.read, ("=",)), (lines.read, (":", "=")), (hcl.read, ("=", "{")),
)  # fmt: skip


def translate(text: str, algebra: Algebra) -> list[Piece] | None:
    """Report a text that is wholly of another dialect, with the filter that it says as the fix.

    Args:
        text: one that this language does not parse.
        algebra: takes the finding.

    Returns:
        The tokens of the filter; ``None`` where no dialect has such a text.
    """
    reading = read(text)
    if reading is None:
        return None
    written = reading.write()
    place = (0, len(text))
    message = f"this is {reading.dialect}, not a query"
    title, edits = f"write `{clip(written)}`", [(*place, written)]
    fix = Safe(title, edits) if reading.is_certain else (title, edits)
    algebra.report("syntax", message, place, fix)
    algebra.is_foreign = True
    return [*reading.pieces]


def read(text: str) -> Reading | None:
    """Read a text in the dialect that it is of.

    Where two dialects read it differently, the first reading is returned, and is not certain.
    """
    if len(text) > LONGEST:
        return None
    found: list[Reading] = []
    lowered = text.lower()
    for reader, marks in _READERS:
        with suppress(UnreadableError):
            if any(mark in lowered for mark in marks):
                found.append(reader(text))
    if not found:
        return None
    is_agreed = all(each.write() == found[0].write() for each in found)
    return evolve(found[0], is_certain=found[0].is_certain and is_agreed)
