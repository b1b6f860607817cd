"""Plans as trees that people read: as text, as JSON, as a picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from imsquery.diagnostics.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imsquery.diagnostics.source import Span
    from imsquery.execution.job import Condition, Job, Request
    from imsquery.execution.ordering import Ordering

Format: TypeAlias = Literal["text", "json", "mermaid"]
Node: TypeAlias = tuple[str, "list[Node]"]


def explain(plan: Job, format: Format) -> str:  # noqa: A002 -- the public name
    """Give a plan as text, JSON or a Mermaid flow chart; raises :class:`ValueError` for others."""
    writers: dict[str, Callable[[Job], str]] = {
        "text": _text,
        "json": lambda each: json.dumps(to_dict(each), ensure_ascii=False, indent=2),
        "mermaid": _mermaid,
    }
    if format not in writers:
        msg = f"no format {format!r}; there are {', '.join(writers)}"
        raise ValueError(msg)
    return writers[format](plan)


def to_dict(plan: Job) -> dict[str, Any]:
    """Give plain data for JSON; spans are code points of ``query``, from 0, half-open."""
    return {
        "query": plan.text,
        "filter": plan.filter,
        "exact": plan.exact,
        "requests": [_request_data(request) for request in plan.requests],
        "order": {
            "by": plan.order.parameter.name,
            "direction": "desc" if plan.order.descending else "asc",
            "on": "server" if plan.order.by_server else "client",
            "ties_on": "server" if plan.order.by_server and plan.order.is_settled else "client",
        },
        "limit": plan.limit,
        "after": plan.after,
    }


def _request_data(request: Request) -> dict[str, Any]:
    return {
        "query_string": request.query_string,
        "exact": request.exact,
        "server": [
            {"condition": each.text, "pair": each.pair, "span": _span_data(each.span)}
            for each in request.pushed
        ],
        "residual": request.residual,
        "client": [
            {"condition": each.text, "why": each.why, "span": _span_data(each.span)}
            for each in request.left
        ],
        "limited": request.limited,
    }


def _span_data(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


# -- the tree


def _tree(plan: Job) -> Node:
    steps: list[Node] = [_request_node(plan, request) for request in plan.requests]
    if len(steps) > 1:
        steps.append(("then the client joins them: each image once", []))
    order = plan.order
    maker = "the server" if order.by_server else "the client"
    if plan.requests:
        steps.append((_order(order), []))
    if plan.after is not None:
        lookup = "" if plan.locator is None else ", which asks for it if no request finds it"
        steps.append((f"after {plan.after}: by {maker}{lookup}", []))
    if plan.limit is not None:
        steps.append((f"limit {plan.limit}: {_limit_reason(plan)}", []))
    count = len(plan.requests)
    if not count:
        return "no request: nothing can match", []
    title = "1 request" if count == 1 else f"{count} requests"
    return f"{title} for {plan.filter}", steps


def _order(order: Ordering) -> str:
    """Say who makes the order, and who puts those in order that are equal in it."""
    if order.by_server and order.is_settled:
        return f"order by {order}, then id: by the server"
    if order.by_server:
        return f"order by {order}: by the server; those that are equal in it, by id: by the client"
    reason = "several requests are joined, and how the server compares this is not known"
    if not order.parameter.sortable:
        reason = "the server cannot"
    return f"order by {order}, then id: by the client, since {reason}"


def _limit_reason(plan: Job) -> str:
    if not plan.order.by_server:
        return "by the client, once all is sorted"
    if all(request.limited for request in plan.requests):
        if not plan.order.is_settled:
            return "by the server, and whatever is equal to the last"
        return "by the server" if len(plan.requests) == 1 else "by the server, then of all together"
    return "by the client, since something is left to do after a request"


def _request_node(plan: Job, request: Request) -> Node:
    path = plan.spec.path
    title = f"GET {path}?{request.query_string}" if request.query_string else f"GET {path}"
    server = [_condition(plan, each) for each in request.pushed]
    left = [_condition(plan, each) for each in request.left]
    does = "the server finds images with" if server else "the server finds all images"
    keeps = "nothing is left to look at"
    if not request.exact:
        keeps = f"the client keeps those with {request.residual}"
    return title, [(does, server), (keeps, left)]


def _condition(plan: Job, condition: Condition) -> Node:
    start, end = condition.span.start, condition.span.end
    written = plan.text[start:end]
    source = f"from {start}-{end}"
    if written != condition.text:
        source += f": {written}"
    why = f", since {condition.why}" if condition.why else ""
    return f"{condition.text} ({source}){why}", []


# -- text


def _text(plan: Job) -> str:
    return "\n".join(_lines(_tree(plan)))


def _lines(node: Node) -> Iterator[str]:
    title, parts = node
    yield visible(title)
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        first, *rest = _lines(part)
        yield ("└─ " if is_last else "├─ ") + first
        for line in rest:
            yield ("   " if is_last else "│  ") + line


# -- a picture


def _mermaid(plan: Job) -> str:
    lines = ["flowchart TD"]
    _draw(_tree(plan), lines, None, [0])
    return "\n".join(lines)


def _draw(node: Node, lines: list[str], parent: str | None, counter: list[int]) -> None:
    title, parts = node
    name = f"n{counter[0]}"
    counter[0] += 1
    lines.append(f'  {name}["{_label(title)}"]')
    if parent is not None:
        lines.append(f"  {parent} --> {name}")
    for part in parts:
        _draw(part, lines, name, counter)


def _label(text: str) -> str:
    """Write a label: all that Mermaid or HTML could read as more than a letter, by its number."""
    return "".join(
        each if each.isalnum() or each in " .,:=-_/" else f"#{ord(each)};" for each in visible(text)
    )
