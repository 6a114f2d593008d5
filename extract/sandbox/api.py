"""The sandbox API without sockets: a request in, an answer out. Routes follow HeyReach's public API."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import NamedTuple
from urllib.parse import parse_qs

import orjson

from extract.errors import ConfigurationError
from extract.sandbox import clock
from extract.sandbox.activity import Activity
from extract.sandbox.arguments import Arguments, InvalidRequest
from extract.sandbox.faults import (
    ANSWER_FAULTS,
    APPLIED_FAULTS,
    PAGE_FAULTS,
    REQUEST_FAULTS,
    Fault,
    Faults,
    spoil_page,
)
from extract.sandbox.imports import Counts, Imports
from extract.sandbox.leads import COMPANY_LIST_ID
from extract.sandbox.limits import RateLimit
from extract.sandbox.views import Rows, Views
from extract.sandbox.world import World
from extract.sandbox.writes import RefusedWrite, leads_for_campaign, leads_for_list

BASE_PATH = "/api/public/"
CONTROL_PATH = "/sandbox/"
API_KEY = "sandbox-key"
ORGANISATION_KEY = "sandbox-organisation-key"
ORGANISATION_KEY_TEXT = "The provided API key is not a workspace-level key."

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
MAX_LIST_LIMIT = 1000
TIME_FILTERS = {
    "Everywhere": None,
    "CreationTime": "creationTime",
    "LastActionTakenTime": "lastActionTime",
    "FailedTime": "failedTime",
    "LastActionTakenOrFailedTime": "lastActionOrFailed",
}
BEGINNING, END = 0, 2**62

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass
class Answer:
    """An HTTP answer; `delay_seconds` passes before it is sent, and `is_dropped` closes the line instead."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    is_dropped: bool = False

    @classmethod
    def json(cls, value, status: int = 200) -> "Answer":
        return cls(status, orjson.dumps(value), JSON_TYPE)

    @classmethod
    def not_found(cls, what: str) -> "Answer":
        return cls.json({"errorMessage": f"{what} was not found."}, 404)


class Call(NamedTuple):
    """One request: its arguments, the clock, and the page asked for (zeros where a route has no pages)."""

    route: str
    arguments: Arguments
    now: int
    offset: int = 0
    limit: int = 0


class Route(NamedTuple):
    method: str
    answer: Callable[["SandboxApi", Call], "Answer | Rows"]
    max_limit: int = 0
    is_write: bool = False
    is_in_query: bool = False


