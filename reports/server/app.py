"""The application: routes behind the guard, and one answer for each kind of failure."""

import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator

import anyio.to_thread
import duckdb
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from extract.intelligence.adding import ChangedMeanwhileError
from extract.people.known_leads import UnknownLeadError
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.folders import is_disk_full
from extract.workspace.lock import BusyError
from reports.server import described
from reports.server.api import acts, discover, icp, jobs, leads, lists, outreach, standing
from reports.server.generations import NotPublishedError, TooSlowError
from reports.server.guard import Guard
from reports.server.job_ledger import OtherParametersError
from reports.server.pages import acting, reading, searching
from reports.server.pages import jobs as job_pages
from reports.server.pages.frame import problem_page
from reports.server.problems import ProblemError
from reports.server.site import Site

_log = logging.getLogger("reports.server")
# More at once only wait for each other, and the last of them longest.
MOST_AT_ONCE = max(4, os.cpu_count() or 1)
BROKEN = "Something failed here; the server's log says where"
EARLIER = "The warehouse is of an earlier release: `make build` makes one of this"
FULL = "The disk of the data folder is full, and this was not kept: make room, then ask again"
UNREADABLE = "The warehouse can't be opened: `make build` makes a new one"
TOO_SLOW = "The answer took too long and was stopped: ask for less at once"


def create_app(site: Site) -> ASGIApp:
    """The pages and the API of one site."""

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = MOST_AT_ONCE
        with site.generations, site.runner:
            yield

    app = FastAPI(
        title="Connection analytics",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    app.state.site = site
    read = (standing.router, lists.router, leads.router, described.router)
    asked = (acts.router, icp.router, discover.router, outreach.router, jobs.router)
    for router in (*read, *asked):
        app.include_router(router)
    for router in (acting.router, searching.router, job_pages.router, reading.router):
        app.include_router(router, include_in_schema=False)
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.openapi = lambda: described.document(app, site)
    return Guard(app, site.workspace.serve, site.keys, site.cookie, refused)


def refused(scope: Scope, problem: ProblemError) -> Response:
    """A problem as whoever asks can read it: a page for people, JSON for programs."""
    path = scope["path"]
    is_for_programs = path.startswith("/api/") or path == "/openapi.json"
    return problem.response() if is_for_programs else problem_page(problem)


def _answer(request: Request, problem: ProblemError) -> Response:
    return refused(request.scope, problem)


async def _problem(request: Request, error: ProblemError) -> Response:
    return _answer(request, error)


async def _http(request: Request, error: HTTPException) -> Response:
    details = {
        404: f"There is nothing at {request.url.path[:100]!r}",
        405: f"{request.method[:10]} is not taken at {request.url.path[:100]!r}",
    }
    detail = details.get(error.status_code, str(error.detail)[:300])
    headers = dict(error.headers or {})
    if error.status_code == 405 and (allowed := described.methods(request.app, request.url.path)):
        headers["allow"] = ", ".join(allowed)  # of all routes of the path, and not of the first one alone
    return _answer(request, ProblemError(error.status_code, detail, headers=headers))


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    errors = [
        {"name": ".".join(map(str, each["loc"]))[:200], "detail": each["msg"][:300]}
        for each in error.errors()
    ]
    said = "; ".join(f"{each['name']}: {each['detail']}" for each in errors)
    return _answer(request, ProblemError(422, said[:1000], errors))


async def _not_published(request: Request, error: NotPublishedError) -> Response:
    return _answer(request, ProblemError(503, str(error), headers={"retry-after": "60"}))


async def _earlier(request: Request, _: duckdb.Error) -> Response:
    return _answer(request, ProblemError(503, EARLIER, headers={"retry-after": "60"}))


async def _not_kept(request: Request, error: OSError | sqlite3.Error | duckdb.Error) -> Response:
    """A full disk, and a warehouse that can't be opened; anything else is a fault of this program."""
    if is_disk_full(error):
        _log.error(FULL)
        return _answer(request, ProblemError(503, FULL, headers={"retry-after": "60"}))
    if isinstance(error, duckdb.IOException):
        return _answer(request, ProblemError(503, UNREADABLE, headers={"retry-after": "60"}))
    raise error


async def _too_slow(request: Request, _: TooSlowError) -> Response:
    return _answer(request, ProblemError(503, TOO_SLOW, headers={"retry-after": "5"}))


async def _busy(request: Request, error: BusyError) -> Response:
    return _answer(request, ProblemError(503, str(error), headers={"retry-after": "10"}))


async def _configured(request: Request, error: ConfigurationError) -> Response:
    return _answer(request, ProblemError(422, str(error), [{"detail": each} for each in error.problems]))


async def _unknown(request: Request, error: UnknownLeadError) -> Response:
    return _answer(request, ProblemError(404, str(error)))


async def _conflict(request: Request, error: OutboundError) -> Response:
    return _answer(request, ProblemError(409, str(error)))


async def _failed(request: Request, error: OutboundError) -> Response:
    return _answer(request, ProblemError(502, str(error)))


async def _broken(request: Request, _: Exception) -> Response:
    return _answer(request, ProblemError(500, BROKEN))


_HANDLERS = {
    Exception: _broken,
    ProblemError: _problem,
    HTTPException: _http,
    RequestValidationError: _invalid,
    NotPublishedError: _not_published,
    duckdb.CatalogException: _earlier,
    duckdb.IOException: _not_kept,
    OSError: _not_kept,
    sqlite3.OperationalError: _not_kept,
    duckdb.BinderException: _earlier,
    TooSlowError: _too_slow,
    BusyError: _busy,
    UnknownLeadError: _unknown,
    OtherParametersError: _conflict,
    ChangedMeanwhileError: _conflict,
    ConfigurationError: _configured,
    OutboundError: _failed,
}
