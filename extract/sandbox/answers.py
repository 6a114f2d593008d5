"""What a route is given and gives back: a call, an answer, and the route's line in the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import orjson

from extract.sandbox.arguments import Arguments
from extract.sandbox.rows import Rows

if TYPE_CHECKING:
    from extract.sandbox.api import SandboxApi

MAX_LIMIT = 100
MAX_LIST_LIMIT = 1000
BEGINNING, END = 0, 2**62

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass
class Answer:
    """An HTTP answer; `delay_seconds` passes before it is sent, and `is_dropped` closes the line instead."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    is_dropped: bool = False

    @classmethod
    def json(cls, value, status: int = 200) -> Answer:
        return cls(status, orjson.dumps(value), JSON_TYPE)

    @classmethod
    def not_found(cls, what: str) -> Answer:
        return cls.json({"errorMessage": f"{what} was not found."}, 404)


class Call(NamedTuple):
    """One request: its arguments, the clock, and the page asked for (zeros where a route has no pages)."""

    route: str
    arguments: Arguments
    now: int
    offset: int = 0
    limit: int = 0


class Route(NamedTuple):
    method: str
    answer: Callable[[SandboxApi, Call], Answer | Rows]
    max_limit: int = 0
    is_write: bool = False
    is_in_query: bool = False


def by_id(rows: list[dict], number: int, what: str) -> Answer:
    row = next((row for row in rows if row["id"] == number), None)
    return Answer.not_found(what) if row is None else Answer.json(row)