class SandboxApi:
    """The API over one world. Thread-safe; the clock stands still until it is set."""

    def __init__(
        self,
        world: World,
        now: datetime,
        api_key: str = API_KEY,
        rate_limit: RateLimit | None = None,
        faults: Faults | None = None,
        field_updates: str = "merge",
    ):
        self.world = world
        self.api_key = api_key
        self.rate_limit = rate_limit or RateLimit()
        self.faults = faults or Faults()
        self.imports = Imports(world, field_updates)
        self.views = Views(world, self.imports)
        self.activity = Activity(world, self.imports)
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self._lock = Lock()
        self.now = 0
        self.set_clock(clock.to_ticks(now))

    def set_clock(self, ticks: int) -> None:
        # The Date header has whole seconds: a clock between two would show rows from after its own Date.
        self.now = ticks - ticks % clock.SECOND

    def handle(self, method: str, path: str, query: str, key: str | None, body: bytes) -> Answer:
        """Answer one request of the API or of the control routes beside it."""
        with self._lock:
            if path.startswith(BASE_PATH):
                answer = self._api(method, path.removeprefix(BASE_PATH), query, key, body)
                self.statuses[answer.status] += 1
                return answer
            if path.startswith(CONTROL_PATH):
                return self._control(method, path.removeprefix(CONTROL_PATH), query, body)
            return Answer(404)

    def _api(self, method: str, name: str, query: str, key: str | None, body: bytes) -> Answer:
        self.requests[name] += 1
        refusal = self._refusal(method, name, key)
        if refusal is not None:
            return refusal
        try:
            route = ROUTES[name]
            is_in_query = method == "GET" or route.is_in_query
            arguments = Arguments.from_query(parse_qs(query)) if is_in_query else Arguments.from_body(body)
            struck = self.faults.striking(ANSWER_FAULTS, name, arguments)
            replaced = next((answer for fault in struck if (answer := _replacement(fault))), None)
            answer = replaced or self._answer(name, route, arguments)
            if route.is_write and not replaced and answer.status == 200:
                for fault in self.faults.striking(APPLIED_FAULTS, name, arguments):
                    status = fault.options.get("status")
                    answer = Answer(200, is_dropped=True) if status is None else Answer(int(status))
        except InvalidRequest as error:
            return Answer(400, error.body, JSON_TYPE)
        except RefusedWrite as error:
            return Answer.json({"errorMessage": str(error)}, 400)
        for fault in struck:
            if fault.name == "slow":
                answer.delay_seconds += float(fault.options.get("seconds", 1))
            elif fault.name == "cut_json":
                answer.body = answer.body[: max(1, len(answer.body) // 2)]
        return answer

    def _refusal(self, method: str, name: str, key: str | None) -> Answer | None:
        if not self.rate_limit.admits(monotonic()):
            return Answer(429)
        if name not in ROUTES:
            return Answer(404)
        if method != ROUTES[name].method:
            return Answer(405, headers={"Allow": ROUTES[name].method})
        if key == ORGANISATION_KEY:
            return Answer(200, ORGANISATION_KEY_TEXT.encode(), TEXT_TYPE)
        return None if key == self.api_key else Answer(401)

    def _answer(self, name: str, route: Route, arguments: Arguments) -> Answer:
        self.imports.lag = self.faults.list_lag
        asked = self.faults.striking(REQUEST_FAULTS, name, arguments)
        if any(fault.name == "time_filter_ignored" for fault in asked):
            arguments = arguments.replaced(timeFilter="Everywhere")
        if not route.max_limit:
            return route.answer(self, Call(name, arguments, self.now))
        is_by_number = name.startswith("MyNetwork/")
        limit = arguments.integer("pageSize" if is_by_number else "limit", DEFAULT_LIMIT, 1, route.max_limit)
        start = arguments.integer("pageNumber" if is_by_number else "offset", 0)
        offset = start * limit if is_by_number else start
        for fault in asked:
            if fault.name == "clamped_limit":
                limit = min(limit, int(fault.options.get("limit", 20)))
        rows = route.answer(self, Call(name, arguments, self.now, offset, limit))
        if isinstance(rows, Answer):
            return rows
        rows = self.faults.reordered(rows, name, arguments, offset)
        body = b'{"totalCount":%d,"items":[%b]}' % (rows.count, b",".join(rows.page(offset, limit)))
        for fault in self.faults.striking(PAGE_FAULTS, name, arguments):
            page = orjson.loads(body)
            spoil_page(fault, page)
            body = orjson.dumps(page)
        return Answer(200, body, JSON_TYPE)

    def _control(self, method: str, name: str, query: str, body: bytes) -> Answer:
        control = CONTROLS.get((method, name))
        if control is None:
            return Answer(404)
        try:
            if method == "GET":
                return Answer.json(control(self, Arguments.from_query(parse_qs(query))))
            return Answer.json(control(self, Arguments.from_body(body)))
        except InvalidRequest as error:
            return Answer(400, error.body, JSON_TYPE)
        except ConfigurationError as error:
            return Answer.json({"errorMessage": str(error)}, 400)

    def visible_campaigns(self, now: int) -> list[dict]:
        rows = [] if self.faults.is_workspace_empty else self.views.campaigns(now)
        return [row for row in rows if not self.faults.is_gone("campaign", row["id"])]

    def visible_lists(self, now: int) -> list[dict]:
        rows = [] if self.faults.is_workspace_empty else self.views.lists(now)
        return [row for row in rows if not self.faults.is_gone("list", row["id"])]

    def visible_accounts(self, now: int) -> list[dict]:
        return [] if self.faults.is_workspace_empty else self.views.accounts(now)


def _replacement(fault: Fault) -> Answer | None:
    match fault.name:
        case "too_many_requests":
            seconds = fault.options.get("retry_after")
            return Answer(429, headers={} if seconds is None else {"Retry-After": str(seconds)})
        case "server_error":
            return Answer(int(fault.options.get("status", 500)))
        case "text_body":
            text = fault.options.get("text", "The service is being updated, please try again.")
            return Answer(200, text.encode(), TEXT_TYPE)
        case "dropped_connection":
            return Answer(200, is_dropped=True)
    return None


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
    return _by_id(api.visible_accounts(call.now), call.arguments.integer("accountId"), "LinkedIn account")


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
    return _by_id(api.visible_campaigns(call.now), call.arguments.integer("campaignId"), "Campaign")


def _campaign_sequence(api: SandboxApi, call: Call) -> Answer:
    campaign_id = call.arguments.integer("campaignId")
    if not _has_campaign(api, campaign_id, call.now):
        return Answer.not_found("Campaign")
    return Answer.json(api.views.sequence(api.world.campaigns[campaign_id]))


def _campaign_leads(api: SandboxApi, call: Call) -> Answer | Rows:
    arguments = call.arguments
    campaign_id = arguments.integer("campaignId")
    by = TIME_FILTERS[arguments.choice("timeFilter", tuple(TIME_FILTERS))]
    first, last = arguments.time("timeFrom"), arguments.time("timeTo")
    if not _has_campaign(api, campaign_id, call.now):
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
    return _by_id(api.visible_lists(call.now), call.arguments.integer("listId"), "List")


def _list_leads(api: SandboxApi, call: Call) -> Answer | Rows:
    arguments = call.arguments
    list_id = arguments.integer("listId")
    keyword, url = arguments.text("keyword").casefold(), arguments.text("leadProfileUrl")
    linkedin_id = arguments.text("leadLinkedInId")
    first, last = arguments.time("createdFrom"), arguments.time("createdTo")
    if list_id == COMPANY_LIST_ID or not _has_list(api, list_id, call.now):
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
    if list_id != COMPANY_LIST_ID or not _has_list(api, list_id, call.now):
        return Answer.not_found("List")
    return Rows.of(api.views.companies())


def _network(api: SandboxApi, call: Call) -> Answer | Rows:
    sender_id = call.arguments.integer("senderId")
    if all(row["id"] != sender_id for row in api.visible_accounts(call.now)):
        return Answer.not_found("LinkedIn account")
    return Rows.of(api.views.network(sender_id, call.now))


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
            "byDayStats": api.activity.by_day(accounts, campaigns, *span),
            "overallStats": api.activity.overall(accounts, campaigns, *span),
        }
    )


