"""What is asked about a lead on pages: on disk, or a job that is, before the answer is a page."""

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from extract.enrichment.registry import INTEGRATIONS
from extract.importer.by_hand import TypedLead
from extract.importer.options import ImportOptions
from extract.intelligence.dismissals import DAYS, LONGEST_REASON, dismissed
from extract.intelligence.watches import Target, watched
from extract.outreach.tracking import KINDS, keep_event
from extract.people.known_leads import KnownLead, UnknownLeadError, known_lead
from extract.sandbox import DEMO_END
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace
from reports.jobs.dismissing import dismiss_person, take_person_back
from reports.jobs.enriching import asked_by_default, cost_of_lead
from reports.jobs.leads import import_leads
from reports.jobs.watch import begin_watch, watch_no_more
from reports.server.api.acts import LOCK_SECONDS
from reports.server.api.asking import LOOK_SECONDS, ask_for, read_job
from reports.server.job_ledger import Job
from reports.server.pages.forms import Form, back, shown_job, whole
from reports.server.pages.frame import page
from reports.server.problems import ProblemError
from reports.server.site import Site, site_of

router = APIRouter()
# How long a page waits for a job before it shows the job instead.
WAIT_SECONDS = 20.0


def lead_of(site: Site, lead_id: str) -> KnownLead:
    """The lead that a path names; raises ProblemError for one that isn't known, or was erased."""
    try:
        return known_lead(site.workspace, lead_id)
    except UnknownLeadError as error:
        raise ProblemError(404, str(error)) from None


def ended(site: Site, job: Job, seconds: float = WAIT_SECONDS) -> Job:
    """The job as it is, at its end or when that takes too long."""
    deadline = time.monotonic() + seconds
    while job.ended_at is None and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        job = read_job(site, job.job_id) or job
    return job


@router.post("/leads/{lead_id}/watch")
def watch(request: Request, lead_id: str, form: Form) -> Response:
    """Watch somebody, or no more."""
    site = site_of(request)
    target = Target(profile_url=lead_of(site, lead_id).profile_url)
    if form.get("stop"):
        watch_no_more(site.workspace, target, wait_seconds=LOCK_SECONDS)
    else:
        begin_watch(site.workspace, target, wait_seconds=LOCK_SECONDS)
    return back(form, f"/leads/{lead_id}")


@router.post("/leads/{lead_id}/dismiss")
def dismiss(request: Request, lead_id: str, form: Form) -> Response:
    """Take somebody out of the inbox for a while, or back."""
    site = site_of(request)
    url = lead_of(site, lead_id).profile_url
    if form.get("stop"):
        take_person_back(site.workspace, url, wait_seconds=LOCK_SECONDS)
    else:
        days = whole(form, "days")
        dismiss_person(site.workspace, url, form.get("reason"), days, wait_seconds=LOCK_SECONDS)
    return back(form, f"/leads/{lead_id}")


@router.post("/leads/{lead_id}/track")
def track(request: Request, lead_id: str, form: Form) -> Response:
    """A reply, a meeting or an answer by e-mail that the operator knows of."""
    site = site_of(request)
    lead = lead_of(site, lead_id)
    now = _now(site.workspace)
    try:
        at = datetime.fromisoformat(form.get("occurred_at") or now.isoformat())
    except ValueError:
        raise ProblemError(422, "When it happened must be a day like 2026-01-31, or a time") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    keep_event(site.workspace, lead.profile_url, form.get("kind", ""), at, now, wait_seconds=LOCK_SECONDS)
    return back(form, f"/leads/{lead_id}")


@router.get("/leads/{lead_id}/enrich")
def cost(request: Request, lead_id: str) -> Response:
    """What is known of somebody, whom one could ask, and what that costs; nothing is asked."""
    site = site_of(request)
    lead = lead_of(site, lead_id)
    given = request.query_params.getlist("with")
    names = [name for name in given if name in INTEGRATIONS] or asked_by_default(site.workspace)
    found, problems = None, []
    try:
        found = cost_of_lead(site.workspace, lead_id, names) if names else None
    except ConfigurationError as error:
        problems = error.problems
    return page(
        request,
        "enrich.html.j2",
        title="Ask services about a lead",
        lead=lead,
        names=names,
        integrations=sorted(INTEGRATIONS),
        cost=found,
        problems=problems,
        key=secrets.token_hex(8),
    )


@router.post("/leads/{lead_id}/enrich")
def enrich(request: Request, lead_id: str, form: Form) -> Response:
    """Ask, and come back with the answers, or with the job where they take longer."""
    site = site_of(request)
    lead = lead_of(site, lead_id)
    names = [name for name in form.get("with", "").split("\n") if name]
    cost_of_lead(site.workspace, lead_id, names or None)  # what can't be asked is said here and now
    parameters = {"lead_id": lead_id, "with": names or None}
    job = ended(site, ask_for(site, "enrich", parameters, form.get("key") or None, person=lead.person))
    return RedirectResponse(f"/leads/{lead_id}#posted", 303) if job.state == "done" else shown_job(job)


@router.get("/people/new")
def new_lead(request: Request) -> Response:
    """One lead by hand."""
    return page(
        request, "new_lead.html.j2", title="One lead by hand", told={}, lines=None, problems=[], key=""
    )


@router.post("/people/new")
def add_lead(request: Request, form: Form) -> Response:
    """Show what would be sent to HeyReach, or have it sent."""
    site = site_of(request)
    told = {name: form.get(name, "") for name in TypedLead.__dataclass_fields__}
    place = {name: form.get(name) or None for name in ("campaign_id", "list_id")}
    lines, problems = [], []
    if form.get("action") == "send":
        parameters = {"lead": told, **place, "wake": False}
        return shown_job(ask_for(site, "lead", parameters, form.get("key") or None))
    try:
        options = ImportOptions(lead=TypedLead(**told), **place)
        import_leads(site.workspace, options, say=lines.append, show=lines.append)
    except ConfigurationError as error:
        problems = error.problems
    return page(
        request,
        "new_lead.html.j2",
        title="One lead by hand",
        told=told | {name: value or "" for name, value in place.items()},
        lines=lines,
        problems=problems,
        key=secrets.token_hex(8),
    )


def acts_on(site: Site, profile_url: str) -> dict[str, Any]:
    """What a lead's page needs for its forms: whether they are watched, dismissed, what can be told."""
    known = dismissed(site.workspace.paths).get(profile_url)
    return {
        "is_watched": Target(profile_url=profile_url) in watched(site.workspace.paths),
        "dismissal": known,
        "kinds": sorted(KINDS),
        "days": DAYS,
        "longest_reason": LONGEST_REASON,
        "today": _now(site.workspace).date(),
    }


def _now(workspace: Workspace) -> datetime:
    return DEMO_END if workspace.is_demo else workspace.now()
