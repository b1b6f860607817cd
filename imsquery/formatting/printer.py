"""Layouts as text: on one line, or broken at ``and``, ``or`` and in lists."""

from __future__ import annotations

from imsquery.formatting.comments import place_comments
from imsquery.formatting.layout import Group
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.formatting.layout import Layout, Leaf

WIDTH = 88
_INDENT = 4
_DEEPEST = 40  # columns; deeper groups are not indented further, or the text would fill pages


def print_layout(layout: Layout) -> str:
    """Print a query, without a final line break."""
    _enclose(layout)
    place_comments(layout)
    parts = _parts(layout)
    header, parts[0].leading = parts[0].leading, []
    last = _last_operand(parts[-1])
    trailing, last.trailing = last.trailing, ""
    _measure(layout)
    lines = [*header]
    if _fits_one_line(parts):
        lines.append(_with_comment(" ".join(map(_flat, parts)), trailing))
    else:
        last.trailing = trailing
        for part in parts:
            lines += _print_part(part)
    return "\n".join(lines + layout.closing)


def _enclose(layout: Layout) -> None:
    """Enclose each group that is within another or after ``not``."""
    for group in layout.groups():
        group.enclosed = group is not layout.filter or group.prefix != ""


def _parts(layout: Layout) -> list[Leaf | Group]:
    """Return the filter and the clauses; before those, ``all`` is left out if it has no comment."""
    if layout.filter is None:
        return [*layout.clauses]
    whole = layout.filter
    is_all = not isinstance(whole, Group) and whole.text == "all" and not whole.prefix
    if is_all and layout.clauses and not whole.leading and not whole.trailing:
        return [*layout.clauses]
    return [whole, *layout.clauses]


def _last_operand(part: Leaf | Group) -> Leaf | Group:
    """Return the part at the end of the line, if all are on one."""
    return part.operands[-1] if isinstance(part, Group) and not part.enclosed else part


def _measure(layout: Layout) -> None:
    """Set the width of each part on one line, and whether it has to be split."""
    for leaf in layout.leaves:
        leaf.width = len(leaf.prefix) + len(leaf.text)
    for group in reversed(layout.groups()):
        separators = len(group.separator) * (len(group.operands) - 1)
        group.width = len(group.prefix) + separators + sum(each.width for each in group.operands)
        group.width += 2 * group.enclosed + len(group.suffix)
        group.is_split = bool(group.dangling) or any(map(_splits, group.operands))


def _splits(operand: Leaf | Group) -> bool:
    """Return whether a comment keeps an operand from sharing a line with others."""
    is_split = isinstance(operand, Group) and operand.is_split
    return is_split or bool(operand.leading) or operand.trailing != ""


def _fits_one_line(parts: list[Leaf | Group]) -> bool:
    return not any(map(_splits, parts)) and sum(part.width + 1 for part in parts) - 1 <= WIDTH


class _Item(Frozen):
    """A part yet to be printed, with the text around it on its line."""

    part: Leaf | Group
    indent: str = ""
    before: str = ""
    after: str = ""


def _print_part(part: Leaf | Group) -> list[str]:
    """Print a part on lines of its own."""
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
            lines.append(_with_comment(start + _flat(each) + item.after, each.trailing))
        else:
            pending += reversed(_break(each, item.indent, item.before))
    return lines


def _break(group: Group, indent: str, before: str) -> list[str | _Item]:
    """Return the lines and parts of a broken group."""
    is_indented = group.enclosed and len(indent) < _DEEPEST
    inner = indent + " " * _INDENT if is_indented else indent
    *most, last = group.operands
    parts: list[str | _Item]
    if group.joiner == ",":
        parts = [*(_Item(each, inner, after=",") for each in most), _Item(last, inner)]
    else:
        first, *rest = group.operands
        parts = [_Item(first, inner), *(_Item(each, inner, f"{group.joiner} ") for each in rest)]
    if not group.enclosed:
        return parts
    dangling = [inner + comment for comment in group.dangling]
    closing = _with_comment(f"{indent}){group.suffix}", group.trailing)
    return [f"{indent}{before}{group.prefix}(", *parts, *dangling, closing]


def _with_comment(line: str, comment: str) -> str:
    return f"{line}  {comment}" if comment else line


def _flat(part: Leaf | Group) -> str:
    """Print a part on one line, without its comments."""
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
    parts[-1] = f"){group.suffix}" if group.enclosed else ""
    return parts