def _stats_by_campaign(api: SandboxApi, call: Call) -> Answer:
    accounts, campaigns, first, last = _stats_request(call)
    by_day: dict[str, list[dict]] = {}
    overall: list[dict] = []
    # Unlike GetOverallStats, this route answers nothing without a range.
    is_ranged = first is not None and last is not None
    for row in api.visible_campaigns(call.now) if is_ranged else ():
        if campaigns and row["id"] not in campaigns:
            continue
        one, names = (row["id"],), {"campaignId": row["id"], "campaignName": row["name"]}
        days = api.activity.by_day(accounts, one, first, min(call.now, last))
        for day, stats in days.items():
            by_day.setdefault(day, []).append(names | stats)
        if days:
            overall.append(names | api.activity.overall(accounts, one, first, min(call.now, last)))
    return Answer.json({"byDayStats": dict(sorted(by_day.items())), "overallStats": overall})


def _add_to_campaign(api: SandboxApi, call: Call) -> Counts | Answer:
    arguments = call.arguments
    campaign_id = arguments.integer("campaignId")
    leads = leads_for_campaign(arguments)
    woken = {"FINISHED": "resumeFinishedCampaign", "PAUSED": "resumePausedCampaign"}
    wakes = {status for status, name in woken.items() if arguments.boolean(name)}
    if not _has_campaign(api, campaign_id, call.now):
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
    if list_id == COMPANY_LIST_ID or not _has_list(api, list_id, call.now):
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
    if not _has_campaign(api, campaign_id, call.now):
        return Answer.not_found("Campaign")
    if api.imports.campaigns[campaign_id].status_at(call.now) not in allowed:
        raise RefusedWrite(refusal)
    api.imports.set_status(campaign_id, status, call.now)
    return Answer(200)


