"""Fixes applied: all that do not overlap at once, and again until nothing is left to fix."""

from __future__ import annotations

from bisect import bisect, insort
from itertools import pairwise
from typing import TYPE_CHECKING

from imsquery.language.lexer import is_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imsquery.diagnostics.model import Diagnostic, Edit, Fix

_ROUNDS = 20  # two or three are usual: a fix may uncover what it stood before


def apply_fixes(text: str, diagnostics: Iterable[Diagnostic]) -> str:
    """Give the text with the first fix of each finding applied, as far as they do not overlap.

    Of two fixes that overlap, the one that begins first is applied.  Two insertions in one place
    overlap: which would come first is not known.

    Args:
        text: what was checked.
        diagnostics: its findings.
    """
    parts: list[str] = []
    position = 0
    for edit in _edits(text, diagnostics):
        parts += (text[position : edit.span.start], edit.text)
        position = edit.span.end
    return "".join([*parts, text[position:]])


def _edits(text: str, diagnostics: Iterable[Diagnostic]) -> list[Edit]:
    """Give the edits of the fixes that are applied together, in text order."""
    fixes = [found.fixes[0] for found in diagnostics if found.fixes and found.fixes[0].edits]
    taken: list[Edit] = []
    for fix in sorted(fixes, key=_first_place):
        if all(_is_apart(edit, taken, text) for edit in fix.edits):
            for edit in fix.edits:
                insort(taken, edit, key=_place)
    return taken


def _place(edit: Edit) -> tuple[int, int]:
    return edit.span.start, edit.span.end


def _first_place(fix: Fix) -> tuple[int, int]:
    return min(map(_place, fix.edits))


def _is_apart(edit: Edit, taken: list[Edit], text: str) -> bool:
    """Tell whether an edit touches none of those before; replacing may end where another begins."""
    at = bisect(taken, _place(edit), key=_place)
    return all(
        _follows(one, two, text)
        for one, two in pairwise([*taken[at - 1 : at], edit, *taken[at : at + 1]])
    )


def _follows(one: Edit, two: Edit, text: str) -> bool:
    start, end = _place(one)
    if end != two.span.start:
        return end < two.span.start
    return start < end < two.span.end and not _run_together(one, two, text)


def _run_together(one: Edit, two: Edit, text: str) -> bool:
    """Tell whether what two edits write side by side is read as one word: `!!` is no `notnot`."""
    left = one.text or text[max(0, one.span.start - 1) : one.span.start]
    right = two.text or text[two.span.end : two.span.end + 1]
    return left != "" and right != "" and is_word(left[-1] + right[0]) is not None


def mend(
    text: str, check: Callable[[str], Iterable[Diagnostic]]
) -> tuple[str, tuple[Diagnostic, ...]]:
    """Apply fixes until no finding has one.

    Args:
        text: the query.
        check: gives the findings of a text.

    Returns:
        The mended text, and the findings that are left.
    """
    seen = {text}
    found = tuple(check(text))
    for _ in range(_ROUNDS):
        mended = apply_fixes(text, found)
        if mended in seen:
            break
        seen.add(mended)
        text = mended
        found = tuple(check(text))
    return text, found
