"""Findings as data; ``imsquery.diagnostics.render`` draws them."""

from __future__ import annotations

from itertools import groupby

from imsquery.diagnostics.edits import Safe
from imsquery.diagnostics.source import Span
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal, TypeAlias

Severity: TypeAlias = "Literal['error', 'warning']"
Applicability: TypeAlias = "Literal['safe', 'suggested']"


class Edit(Frozen):
    """Replaces a span with ``text``."""

    span: Span
    text: str


class Fix(Frozen):
    """Edits that do not overlap and that, applied together, remove the finding.

    Attributes:
        title: what the edits do, as an imperative.
        edits: in any order.
        applicability: ``safe`` if the meaning is certain, so that the fix may be applied unasked;
            ``suggested`` if it is a guess.
    """

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = "suggested"

    def apply(self, text: str) -> str:
        """Return the text with the edits applied."""
        for edit in sorted(self.edits, key=lambda edit: edit.span, reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        return text


class Diagnostic(Frozen):
    """A finding.

    Attributes:
        code: its stable slug, such as ``unknown-name``.
        severity: ``error`` or ``warning``.
        message: what is wrong, in lower case and without a full stop.
        span: the smallest part of the text that shows the fault.
        fixes: the best first.
        notes: what else helps to understand it, such as the possible values.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    fixes: tuple[Fix, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "notes": [*self.notes],
            "span": {"start": self.span.start, "end": self.span.end},
            "fixes": [
                {
                    "title": fix.title,
                    "applicability": fix.applicability,
                    "edits": [
                        {
                            "span": {"start": edit.span.start, "end": edit.span.end},
                            "text": edit.text,
                        }
                        for edit in fix.edits
                    ],
                }
                for fix in self.fixes
            ],
        }


def diagnostic(
    code: str,
    message: str,
    span: tuple[int, int],
    fixes: Iterable[tuple[str, Iterable[tuple[int, int, str]]]] = (),
    severity: str = "error",
    notes: Iterable[str] = (),
) -> Diagnostic:
    """Return a finding from plain data.

    A fix is ``(title, [(start, end, new text), …])``, suggested unless it is :class:`Safe`.
    """
    return Diagnostic(
        code,
        "warning" if severity == "warning" else "error",
        message,
        Span(*span),
        tuple(
            Fix(
                fix[0],
                tuple(Edit(Span(start, end), text) for start, end, text in fix[1]),
                "safe" if isinstance(fix, Safe) else "suggested",
            )
            for fix in fixes
        ),
        tuple(notes),
    )


def in_text_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return findings sorted by position, then code, without duplicates."""
    found: list[Diagnostic] = []
    for _, same in groupby(sorted(diagnostics, key=_place), _place):
        first, *others = same
        found += dict.fromkeys([first, *others]) if others else [first]  # hashing takes long
    return tuple(found)


def _place(found: Diagnostic) -> tuple[int, int, str, str]:
    return found.span.start, found.span.end, found.code, found.message
