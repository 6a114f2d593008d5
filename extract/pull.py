"""One pull: ask HeyReach for everything, and land the rows that differ from what raw already holds."""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tqdm import tqdm

from extract import raw, routes
from extract.client import Answer, HeyReachClient, NotFoundError, RefusedError
from extract.errors import ConfigurationError
from extract.landing import ABSENT, Landing, content_hash
from extract.paging import WalkSummary, walk
from extract.privacy.records import Erased, clean

STATS_ROUTE = "stats/GetOverallStats"
# The routes whose rows are people; elsewhere an erased person can only be mentioned.
LEAD_ROUTES = frozenset({routes.CAMPAIGN_LEADS.name, routes.LIST_LEADS.name})
# After as many refusals and no answer, the route is taken to be missing.
STATS_REFUSALS = 5
SEQUENCE_ROUTE = "campaign/GetCampaignSequence"
KINDS = ("full", "daily", "light")
# Campaigns that take no new leads; a status nobody knows counts as running.
RESTING = frozenset({"FINISHED", "CANCELED", "FAILED"})


def new_pull_id() -> str:
    """A name for a pull that sorts by the time it began."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"


class KnownStates:
    """Hash of the newest observation of every row: read from raw once per scope, then kept up to date."""

    def __init__(self, raw_path: Path):
        self._raw_path = raw_path
        self._hashes: dict[tuple, dict[str, str]] = {}

    def of(self, resource: str, scope: tuple[str, ...]) -> dict[str, str]:
        """Row key -> hash; the caller writes what it lands into it."""
        if (resource, scope) not in self._hashes:
            with raw.connect(self._raw_path, read_only=True) as connection:
                self._hashes[resource, scope] = raw.newest_hashes(connection, resource, scope)
        return self._hashes[resource, scope]


@dataclass
class Pull:
    """The state of one pull under way: where it lands, what is known, and what went wrong so far."""

    client: HeyReachClient
    landing: Landing
    known: KnownStates
    base_url: str
    kind: str
    origin: raw.Origin | None = None
    erased: Erased | None = None
    pull_id: str = field(default_factory=new_pull_id)
    workspace_id: str | None = None
    warnings: list[str] = field(default_factory=list)
    walks: list[dict] = field(default_factory=list)
    rows_landed: int = 0
    erased_counts: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def may_be_kept(self, route: routes.Route, rows: list) -> Iterator[tuple[object, object | None]]:
        """Each row as it came, and as it may be kept: without erased people, None where it is one of them."""
        if not self.erased:
            return zip(rows, rows, strict=True)
        kept = clean(rows, self.erased, may_drop=route.name in LEAD_ROUTES)
        return zip(rows, kept, strict=True)

    def observe(
        self,
        resource: str,
        scope: tuple[str, ...],
        key: str,
        row: dict,
        observed_at: datetime,
        row_hash: str,
    ) -> None:
        """Land one row if it differs from its newest observation."""
        known = self.known.of(resource, scope)
        if known.get(key) != row_hash:
            self._land(resource, scope, key, observed_at, row_hash, row)
            known[key] = row_hash

    def observe_answer(
        self, resource: str, scope: tuple[str, ...], key: str, row: object, observed_at: datetime
    ) -> None:
        """Like `observe`, for a row whose key is what was asked for; sets it aside if it can't be stored."""
        row_hash = self.hashed(resource, scope, row, observed_at)
        if row_hash:
            self.observe(resource, scope, key, row, observed_at, row_hash)

    def hashed(self, resource: str, scope: tuple[str, ...], row: object, at: datetime) -> str | None:
        """The row's hash, or None for a row that is no JSON object of valid text, which is set aside."""
        try:
            return content_hash(row)
        except (AttributeError, TypeError, ValueError) as error:
            self.quarantine(
                resource, scope, row, at, f"no JSON object of valid text ({type(error).__name__})"
            )
            return None

    def observe_absences(
        self, resource: str, scope: tuple[str, ...], seen: Collection[str], at: datetime
    ) -> None:
        """Land a row without payload for each row that a complete walk no longer brought."""
        known = self.known.of(resource, scope)
        for key in [key for key, row_hash in known.items() if key not in seen and row_hash != ABSENT]:
            self._land(resource, scope, key, at, ABSENT, None)
            known[key] = ABSENT

    def quarantine(
        self, resource: str, scope: tuple[str, ...], row: object, at: datetime, reason: str
    ) -> None:
        """Keep a row that can't be an observation, so that it is neither lost nor in the way."""
        self.landing.write(
            "quarantined_rows",
            {
                "pull_id": self.pull_id,
                "resource": resource,
                "scope_id": "/".join(scope),
                "observed_at": at,
                "reason": reason,
                "row_text": ascii(row)[:10_000],
            },
        )
        self.warnings.append(f"{resource}: a row was set aside ({reason}); see quarantined_rows")

    def record(self, resource: str, scope: tuple[str, ...], summary: WalkSummary, outcome: str = "") -> None:
        """Add one walk to the ledger of pulls."""
        self.walks.append(
            {
                "resource": resource,
                "scope_id": "/".join(scope),
                "started_at": summary.started_at,
                "finished_at": summary.finished_at,
                "requests": summary.requests,
                "rows_received": summary.rows_received,
                "distinct_rows": summary.distinct_rows,
                "total_count": summary.total_count_last,
                "is_complete": summary.is_complete,
                "outcome": outcome or ("complete" if summary.is_complete else "incomplete"),
                "note": summary.note,
            }
        )
        if not summary.is_complete:
            self.warnings.append(
                f"{resource} {'/'.join(scope)}: {summary.distinct_rows} different rows came where HeyReach "
                f"counts {summary.total_count_last}; the pull counts as incomplete, the next one asks again"
            )

    def finish(self) -> "PullResult":
        """Close the pull in the ledger: complete when every walk was."""
        whole = {
            "resource": "pull",
            "scope_id": "",
            "started_at": min(walk["started_at"] for walk in self.walks),
            "finished_at": max(walk["finished_at"] for walk in self.walks),
            "requests": sum(walk["requests"] for walk in self.walks),
            "rows_received": sum(walk["rows_received"] for walk in self.walks),
            "distinct_rows": sum(walk["distinct_rows"] for walk in self.walks),
            "total_count": None,
            "is_complete": all(walk["is_complete"] for walk in self.walks),
            "outcome": "complete" if all(walk["is_complete"] for walk in self.walks) else "incomplete",
            "note": None,
        }
        for (campaign_id, account_id, status), count in self.erased_counts.items():
            self.landing.write(
                "erased_lead_counts",
                {
                    "noted_by": self.pull_id,
                    "observed_at": whole["finished_at"],
                    "campaign_id": campaign_id,
                    "account_id": account_id,
                    "connection_status": status,
                    "lead_rows": count,
                },
            )
        for entry in (*self.walks, whole):
            self.landing.write(
                "pulls",
                {
                    **entry,
                    "pull_id": self.pull_id,
                    "landing_id": self.landing.landing_id,
                    "kind": self.kind,
                    "base_url": self.base_url,
                    "workspace_id": self.workspace_id,
                },
            )
        return PullResult(
            pull_id=self.pull_id,
            finished_at=whole["finished_at"],
            is_complete=whole["is_complete"],
            requests=whole["requests"],
            rows_received=whole["rows_received"],
            rows_landed=self.rows_landed,
            warnings=self.warnings,
        )

    def _land(self, resource, scope, key, observed_at, row_hash, payload) -> None:
        identity = dict(zip(raw.OBSERVATIONS[resource], (*scope, key), strict=True))
        self.landing.write(
            resource,
            {
                **identity,
                "observed_at": observed_at,
                "pull_id": self.pull_id,
                "content_hash": row_hash,
                "payload": payload,
            },
        )
        self.rows_landed += 1


