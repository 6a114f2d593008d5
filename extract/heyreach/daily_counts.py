"""HeyReach's own counts by sender, campaign and UTC day: one request a sender.

The route that answers all campaigns of a sender at once tells of deleted ones, too. A server that lacks it or
answers in a shape nobody here knows is asked pair by pair.
"""

import re
from datetime import timedelta
from functools import partial

from extract.heyreach.asking import Asking
from extract.heyreach.campaign_rows import created_on
from extract.heyreach.client import Answer
from extract.heyreach.observing import Pull
from extract.raw import routes
from extract.raw.landing import ABSENT
from extract.workspace.errors import MissingRouteError, RefusedError, UnknownShapeError

PAIR_ROUTE = "stats/GetOverallStats"
DAYS = routes.ACCOUNT_CAMPAIGN_DAYS.name
COUNTS = ("connectionsSent", "connectionsAccepted")
# Fields of a day's counts that only say which campaign they are of.
NAMES = frozenset({"campaignId", "campaignName", "isCampaignDeleted"})

# Day (ISO) -> the counts as HeyReach sent them.
Days = dict[str, dict]


def read_daily_counts(pull: Pull, campaigns: dict[str, dict], pairs: set[tuple[str, str]]) -> None:
    """Land the daily counts of every sender in `pairs` (sender, campaign).

    A known day that the answer lacks counts nothing any more: it is landed without a payload.
    """
    _DailyCounts(pull, campaigns, pairs).read()


class _DailyCounts:
    def __init__(self, pull: Pull, campaigns: dict[str, dict], pairs: set[tuple[str, str]]):
        self._pull = pull
        self._campaigns = campaigns
        self._pairs = sorted(pairs)
        self._asking = Asking(pull, DAYS)
        self._is_by_campaign = True
        self._one_by_one: set[str] = set()

    def read(self) -> None:
        for account_id in sorted({account_id for account_id, _ in self._pairs}):
            if self._is_by_campaign:
                self._asking.ask((account_id,), partial(self._read_sender, account_id))
            if not self._is_by_campaign or account_id in self._one_by_one:
                for pair in self._pairs_of(account_id):
                    self._asking.ask(pair, partial(self._read_pair, pair))
        for scope, reason in self._asking.gone.items():
            self._asking.failed.setdefault(scope, reason)
        self._asking.warning("idle days and volume per day are unknown there")

    def _pairs_of(self, account_id: str) -> list[tuple[str, str]]:
        return [pair for pair in self._pairs if pair[0] == account_id]

    def _read_sender(self, account_id: str) -> None:
        """All campaigns of a sender, or a note that it must be asked campaign by campaign."""
        counted = self._pull.known.counted_days(account_id)
        since = min((*map(created_on, self._campaigns.values()), *counted.values()))
        try:
            answer = self._post(routes.ACCOUNT_CAMPAIGN_DAYS.path, account_id, [], since)
            days = _by_campaign(answer)
        except RefusedError:
            self._one_by_one.add(account_id)
            return
        except (MissingRouteError, UnknownShapeError) as error:
            self._is_by_campaign = False
            if isinstance(error, UnknownShapeError):
                self._pull.warnings.append(f"{error}. {PAIR_ROUTE} was asked instead")
            return
        if not days and self._has_counts(account_id, counted):
            # No counts at all where there were some: without a usable range the route answers nothing.
            self._one_by_one.add(account_id)
            return
        listed = self._pull.known.of(routes.CAMPAIGNS.name, ())
        compared = {campaign_id for _, campaign_id in self._pairs_of(account_id)} | set(counted)
        compared |= {campaign_id for campaign_id in days if campaign_id in listed}
        requests = 1
        for campaign_id in sorted(compared | set(days)):
            # Of a campaign that was deleted before anybody looked there are counts, and no leads to compare.
            self._land((account_id, campaign_id), days.get(campaign_id, {}), since, answer)
            if campaign_id in compared:
                self._record((account_id, campaign_id), days.get(campaign_id, {}), answer, requests)
                requests = 0

    def _read_pair(self, pair: tuple[str, str]) -> None:
        account_id, campaign_id = pair
        since = created_on(self._campaigns[campaign_id])
        answer = self._post(PAIR_ROUTE, account_id, [campaign_id], since)
        days = _of_pair(answer)
        self._land(pair, days, since, answer)
        self._record(pair, days, answer, 1)

    def _has_counts(self, account_id: str, counted: dict[str, str]) -> bool:
        known = (self._pull.known.of(DAYS, (account_id, campaign_id)) for campaign_id in counted)
        return any(row_hash != ABSENT for hashes in known for row_hash in hashes.values())

    def _post(self, route: str, account_id: str, campaign_ids: list[str], since: str) -> Answer:
        """Without a range neither route answers any days."""
        tomorrow = self._pull.client.now() + timedelta(days=1)
        body = {
            "accountIds": [routes.as_sent(account_id)],
            "campaignIds": [routes.as_sent(campaign_id) for campaign_id in campaign_ids],
            "startDate": f"{since}T00:00:00.000Z",
            "endDate": f"{tomorrow:%Y-%m-%d}T23:59:59.999Z",
        }
        answer = self._pull.client.post(route, body)
        self._pull.answers += 1
        return answer

    def _land(self, pair: tuple[str, str], days: Days, since: str, answer: Answer) -> None:
        for day, counts in days.items():
            self._pull.observe_answer(DAYS, pair, day, counts, answer.not_after, names=NAMES)
        for day in list(self._pull.known.of(DAYS, pair)):
            if day >= since and day not in days:
                self._pull.observe_nothing(DAYS, pair, day, answer.not_after)

    def _record(self, pair: tuple[str, str], days: Days, answer: Answer, requests: int) -> None:
        self._pull.record_answer(DAYS, pair, answer, rows=len(days), requests=requests)


def _by_campaign(answer: Answer) -> dict[str, Days]:
    """Campaign -> day -> counts, of `{day: [{campaignId, ...}]}`; raises UnknownShapeError."""
    found: dict[str, Days] = {}
    for day, rows in _days(routes.ACCOUNT_CAMPAIGN_DAYS.path, answer).items():
        if not isinstance(rows, list):
            raise UnknownShapeError(routes.ACCOUNT_CAMPAIGN_DAYS.path, "byDayStats")
        for row in rows:
            campaign_id = routes.row_id({"id": row.get("campaignId")}) if isinstance(row, dict) else None
            if campaign_id is None:
                raise UnknownShapeError(routes.ACCOUNT_CAMPAIGN_DAYS.path, "byDayStats.campaignId")
            found.setdefault(campaign_id, {})[day] = _counts(routes.ACCOUNT_CAMPAIGN_DAYS.path, row)
    return found


def _of_pair(answer: Answer) -> Days:
    """Day -> counts, of `{day: {...}}`; raises UnknownShapeError."""
    return {day: _counts(PAIR_ROUTE, row) for day, row in _days(PAIR_ROUTE, answer).items()}


def _days(route: str, answer: Answer) -> dict:
    days = answer.data.get("byDayStats", ...)
    days = {} if days is None else days
    if not isinstance(days, dict) or not all(re.match(r"\d{4}-\d\d-\d\d", day) for day in days):
        raise UnknownShapeError(route, "byDayStats")
    return {day[:10]: value for day, value in days.items()}


def _counts(route: str, row: object) -> dict:
    if not isinstance(row, dict):
        raise UnknownShapeError(route, "byDayStats")
    for name in COUNTS:
        if not isinstance(row.get(name, ...), int | None):
            raise UnknownShapeError(route, f"byDayStats.{name}")
    return row