def _by_id(rows: list[dict], number: int, what: str) -> Answer:
    row = next((row for row in rows if row["id"] == number), None)
    return Answer.not_found(what) if row is None else Answer.json(row)


def _has_campaign(api: SandboxApi, campaign_id: int, now: int) -> bool:
    campaign = api.world.campaigns.get(campaign_id)
    is_hidden = api.faults.is_workspace_empty or api.faults.is_gone("campaign", campaign_id)
    return campaign is not None and campaign.created_at <= now and not is_hidden


def _has_list(api: SandboxApi, list_id: int, now: int) -> bool:
    return any(row["id"] == list_id for row in api.visible_lists(now))


ROUTES: dict[str, Route] = {
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
    "stats/GetOverallStats": Route("POST", _overall_stats),
    "stats/GetOverallStatsByCampaign": Route("POST", _stats_by_campaign),
    "campaign/AddLeadsToCampaignV2": Route("POST", _with_counters(_add_to_campaign), is_write=True),
    "campaign/AddLeadsToCampaign": Route("POST", _with_number(_add_to_campaign), is_write=True),
    "list/AddLeadsToListV2": Route("POST", _with_counters(_add_to_list), is_write=True),
    "list/AddLeadsToList": Route("POST", _with_number(_add_to_list), is_write=True),
    "campaign/Pause": Route("POST", _pause, is_write=True, is_in_query=True),
    "campaign/Resume": Route("POST", _resume, is_write=True, is_in_query=True),
}


def _clock(api: SandboxApi, arguments: Arguments) -> dict:
    return {"now": clock.iso(api.now, 0)}


def _set_clock(api: SandboxApi, arguments: Arguments) -> dict:
    moment, seconds = arguments.time("now"), arguments.integer("advance_seconds", 0)
    api.set_clock((api.now if moment is None else moment) + seconds * clock.SECOND)
    return _clock(api, arguments)


def _faults(api: SandboxApi, arguments: Arguments) -> dict:
    return {"faults": [fault.describe() for fault in api.faults.active]}


def _set_faults(api: SandboxApi, arguments: Arguments) -> dict:
    api.faults = Faults(arguments.objects("faults"))
    return _faults(api, arguments)


def _truth(api: SandboxApi, arguments: Arguments) -> dict:
    moment = arguments.time("at")
    at = api.now if moment is None else moment
    return api.world.truth(clock.to_datetime(at)) | {"imports": api.imports.truth(at)}


def _log(api: SandboxApi, arguments: Arguments) -> dict:
    log = {
        "total": api.requests.total(),
        "routes": dict(api.requests),
        "statuses": {str(status): count for status, count in api.statuses.items()},
    }
    if arguments.integer("reset", 0):
        api.requests.clear()
        api.statuses.clear()
    return log


CONTROLS: dict[tuple[str, str], Callable[[SandboxApi, Arguments], dict]] = {
    ("GET", "clock"): _clock,
    ("POST", "clock"): _set_clock,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("GET", "truth"): _truth,
    ("GET", "log"): _log,
}