@dataclass(frozen=True)
class PullResult:
    """What one pull did: counts, whether everything asked for came, and lines for the operator."""

    pull_id: str
    finished_at: datetime
    is_complete: bool
    requests: int
    rows_received: int
    rows_landed: int
    warnings: list[str]


def run_pull(
    client: HeyReachClient,
    landing: Landing,
    known: KnownStates,
    *,
    base_url: str,
    origin: raw.Origin | None,
    kind: str = "full",
    erased: Erased | None = None,
    settled: Collection[str] = (),
) -> PullResult:
    """Pull the workspace once, without the people who are `erased`.

    A `full` pull reads everything. A `daily` one leaves out what hardly changes: the campaigns' sequences,
    lists that no running campaign takes leads from, and campaigns that are at rest and `settled` (nothing in
    them was open, see settled.py), unless their own row has changed. A `light` one reads what moves during a
    day (senders, campaigns, the leads a daily one reads) and serves only to narrow the bounds of events
    between two others.
    """
    pull = Pull(client, landing, known, base_url, kind, origin, erased)
    _walk(pull, routes.SENDER_ACCOUNTS, (), {"keyword": ""})
    before = dict(known.of(routes.CAMPAIGNS.name, ()))
    campaigns = _walk(pull, routes.CAMPAIGNS, (), {"keyword": "", "statuses": [], "accountIds": []})
    _check_workspace(pull, campaigns)
    after = known.of(routes.CAMPAIGNS.name, ())

    pairs = set()
    for campaign_id, campaign in campaigns.items():
        is_unchanged = campaign_id in settled and before.get(campaign_id) == after[campaign_id]
        if kind != "full" and is_unchanged and campaign.get("status") in RESTING:
            continue
        senders = _pull_campaign_leads(pull, campaign_id)
        assigned = {str(sender) for sender in campaign.get("campaignAccountIds") or []}
        pairs |= {(sender, campaign_id) for sender in senders | assigned}

    if kind == "full":
        _pull_sequences(pull, campaigns)
        _pull_lists(pull, campaigns)
    if kind == "daily":
        running = [row for row in campaigns.values() if row.get("status") not in RESTING]
        for list_id in _lists_of(running):
            _pull_list_rows(pull, list_id, routes.LIST_LEADS)
    if kind != "light":
        _pull_daily_stats(pull, campaigns, pairs)
    return pull.finish()


