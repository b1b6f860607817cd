"""The page over HTTP: its files, and its questions as JSON."""

from __future__ import annotations

import json
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, fail_after
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from imsquery.server.page.assets import INDEX, POLICY, TYPES, read_assets
from imsquery.server.page.questions import QUESTIONS, BadQuestionError, answer
from imsquery.server.requests import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from imsquery.server.page.answers import Answers

PREFIX = "/api/"
MOST_BYTES = 131_072  # of a question: ample for the longest filter, however it is escaped
_host = re.compile(r"(?:\[([^\[\]]*)\]|([^:@\[\]]*))(?::[0-9]*)?").fullmatch
_PATIENCE = 3  # seconds for a question to arrive: less than open requests have at the end
_AT_ONCE = 4  # questions; requests for the image list have threads of their own
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page_routes(answers: Answers, authenticate: Callable[[Request], None]) -> list[Route]:
    """Return the routes of the page.

    Args:
        answers: what answers the questions.
        authenticate: raises ``Refusal`` for a request without the token that it needs.
    """
    limiter = CapacityLimiter(_AT_ONCE)
    asking = [_asking(answers, name, authenticate, limiter) for name in QUESTIONS]
    serving = [_serving(name, content) for name, content in read_assets().items()]
    return [*serving, *asking]


def _serving(name: str, content: bytes) -> Route:
    media_type = TYPES[name[name.rindex(".") :]]

    async def serve(_request: Request) -> Response:
        return Response(content, headers=_HEADERS, media_type=media_type)

    return Route("/" if name == INDEX else f"/{name}", serve)


def _asking(
    answers: Answers, name: str, authenticate: Callable[[Request], None], limiter: CapacityLimiter
) -> Route:
    async def ask(request: Request) -> Response:
        _check_host(request)
        authenticate(request)
        asked = await _read_json(request)

        def work() -> str:
            return json.dumps(answer(answers, name, asked))

        try:
            # In a thread, where it keeps no one else waiting; a few at a time.
            body = await run_sync(work, limiter=limiter)
        except BadQuestionError as error:
            raise Refusal(f"{error}.", "bad-question") from None
        return Response(body, headers=_HEADERS, media_type="application/json")

    return Route(f"{PREFIX}{name}", ask, methods=["POST"])


def _check_host(request: Request) -> None:
    """Refuse a name that someone else could have made to mean this machine (DNS rebinding)."""
    found = _host(request.headers.get("host", ""))
    if found is None or not _is_own(found[1] or found[2]):
        message = "The host is not allowed: open the page by its IP address, or as localhost."
        raise Refusal(message, "bad-host", 403)


def _is_own(name: str) -> bool:
    """Return whether a name can mean nothing but what the browser connects to."""
    if name.lower() == "localhost" or name.lower().endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


async def _read_json(request: Request) -> object:
    """Read a question; a form of another site cannot send this type unasked."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal("The body must be application/json.", "bad-media-type", 415)
    try:
        with fail_after(_PATIENCE):
            asked: object = json.loads(await _read_body(request))
    except (TimeoutError, ClientDisconnect):
        raise Refusal("The body does not arrive.", "too-slow", 408) from None
    except (ValueError, RecursionError):
        raise Refusal("The body is not JSON.", "bad-json") from None
    return asked


async def _read_body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise Refusal(f"The body is longer than {MOST_BYTES:,} bytes.", "too-large", 413)
    return bytes(content)
