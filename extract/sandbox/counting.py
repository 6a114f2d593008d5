"""The routes of HeyReach's own counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extract.sandbox.answers import BEGINNING, END, Answer, Call, Route

if TYPE_CHECKING:
    from extract.sandbox.api import SandboxApi


def _stats_request(call: Call) -> tuple[frozenset[int], frozenset[int], int | None, int | None]:
    arguments = call.arguments
    accounts = arguments.integers("accountIds", is_required=True)
    campaigns = arguments.integers("campaignIds", is_required=True)
    return accounts, campaigns, arguments.time("startDate"), arguments.time("endDate")


def _overall_stats(api: SandboxApi, call: Call) -> Answer:
    accounts, campaigns, first, last = _stats_request(call)
    until = BEGINNING if api.faults.is_workspace_empty else call.now
    span = BEGINNING if first is None else first, min(until, END if last is None else last)
    return Answer.json(
        {
            "byDayStats": api.activity.by_day(accounts, campaigns, *span, call.now),
            "overallStats": api.activity.overall(accounts, campaigns, *span, call.now),
        }
    )


def _stats_by_campaign(api: SandboxApi, call: Call) -> Answer:
    accounts, campaigns, first, last = _stats_request(call)
    by_day: dict[str, list[dict]] = {}
    overall: list[dict] = []
    # Unlike GetOverallStats, this route answers nothing without a range.
    is_ranged = first is not None and last is not None and not api.faults.is_workspace_empty
    for campaign in api.imports.campaigns.values() if is_ranged else ():
        if campaigns and campaign.id not in campaigns:
            continue
        one, span = (campaign.id,), (first, min(call.now, last), call.now)
        names = {
            "campaignId": campaign.id,
            "campaignName": campaign.name,
            "isCampaignDeleted": not api.has_campaign(campaign.id, call.now),
        }
        days = api.activity.by_day(accounts, one, *span)
        for day, counts in days.items():
            by_day.setdefault(day, []).append(names | counts)
        if days:
            overall.append(names | api.activity.overall(accounts, one, *span))
    return Answer.json({"byDayStats": dict(sorted(by_day.items())), "overallStats": overall})


ROUTES = {
    "stats/GetOverallStats": Route("POST", _overall_stats),
    "stats/GetOverallStatsByCampaign": Route("POST", _stats_by_campaign),
}