def _walk(
    pull: Pull,
    route: routes.Route,
    scope: tuple[str, ...],
    body: dict,
    on_row: Callable[..., None] | None = None,
) -> dict[str, dict]:
    """Walk a route to its end and land what changed; returns the rows by key unless `on_row` takes them.

    `on_row(row, is_kept=...)` also sees the rows of people who are kept out.
    """
    rows: dict[str, dict] = {}
    seen: dict[str, str] = {}
    with tqdm(desc=" ".join((route.name, *scope)), unit=" rows", leave=False, delay=2, disable=None) as bar:
        pages = walk(pull.client, route, body, on_progress=_progress(bar))
        for page in pages:
            for as_sent, row in pull.may_be_kept(route, page.items):
                if row is None:
                    if on_row:
                        on_row(as_sent, is_kept=False)
                    continue
                key, row_hash = _identified(pull, route, scope, row, page.not_after)
                if key is None:
                    continue
                if not route.has_id and seen.setdefault(key, row_hash) != row_hash:
                    # A list may hold a person twice with different fields: both rows count.
                    key = f"{key}#{row_hash[:8]}"
                seen[key] = row_hash
                pull.observe(route.name, scope, key, row, page.not_after, row_hash)
                if on_row:
                    on_row(row, is_kept=True)
                else:
                    rows[key] = row
    if pages.summary.is_complete and not pages.summary.unkeyed_rows:
        pull.observe_absences(route.name, scope, seen, pages.summary.finished_at)
    pull.record(route.name, scope, pages.summary)
    return rows


