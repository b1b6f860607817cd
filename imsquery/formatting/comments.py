"""Comments, kept with the parts of a layout that they are about."""

from __future__ import annotations

import re

from imsquery.formatting.layout import Group
from imsquery.language.lexer import escape_controls

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.formatting.layout import Layout, Leaf

_comment = re.compile(r"#[^\n]*")


def place_comments(layout: Layout) -> None:
    """Attach each comment of the text to a part of the layout.

    It is the part that ends on the comment's line; for a comment on a line of its own, the part
    that follows, or the group that ends there.
    """
    if "#" in layout.tokens.text:
        _Placement(layout).place()


class _Placement:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._tokens = layout.tokens
        # Token -> the outermost part that starts or ends with it.
        self._starts: dict[int, Leaf | Group] = {leaf.first: leaf for leaf in layout.leaves}
        self._ends: dict[int, Leaf | Group] = {leaf.last: leaf for leaf in layout.leaves}
        self._closings: dict[int, Group] = {}
        # Token after the first one of a leaf -> the leaf.
        self._inside = {
            token: leaf for leaf in layout.leaves for token in range(leaf.first + 1, leaf.last + 1)
        }
        for group in reversed(layout.groups()):
            if group.enclosed:
                self._register(group)
        self._stops = self._find_stops()

    def _register(self, group: Group) -> None:
        """Record where a group that is printed in parentheses starts and ends."""
        if not group.openings:  # it gets them now, after the comments before it
            self._starts[_head(group)] = group
        for opening in group.openings:
            self._starts[opening] = group
        for closing in group.closings:
            self._ends[closing] = self._closings[closing] = group

    def _find_stops(self) -> list[int]:
        """Return for each token the first one, from it on, that a comment can go before."""
        kinds = self._tokens.kinds
        stops = [len(kinds) - 1] * len(kinds)
        for index in range(len(kinds) - 2, -1, -1):
            is_stop = index in self._starts or index in self._closings
            stops[index] = index if is_stop else stops[index + 1]
        return stops

    def place(self) -> None:
        """Attach the comments in each gap between tokens."""
        text = self._tokens.text
        before = 0
        for index in range(len(self._tokens.kinds)):
            start, end = self._tokens.span(index)
            position = before
            for found in _comment.finditer(text, before, start):
                comment = escape_controls(found[0].rstrip())
                shares_line = index > 0 and "\n" not in text[position : found.start()]
                if not (shares_line and position == before and self._put_after(index, comment)):
                    self._put_before(index, comment)
                position = found.end()
            before = end

    def _put_after(self, index: int, comment: str) -> bool:
        """Put a comment after the part that ends on its line, unless that has one already."""
        kinds = self._tokens.kinds
        if index in self._inside:
            return False
        last = index - 1
        if kinds[last] in {"AND", "OR", "COMMA"} and "\n" not in self._gap(last):
            last -= 1
        while last not in self._ends and kinds[last] == "RPAR" and "#" not in self._gap(last):
            last -= 1
        part = self._ends.get(last)
        if part is None or part.trailing:
            return False
        part.trailing = comment
        return True

    def _gap(self, index: int) -> str:
        """Return the text between a token and the one before it."""
        return self._tokens.text[self._tokens.span(index - 1)[1] : self._tokens.span(index)[0]]

    def _put_before(self, index: int, comment: str) -> None:
        """Put a comment before the part that follows it, or at the end of the group around it."""
        if index in self._inside:
            self._inside[index].leading.append(comment)
            return
        stop = self._stops[index]
        if stop in self._starts:
            self._starts[stop].leading.append(comment)
        elif stop in self._closings:
            self._closings[stop].dangling.append(comment)
        else:
            self._layout.closing.append(comment)


def _head(part: Leaf | Group) -> int:
    """Return the first token of a part, without ``not``."""
    while isinstance(part, Group):
        if part.openings:
            return min(part.openings)
        part = part.operands[0]
    return part.first
