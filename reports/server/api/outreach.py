"""The outreach engine: segments, priorities, texts, the week, what came of it."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from extract.outreach.messages import Composed, Wanted, compose
from extract.outreach.plan import PlanOptions
from extract.outreach.tracking import keep_event
from extract.people.known_leads import UnknownLeadError, known_lead
from extract.sandbox import DEMO_END
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace
from reports.jobs.messages import wanted_sequence
from reports.jobs.plan import make_plan
from reports.server.answers import json_answer
from reports.server.api import bodies
from reports.server.api.acts import LOCK_SECONDS
from reports.server.api.asking import RESPONSES, IdempotencyKey, Wait, answer_by_job
from reports.server.listing import without_erased
from reports.server.site import site_of

router = APIRouter(tags=["outreach"])
NEXT_BUILD = "Each build counts anew what works, from requests, replies and meetings: make run"

_SEGMENTED = """
    select segments.lead_id as prospect_id, segments.segment, segments.matched_rule,
        priorities.industry_tag, priorities.role_tag, priorities.location_tag, priorities.relevance_tag,
        priorities.engagement_potential_tag, leads.linkedin_profile_url, leads.normalized_profile_url
    from marts.prospect_segments as segments
    inner join marts.heyreach_leads as leads on segments.lead_id = leads.lead_id
    left join marts.prospect_priorities as priorities on segments.lead_id = priorities.lead_id
    where segments.is_assigned
        and ($people is null or segments.lead_id in (select unnest($people::varchar[])))
    order by segments.segment_order, priorities.priority_score desc nulls last, segments.lead_id
    limit $limit
"""
_PRIORITIES = """
    select priorities.lead_id as prospect_id, priorities.segment, priorities.priority_score,
        priorities.prospect_fit_score, priorities.referral_capacity_score, priorities.signal_strength_score,
        priorities.is_top, priorities.why, priorities.missing, leads.linkedin_profile_url,
        leads.normalized_profile_url
    from marts.prospect_priorities as priorities
    inner join marts.heyreach_leads as leads on priorities.lead_id = leads.lead_id
    where priorities.prospect_fit_score >= $fit and priorities.referral_capacity_score >= $referral
        and priorities.segment = coalesce($segment, priorities.segment)
    order by priorities.priority_score desc, priorities.lead_id
    limit $limit
