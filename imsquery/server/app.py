"""The ASGI application: routes, the token, and errors in the format of the service."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

try:
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.exceptions import HTTPException
    from starlette.responses import Response
    from starlette.routing import Route
except ModuleNotFoundError as _missing:
    _message = "the server needs Starlette; install imsquery[server]"
    raise ModuleNotFoundError(_message, name=_missing.name) from _missing

from imsquery.server.openapi import describe
from imsquery.server.page.answers import Answers
from imsquery.server.page.routes import page_routes
from imsquery.server.requests import Refusal

if TYPE_CHECKING:
    from typing import Any

    from starlette.requests import Request

    from imsquery.server.catalogue import Catalogue

TOKEN_HEADER = "X-Auth-Token"
_NOT_AUTHENTICATED = Refusal("Incorrect IAM authentication information.", "APIGW.0301", 401)
# What the API gateway answers.  Source: vendor documentation, the error codes of the gateway.
_GATEWAY = {404: "APIGW.0101", 405: "APIGW.0101"}


def create_app(catalogue: Catalogue, *, token: str | None = None) -> Starlette:
    """Return the application.

    Args:
        catalogue: what it lists; closing it is up to the caller.
        token: required in the header ``X-Auth-Token``, if given.
    """
    # A thread, where a request keeps no other one waiting, takes longer than so few images do.
    is_small = catalogue.is_small

    def authenticate(request: Request) -> None:
        if token is not None and not _is_token(request, token):
            raise _NOT_AUTHENTICATED

    def list_page(query: bytes) -> Response:
        records = catalogue.page(query)
        link = catalogue.next_page(query, records)
        end = "]}" if link is None else f'],"next":{json.dumps(link)}}}'
        return _answer(b"".join((b'{"images":[', b",".join(records), end.encode())))

    async def list_images(request: Request) -> Response:
        authenticate(request)
        query = request.scope["query_string"]
        if is_small:
            return list_page(query)
        return await run_in_threadpool(list_page, query)

    async def check_health(_request: Request) -> Response:
        return _answer('{"status":"ok"}')

    def fetch(query: str) -> list[Any]:
        return [json.loads(each) for each in catalogue.find(query)]

    document = json.dumps(describe(catalogue.spec, TOKEN_HEADER if token else None))

    async def describe_api(_request: Request) -> Response:
        return _answer(document)

    app = Starlette(
        routes=[
            Route(catalogue.spec.path, list_images),
            Route("/healthz", check_health),
            Route("/openapi.json", describe_api),
            *page_routes(Answers(fetch, catalogue.spec), authenticate),
        ],
        exception_handlers={Refusal: _refuse, HTTPException: _pass_on},
    )
    app.router.redirect_slashes = False
    return app


def _is_token(request: Request, token: str) -> bool:
    sent = request.headers.get(TOKEN_HEADER, "")
    return hmac.compare_digest(sent.encode("latin-1"), token.encode())


async def _refuse(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 -- what it is registered for
    return _error(refusal.message, refusal.code, refusal.status)


async def _pass_on(_request: Request, error: Exception) -> Response:
    """Return an error from routing: unknown path, or method not allowed."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- what it is registered for
    code = _GATEWAY.get(error.status_code, "APIGW.0106")
    response = _error(f"{error.detail}.", code, error.status_code)
    response.headers.update(error.headers or {})
    return response


def _error(message: str, code: str, status: int) -> Response:
    body = {"error": {"message": message, "code": code}}
    return _answer(json.dumps(body, ensure_ascii=False), status)


def _answer(body: bytes | str, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")
