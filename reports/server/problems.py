"""What goes wrong, as problem+json (RFC 9457) for programs and as a page for people.

`detail` says what happened and what to do next, as the errors of verbs do; nothing of a request's contents
is repeated but what was asked for by name.
"""

import http
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


@dataclass
class ProblemError(Exception):
    """A request that isn't answered as asked."""

    status: int
    detail: str
    errors: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name that HTTP has for its kind."""
        return http.HTTPStatus(self.status).phrase

    @property
    def document(self) -> dict[str, Any]:
        """The fields of RFC 9457; `errors` has a line for each field of a request that can't be."""
        found = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return found | ({"errors": self.errors} if self.errors else {})

    def response(self) -> Response:
        """The answer to a program."""
        return Response(orjson.dumps(self.document), self.status, headers=self.headers, media_type=MEDIA_TYPE)


SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, and what to do next."},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
