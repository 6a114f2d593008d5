"""What one pull under way knows and keeps: observations that are news, and the ledger of what was asked."""

import secrets
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extract import raw
from extract.heyreach.client import Answer, HeyReachClient
from extract.heyreach.paging import WalkSummary
from extract.people.records import Erased, clean
from extract.raw import routes
from extract.raw.landing import ABSENT, Landing, content_hash

_STAMP = "%Y%m%dT%H%M%S%f"


def new_pull_id(newest: str = "") -> str:
    """A name for a pull: it sorts after `newest`, the one before, by the time it began if clocks allow."""
    began = datetime.now(UTC)
    try:
        before = datetime.strptime(newest.partition("-")[0], _STAMP).replace(tzinfo=UTC)
        began = max(began, before + timedelta(microseconds=1))
    except ValueError:
        pass  # the first one, or a name that no program of ours made
    return f"{began:{_STAMP}}-{secrets.token_hex(3)}"


class KnownStates:
    """What raw knows when pulls begin, kept up to date by them: one for all pulls of a session.

    `newest_pull_id` and `newest_finished_at` (None before the first pull) are of the pulls so far;
    `inbox_read_from` is when the newest whole reading of the inbox began, None before there was one.
    """

    def __init__(self, raw_path: Path):
        self._raw_path = raw_path
        with raw.connect(raw_path, read_only=True) as connection:
            # Of what has no scope there is little, and every pull asks for it: to open raw anew is dearer.
            self._hashes = {
                resource: raw.newest_hashes(connection, resource)
                for resource, columns in raw.OBSERVATIONS.items()
                if len(columns) == 1
            }
            times = raw.pull_times(connection)
            self.newest_pull_id = raw.newest_pull_id(connection)
            self._counted_days = raw.counted_days(connection)
            self.inbox_read_from = raw.newest_whole_walk(connection, routes.CONVERSATIONS.name)
        self.newest_finished_at = times.newest if times else None

    def of(self, resource: str, scope: tuple[str, ...]) -> dict[str, str]:
        """Row key -> hash of its newest observation; the caller writes what it lands into it."""
        if resource not in self._hashes:  # all scopes at once: to open raw for each takes longer
            with raw.connect(self._raw_path, read_only=True) as connection:
                self._hashes[resource] = raw.newest_hashes(connection, resource)
        return self._hashes[resource].setdefault(scope, {})

    def counted_days(self, account_id: str) -> dict[str, str]:
        """Campaign -> the first day (ISO) for which there ever were counts of this sender in it."""
        days = {
            campaign: day for (account, campaign), day in self._counted_days.items() if account == account_id
        }
        for (account, campaign), hashes in self._hashes.get("account_campaign_days", {}).items():
            if account == account_id and hashes:
                days[campaign] = min(hashes)
        return days


