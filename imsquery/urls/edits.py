"""Fixes of a request, as edits of the text that contains it."""

from __future__ import annotations

import re

from imsquery.diagnostics.edits import Safe
from imsquery.urls.notation import QUERY_STRING

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from imsquery.diagnostics.source import Span
    from imsquery.urls.reader import Pair

_encoded = re.compile("(^|%26)([A-Za-z0-9_]+)(=|%3[dD])")

Edits: TypeAlias = list[tuple[int, int, str]]
TitledEdits: TypeAlias = tuple[str, Edits]


class PairEdits:
    """Edits of the pairs of one request; of most names, the server takes the last pair.

    Args:
        pairs: the pairs, in text order.
        repeats: returns whether the server takes every pair of a name.

    Attributes:
        last: name -> the last pair of that name.
    """

    def __init__(
        self, pairs: Sequence[Pair], repeats: Callable[[str], bool] = lambda _: False
    ) -> None:
        self.last = {pair.name: pair for pair in pairs}
        self._overridden: dict[str | None, list[Pair]] = {}
        for pair in pairs:
            if self.last[pair.name] is not pair and not (pair.name and repeats(pair.name)):
                self._overridden.setdefault(pair.name, []).append(pair)

    def remove(self, pair: Pair, *dependent: Pair, title: str = "remove it") -> TitledEdits:
        """Remove a pair with the separator after it, or the one before it if it is the last.

        The pairs that it overrides go too, since they would take effect in its place, and so do
        the ``dependent`` ones, which are useless without it.
        """
        edits: Edits = []
        for each in sorted((pair, *dependent), key=lambda each: each.span):
            overridden = self._without_overridden(each)
            start, end = each.span.start, each.after
            is_last = end == each.span.end
            if is_last and not any(after == start for _, after, _ in [*edits, *overridden]):
                start = each.before
            edits += [*overridden, (start, end, each.notation.removed)]
        return title, edits

    def rename(self, pair: Pair, wire: str, *, is_safe: bool = False) -> TitledEdits:
        """Replace the name of a pair."""
        name = pair.notation.name(wire)
        edits = [*self._without_overridden(pair), (*_ends(pair.name_span), name)]
        return _titled(f"write `{name}`", edits, is_safe=is_safe and len(edits) == 1)

    def revalue(self, pair: Pair, value: str, *, is_safe: bool = False) -> TitledEdits:
        """Replace the value of a pair."""
        written = pair.notation.value(value)
        if pair.value_span.start == pair.name_span.end:  # no `=`
            written = f"={written}"
        edit = (*_ends(pair.value_span), written)
        return _titled(f"write `{written}`", [edit], is_safe=is_safe)

    def replace(self, pair: Pair, *others: tuple[str, str]) -> TitledEdits:
        """Replace a whole pair by others: wire names and values."""
        text = pair.separator.join(pair.notation.pair(*each) for each in others)
        edit = (*_ends(pair.span), text)
        return f"write `{text}`", [*self._without_overridden(pair), edit]

    def add(self, pair: Pair, wire: str, value: str, *, is_safe: bool = False) -> TitledEdits:
        """Add a pair after another."""
        text = pair.notation.pair(wire, value)
        edit = (pair.span.end, pair.span.end, f"{pair.separator}{text}")
        return _titled(f"add `{text}`", [edit], is_safe=is_safe)

    def separate(self, pair: Pair, is_parameter: Callable[[str], object]) -> tuple[str, Edits]:
        """Decode ``%26`` and ``%3D`` before and after the names of parameters.

        Returns:
            The pairs that result, joined by a plain ``&``, and the edits; both empty if there is
            nothing to decode.
        """
        if pair.notation is not QUERY_STRING:
            return "", []
        found = [each for each in _encoded.finditer(pair.raw) if is_parameter(each[2])]
        start = pair.span.start
        edits: Edits = []
        mended, position = "", 0
        for each in found:
            mended += pair.raw[position : each.start()] + ("&" if each[1] else "") + f"{each[2]}="
            position = each.end()
            for group, new in ((1, pair.separator), (3, "=")):
                if each[group].startswith("%"):
                    edits.append((start + each.start(group), start + each.end(group), new))
        if not edits:
            return "", []
        return mended + pair.raw[position:], [*self._without_overridden(pair), *edits]

    def _without_overridden(self, pair: Pair) -> Edits:
        """Remove the pairs that a pair overrides, all of which are before it."""
        is_last = self.last.get(pair.name) is pair
        overridden = self._overridden.get(pair.name, ()) if is_last else ()
        return [(each.span.start, each.after, each.notation.removed) for each in overridden]


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _titled(title: str, edits: Edits, *, is_safe: bool) -> TitledEdits:
    return Safe(title, edits) if is_safe else (title, edits)
