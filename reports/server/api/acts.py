"""What can be done about a lead: enrich, watch, dismiss; and one lead by hand."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from extract.enrichment.answered import Answer
from extract.importer.by_hand import TypedLead
from extract.importer.options import ImportOptions, check
from extract.intelligence.watches import Target
from extract.people.known_leads import known_lead
from reports.jobs.dismissing import dismiss_person, take_person_back
from reports.jobs.enriching import asked_by_default, cost_of_lead, known_of
from reports.jobs.leads import import_leads
from reports.jobs.watch import begin_watch, watch_no_more
from reports.server.answers import json_answer
from reports.server.api import bodies
from reports.server.api.asking import RESPONSES, IdempotencyKey, Wait, answer_by_job
from reports.server.job_ledger import Job
from reports.server.lead import read_lead
from reports.server.site import Site, site_of

router = APIRouter(tags=["leads"])
# How long a journal is waited for that another verb writes to.
LOCK_SECONDS = 5.0


@router.post("/api/leads/{lead_id}/enrich", summary="Ask services about one lead.", responses=RESPONSES)
async def enrich(
    request: Request,
    lead_id: str,
    body: bodies.Enrich | None = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """The lead with what services answered, once they have; what is known already is asked of nobody."""
    return await enrich_one(
        request, lead_id, body or bodies.Enrich(), wait=wait, idempotency_key=idempotency_key
    )


async def enrich_one(
    request: Request, lead_id: str, body: bodies.Enrich, *, wait: float, idempotency_key: str | None
) -> Response:
    """The same for whoever names the lead elsewhere."""
    workspace = site_of(request).workspace
    # Also checks the lead and the names, before anything is kept.
    cost = await run_in_threadpool(cost_of_lead, workspace, lead_id, body.integrations)
    if body.dry_run:
        told = asdict(cost) | {"known": [_answered(each) for each in cost.known]}
        return json_answer(told)
    lead = await run_in_threadpool(known_lead, workspace, lead_id)
    names = body.integrations or await run_in_threadpool(asked_by_default, workspace)

    def result(site: Site, job: Job) -> dict[str, Any]:
        with site.generations.reading() as generation:
            found = read_lead(generation, lead_id, site.erased)
        return found | {"answers": [_answered(each) for each in known_of(site.workspace, lead.person)]}

    return await answer_by_job(
        request,
        "enrich",
        {"lead_id": lead_id, "with": names},
        result,
        wait=wait,
        key=idempotency_key,
        person=lead.person,
    )


def _answered(answer: Answer) -> dict[str, Any]:
    told = asdict(answer)
    del told["call_id"]
    return told


@router.post("/api/leads/{lead_id}/watch", summary="Be told when a lead's tier or score changes.")
def watch(request: Request, lead_id: str, body: bodies.Watch | None = None) -> Response:
    """It counts from the next build on; `stop` ends it."""
    workspace = site_of(request).workspace
    target = Target(profile_url=known_lead(workspace, lead_id).profile_url)
    if body and body.stop:
        watch_no_more(workspace, target, wait_seconds=LOCK_SECONDS)
        return json_answer({"lead_id": lead_id, "is_watched": False, "since": None})
    begun = begin_watch(workspace, target, wait_seconds=LOCK_SECONDS)
    return json_answer({"lead_id": lead_id, "is_watched": True, "since": begun.since})


@router.post("/api/leads/{lead_id}/dismiss", summary="Leave a lead out of the inbox.")
def dismiss(request: Request, lead_id: str, body: bodies.Dismiss | None = None) -> Response:
    """Until a day, or until something speaks for them again; `undo` takes them back."""
    workspace = site_of(request).workspace
    link = known_lead(workspace, lead_id).profile_url
    if body and body.undo:
        take_person_back(workspace, link, wait_seconds=LOCK_SECONDS)
        return json_answer({"lead_id": lead_id, "is_dismissed": False, "until": None, "reason": None})
    given = body or bodies.Dismiss()
    found = dismiss_person(workspace, link, given.reason, given.days, wait_seconds=LOCK_SECONDS)
    return json_answer(
        {"lead_id": lead_id, "is_dismissed": True, "until": found.until, "reason": found.reason}
    )


@router.post("/api/leads", summary="One lead by hand into HeyReach.", responses=RESPONSES)
async def add(
    request: Request, body: bodies.Lead, wait: Wait = 30, idempotency_key: IdempotencyKey = None
) -> Response:
    """What would be sent, after the checks of a file's rows; with `apply` it is sent and read back."""
    workspace = site_of(request).workspace
    told = body.model_dump()
    targets = {name: told.pop(name) for name in ("campaign_id", "list_id", "wake", "apply")}
    options = ImportOptions(
        lead=TypedLead(**told),
        campaign_id=targets["campaign_id"],
        list_id=targets["list_id"],
        wakes=targets["wake"],
    )
    check(options)
    if not body.apply:
        lines: list[str] = []
        await run_in_threadpool(import_leads, workspace, options, say=lines.append, show=lines.append)
        return json_answer({"lines": lines})
    del targets["apply"]
    return await answer_by_job(
        request,
        "lead",
        {"lead": told, **targets},
        lambda site, job: {"lines": (job.result or {}).get("lines", [])},
        wait=wait,
        key=idempotency_key,
    )
