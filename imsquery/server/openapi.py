"""The OpenAPI document of the service, derived from the spec."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imsquery.schema.kinds import Boolean, Enumeration, Integer
from imsquery.server.page.questions import QUESTIONS, Field
from imsquery.server.requests import MAX_INTEGER, is_closed

if TYPE_CHECKING:
    from typing import Any

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

Schema = dict[str, "Any"]

_JSON_TYPES: dict[str, Schema] = {
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": ["integer", "null"]},
    "strings": {"type": "array", "items": {"type": "string"}},
}
_MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z| [0-9]{2}:[0-9]{2}:[0-9]{2})"


def describe(spec: Spec, token_header: str | None = None) -> Schema:
    """Return the document.

    Args:
        spec: the parameters.
        token_header: the header of the token, if one is required.
    """
    listing: Schema = {
        "operationId": "ListImages",
        "summary": "List images",
        "parameters": [
            _parameter(row, name) for row in spec.parameters.values() for name in _names(row)
        ],
        "responses": {
            "200": _response("A page of images", "#/components/schemas/Images"),
            "400": _response("An invalid value of a parameter", _ERROR),
            "401": _response("A missing or wrong token", _ERROR),
        },
    }
    document: Schema = {
        "openapi": "3.1.0",
        "info": {"title": "imsquery serve", "version": "2"},
        "paths": {
            spec.path: {"get": listing},
            "/healthz": {"get": _plain("healthz", "Check that the service is up")},
            "/openapi.json": {"get": _plain("openapi", "Describe the service")},
        }
        | {f"/api/{name}": {"post": _question(name)} for name in QUESTIONS},
        "components": {"schemas": _schemas(spec)},
    }
    if token_header is not None:
        scheme = {"type": "apiKey", "in": "header", "name": token_header}
        document["components"]["securitySchemes"] = {"token": scheme}
        secured = [listing, *(document["paths"][f"/api/{name}"]["post"] for name in QUESTIONS)]
        for each in secured:
            each["security"] = [{"token": []}]
    return document


_ERROR = "#/components/schemas/Error"


def _names(row: Parameter) -> list[str]:
    """Return the names of the request parameters of a row."""
    is_asked = row.clause is not None or any(not own for own, _ in row.forms.values())
    return [*([row.wire] if is_asked else []), *sorted(row.wires)]


def _parameter(row: Parameter, name: str) -> Schema:
    schema = _schema(row, name)
    described = f"{row.kind.describe()}{f' ({row.unit})' if row.unit else ''}"
    found: Schema = {"name": name, "in": "query", "description": described, "schema": schema}
    if row.json == "strings" or row.repeats:
        found |= {"schema": {"type": "array", "items": schema}, "style": "form", "explode": True}
    return found


def _schema(row: Parameter, name: str) -> Schema:
    """Return the schema of what the service accepts, which is more than makes sense to send."""
    prefixes = [prefix for own, prefix in row.forms.values() if (own or row.wire) == name]
    if row.is_time:
        operators = "|".join(map(re.escape, prefixes))
        return {"type": "string", "pattern": f"^({operators})?{_MOMENT}$"}
    if any(prefixes) or (row.clause == "order by" and row.repeats):
        return {"type": "string"}
    if isinstance(row.kind, Integer) and row.json == "integer":
        most = {"maximum": MAX_INTEGER} if row.clause is None else {}
        return {"type": "integer", "minimum": 0, **most}
    if isinstance(row.kind, Boolean) and row.kind.name == "boolean":
        return {"type": "boolean"}
    if isinstance(row.kind, Enumeration) and is_closed(row):
        return {"type": "string", "enum": list(row.kind.values)}
    return {"type": "string"}


def _schemas(spec: Spec) -> Schema:
    rows = spec.parameters.values()
    shown = {row.wire: _JSON_TYPES[row.json] for row in rows if row.observed == row.wire}
    shown |= {
        row.observed: _JSON_TYPES[row.json]
        for row in rows
        if row.observed is not None and row.observed not in shown
    }
    image = {"type": "object", "required": ["id"], "properties": shown}
    images = {"type": "array", "items": {"$ref": "#/components/schemas/Image"}}
    text = {"type": "string"}
    page: Schema = {"images": images} | ({"next": text} if spec.next_links else {})
    told = {"message": text, "code": text}
    error = {"type": "object", "required": list(told), "properties": told}
    return {
        "Image": image,
        "Images": {"type": "object", "required": ["images"], "properties": page},
        "Error": {"type": "object", "required": ["error"], "properties": {"error": error}},
    }


def _response(description: str, reference: str) -> Schema:
    content = {"application/json": {"schema": {"$ref": reference}}}
    return {"description": description, "content": content}


def _question(name: str) -> Schema:
    """Return the operation of a question of the page."""
    fields = QUESTIONS[name].fields
    schema = {
        "type": "object",
        "required": list(fields),
        "properties": {key: _field(each) for key, each in fields.items()},
    }
    refused = {
        "400": "A question that is not valid",
        "401": "A missing or wrong token",
        "403": "A host that is neither an IP address nor localhost",
        "408": "A body that does not arrive",
        "413": "A body that is too long",
        "415": "A body that is not JSON",
    }
    operation = _plain(name, QUESTIONS[name].summary)
    operation["description"] = "For the page at `/`: it may change with any version."
    operation["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": schema}},
    }
    operation["responses"] |= {status: _response(why, _ERROR) for status, why in refused.items()}
    return operation


def _field(field: Field) -> Schema:
    if field.kind is int:
        return {"type": "integer", "minimum": 0}
    longest = {} if field.longest is None else {"maxLength": field.longest}
    choices = {"enum": [*field.choices]} if field.choices else {}
    return {"type": "string", **longest, **choices}


def _plain(name: str, summary: str) -> Schema:
    content = {"application/json": {"schema": {"type": "object"}}}
    answer = {"description": "Success", "content": content}
    return {"operationId": name, "summary": summary, "responses": {"200": answer}}
