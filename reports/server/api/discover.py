"""Companies that a profile asks for: found before, searched for, taken; and prospects with their points."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from extract.people.known_leads import known_lead
from reports.jobs.discover import preview
from reports.jobs.enriching import known_of
from reports.server.answers import json_answer
from reports.server.api import bodies
from reports.server.api.acts import enrich_one
from reports.server.api.asking import RESPONSES, IdempotencyKey, Wait, answer_by_job
from reports.server.api.lists import answer
from reports.server.job_ledger import Job
from reports.server.lead import messages_of, read_lead
from reports.server.listing import Listing, without_erased
from reports.server.site import Site, site_of

router = APIRouter(tags=["discovery"])
DISCOVERED = Listing("discovered_companies", ("company_domain", "icp_profile"), ("-total_score",))

_SCORES = """
    select points.lead_id as prospect_id, points.icp_profile, points.total_score, points.intent_score,
        points.fit_score, points.accessibility_score, points.tier, points.score_coverage,
        points.is_provisional, points.not_eligible_because, leads.linkedin_profile_url,
        leads.normalized_profile_url
    from marts.lead_score_points as points
    inner join marts.heyreach_leads as leads on points.lead_id = leads.lead_id
    where points.icp_profile = coalesce(
            $profile, (select name from marts.icp_profiles where is_default and valid_until is null)
        )
        and ($people is null or points.lead_id in (select unnest($people::varchar[])))
    order by points.total_score desc, points.intent_score desc, points.lead_id
    limit $limit
"""


@router.get("/api/discover", summary="Companies that searches brought.")
def discovered(request: Request) -> Response:
    """As of the last build; filtered and sorted like every list."""
    return answer(request, DISCOVERED, file=False)


@router.post("/api/discover", summary="Search for companies of a profile; take them.", responses=RESPONSES)
async def discover(
    request: Request, body: bodies.Discover, wait: Wait = 30, idempotency_key: IdempotencyKey = None
) -> Response:
    """What would come and what it would cost; with `apply` they are taken, by a job."""
    if not body.apply:
        workspace = site_of(request).workspace
        return json_answer(
            await run_in_threadpool(preview, workspace, body.profile, body.limit, has_people=body.people)
        )

    def result(site: Site, job: Job) -> dict[str, Any]:
        return dict(job.result or {})

    parameters = {"profile": body.profile, "limit": body.limit, "people": body.people}
    return await answer_by_job(request, "discover", parameters, result, wait=wait, key=idempotency_key)


router.add_api_route(
    "/api/prospects/discover",
    discover,
    methods=["POST"],
    summary="The same as POST /api/discover.",
    responses=RESPONSES,
)


@router.post("/api/prospects/score", summary="Prospects with their points, the best first.")
def score(request: Request, body: bodies.Score) -> Response:
    """By a profile of config/icp_profiles.yaml, the default unless one is named."""
    site = site_of(request)
    given = {"profile": body.profile, "people": body.prospect_ids, "limit": body.limit}
    with site.generations.reading() as generation:
        rows = without_erased(generation.rows(_SCORES, given), site.erased)
    return json_answer({"rows": rows})


@router.post("/api/research", summary="What is known of a prospect, and by whom.")
def research(request: Request, body: bodies.Research) -> Response:
    """Nobody is asked: /api/research/enhanced/complete-workflow does that."""
    site = site_of(request)
    lead = known_lead(site.workspace, body.prospect_id)
    with site.generations.reading() as generation:
        found = read_lead(generation, body.prospect_id, site.erased)
    answers = [
        {"integration": each.integration, "answered_at": each.answered_at, "fields": each.fields}
        for each in known_of(site.workspace, lead.person)
    ]
    return json_answer(found | {"answers": answers, "messages": messages_of(site.workspace, lead.lead_id)})


@router.post(
    "/api/research/enhanced/complete-workflow",
    summary="Ask services about a prospect.",
    responses=RESPONSES,
)
async def complete_workflow(
    request: Request, body: bodies.Research, wait: Wait = 30, idempotency_key: IdempotencyKey = None
) -> Response:
    """The same as POST /api/leads/{lead_id}/enrich."""
    asked = bodies.Enrich(integrations=body.integrations, dry_run=body.dry_run)
    return await enrich_one(request, body.prospect_id, asked, wait=wait, idempotency_key=idempotency_key)
