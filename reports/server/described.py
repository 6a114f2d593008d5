"""The API described: OpenAPI with the meaning of every column, and a page of it without any network.

Columns, their types and meanings are those of the published file; before there is one, rows are objects.
"""

import re
from copy import deepcopy
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from reports.server.answers import json_answer
from reports.server.api.lists import ROUTES
from reports.server.generations import Column, Generation, NotPublishedError
from reports.server.listing import DEFAULT_LIMIT, MOST_IN_FILE, MOST_ROWS, Listing
from reports.server.pages.frame import page
from reports.server.problems import MEDIA_TYPE, SCHEMA
from reports.server.site import Site

router = APIRouter()

ABOUT = """
Everything below reads the published warehouse, or keeps what is asked and has a job do it.

Show the token of the data folder with each request: `-H "Authorization: Bearer $(cat data/server/token)"`.

Lists are paged: `next` of an answer is `after` of the next request. They are filtered by their columns
(`?tier=hot`) and sorted by one (`?sort=-total_score`). Every answer has an ETag, which changes when anything
in it could; every error is problem+json (RFC 9457) and says what to do.
"""
# What any route may answer, whatever it does.
_ALWAYS = {
    "400": "The request's body can't be read.",
    "401": "No token, or another one.",
    "403": "Sent by another site's page.",
    "404": "There is no such thing.",
    "405": "Not with this method.",
    "413": "The request is too long.",
    "421": "Asked under a name that is none of this server's.",
    "422": "Something in the request can't be; `errors` says what.",
    "429": "Too many requests; `Retry-After` says when to ask again.",
    "500": "Something failed here.",
    "503": "No warehouse yet, or somebody else holds what is needed.",
}
_WAITS = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}


def document(app: FastAPI, site: Site) -> dict[str, Any]:
    """The OpenAPI document, with the columns of the newest published file."""
    try:
        with site.generations.reading() as generation:
            return generation.once("OpenAPI", lambda: _document(app, generation))
    except NotPublishedError:
        return _document(app, None)


def _document(app: FastAPI, generation: Generation | None) -> dict[str, Any]:
    found = deepcopy(
        get_openapi(title=app.title, version=app.version, routes=app.routes, description=ABOUT.strip())
    )
    found.setdefault("components", {}).setdefault("schemas", {})["Problem"] = SCHEMA
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}]
    for path, (_, listing) in ROUTES.items():
        columns = _columns(listing, generation)
        found["paths"][path]["get"] |= _list(listing, columns, generation)
        found["paths"][f"{path}.csv"]["get"] |= _list(listing, columns, generation, is_file=True)
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation)
    return found


def methods(app: FastAPI, path: str) -> list[str]:
    """The methods that the document has for a path; none for one that it doesn't have."""
    for template, operations in app.openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path):
            return [method.upper() for method in operations]
    return []


def _columns(listing: Listing, generation: Generation | None) -> dict[str, Column]:
    if generation is None or listing.model not in generation.columns:
        return {}
    return listing.columns(generation)


def _list(
    listing: Listing, columns: dict[str, Column], generation: Generation | None, is_file: bool = False
) -> dict[str, Any]:
    most = MOST_IN_FILE if is_file else MOST_ROWS
    filters = listing.filters(generation) if columns else {}
    parameters = [
        _parameter(name, {"type": "string", "maxLength": 200}, "", place="path") for name in listing.fixed
    ]
    parameters += [
        _parameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": most, "default": min(DEFAULT_LIMIT, most)},
            "How many rows.",
        ),
        _parameter("after", {"type": "string"}, "`next` of the page before, asked the same way."),
        _parameter("sort", {"type": "string"}, "A column; `-` before it for the last first."),
    ]
    parameters += [
        _parameter(column.name, _schema(column.type, nullable=False), column.meaning)
        for column in filters.values()
    ]
    row = {
        "type": "object",
        "properties": {
            column.name: _schema(column.type) | {"description": column.meaning} for column in columns.values()
        },
    }
    for name in listing.people(generation) if generation and columns else ():
        row["properties"].setdefault(name, {"type": ["string", "null"]})
    page_of_rows = {
        "type": "object",
        "required": ["rows", "next", "generation"],
        "properties": {
            "rows": {"type": "array", "items": row},
            "next": {
                "type": ["string", "null"],
                "description": "`after` of the next page; null on the last.",
            },
            "generation": {"type": "string", "description": "The published file that was read."},
        },
    }
    content = (
        {"text/csv": {"schema": {"type": "string"}}}
        if is_file
        else {"application/json": {"schema": page_of_rows}}
    )
    return {
        "parameters": parameters,
        "responses": {
            "200": {"description": "The rows.", "content": content},
            "304": {"description": "Nothing has changed since `If-None-Match`."},
        },
    }


def _parameter(name: str, schema: dict[str, Any], about: str, place: str = "query") -> dict[str, Any]:
    found = {"name": name, "in": place, "required": place == "path", "schema": schema}
    return found | ({"description": about} if about else {})


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """What every operation may answer, and that all of it but what is open needs the token."""
    responses = operation["responses"]
    for status, about in _ALWAYS.items():
        responses[status] = {
            "description": about,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": _WAITS} if status in ("429", "503") else {}),
        }
    if method == "get":
        responses.setdefault("304", {"description": "Nothing has changed since `If-None-Match`."})
    if path in ("/api/health", "/api/ready"):
        operation["security"] = []


_TYPES = {
    "DOUBLE": {"type": "number"},
    "BOOLEAN": {"type": "boolean"},
    "DATE": {"type": "string", "format": "date"},
    "TIMESTAMP WITH TIME ZONE": {"type": "string", "format": "date-time"},
    "VARCHAR": {"type": "string"},
}


def _schema(type: str, nullable: bool = True) -> dict[str, Any]:
    if type == "JSON":
        return {}
    if type.endswith("[]"):
        return {"type": ["array", "null"], "items": _schema(type.removesuffix("[]"))}
    found = dict(_TYPES.get(type, {"type": "integer"}))
    if nullable:
        found["type"] = [found["type"], "null"]
    elif found == {"type": "integer"}:
        found |= {"minimum": -(2**63), "maximum": 2**63 - 1}
    return found


@router.get("/openapi.json", summary="This description, for programs.", tags=["standing"])
def openapi(request: Request) -> Response:
    """The OpenAPI document."""
    return json_answer(request.app.openapi())


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """The description as a page."""
    operations: dict[str, list[dict[str, Any]]] = {}
    for path, methods in request.app.openapi()["paths"].items():
        for method, operation in methods.items():
            subject = (operation.get("tags") or ["other"])[0]
            operations.setdefault(subject, []).append({"path": path, "method": method, **operation})
    return page(request, "docs.html.j2", title="The API", subjects=operations, about=ABOUT.strip())
