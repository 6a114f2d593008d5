"""The read routes: senders, campaigns, leads, lists, and the network of a sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extract.sandbox.answers import BEGINNING, END, MAX_LIMIT, MAX_LIST_LIMIT, Answer, Call, Route, by_id
from extract.sandbox.leads import COMPANY_LIST_ID
from extract.sandbox.profiles import companies
from extract.sandbox.rows import Rows
from extract.sandbox.workspace_rows import sequence

if TYPE_CHECKING:
    from extract.sandbox.api import SandboxApi

TIME_FILTERS = {
    "Everywhere": None,
    "CreationTime": "creationTime",
    "LastActionTakenTime": "lastActionTime",
    "FailedTime": "failedTime",
    "LastActionTakenOrFailedTime": "lastActionOrFailed",
}


def _check_key(api: SandboxApi, call: Call) -> Answer:
    return Answer(200)


def _accounts(api: SandboxApi, call: Call) -> Rows:
    keyword = call.arguments.text("keyword").casefold()
    return Rows.of(
        [
            row
            for row in api.visible_accounts(call.now)
            if keyword in f"{row['firstName'] or ''} {row['lastName'] or ''} {row['emailAddress']}".casefold()
        ]
    )


def _account(api: SandboxApi, call: Call) -> Answer:
    return by_id(api.visible_accounts(call.now), call.arguments.integer("accountId"), "LinkedIn account")


def _campaigns(api: SandboxApi, call: Call) -> Rows:
    keyword = call.arguments.text("keyword").casefold()
    statuses, accounts = call.arguments.texts("statuses"), call.arguments.integers("accountIds")
    return Rows.of(
        [
            row
            for row in api.visible_campaigns(call.now)
            if keyword in row["name"].casefold()
            and (not statuses or row["status"] in statuses)
            and (not accounts or accounts.intersection(row["campaignAccountIds"]))
        ]
    )


def _campaign(api: SandboxApi, call: Call) -> Answer:
    return by_id(api.visible_campaigns(call.now), call.arguments.integer("campaignId"), "Campaign")


def _campaign_sequence(api: SandboxApi, call: Call) -> Answer:
    campaign_id = call.arguments.integer("campaignId")
    if not api.has_campaign(campaign_id, call.now):
        return Answer.not_found("Campaign")
    campaign = api.world.campaigns[campaign_id]
    match campaign.lacks_sequence:
        case "empty":
            return Answer(200)
        case "null":
            return Answer.json(None)
        case "no_content":
            return Answer(204)
    return Answer.json(sequence(campaign, api.texts.get(campaign_id, {})))


def _campaign_leads(api: SandboxApi, call: Call) -> Answer | Rows:
    arguments = call.arguments
    campaign_id = arguments.integer("campaignId")
    by = TIME_FILTERS[arguments.choice("timeFilter", tuple(TIME_FILTERS))]
    first, last = arguments.time("timeFrom"), arguments.time("timeTo")
    if not api.has_campaign(campaign_id, call.now):
        return Answer.not_found("Campaign")
    if by is None or (first is None and last is None):
        return api.views.campaign_leads(campaign_id, call.now)
    return api.views.campaign_leads_between(
        campaign_id, call.now, by, BEGINNING if first is None else first, END if last is None else last
    )


def _lists(api: SandboxApi, call: Call) -> Rows:
    keyword, kind = call.arguments.text("keyword").casefold(), call.arguments.text("listType")
    campaigns = call.arguments.integers("campaignIds")
    return Rows.of(
        [
            row
            for row in api.visible_lists(call.now)
            if keyword in row["name"].casefold()
            and kind in ("", row["listType"])
            and (not campaigns or campaigns.intersection(row["campaignIds"]))
        ]
    )


def _list(api: SandboxApi, call: Call) -> Answer:
    return by_id(api.visible_lists(call.now), call.arguments.integer("listId"), "List")


def _list_leads(api: SandboxApi, call: Call) -> Answer | Rows:
    arguments = call.arguments
    list_id = arguments.integer("listId")
    keyword, url = arguments.text("keyword").casefold(), arguments.text("leadProfileUrl")
    linkedin_id = arguments.text("leadLinkedInId")
    first, last = arguments.time("createdFrom"), arguments.time("createdTo")
    if list_id == COMPANY_LIST_ID or not api.has_list(list_id, call.now):
        return Answer.not_found("List")
    api.imports.count_read(list_id)
    if not (keyword or url or linkedin_id) and first is None and last is None:
        return api.views.list_leads(list_id, call.now)

    def is_wanted(imported, row: dict) -> bool:
        return (
            keyword in f"{row['firstName']} {row['lastName']}".casefold()
            and url in ("", row["profileUrl"])
            and linkedin_id in ("", row["linkedin_id"])
            and (BEGINNING if first is None else first)
            <= imported.added_at
            <= (END if last is None else last)
        )

    return api.views.list_leads_where(list_id, call.now, is_wanted)


def _list_companies(api: SandboxApi, call: Call) -> Answer | Rows:
    list_id = call.arguments.integer("listId")
    if list_id != COMPANY_LIST_ID or not api.has_list(list_id, call.now):
        return Answer.not_found("List")
    return Rows.of(companies())


def _network(api: SandboxApi, call: Call) -> Answer | Rows:
    sender_id = call.arguments.integer("senderId")
    if all(row["id"] != sender_id for row in api.visible_accounts(call.now)):
        return Answer.not_found("LinkedIn account")
    return Rows.of(api.views.network(sender_id, call.now))


ROUTES = {
    "auth/CheckApiKey": Route("GET", _check_key),
    "li_account/GetAll": Route("POST", _accounts, MAX_LIMIT),
    "li_account/GetById": Route("GET", _account),
    "campaign/GetAll": Route("POST", _campaigns, MAX_LIMIT),
    "campaign/GetById": Route("GET", _campaign),
    "campaign/GetCampaignSequence": Route("GET", _campaign_sequence),
    "campaign/GetLeadsFromCampaign": Route("POST", _campaign_leads, MAX_LIMIT),
    "list/GetAll": Route("POST", _lists, MAX_LIMIT),
    "list/GetById": Route("GET", _list),
    "list/GetLeadsFromList": Route("POST", _list_leads, MAX_LIST_LIMIT),
    "list/GetCompaniesFromList": Route("POST", _list_companies, MAX_LIST_LIMIT),
    "MyNetwork/GetMyNetworkForSender": Route("POST", _network, MAX_LIMIT),
}
