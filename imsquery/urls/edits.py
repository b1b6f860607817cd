"""Fixes of a request, as edits of the text that its query string stands in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from imsquery.compiler.query_string import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imsquery.urls.reader import Pair

_encoded = re.compile("(^|%26)([A-Za-z0-9_]+)(=|%3[dD])")

Edits: TypeAlias = list[tuple[int, int, str]]
Fix: TypeAlias = tuple[str, Edits]


class PairEdits:
    """Edits of pairs: where one repeats a name, the server takes the last.

    Attributes:
        last: name -> the pair that holds.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.last = {pair.name: pair for pair in pairs}
        self._losers: dict[str | None, list[Pair]] = {}
        for pair in pairs:
            if self.last[pair.name] is not pair:
                self._losers.setdefault(pair.name, []).append(pair)

    def remove(self, pair: Pair, *needing: Pair, title: str = "remove it") -> Fix:
        """Take a pair out, with the separator behind it, or before it where it is the last.

        Those that it overrules go as well: they would hold in its place.  So do those ``needing``
        it, which are of no use without it.
        """
        edits: Edits = []
        for each in sorted((pair, *needing), key=lambda each: each.span):
            losing = self._without_losers(each)
            start, end = each.span.start, each.behind
            is_last = end == each.span.end
            if is_last and not any(behind == start for _, behind, _ in [*edits, *losing]):
                start = each.before
            edits += [*losing, (start, end, "")]
        return title, edits

    def rename(self, pair: Pair, wire: str) -> Fix:
        """Write another name."""
        edit = (pair.name_span.start, pair.name_span.end, wire)
        return f"write `{wire}`", [*self._without_losers(pair), edit]

    def revalue(self, pair: Pair, value: str) -> Fix:
        """Write another value."""
        encoded = encode(value)
        if pair.value_span.start == pair.name_span.end:  # no `=`
            encoded = f"={encoded}"
        return f"write `{encoded}`", [(pair.value_span.start, pair.value_span.end, encoded)]

    def separate(self, pair: Pair, is_parameter: Callable[[str], object]) -> tuple[str, Edits]:
        """Write out ``%26`` and ``%3D`` before and behind the names of parameters.

        Returns:
            The pair so written, with a plain ``&`` in any case, and the edits; none of either
            where nothing of the kind is in it.
        """
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
        return mended + pair.raw[position:], [*self._without_losers(pair), *edits]

    def replace(self, pair: Pair, text: str) -> Fix:
        """Write something else for all of a pair."""
        edit = (pair.span.start, pair.span.end, text)
        return f"write `{text}`", [*self._without_losers(pair), edit]

    def add(self, pair: Pair, text: str) -> Fix:
        """Write another pair behind one."""
        return f"add `{text}`", [(pair.span.end, pair.span.end, f"{pair.separator}{text}")]

    def _without_losers(self, pair: Pair) -> Edits:
        """Take out the pairs that a pair overrules; it stands behind them all."""
        is_last = self.last.get(pair.name) is pair
        losers = self._losers.get(pair.name, ()) if is_last else ()
        return [(loser.span.start, loser.behind, "") for loser in losers]