def _progress(bar: tqdm) -> Callable[[int, int], None]:
    def update(received: int, total: int) -> None:
        bar.total = total
        bar.update(received - bar.n)

    return update


def _identified(
    pull: Pull, route: routes.Route, scope: tuple[str, ...], row: object, at: datetime
) -> tuple[str, str] | tuple[None, None]:
    """Key and hash of a row; a row that can't have them is set aside and gives (None, None)."""
    row_hash = pull.hashed(route.name, scope, row, at)
    if row_hash is None:
        return None, None
    key = route.key(row)
    if key is None and not route.has_id:
        # A list member without a URL or id is still a lead: its content is all the identity it has.
        key = f"content:{row_hash}"
    if key is None:
        pull.quarantine(route.name, scope, row, at, "no usable id")
        return None, None
    return key, row_hash


def _check_workspace(pull: Pull, campaigns: dict[str, dict]) -> None:
    units = {str(row["organizationUnitId"]) for row in campaigns.values() if row.get("organizationUnitId")}
    pull.workspace_id = min(units) if units else (pull.origin.workspace_id if pull.origin else None)
    if pull.origin and pull.origin.workspace_id and units and pull.origin.workspace_id not in units:
        raise ConfigurationError(
            f"The raw database holds HeyReach workspace {pull.origin.workspace_id}, but HEYREACH_API_KEY "
            f"belongs to workspace {pull.workspace_id}: use the key of the former, or set OUTBOUND_DATA_DIR "
            "to a folder for the latter"
        )


def _pull_campaign_leads(pull: Pull, campaign_id: str) -> set[str]:
    """Land a campaign's leads; returns the senders its rows name."""
    senders: set[str] = set()

    def note_sender(row: dict, *, is_kept: bool) -> None:
        sender = row.get("linkedInSenderId")
        if sender is not None:
            senders.add(str(sender))
        if not is_kept and sender is not None:
            # HeyReach's own counts go on including them.
            pull.erased_counts[campaign_id, str(sender), str(row.get("leadConnectionStatus"))] += 1

    try:
        _walk(
            pull,
            routes.CAMPAIGN_LEADS,
            (campaign_id,),
            {"campaignId": routes.as_sent(campaign_id), "timeFilter": "Everywhere"},
            note_sender,
        )
    except NotFoundError as error:
        _record_gone(pull, routes.CAMPAIGN_LEADS, (campaign_id,), str(error))
        pull.warnings.append(
            f"campaign {campaign_id} vanished while it was read; its leads stay as they were last seen"
        )
    return senders


def _pull_sequences(pull: Pull, campaigns: dict[str, dict]) -> None:
    answered = 0
    for campaign_id in campaigns:
        try:
            answer = pull.client.get(SEQUENCE_ROUTE, {"campaignId": campaign_id})
        except (NotFoundError, RefusedError):
            continue  # drafts have none; the configured expiry age then stands in
        answered += 1
        pull.observe_answer("campaign_sequences", (), campaign_id, answer.data, answer.not_after)
        pull.record("campaign_sequences", (campaign_id,), _one_answer(answer, rows=1))
    if campaigns and not answered:
        pull.warnings.append(
            "no campaign's sequence can be read, so open requests count as expired after expiry_days "
            "(config/settings.yaml) and not after the campaign's own withdrawal days"
        )