"""


@router.post("/api/outreach/segment", summary="Segments, and in which each prospect is.")
def segment(request: Request, body: bodies.Segment) -> Response:
    """Shares of the week by weight, counts, and the prospects with their tags."""
    site = site_of(request)
    given = {"people": body.prospect_ids, "limit": body.limit}
    with site.generations.reading() as generation:
        segments = generation.rows("select * from marts.rpt_segments order by segment_order")
        found = without_erased(generation.rows(_SEGMENTED, given), site.erased)
    return json_answer({"segments": segments, "prospects": found})


@router.post("/api/outreach/prioritize", summary="Whom to write to first.")
def prioritize(request: Request, body: bodies.Prioritize) -> Response:
    """By fit, referral capacity and signal strength, with the reasons."""
    site = site_of(request)
    given = {
        "fit": body.min_fit_score,
        "referral": body.min_referral_capacity,
        "segment": body.segment,
        "limit": body.limit,
    }
    with site.generations.reading() as generation:
        found = without_erased(generation.rows(_PRIORITIES, given), site.erased)
    return json_answer({"prospects": found})


@router.post("/api/outreach/sequence/generate", summary="The texts that a prospect would get.")
def generate(request: Request, body: bodies.Sequence) -> Response:
    """Every step with its text and why it is that one; nothing is sent."""
    wanted = wanted_sequence(None, None, body.sequence_type)
    return json_answer(_sequence(site_of(request).workspace, body.prospect_id, wanted))


@router.get("/api/outreach/sequence/{prospect_id}", summary="The texts that a prospect would get.")
def sequence(request: Request, prospect_id: str) -> Response:
    """In the length and style of their segment."""
    return json_answer(_sequence(site_of(request).workspace, prospect_id, Wanted()))


def _sequence(workspace: Workspace, prospect_id: str, wanted: Wanted) -> dict[str, Any]:
    known_lead(workspace, prospect_id)
    composed: Composed | None = compose(workspace, [prospect_id], wanted=wanted).get(prospect_id)
    if composed is None:
        raise UnknownLeadError("There is no such prospect")
    return {
        "prospect_id": prospect_id,
        "segment": composed.prospect.segment,
        "sequence": composed.sequence,
        "steps": [
            {
                "step": each.step,
                "kind": each.kind,
                "day": each.day,
                "is_after_acceptance": each.is_after_acceptance,
                "text": each.text,
                "limit": each.limit,
                "variant": each.variant,
                "why": each.why,
            }
            for each in composed.steps
        ],
        "custom_fields": composed.fields,
        "problems": composed.problems,
    }


@router.post("/api/outreach/track-engagement", summary="Say that a prospect replied, or met you.")
def track(request: Request, body: bodies.Engagement) -> Response:
    """Kept at once; it counts from the next run on. The same event twice is one."""
    workspace = site_of(request).workspace
    lead = known_lead(workspace, body.prospect_id)
    now = DEMO_END if workspace.is_demo else datetime.now(UTC)
    at = body.occurred_at or now
    was_kept = keep_event(
        workspace, lead.profile_url, body.engagement_type, at, now, wait_seconds=LOCK_SECONDS
    )
    return json_answer(
        {
            "prospect_id": body.prospect_id,
            "engagement_type": body.engagement_type,
            "occurred_at": at,
            "was_known": was_kept,
        }
    )


@router.post("/api/outreach/cadence/weekly", summary="The plan of a week.", responses=RESPONSES)
async def weekly(
    request: Request, body: bodies.Cadence, wait: Wait = 30, idempotency_key: IdempotencyKey = None
) -> Response:
    """Planned and kept; with `apply`, what the kept plan has for today goes into HeyReach, by a job."""
    if body.apply:
        return await answer_by_job(
            request,
            "hand_over",
            {"week": body.week},
            lambda site, job: {"lines": (job.result or {}).get("lines", [])},
            wait=wait,
            key=idempotency_key,
        )
    options = PlanOptions(_day(body.week), body.target_connection_requests, body.campaign_id)
    kept = await run_in_threadpool(make_plan, site_of(request).workspace, options)
    asked = [line for line in kept.lines if line.reason is None]
    return json_answer(
        {
            "plan": asdict(kept.plan),
            "connection_requests": len(asked),
            "target_followups": body.target_followups,
            "lines": [_line(asdict(line)) for line in asked],
            "left_out": kept.plan.left_out,
            "words": kept.words,
        }
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigurationError(f"week must be a day like 2026-02-09, not {text}") from None


def _line(line: dict[str, Any]) -> dict[str, Any]:
    named = {"prospect_id": line.pop("lead_id"), "day": str(line["day"])}
    del line["person"]
    return {**line, **named}


@router.post("/api/outreach/metrics", summary="What outreach brought.")
def metrics(request: Request, body: bodies.Operator) -> Response:
    """Replies per sent and per accepted request, meetings; by segment, sequence, step, variant, sender."""
    return json_answer(_learned(request))


@router.get("/api/learning/patterns", summary="What works: rates with their intervals, and tests of texts.")
def patterns(request: Request) -> Response:
    """As of the last build."""
    return json_answer(_learned(request))


@router.post("/api/learning/update-patterns", summary="When what works is counted anew.", status_code=200)
def update_patterns(request: Request, body: bodies.Operator | None = None) -> Response:
    """Nothing has to be asked for: every build does it."""
    return json_answer({"detail": NEXT_BUILD})


def _learned(request: Request) -> dict[str, Any]:
    with site_of(request).generations.reading() as generation:
        return {
            "metrics": generation.rows(
                "select * from marts.rpt_outreach_metrics order by dimension, value, step"
            ),
            "tests": generation.rows("select * from marts.rpt_message_tests order by test_id, metric, arm"),
        }
