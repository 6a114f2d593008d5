"""The sandbox API without sockets: a request in, an answer out. Routes follow HeyReach's public API."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from threading import Lock
from time import monotonic
from urllib.parse import parse_qs

import orjson

from extract.sandbox import clock, counting, inbox, reading, subscriptions, writing
from extract.sandbox.activity import Activity
from extract.sandbox.answers import JSON_TYPE, TEXT_TYPE, Answer, Call, Route
from extract.sandbox.arguments import Arguments, InvalidRequest
from extract.sandbox.controls import CONTROLS
from extract.sandbox.faults import (
    ANSWER_FAULTS,
    APPLIED_FAULTS,
    PAGE_FAULTS,
    REQUEST_FAULTS,
    SERVICE_FAULTS,
    Fault,
    Faults,
    spoil_page,
)
from extract.sandbox.imports import Imports
from extract.sandbox.limits import RateLimit
from extract.sandbox.pages import PAGES_PATH, ROBOTS_PATH, Pages
from extract.sandbox.services import SERVICES_PATH, Request, Services, read_request
from extract.sandbox.texts import StepText
from extract.sandbox.views import Views
from extract.sandbox.world import World
from extract.sandbox.writes import RefusedWrite
from extract.workspace.errors import ConfigurationError

BASE_PATH = "/api/public/"
CONTROL_PATH = "/sandbox/"
API_KEY = "sandbox-key"
ORGANISATION_KEY = "sandbox-organisation-key"
ORGANISATION_KEY_TEXT = "The provided API key is not a workspace-level key."
DEFAULT_LIMIT = 10

ROUTES: dict[str, Route] = {
    **reading.ROUTES,
    **counting.ROUTES,
    **inbox.ROUTES,
    **writing.ROUTES,
    **subscriptions.ROUTES,
}


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
        # Campaign -> what its steps say, where that isn't what all say.
        self.texts: dict[int, dict[str, StepText]] = {}
        self.views = Views(world, self.imports)
        self.activity = Activity(world, self.imports)
        # Webhooks by their id, as they were registered.
        self.webhooks: dict[int, dict] = {}
        self.pages = Pages(world)
        self.services = Services(world.seed)
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self._lock = Lock()
        self.now = 0
        self.set_clock(clock.to_ticks(now))

    def set_clock(self, ticks: int) -> None:
        # The Date header has whole seconds: a clock between two would show rows from after its own Date.
        self.now = ticks - ticks % clock.SECOND

    def handle(self, method: str, path: str, query: str, key: str | None, body: bytes) -> Answer:
        """Answer one request of the API, of the control routes, of a service, or for a profile page."""
        with self._lock:
            if path.startswith(BASE_PATH):
                answer = self._api(method, path.removeprefix(BASE_PATH), query, key, body)
                self.statuses[answer.status] += 1
                return answer
            if path.startswith(CONTROL_PATH):
                return self._control(method, path.removeprefix(CONTROL_PATH), query, body)
            if path.startswith(SERVICES_PATH):
                host, _, rest = path.removeprefix(SERVICES_PATH).partition("/")
                return self._service(host, read_request(method, rest, query, key, body, self.now))
            if method == "GET" and (path == ROBOTS_PATH or path.startswith(PAGES_PATH)):
                return self.pages.answer(path, self.now)
            return Answer(404)

    def _api(self, method: str, name: str, query: str, key: str | None, body: bytes) -> Answer:
        self.requests[name] += 1
        refusal = self._refusal(method, name, key)
        if refusal is not None:
            return refusal
        try:
            route = ROUTES[name]
            is_in_query = method == "GET" or route.is_in_query
            in_query = Arguments.from_query(parse_qs(query))
            arguments = in_query if is_in_query else Arguments.from_body(body)
            if method == "PATCH":
                arguments = arguments.joined(in_query)
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
        return _spoilt(answer, struck)

    def _service(self, host: str, request: Request) -> Answer:
        """A fault's route is the host; what it may match is the body or, of a GET, the query."""
        arguments = Arguments({**request.query, **request.body})
        struck = self.faults.striking(ANSWER_FAULTS, host, arguments)
        knows_nobody = bool(self.faults.striking(SERVICE_FAULTS, host, arguments))
        replaced = next((answer for fault in struck if (answer := _replacement(fault))), None)
        return _spoilt(replaced or self.services.answer(host, request, knows_nobody=knows_nobody), struck)

    def _refusal(self, method: str, name: str, key: str | None) -> Answer | None:
        if not self.rate_limit.admits(monotonic()):
            return Answer(429)
        if name not in ROUTES:
            return Answer(404)
        if method != ROUTES[name].method:
            return Answer(405, headers={"Allow": ROUTES[name].method})
        if key == ORGANISATION_KEY:
            return Answer(200, ORGANISATION_KEY_TEXT.encode(), TEXT_TYPE)
        if key == self.api_key:
            return None
        # As HeyReach says it: plain text without a content type.
        return Answer(401, b"Invalid API key" if key else b"Missing API key")

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

    @property
    def date(self) -> int:
        """What the Date header says now, in ticks."""
        return self.world.twists.date(self.now)

    def visible_campaigns(self, now: int) -> list[dict]:
        rows = [] if self.faults.is_workspace_empty else self.views.campaigns(now)
        return [row for row in rows if not self.faults.is_gone("campaign", row["id"])]

    def visible_lists(self, now: int) -> list[dict]:
        rows = [] if self.faults.is_workspace_empty else self.views.lists(now)
        return [row for row in rows if not self.faults.is_gone("list", row["id"])]

    def visible_accounts(self, now: int) -> list[dict]:
        return [] if self.faults.is_workspace_empty else self.views.accounts(now)

    def has_campaign(self, campaign_id: int, now: int) -> bool:
        campaign = self.world.campaigns.get(campaign_id)
        is_hidden = self.faults.is_workspace_empty or self.faults.is_gone("campaign", campaign_id)
        return campaign is not None and campaign.exists(now) and not is_hidden

    def has_list(self, list_id: int, now: int) -> bool:
        return any(row["id"] == list_id for row in self.visible_lists(now))


def _spoilt(answer: Answer, struck: Iterable[Fault]) -> Answer:
    """The answer, late or cut off."""
    for fault in struck:
        if fault.name == "slow":
            answer.delay_seconds += float(fault.options.get("seconds", 1))
        elif fault.name == "cut_json":
            answer.body = answer.body[: max(1, len(answer.body) // 2)]
    return answer


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
