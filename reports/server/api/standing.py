"""How things stand: the server, the warehouse, the report."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from reports.document.render import render_json
from reports.door.opening import last_event
from reports.server.answers import json_answer, unless_known
from reports.server.generations import NotPublishedError
from reports.server.problems import ProblemError
from reports.server.site import site_of

router = APIRouter(tags=["standing"])


@router.get("/api/health", summary="Whether the server answers.")
async def health(request: Request) -> Response:
    """The process, and when the newest webhook came in; nothing of the warehouse."""
    site = site_of(request)
    paths = site.workspace.paths
    return json_answer({"status": "ok", "started_at": site.started_at, "last_webhook_at": last_event(paths)})


@router.get("/api/ready", summary="Whether there is a warehouse to read, how old it is, what ran last.")
def ready(request: Request) -> Response:
    """503 without a warehouse."""
    site = site_of(request)
    try:
        with site.generations.reading() as generation:
            found = generation.one("select as_of, is_demo from marts.rpt_summary")
            run = generation.one(
                "select job, finished_at, outcome from marts.pipeline_runs order by started_at desc limit 1"
            )
    except NotPublishedError as error:
        raise ProblemError(503, str(error), headers={"retry-after": "60"}) from None
    published_at = datetime.fromtimestamp(generation.published_at, UTC)
    age = (datetime.now(UTC) - published_at).total_seconds()
    return json_answer(
        {
            "status": "ready",
            "generation": generation.version,
            "is_demo": found["is_demo"],
            "as_of": found["as_of"],
            "published_at": published_at,
            "published_seconds_ago": round(age),
            "last_run": run,
        }
    )


@router.post("/api/links", summary="Another link for a browser: good once, for five minutes.")
async def link(request: Request) -> Response:
    """Only for whoever shows the token."""
    if request.state.way != "token":
        raise ProblemError(403, "A link is for whoever shows the token")
    return json_answer({"url": f"{request.base_url}enter/{site_of(request).keys.link()}"})


@router.get("/api/report", summary="The whole report, as its JSON file has it.")
def report(request: Request) -> Response:
    """Exactly the document that `make report` writes."""
    site = site_of(request)
    with site.generations.reading() as generation:
        return unless_known(
            request,
            site,
            generation,
            "application/json",
            lambda: (render_json(generation.report).encode(), {}),
        )