def _pull_lists(pull: Pull, campaigns: dict[str, dict]) -> None:
    """Land all lists and their members; a list that a campaign names is read even when it isn't listed."""
    lists: dict[str, dict] = {}
    summaries: list[WalkSummary] = []
    for list_type in ("USER_LIST", "COMPANY_LIST"):
        body = {"keyword": "", "listType": list_type, "campaignIds": []}
        pages = walk(pull.client, routes.LISTS, body)
        for page in pages:
            for row in page.items:
                key, row_hash = _identified(pull, routes.LISTS, (), row, page.not_after)
                if key is not None:
                    lists[key] = row
                    pull.observe("lists", (), key, row, page.not_after, row_hash)
        summaries.append(pages.summary)
        pull.record("lists", (list_type,), pages.summary)
    if all(summary.is_complete for summary in summaries):
        pull.observe_absences("lists", (), lists, summaries[-1].finished_at)

    for list_id in sorted(set(lists) | set(_lists_of(campaigns.values()))):
        is_company_list = lists.get(list_id, {}).get("listType") == "COMPANY_LIST"
        _pull_list_rows(pull, list_id, routes.LIST_COMPANIES if is_company_list else routes.LIST_LEADS)


def _lists_of(campaigns: Collection[dict]) -> list[str]:
    """The lists that these campaigns take their leads from."""
    return sorted({str(row["linkedInUserListId"]) for row in campaigns if row.get("linkedInUserListId")})


def _pull_list_rows(pull: Pull, list_id: str, route: routes.Route) -> None:
    try:
        _walk(pull, route, (list_id,), {"listId": routes.as_sent(list_id)}, lambda row, is_kept: None)
    except (NotFoundError, RefusedError) as error:
        _record_gone(pull, route, (list_id,), str(error))
        pull.warnings.append(
            f"list {list_id} can't be read any more ({error}); its leads keep the attribution last seen"
        )


def _pull_daily_stats(pull: Pull, campaigns: dict[str, dict], pairs: set[tuple[str, str]]) -> None:
    """Land HeyReach's own daily counts, one call per sender and campaign.

    The days from the campaign's creation on are asked for: without a range the answer has no days.
    """
    tomorrow = pull.walks[-1]["finished_at"] + timedelta(days=1)
    answered, refusals = 0, {}
    for account_id, campaign_id in sorted(pairs):
        created = str(campaigns[campaign_id].get("creationTime") or "2020-01-01")[:10]
        body = {
            "accountIds": [routes.as_sent(account_id)],
            "campaignIds": [routes.as_sent(campaign_id)],
            "startDate": f"{created}T00:00:00.000Z",
            "endDate": f"{tomorrow:%Y-%m-%d}T23:59:59.999Z",
        }
        try:
            answer = pull.client.post(STATS_ROUTE, body)
        except (NotFoundError, RefusedError) as error:
            refusals[account_id, campaign_id] = str(error)
            if len(refusals) == STATS_REFUSALS and not answered:
                break  # the server doesn't offer the route at all
            continue
        answered += 1
        days = answer.data.get("byDayStats") or {}
        scope = (account_id, campaign_id)
        for day, counts in days.items():
            pull.observe_answer("account_campaign_days", scope, day[:10], counts, answer.not_after)
        pull.record("account_campaign_days", scope, _one_answer(answer, rows=len(days)))
    if refusals:
        senders = sorted({account_id for account_id, _ in refusals})
        pull.warnings.append(
            f"daily counts of sender {', '.join(senders)} can't be read ({next(iter(refusals.values()))}); "
            "idle days and volume per day are unknown there"
        )


def _one_answer(answer: Answer, rows: int) -> WalkSummary:
    """The ledger entry of a resource that one request answers whole."""
    return WalkSummary(
        requests=1,
        pages=1,
        rows_received=rows,
        distinct_rows=rows,
        duplicate_rows=0,
        unkeyed_rows=0,
        total_count_first=rows,
        total_count_last=rows,
        is_complete=True,
        is_stable=True,
        started_at=answer.not_before,
        finished_at=answer.not_after,
        note=None,
    )


def _record_gone(pull: Pull, route: routes.Route, scope: tuple[str, ...], reason: str) -> None:
    """A scope that answers "not there" is known to be gone: nothing is missing from the pull."""
    at = pull.walks[-1]["finished_at"]
    summary = WalkSummary(1, 1, 0, 0, 0, 0, 0, 0, True, True, at, at, reason)
    pull.record(route.name, scope, summary, outcome="gone")
