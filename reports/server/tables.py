"""Which lists there are: those that documents and pages name, and every mart that a figure leads to."""

import functools

from dbt_project.keys import keys
from reports.document.sections import SECTIONS
from reports.server.listing import Listing

INBOX = Listing("rpt_lead_inbox", ("lead_id", "icp_profile"), ("rank",))
PEOPLE = Listing("heyreach_leads", ("lead_id",), names_people=True)
CAMPAIGNS = Listing("rpt_campaign_performance", ("campaign_id",))
CAMPAIGN_LEADS = Listing(
    "heyreach_connections", ("campaign_lead_id",), fixed=("campaign_id",), names_people=True
)
BOTTLENECKS = Listing("rpt_bottlenecks", ("rank",))
BOTTLENECK_LEADS = Listing("rpt_bottleneck_leads", ("lead_row_id",), fixed=("rank",))
SENDERS = Listing("rpt_account_performance", ("account_id",))
SEGMENTS = Listing("rpt_segment_performance", ("dimension", "segment"))
PLAN = Listing("planned_sends", ("planned_send_id",), ("week", "day", "line_number"), names_people=True)
MESSAGE_TESTS = Listing("rpt_message_tests", ("test_id",), ("-started_at",))
SIGNALS = Listing("signal_events", ("id",), ("-detected_at",), names_people=True)

# What the report's figures are counted from. What services answered stays out: it may hold people's traits.
_COUNTED_FROM = (
    *("heyreach_leads", "heyreach_connections", "heyreach_connection_events", "heyreach_campaigns"),
    *("heyreach_accounts", "heyreach_account_days", "heyreach_imports", "signal_events", "lead_score_points"),
    *("planned_sends", "planned_follow_ups", "engagement_events", "outreach_texts", "prospect_segments"),
    *("discovered_companies", "icp_profiles", "pipeline_runs"),
)


@functools.cache
def tables() -> dict[str, Listing]:
    """Every mart that is shown as a table, by name."""
    known = keys()
    printed = {model for section in SECTIONS for model in section.models}
    names = sorted({*_COUNTED_FROM, *printed, "rpt_bottleneck_leads", "rpt_plan_variance"} & known.keys())
    return {
        name: Listing(name, known[name], names_people="lead_id" in known[name] or name in _OF_LEADS)
        for name in names
    }


_OF_LEADS = ("heyreach_connections", "signal_events", "planned_sends", "engagement_events")
