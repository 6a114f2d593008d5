"""All that is known of one lead: attributes and who said so, signals, requests with bounds, scores, plans."""

from typing import Any

import orjson

from extract.outreach.messages import compose
from extract.people.suppression import Suppressions
from extract.people.traits import trait_of
from extract.workspace.workspace import Workspace
from reports.server.generations import Generation, Row
from reports.server.listing import without_erased
from reports.server.problems import ProblemError

# The parts of a lead, each the rows of a query; people's traits stay out wherever they could stand.
_PARTS = {
    "attributes": """
        select field, value, integration, answered_at, is_chosen, is_conflicting
        from marts.enrichment_values where lead_id = $1 order by field, is_chosen desc, integration
    """,
    "signals": """
        select * exclude (lead_id, as_of) from marts.signal_events
        where lead_id = $1
            or company_domain = (select company_domain from marts.heyreach_leads where lead_id = $1)
        order by detected_at desc, id limit 200
    """,
    "connections": """
        select connections.*, campaigns.campaign_name, accounts.label as account_label
        from marts.heyreach_connections as connections
        left join marts.heyreach_campaigns as campaigns on connections.campaign_id = campaigns.campaign_id
        left join marts.heyreach_accounts as accounts on connections.account_id = accounts.account_id
        where connections.lead_id = $1 order by connections.created_at desc, connections.connection_id
    """,
    "scores": """
        select scores.* from marts.lead_scores as scores
        left join marts.rpt_icp_profiles as profiles on scores.icp_profile = profiles.icp_profile
        where scores.lead_id = $1 order by profiles.profile_order, scores.icp_profile
    """,
    "inbox": "select * from marts.rpt_lead_inbox where lead_id = $1 order by icp_profile",
    "engagement": """
        select * exclude (lead_id) from marts.engagement_events where lead_id = $1
        order by happened_at desc nulls last, engagement_id
    """,
    "segments": """
        select * exclude (lead_id) from marts.prospect_segments where lead_id = $1 order by segment_order
    """,
    "priorities": "select * exclude (lead_id) from marts.prospect_priorities where lead_id = $1",
    "plan": """
        select * exclude (lead_id) from marts.planned_sends where lead_id = $1 and is_current
        order by day, line_number
    """,
}
_LEAD = """
    select leads.*, names.first_name, names.last_name
    from marts.heyreach_leads as leads
    left join marts.lead_names as names on leads.lead_id = names.lead_id
    where leads.lead_id = $1
"""


def read_lead(generation: Generation, lead_id: str, erased: Suppressions) -> dict[str, Any]:
    """The lead and its parts; raises ProblemError for one that isn't known, or was erased."""
    known = without_erased(generation.rows(_LEAD, [lead_id]), erased)
    if not known:
        raise ProblemError(404, "There is no such lead, or they were erased")
    parts = {name: list(map(_plain, generation.rows(query, [lead_id]))) for name, query in _PARTS.items()}
    parts["attributes"] = [row for row in parts["attributes"] if not trait_of(row["field"])]
    lead = _plain(known[0])
    lead["field_source"] = {
        field: source for field, source in (lead["field_source"] or {}).items() if not trait_of(field)
    }
    return {"lead": lead, **parts}


def messages_of(workspace: Workspace, lead_id: str) -> list[dict[str, Any]]:
    """What the lead would be written, step by step, as the texts are now; raises ConfigurationError."""
    composed = compose(workspace, [lead_id]).get(lead_id)
    if composed is None:
        return []
    return [
        {
            "step": each.step,
            "kind": each.kind,
            "day": each.day,
            "is_after_acceptance": each.is_after_acceptance,
            "text": each.text,
            "limit": each.limit,
            "variant": each.variant,
            "why": each.why,
            "sequence": composed.sequence,
        }
        for each in composed.steps
    ]


def _plain(row: Row) -> Row:
    """A row without people's traits, what is JSON as what it says."""
    return {
        name: orjson.loads(value) if name in _AS_JSON and isinstance(value, str) else value
        for name, value in row.items()
        if not trait_of(name)
    }


_AS_JSON = ("field_source", "signal_data", "score_breakdown")
