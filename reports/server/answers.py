"""How answers are written: JSON, CSV for spreadsheets, pages; none again that whoever asks has already."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from extract.workspace.csv_files import csv_text
from reports.server.generations import Generation
from reports.server.site import Site

_JSON = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def json_bytes(value: Any) -> bytes:
    """JSON: times in UTC with Z, what is no number as null."""
    return orjson.dumps(value, option=_JSON, default=str)


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that is made anew each time."""
    return Response(json_bytes(value), status, headers=dict(headers or {}), media_type="application/json")


def csv_bytes(header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A table that a spreadsheet may open: no cell of it is a formula."""
    return csv_text(header, ([_cell(row[name]) for name in header] for row in rows)).encode(errors="replace")


def _cell(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


def unless_known(
    request: Request,
    site: Site,
    generation: Generation,
    media_type: str,
    content: Callable[[], tuple[bytes, dict[str, str]]],
) -> Response:
    """The answer of one generation, or 304 where whoever asks says that they have it."""
    etag = f'"{site.version(generation)}"'
    headers = {"etag": etag, "x-generation": generation.version}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if etag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    body, more = content()
    return Response(body, headers=headers | more, media_type=media_type)
