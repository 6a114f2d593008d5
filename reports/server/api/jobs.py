"""Jobs: what was asked, what is at work, what came of it, and once more."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from reports.server.answers import json_answer
from reports.server.api.asking import asking, of_nobody_erased, read_job, shown
from reports.server.job_ledger import JobLedger
from reports.server.problems import ProblemError
from reports.server.site import site_of

router = APIRouter(tags=["jobs"])


@router.get("/api/jobs", summary="What was asked for, the newest first.")
def list_jobs(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[int | None, Query(ge=1, le=2**62, description="`next` of the page before.")] = None,
    state: Literal["queued", "running", "done", "failed"] | None = None,
) -> Response:
    """Each is kept for ninety days after its end."""
    site = site_of(request)
    path = site.workspace.paths.job_ledger
    if not path.exists():
        return json_answer({"rows": [], "next": None})
    with JobLedger(path) as ledger:
        found = ledger.jobs(limit + 1, before=after, state=state)
    following = found[limit - 1].number if len(found) > limit else None
    return json_answer({"rows": list(map(shown, of_nobody_erased(site, found[:limit]))), "next": following})


@router.get("/api/jobs/{job_id}", summary="One job as it stands.")
def one_job(request: Request, job_id: str) -> Response:
    """404 for an unknown one, and for one about somebody who was erased."""
    job = read_job(site_of(request), job_id)
    if job is None:
        raise ProblemError(404, "There is no such job, or it ended long ago")
    return json_answer(shown(job))


@router.post("/api/jobs/{job_id}/again", summary="A job that failed, once more.", status_code=202)
def again(request: Request, job_id: str) -> Response:
    """One that didn't fail stays as it is."""
    site = site_of(request)
    if read_job(site, job_id) is None:
        raise ProblemError(404, "There is no such job, or it ended long ago")
    with asking(site) as ledger:
        job = ledger.again(job_id, datetime.now(UTC))
    if job is None:
        raise ProblemError(404, "There is no such job, or it ended long ago")
    site.runner.wake()
    return json_answer(shown(job), 202, {"location": f"/api/jobs/{job_id}"})