@dataclass
class Pull:
    """The state of one pull under way: where it lands, what is known, and what went wrong so far."""

    client: HeyReachClient
    landing: Landing
    known: KnownStates
    base_url: str
    kind: str
    needed: frozenset[str]
    origin: raw.Origin | None = None
    erased: Erased | None = None
    reads_inbox: bool = False
    workspace_id: str | None = None
    warnings: list[str] = field(default_factory=list)
    walks: list[dict] = field(default_factory=list)
    answers: int = 0
    rows_landed: int = 0
    seconds_wasted: float = 0.0
    erased_counts: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def __post_init__(self):
        self.pull_id = new_pull_id(self.known.newest_pull_id)
        self._recorded: set[tuple[str, tuple[str, ...]]] = set()

    def may_be_kept(self, route: routes.Route, rows: list) -> Iterator[tuple[object, object | None]]:
        """Each row as it came, and as it may be kept: without erased people, None where it is one of them."""
        if not self.erased:
            return zip(rows, rows, strict=True)
        kept = clean(rows, self.erased, may_drop=route.is_of_people)
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
        self,
        resource: str,
        scope: tuple[str, ...],
        key: str,
        row: object,
        observed_at: datetime,
        names: Collection[str] = (),
    ) -> None:
        """Like `observe`, for a row whose key is what was asked for; sets it aside if it can't be stored.

        Fields among `names` only say what the row is of: a change of them is no news.
        """
        told = {field: value for field, value in row.items() if field not in names} if names else row
        row_hash = self.hashed(resource, scope, told, observed_at)
        if row_hash:
            self.observe(resource, scope, key, row, observed_at, row_hash)

    def observe_nothing(self, resource: str, scope: tuple[str, ...], key: str, at: datetime) -> None:
        """Land a row without payload for one that HeyReach says isn't there."""
        known = self.known.of(resource, scope)
        if known.get(key) != ABSENT:
            self._land(resource, scope, key, at, ABSENT, None)
            known[key] = ABSENT

    def observe_absences(
        self, resource: str, scope: tuple[str, ...], seen: Collection[str], at: datetime
    ) -> None:
        """Land a row without payload for each known row that a complete walk no longer brought."""
        for key in [key for key in self.known.of(resource, scope) if key not in seen]:
            self.observe_nothing(resource, scope, key, at)

    def hashed(self, resource: str, scope: tuple[str, ...], row: object, at: datetime) -> str | None:
        """The row's hash, or None for a row that is no JSON object of valid text, which is set aside."""
        try:
            return content_hash(row)
        except (AttributeError, TypeError, ValueError) as error:
            self.quarantine(
                resource, scope, row, at, f"no JSON object of valid text ({type(error).__name__})"
            )
            return None

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

    def has_recorded(self, resource: str, scope: tuple[str, ...]) -> bool:
        """Whether the ledger has this walk already."""
        return (resource, scope) in self._recorded

    def record(self, resource: str, scope: tuple[str, ...], summary: WalkSummary, outcome: str = "") -> None:
        """Add one walk to the ledger of pulls."""
        self._recorded.add((resource, scope))
        self.walks.append(
            {
                "resource": resource,
                "scope_id": "/".join(scope),
                "started_at": summary.started_at,
                "finished_at": summary.finished_at,
                "received_at": summary.received_at,
                "requests": summary.requests,
                "rows_received": summary.rows_received,
                "distinct_rows": summary.distinct_rows,
                "total_count": summary.total_count_last,
                "is_complete": summary.is_complete,
                "is_needed": resource in self.needed,
                "outcome": outcome or ("complete" if summary.is_complete else "incomplete"),
                "note": summary.note,
            }
        )

    def record_answer(
        self, resource: str, scope: tuple[str, ...], answer: Answer, rows: int, *, requests: int = 1
    ) -> None:
        """Add to the ledger a scope that one answer brought whole."""
        summary = WalkSummary(
            requests=requests,
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
            received_at=answer.received_at,
            note=None,
        )
        self.record(resource, scope, summary)

    def record_without_rows(
        self, resource: str, scope: tuple[str, ...], outcome: str, note: str, *, requests: int = 1
    ) -> None:
        """Add to the ledger a scope that brought nothing: gone (nothing is missing) or incomplete."""
        at = self.client.now()
        summary = WalkSummary(requests, 0, 0, 0, 0, 0, 0, 0, outcome == "gone", True, at, at, None, note)
        self.record(resource, scope, summary, outcome)

    def finish(self) -> "PullResult":
        """Close the pull in the ledger: complete when everything came that it needs."""
        received = [walk["received_at"] for walk in self.walks if walk["received_at"]]
        is_complete = all(walk["is_complete"] for walk in self.walks if walk["is_needed"])
        whole = {
            "resource": "pull",
            "scope_id": "",
            "started_at": min(walk["started_at"] for walk in self.walks),
            "finished_at": max(walk["finished_at"] for walk in self.walks),
            "received_at": max(received, default=None),
            "requests": sum(walk["requests"] for walk in self.walks),
            "rows_received": sum(walk["rows_received"] for walk in self.walks),
            "distinct_rows": sum(walk["distinct_rows"] for walk in self.walks),
            "total_count": None,
            "is_complete": is_complete,
            "is_needed": True,
            "outcome": "complete" if is_complete else "incomplete",
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
        self.known.newest_pull_id = self.pull_id
        self.known.newest_finished_at = max(
            whole["finished_at"], self.known.newest_finished_at or whole["finished_at"]
        )
        return PullResult(
            pull_id=self.pull_id,
            finished_at=whole["finished_at"],
            is_complete=is_complete,
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
                "request_number": self.answers,
                "content_hash": row_hash,
                "payload": payload,
            },
        )
        self.rows_landed += 1


@dataclass(frozen=True)
class PullResult:
    """What one pull did: counts, whether everything it needs came, and lines for the operator."""

    pull_id: str
    finished_at: datetime
    is_complete: bool
    requests: int
    rows_received: int
    rows_landed: int
    warnings: list[str]
