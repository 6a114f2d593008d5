"""The routes that change something: leads added and stopped, campaigns paused and resumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from extract.sandbox.answers import Answer, Call, Route
from extract.sandbox.imports import Counts
from extract.sandbox.lead_state import UNDER_WAY, lead_state
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
    leads, claimed = api.faults.lose_parts(leads, call.route, arguments)
    counts = api.imports.add_to_campaign(campaign_id, leads, call.now)
    if status in wakes:
        api.imports.set_status(campaign_id, "IN_PROGRESS", call.now)
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


def _stop_lead(api: SandboxApi, call: Call) -> Answer:
    """By its link or, without one, its id; what HeyReach says of one whose way has ended was seen live."""
    arguments = call.arguments
    campaign_id = arguments.integer("campaignId")
    if not api.has_campaign(campaign_id, call.now):
        return Answer.not_found("Campaign")
    url, person_id = arguments.text("leadUrl"), arguments.text("leadMemberId")
    leads = api.views.leads_called(campaign_id, url, person_id, call.now)
    if not leads:
        text = "The lead is not present in the campaign you are trying to modify"
        return Answer.json({"errorMessage": text}, 404)
    status = api.imports.campaigns[campaign_id].status_at(call.now)
    if api.world.twists.refuses_stops(status):
        raise RefusedWrite(f"Cannot perform the action because the workflow is in {status} state.")
    states = {lead.id: lead_state(api.imports.history(lead), call.now).campaign_status for lead in leads}
    under_way = [lead for lead in leads if states[lead.id] in UNDER_WAY]
    if not under_way:
        raise RefusedWrite("Cannot perform the action because the workflow is in FAILED state.")
    for lead in under_way:
        api.imports.stop(lead, call.now)
    return Answer(200)


ROUTES = {
    "campaign/AddLeadsToCampaignV2": Route("POST", _with_counters(_add_to_campaign), is_write=True),
    "campaign/AddLeadsToCampaign": Route("POST", _with_number(_add_to_campaign), is_write=True),
    "list/AddLeadsToListV2": Route("POST", _with_counters(_add_to_list), is_write=True),
    "list/AddLeadsToList": Route("POST", _with_number(_add_to_list), is_write=True),
    "campaign/StopLeadInCampaign": Route("POST", _stop_lead, is_write=True),
    "campaign/Pause": Route("POST", _pause, is_write=True, is_in_query=True),
    "campaign/Resume": Route("POST", _resume, is_write=True, is_in_query=True),
}
