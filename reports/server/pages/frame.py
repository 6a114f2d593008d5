"""What all pages have: the frame, how values are written on them, the answer where something is wrong."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
import orjson
from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import Response

from reports.document import filters
from reports.server.problems import ProblemError

TEMPLATES = Path(__file__).parents[1] / "templates"
# What the frame leads to: address and name.
PLACES = (
    ("/", "Report"),
    ("/leads", "Inbox"),
    ("/discover", "Discover"),
    ("/campaigns", "Campaigns"),
    ("/icp", "Profiles"),
    ("/plan", "Plan"),
    ("/tests", "Tests"),
    ("/jobs", "Jobs"),
    ("/tables", "Tables"),
    ("/docs", "API"),
)
LONGEST_TEXT = 300


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page of a template."""
    text = _templates().get_template(template).render(path=request.url.path, places=PLACES, **values)
    return Response(text, status, media_type="text/html")


def problem_page(problem: ProblemError) -> Response:
    """What is wrong, as a page: also where nobody is let in."""
    text = (
        _templates()
        .get_template("problem.html.j2")
        .render(path="", places=() if problem.status == 401 else PLACES, title=problem.title, problem=problem)
    )
    return Response(text, problem.status, headers=problem.headers, media_type="text/html")


def told(value: Any) -> str:
    """A value as a page shows it, on one line."""
    match value:
        case None | "" | []:
            text = filters.NOTHING
        case bool():
            text = "yes" if value else "no"
        case datetime():
            text = filters.minute(value)
        case date():
            text = value.isoformat()
        case float():
            text = f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
        case int():
            text = f"{value:,}"
        case list() if all(isinstance(each, str) for each in value):
            text = ", ".join(value)
        case list() | dict():
            text = orjson.dumps(value, default=str).decode()
        case _:
            text = str(value)
    return filters.plain(text, LONGEST_TEXT)


def coded(text: str) -> Markup:
    """Words of ours, what stands between backticks as code."""
    parts = [str(escape(part)) for part in text.split("`")]
    return Markup("".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts)))  # noqa: S704


def is_number(value: Any) -> bool:
    """Whether a cell is read from the right."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@cache
def _templates() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        told=told,
        coded=coded,
        percent=filters.percent,
        minute=filters.minute,
        spelled=filters.spelled,
        segment=lambda text: quote(str(text), safe=""),
        query=urlencode,
    )
    found.tests["number"] = is_number
    return found
