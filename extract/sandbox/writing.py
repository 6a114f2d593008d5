"""The routes that change something: leads added, campaigns paused and resumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from extract.sandbox.answers import Answer, Call, Route
from extract.sandbox.imports import Counts
from extract.sandbox.leads import COMPANY_LIST_ID
from extract.sandbox.writes import RefusedWrite, leads_for_campaign, leads_for_list

if TYPE_CHECKING:
    from extract.sandbox.api import SandboxApi


def _add_to_campaign(api: SandboxApi, call: Call) -> Counts | Answer:
    arguments = call.arguments
    campaign_id = arguments.integer("campaignId")
    leads = leads_for_campaign(arguments)
    woken = {"FINISHED": "resumeFinishedCampaign", "PAUSED": "resumePausedCampaign"}
    wakes = {status for status, name in woken.items() if arguments.boolean(name)}
    if not api.has_campaign(campaign_id, call.now):
        return Answer.not_found("Campaign")
    status = api.imports.campaigns[campaign_id].status_at(call.now)
    if status == "DRAFT":
        raise RefusedWrite("You cannot add new leads to a draft campaign.")
    if status in wakes:
        api.imports.set_status(campaign_id, "IN_PROGRESS", call.now)
    leads, claimed = api.faults.lose_parts(leads, call.route, arguments)
    counts = api.imports.add_to_campaign(campaign_id, leads, call.now)
    return counts._replace(added=counts.added + claimed)


def _add_to_list(api: SandboxApi, call: Call) -> Counts | Answer:
    list_id = call.arguments.integer("listId")
    leads = leads_for_list(call.arguments)
    if list_id == COMPANY_LIST_ID or not api.has_list(list_id, call.now):
        return Answer.not_found("List")
    leads, claimed = api.faults.lose_parts(leads, call.route, call.arguments)
    counts = api.imports.add_to_list(list_id, leads, call.now)
    return counts._replace(added=counts.added + claimed)


def _with_counters(
    add: Callable[[SandboxApi, Call], Counts | Answer],
) -> Callable[[SandboxApi, Call], Answer]:
    def answer(api: SandboxApi, call: Call) -> Answer:
        counts = add(api, call)
        if isinstance(counts, Answer):
            return counts
        return Answer.json({f"{name}LeadsCount": count for name, count in counts._asdict().items()})

    return answer


def _with_number(add: Callable[[SandboxApi, Call], Counts | Answer]) -> Callable[[SandboxApi, Call], Answer]:
    """The first version of an import route answers a bare integer; which one is not documented."""

    def answer(api: SandboxApi, call: Call) -> Answer:
        counts = add(api, call)
        return counts if isinstance(counts, Answer) else Answer.json(counts.added + counts.updated)

    return answer


def _pause(api: SandboxApi, call: Call) -> Answer:
    text = "You cannot pause an inactive campaign."
    return _change_status(api, call, ("IN_PROGRESS",), "PAUSED", text)


def _resume(api: SandboxApi, call: Call) -> Answer:
    text = "The campaign you are trying to resume is not paused, finished or failed."
    return _change_status(api, call, ("PAUSED", "FINISHED", "FAILED"), "IN_PROGRESS", text)


def _change_status(
    api: SandboxApi, call: Call, allowed: tuple[str, ...], status: str, refusal: str
) -> Answer:
    campaign_id = call.arguments.integer("campaignId")
    if not api.has_campaign(campaign_id, call.now):
        return Answer.not_found("Campaign")
    if api.imports.campaigns[campaign_id].status_at(call.now) not in allowed:
        raise RefusedWrite(refusal)
    api.imports.set_status(campaign_id, status, call.now)
    return Answer(200)


ROUTES = {
    "campaign/AddLeadsToCampaignV2": Route("POST", _with_counters(_add_to_campaign), is_write=True),
    "campaign/AddLeadsToCampaign": Route("POST", _with_number(_add_to_campaign), is_write=True),
    "list/AddLeadsToListV2": Route("POST", _with_counters(_add_to_list), is_write=True),
    "list/AddLeadsToList": Route("POST", _with_number(_add_to_list), is_write=True),
    "campaign/Pause": Route("POST", _pause, is_write=True, is_in_query=True),
    "campaign/Resume": Route("POST", _resume, is_write=True, is_in_query=True),
}
