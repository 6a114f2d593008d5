"""A week that is planned and handed over, and jobs: what was asked for, what came of it."""

from dataclasses import asdict
from datetime import UTC, date, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from extract.outreach.plan import PlanOptions
from extract.workspace.strict_yaml import quoted
from reports.jobs.plan import plan_week
from reports.server.api.asking import ask_for, asking, of_nobody_erased, read_job
from reports.server.job_ledger import Job, JobLedger
from reports.server.pages.forms import Form, back, shown_job
from reports.server.pages.frame import page
from reports.server.problems import ProblemError
from reports.server.site import Site, site_of

router = APIRouter()
SHOWN = 50


@router.post("/plan")
def make_plan(request: Request, form: Form) -> Response:
    """Plan a week and keep it, or have handed over what it has for today."""
    site = site_of(request)
    week = form.get("week") or None
    try:
        monday = date.fromisoformat(week) if week else None
    except ValueError:
        raise ProblemError(422, "The week must be a day like 2026-02-09") from None
    if form.get("action") == "hand over":
        return shown_job(ask_for(site, "hand_over", {"week": week}, form.get("key") or None))
    lines: list[str] = []
    plan_week(site.workspace, PlanOptions(monday), show=lines.append)
    return page(request, "told.html.j2", title="The plan, kept", lines=lines, to="/plan")


@router.get("/jobs")
def jobs(request: Request) -> Response:
    """What was asked of the server, the newest first."""
    site, found = site_of(request), []
    path = site.workspace.paths.job_ledger
    if path.exists():  # whoever only looks makes none
        with JobLedger(path) as ledger:
            found = of_nobody_erased(site, ledger.jobs(SHOWN))
    return page(request, "jobs.html.j2", title="Jobs", jobs=list(map(asdict, found)))


@router.get("/jobs/{job_id}")
def job(request: Request, job_id: str) -> Response:
    """One job: what it said, what came of it."""
    found = _job(site_of(request), job_id)
    return page(request, "job.html.j2", title=f"Job: {found.kind.replace('_', ' ')}", job=asdict(found))


@router.post("/jobs/{job_id}/again")
def again(request: Request, job_id: str, form: Form) -> Response:
    """Queue a job that failed once more."""
    site = site_of(request)
    _job(site, job_id)
    with asking(site) as ledger:
        ledger.again(job_id, datetime.now(UTC))
    site.runner.wake()
    return back(form, f"/jobs/{job_id}")


def _job(site: Site, job_id: str) -> Job:
    found = read_job(site, job_id)
    if found is None:
        raise ProblemError(404, f"There is no job {quoted(job_id[:40])}")
    return found
