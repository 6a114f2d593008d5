"""Pages on which something is asked: each form is kept on disk, or a job is, before its answer is a page.

A form needs no script. Whoever sends it twice, by the button or by going back, asks for one job: the form
carries the key of it.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from extract.enrichment.registry import INTEGRATIONS
from extract.importer.by_hand import TypedLead
from extract.importer.options import ImportOptions
from extract.intelligence.dismissals import DAYS, LONGEST_REASON, dismissed
from extract.intelligence.vocabulary import FUNDING_STAGES, GEOGRAPHIES, INDUSTRIES
from extract.intelligence.watches import Target, watched
from extract.outreach.plan import PlanOptions
from extract.outreach.tracking import KINDS, keep_event
from extract.people.known_leads import KnownLead, UnknownLeadError, known_lead
from extract.sandbox import DEMO_END
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import quoted
from extract.workspace.workspace import Workspace
from reports.jobs.discover import discover_companies
from reports.jobs.dismissing import dismiss_person, take_person_back
from reports.jobs.enriching import asked_by_default, cost_of_lead
from reports.jobs.leads import import_leads
from reports.jobs.plan import plan_week
from reports.jobs.profiles import draft, library, save
from reports.jobs.watch import begin_watch, watch_no_more
from reports.server.api.asking import LOOK_SECONDS, ask_for, read_job
from reports.server.job_ledger import Job, JobLedger
from reports.server.pages.frame import page
from reports.server.problems import ProblemError
from reports.server.site import Site, site_of

router = APIRouter()
# How long a page waits for a job before it shows the job instead, and for a lock.
WAIT_SECONDS, LOCK_SECONDS = 20.0, 5.0
JOBS_SHOWN = 50
MOST_FIELDS = 100


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; of one that is sent several times, its values a line each."""
    fields: dict[str, str] = {}
    text = (await request.body()).decode(errors="replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ProblemError(422, f"A form has {MOST_FIELDS} fields at most") from None
    for name, value in pairs:
        fields[name] = f"{fields[name]}\n{value}" if name in fields else value
    return fields


Form = Annotated[dict[str, str], Depends(read_form)]


def back(form: Mapping[str, str], to: str) -> Response:
    """To the page that a form was on, if that is one of ours."""
    wanted = form.get("back", "")
    parts = urlsplit(wanted)
    is_ours = (
        wanted.startswith("/") and not wanted.startswith("//") and not parts.netloc and "\\" not in wanted
    )
    return RedirectResponse(wanted if is_ours else to, status_code=303)


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


def shown_job(job: Job) -> Response:
    """To the page of a job."""
    return RedirectResponse(f"/jobs/{job.job_id}", status_code=303)


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
        days = _whole(form, "days")
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
    keep_event(site.workspace, lead.profile_url, form.get("kind", ""), at, now)
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


@router.get("/discover")
def discover(request: Request) -> Response:
    """Search for companies that a profile asks for."""
    return _discover(request, site_of(request), {}, None, [])


@router.post("/discover")
def search(request: Request, form: Form) -> Response:
    """Show what a search finds and what it costs, or have it brought."""
    site = site_of(request)
    limit = _whole(form, "limit") or 25
    if form.get("action") == "take":
        parameters = {
            "profile": form.get("profile") or None,
            "limit": limit,
            "people": bool(form.get("people")),
        }
        return shown_job(ask_for(site, "discover", parameters, form.get("key") or None))
    lines: list[str] = []
    problems: list[str] = []
    try:
        discover_companies(
            site.workspace,
            form.get("profile") or None,
            limit,
            has_people=bool(form.get("people")),
            show=lines.append,
        )
    except ConfigurationError as error:
        problems = error.problems
    return _discover(request, site, form, lines, problems)


def _discover(
    request: Request, site: Site, form: Mapping[str, str], lines: list[str] | None, problems: list[str]
) -> Response:
    with site.generations.reading() as generation:
        rows = generation.rows(
            "select * from marts.discovered_companies order by first_found_at desc, company_domain limit 50"
        )
        columns = {
            name: column
            for name, column in generation.columns["discovered_companies"].items()
            if name in _OF_COMPANIES
        }
    return page(
        request,
        "discover.html.j2",
        title="Discover companies",
        profiles=list(library(site.workspace).configuration.profiles.by_name),
        form=form,
        lines=lines,
        problems=problems,
        rows=rows,
        columns=columns,
        links=lambda row, name: None,
        key=secrets.token_hex(8),
    )


_OF_COMPANIES = (
    *("company_domain", "company_name", "company_industry", "company_size", "company_region"),
    *("funding_stage", "icp_profile", "total_score", "first_found_at"),
)


@router.get("/icp")
def profiles(request: Request) -> Response:
    """The profiles of ideal customers, and a new one."""
    site = site_of(request)
    found = library(site.workspace)
    wanted = request.query_params.get("profile", "")
    known = found.configuration.profiles
    told = _as_form(known.by_name[wanted]) if wanted in known.by_name else {}
    return _profile(request, site, {**told, "name": wanted, "seen": found.seen}, None, [])


@router.post("/icp")
def edit_profile(request: Request, form: Form) -> Response:
    """Count how many leads a profile would match, or save it."""
    site = site_of(request)
    name, told = form.get("name", ""), _as_profile(form)
    try:
        if form.get("action") == "save":
            save(
                site.workspace,
                name,
                told,
                form.get("seen", ""),
                is_default=bool(form.get("default")),
                wait_seconds=LOCK_SECONDS,
            )
            return RedirectResponse(f"/icp?profile={name}&saved=1", status_code=303)
        found = draft(site.workspace, name, told, is_default=bool(form.get("default")))
    except ConfigurationError as error:
        return _profile(request, site, form, None, error.problems)
    return _profile(request, site, {**form, "seen": form.get("seen") or found.seen}, found, [])


def _profile(
    request: Request, site: Site, form: Mapping[str, str], found: Any, problems: list[str]
) -> Response:
    known = library(site.workspace)
    with site.generations.reading() as generation:
        rows = generation.rows("select * from marts.rpt_icp_profiles order by profile_order")
    return page(
        request,
        "icp.html.j2",
        status=422 if problems else 200,
        title="Profiles of ideal customers",
        profiles=known.configuration.profiles,
        counted={row["icp_profile"]: row for row in rows},
        form=form,
        draft=found,
        problems=problems,
        is_saved=request.query_params.get("saved") == "1",
        lists=_LISTS,
        words={"industries": INDUSTRIES, "funding_stages": FUNDING_STAGES, "geographies": GEOGRAPHIES},
    )


# The lists of a profile: the field of the form -> where it stands in the profile.
_LISTS = {
    "industries": ("industries",),
    "geographies": ("geographies",),
    "funding_stages": ("funding_stages",),
    "must_have": ("tech_stack", "must_have"),
    "nice_to_have": ("tech_stack", "nice_to_have"),
    "avoid": ("tech_stack", "avoid"),
    "complementary_tools": ("complementary_tools",),
    "competitors": ("competitors",),
    "titles": ("decision_makers", "titles"),
    "departments": ("decision_makers", "departments"),
}


def _as_profile(form: Mapping[str, str]) -> dict[str, Any]:
    """A profile of what a form says; what it leaves blank is no criterion."""
    told: dict[str, Any] = {}
    for name, path in _LISTS.items():
        values = [part.strip() for part in form.get(name, "").replace("\n", ",").split(",") if part.strip()]
        if values:
            place = told
            for key in path[:-1]:
                place = place.setdefault(key, {})
            place[path[-1]] = values
    for name in ("company_size_min", "company_size_max"):
        if (size := _whole(form, name)) is not None:
            told[name] = size
    return told


def _as_form(profile: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form that say what a profile does."""
    found = {
        name: str(profile[name]) for name in ("company_size_min", "company_size_max") if profile.get(name)
    }
    for name, path in _LISTS.items():
        value: Any = profile
        for key in path:
            value = (value or {}).get(key)
        found[name] = ", ".join(value or ())
    return found


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
    site = site_of(request)
    with JobLedger(site.workspace.paths.job_ledger) as ledger:
        found = ledger.jobs(JOBS_SHOWN)
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
    with JobLedger(site.workspace.paths.job_ledger) as ledger:
        ledger.again(job_id, datetime.now(UTC))
    site.runner.wake()
    return back(form, f"/jobs/{job_id}")


def _job(site: Site, job_id: str) -> Job:
    found = read_job(site, job_id)
    if found is None:
        raise ProblemError(404, f"There is no job {quoted(job_id[:40])}")
    return found


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


def _whole(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ProblemError(422, f"{name.replace('_', ' ')} must be a whole number")
    return int(text)
