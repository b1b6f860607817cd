"""Laid out queries as text: on one line, or broken at ``and``, ``or`` and in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.formatting.comments import place_comments
from imsquery.formatting.layout import Group

if TYPE_CHECKING:
    from imsquery.formatting.layout import Leaf, Page

WIDTH = 88
_INDENT = 4
_DEEPEST = 40  # columns: what is nested deeper is not indented further, or it would fill pages


def print_page(page: Page) -> str:
    """Write a query, without a line break at its end."""
    _enclose(page)
    place_comments(page)
    parts = _parts(page)
    header, parts[0].leading = parts[0].leading, []
    last = _last_operand(parts[-1])
    behind, last.trailing = last.trailing, ""
    _measure(page)
    lines = [*header]
    if _fits_one_line(parts):
        lines.append(_with_comment(" ".join(map(_flat, parts)), behind))
    else:
        last.trailing = behind
        for part in parts:
            lines += _print_part(part)
    return "\n".join(lines + page.closing)


def _enclose(page: Page) -> None:
    """Decide on parentheses: a group needs them in another, and behind ``not``."""
    for group in page.groups():
        group.enclosed = group is not page.filter or group.prefix != ""


def _parts(page: Page) -> list[Leaf | Group]:
    """Give the filter and the clauses; ``all`` goes without saying, but for its comments."""
    if page.filter is None:
        return [*page.clauses]
    filter = page.filter  # noqa: A001 -- the language's own word
    is_all = not isinstance(filter, Group) and filter.text == "all" and not filter.prefix
    if is_all and page.clauses and not filter.leading and not filter.trailing:
        return [*page.clauses]
    return [filter, *page.clauses]


def _last_operand(part: Leaf | Group) -> Leaf | Group:
    """Give the part at the end of a line, where all is on one."""
    return part.operands[-1] if isinstance(part, Group) and not part.enclosed else part


def _measure(page: Page) -> None:
    """Work out how wide parts are on one line, and which cannot be."""
    for leaf in page.leaves:
        leaf.width = len(leaf.prefix) + len(leaf.text)
    for group in reversed(page.groups()):
        separators = len(group.separator) * (len(group.operands) - 1)
        group.width = len(group.prefix) + separators + sum(each.width for each in group.operands)
        group.width += 2 * group.enclosed
        group.is_split = bool(group.dangling) or any(map(_splits, group.operands))


def _splits(operand: Leaf | Group) -> bool:
    """Tell whether a comment keeps an operand from sharing a line with others."""
    is_split = isinstance(operand, Group) and operand.is_split
    return is_split or bool(operand.leading) or operand.trailing != ""


def _fits_one_line(parts: list[Leaf | Group]) -> bool:
    return not any(map(_splits, parts)) and sum(part.width + 1 for part in parts) - 1 <= WIDTH


@frozen
class _Item:
    """A part that is left to write: what stands round it on its line."""

    part: Leaf | Group
    indent: str = ""
    before: str = ""
    behind: str = ""


def _print_part(part: Leaf | Group) -> list[str]:
    """Write a part on lines of its own."""
    lines: list[str] = []
    pending: list[str | _Item] = [_Item(part)]  # the last first
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            lines.append(item)
            continue
        each = item.part
        lines += [item.indent + comment for comment in each.leading]
        start = item.indent + item.before
        if not isinstance(each, Group) or not (each.is_split or len(start) + each.width > WIDTH):
            lines.append(_with_comment(start + _flat(each) + item.behind, each.trailing))
        else:
            pending += reversed(_break(each, item.indent, item.before))
    return lines


def _break(group: Group, indent: str, before: str) -> list[str | _Item]:
    """Give the lines and parts that a broken group is written as."""
    is_indented = group.enclosed and len(indent) < _DEEPEST
    inner = indent + " " * _INDENT if is_indented else indent
    *most, last = group.operands
    parts: list[str | _Item]
    if group.joiner == ",":
        parts = [*(_Item(each, inner, behind=",") for each in most), _Item(last, inner)]
    else:
        first, *rest = group.operands
        parts = [_Item(first, inner), *(_Item(each, inner, f"{group.joiner} ") for each in rest)]
    if not group.enclosed:
        return parts
    dangling = [inner + comment for comment in group.dangling]
    closing = _with_comment(f"{indent})", group.trailing)
    return [f"{indent}{before}{group.prefix}(", *parts, *dangling, closing]


def _with_comment(line: str, comment: str) -> str:
    return f"{line}  {comment}" if comment else line


def _flat(part: Leaf | Group) -> str:
    """Write a part on one line, without its comments."""
    written: list[str] = []
    pending: list[Leaf | Group | str] = [part]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            written.append(each)
        elif isinstance(each, Group):
            pending += reversed(_flat_group(each))
        else:
            written.append(each.prefix + each.text)
    return "".join(written)


def _flat_group(group: Group) -> list[Leaf | Group | str]:
    parts: list[Leaf | Group | str] = [group.prefix, "(" if group.enclosed else ""]
    for operand in group.operands:
        parts += [operand, group.separator]
    parts[-1] = ")" if group.enclosed else ""
    return parts
