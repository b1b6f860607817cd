"""Plans as people read them: a tree as text or as a Mermaid chart, and the same facts as JSON."""

from __future__ import annotations

import json

from imsquery.diagnostics.edits import clip, clip_part
from imsquery.diagnostics.terminal import visible

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Literal, TypeAlias

    from imsquery.diagnostics.source import Span
    from imsquery.execution.job import Condition, Job, Request
    from imsquery.execution.ordering import Ordering, SortKey
    from imsquery.execution.window import PerGroup

    Format: TypeAlias = Literal["text", "json", "mermaid"]
    Node: TypeAlias = tuple[str, "list[Node]"]


def render(plan: Job, output: Format) -> str:
    """Render a plan as text, JSON or a Mermaid flow chart.

    Raises:
        ValueError: any other format.
    """
    writers: dict[str, Callable[[Job], str]] = {
        "text": _text,
        "json": lambda each: json.dumps(to_dict(each), ensure_ascii=False, indent=2),
        "mermaid": _mermaid,
    }
    if output not in writers:
        msg = f"unknown format {output!r}; expected one of {', '.join(writers)}"
        raise ValueError(msg)
    return writers[output](plan)


# -- JSON


def to_dict(plan: Job) -> dict[str, Any]:
    """Return a plan as plain values; spans are code points of ``query``, from 0, half-open."""
    return {
        "query": plan.text,
        "filter": plan.filter,
        "exact": plan.exact,
        "requests": [_request_to_dict(request) for request in plan.requests],
        "order": {
            "by": plan.order.parameter.name,
            "direction": "desc" if plan.order.descending else "asc",
            "on": "server" if plan.order.by_server else "client",
            "then": [_key_to_dict(key) for key in plan.order.keys[1:]],
            "ties_on": "server" if plan.order.by_server and plan.order.is_settled else "client",
        },
        "after": plan.after,
        "skip_per": _per_to_dict(plan.skip_per),
        "limit_per": _per_to_dict(plan.limit_per),
        "skip": plan.skip,
        "limit": plan.limit,
        "enough_requests": plan.enough,
    }


def _key_to_dict(key: SortKey) -> dict[str, str]:
    return {"by": key.parameter.name, "direction": "desc" if key.descending else "asc"}


def _per_to_dict(clause: PerGroup | None) -> dict[str, Any] | None:
    return None if clause is None else {"count": clause.count, "per": clause.parameter.name}


def _request_to_dict(request: Request) -> dict[str, Any]:
    return {
        "query_string": request.query_string,
        "exact": request.exact,
        "server": [
            {"condition": each.text, "pair": each.pair, "span": _span_to_dict(each.span)}
            for each in request.pushed
        ],
        "residual": request.residual,
        "client": [
            {"condition": each.text, "why": each.why, "span": _span_to_dict(each.span)}
            for each in request.left
        ],
        "limited": request.limited,
        "until": request.until and list(request.until),
    }


def _span_to_dict(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


# -- the tree: each step names who takes it, the server or the client


def tree(plan: Job) -> Node:
    """Return a plan as a tree of lines: who does what, and why."""
    count = len(plan.requests)
    if not count:
        return "no requests: nothing can match", []
    steps: list[Node] = [_request_node(plan, request) for request in plan.requests]
    if count > 1:
        steps.append(("client union: no duplicates", []))
    steps.append((_sort(plan.order), []))
    if plan.after is not None:
        steps.append((_after(plan), []))
    steps += [(each, []) for each in _counts(plan)]
    if plan.enough is not None:
        steps.append((f"note: --max-requests {plan.enough} would fetch fewer images", []))
    return f"{count} request{'s' if count > 1 else ''} for {plan.filter}", steps


def _sort(order: Ordering) -> str:
    keys = str(order) if order.keys[-1].parameter.observed == order.identity else f"{order}, id"
    if not order.by_server:
        return f"client sort: {keys} ({_why_client_sort(order)})"
    if order.is_settled:
        return f"server sort: {keys}"
    ties = ", ".join([*(str(key) for key in order.keys[order.asked :]), "id"])
    asked = ", ".join(map(str, order.keys[: order.asked]))
    return f"server sort: {asked} (the client breaks ties by {ties})"


def _why_client_sort(order: Ordering) -> str:
    if not order.parameter.sortable:
        return "the server cannot sort by it"
    if order.is_certain:
        return "the server starts elsewhere among images that tie"
    return "an image could change between two pages"


def _after(plan: Job) -> str:
    if plan.order.by_server:
        return f"server after: {plan.after}"
    return f"client after: {plan.after} (looked up by id if no request returns it)"


def _counts(plan: Job) -> Iterator[str]:
    """Yield the clauses that count images, in the order that they apply in."""
    if plan.skip_per is not None:
        yield f"client skip: {plan.skip_per}"
    if plan.limit_per is not None:
        yield f"client limit: {plan.limit_per}"
    if plan.skip:
        yield f"client skip: {plan.skip}"
    if plan.limit is not None:
        yield _limit(plan)


def _limit(plan: Job) -> str:
    client = f"client limit: {plan.limit}"
    if not plan.order.by_server:
        return f"{client} (after the sort)"
    if plan.clauses.total is None:
        return client
    if not all(request.limited for request in plan.requests):
        return f"{client} (after the client filter)"
    server = f"server limit: {plan.clauses.total}"
    if not plan.order.is_settled:
        return f"{server}, with ties; {client}"
    if len(plan.requests) > 1:
        return f"{server} per request; {client}"
    return f"{server}; {client}" if plan.skip else server


def _request_node(plan: Job, request: Request) -> Node:
    path = plan.spec.path
    title = f"GET {path}?{request.query_string}" if request.query_string else f"GET {path}"
    pushed = [_condition(plan, each) for each in request.pushed]
    left = [_condition(plan, each) for each in request.left]
    server = "server filter" if pushed else "no server filter: all images"
    client = "no client filter" if request.exact else f"client filter: {request.residual}"
    steps: list[Node] = [(server, pushed), (client, left)]
    if request.until is not None:
        name = plan.order.arrival.parameter.name
        steps.append((f"last page: the first with {name} {' '.join(request.until)}", []))
    return title, steps


def _condition(plan: Job, condition: Condition) -> Node:
    start, end = condition.span.start, condition.span.end
    written = clip_part(plan.text, start, end)  # many conditions may be written as one
    source = f"at {start}-{end}"
    if written != clip(condition.text):
        source += f": {written}"
    why = f": {condition.why}" if condition.why else ""
    return f"{condition.text} ({source}){why}", []


# -- text


def _text(plan: Job) -> str:
    return "\n".join(_lines(tree(plan)))


def _lines(node: Node) -> Iterator[str]:
    title, parts = node
    yield visible(title)
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        first, *rest = _lines(part)
        yield ("└─ " if is_last else "├─ ") + first
        for line in rest:
            yield ("   " if is_last else "│  ") + line


# -- Mermaid


def _mermaid(plan: Job) -> str:
    lines = ["flowchart TD"]
    _draw(tree(plan), lines, None, [0])
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
    """Escape, by number, every character that Mermaid or HTML could take for syntax."""
    return "".join(
        each if each.isalnum() or each in " .,:=-_/" else f"#{ord(each)};" for each in visible(text)
    )
