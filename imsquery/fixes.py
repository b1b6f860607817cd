"""Fixes applied: all that do not overlap at once, and repeatedly until no finding has one."""

from __future__ import annotations

from bisect import bisect, insort
from itertools import pairwise

from imsquery.language.lexer import is_word

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from imsquery.diagnostics.model import Diagnostic, Edit, Fix

_ROUNDS = 20  # two or three are usual, since a fix may uncover another finding
_LEAST_ROUNDS = 3  # of a long text, whose faults may be more than one check reports
_WORK = _LEAST_ROUNDS * 65_536  # code points to check in all


def apply_fixes(text: str, diagnostics: Iterable[Diagnostic], *, unsafe: bool = False) -> str:
    """Apply a fix of each finding, as far as they do not overlap.

    The fix is the first that is safe, or with ``unsafe`` the first of all.

    Of two fixes that overlap, the one that begins first is applied. Two insertions at one place
    overlap, since their order is unknown.

    Args:
        text: the text that was checked.
        diagnostics: its findings.
        unsafe: whether to apply suggestions, too.
    """
    parts: list[str] = []
    position = 0
    for edit in _edits(text, _chosen(diagnostics, unsafe=unsafe)):
        parts += (text[position : edit.span.start], edit.text)
        position = edit.span.end
    return "".join([*parts, text[position:]])


def _chosen(diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> Iterator[Fix]:
    """Yield the fix to apply of each finding that has one."""
    for found in diagnostics:
        fixes = (each for each in found.fixes if unsafe or each.applicability == "safe")
        chosen = next(fixes, None)
        if chosen is not None and chosen.edits:
            yield chosen


def _edits(text: str, fixes: Iterable[Fix]) -> list[Edit]:
    """Return the edits of the fixes to apply together, in text order."""
    taken: list[Edit] = []
    for fix in sorted(fixes, key=_first_place):
        if all(_is_free(edit, taken, text) for edit in fix.edits):
            for edit in fix.edits:
                insort(taken, edit, key=_place)
    return taken


def _place(edit: Edit) -> tuple[int, int]:
    return edit.span.start, edit.span.end


def _first_place(fix: Fix) -> tuple[int, int]:
    return min(map(_place, fix.edits))


def _is_free(edit: Edit, taken: list[Edit], text: str) -> bool:
    """Return whether an edit overlaps none of those taken; one may end where another begins."""
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
    """Return whether two adjacent edits would make one word, as `notnot` for `!!`."""
    left = one.text or text[max(0, one.span.start - 1) : one.span.start]
    right = two.text or text[two.span.end : two.span.end + 1]
    return left != "" and right != "" and is_word(left[-1] + right[0]) is not None


def mend(
    text: str, check: Callable[[str], Iterable[Diagnostic]], *, unsafe: bool = False
) -> tuple[str, tuple[Diagnostic, ...]]:
    """Apply fixes until no finding has one that may be applied.

    If that takes too many rounds, none is applied: fixes that undo one another cannot be trusted.
    So mending twice is mending once, whatever the fixes do.

    Args:
        text: the query.
        check: a function that returns the findings of a text.
        unsafe: whether to apply suggestions, too.

    Returns:
        The mended text, and the remaining findings.
    """
    first = found = tuple(check(text))
    before, mended = text, apply_fixes(text, found, unsafe=unsafe)
    for _ in range(max(_LEAST_ROUNDS, min(_ROUNDS, _WORK // (len(text) + 1)))):
        if mended == before:
            break
        before, found = mended, tuple(check(mended))
        mended = apply_fixes(before, found, unsafe=unsafe)
    return (mended, found) if mended == before else (text, first)
