"""What is true of a world, and what of it anybody could know who looked when its pulls did."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from extract.sandbox.leads import imported_fields
from extract.sandbox.twists.lists import PLACEHOLDERS
from tests.endurance.worlds.drawing import Drawn

WINDOW = timedelta(days=14)
# What a request waits on top of the window before it is judged.
LAG = timedelta(days=2)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Request:
    """A campaign lead that could be seen. `sent_at` and `accepted_at` are what could be known of it.

    `true_sent_at` and `true_accepted_at` are what was; `known_later` says that webhooks may have told the
    rest. `segments` has the possible values of each dimension: one where it is known, several where the
    leads' own fields are unreadable and other lists may have them.
    """

    id: str
    campaign_id: int
    account_id: int
    status_is_open: bool
    enrolled_at: datetime
    true_sent_at: datetime | None
    true_accepted_at: datetime | None
    last_visible: datetime
    gone_at: datetime
    was_watched: bool
    knows_more: bool
    already_connected: bool
    segments: dict[str, frozenset[str]]

    def _known(self, moment: datetime | None) -> bool:
        return moment is not None and moment <= self.last_visible

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its request at the end of the world, in a campaign that is still there."""
        return self.status_is_open and not self.already_connected and self.gone_at == NEVER

    @property
    def is_sent(self) -> bool:
        return self._known(self.true_sent_at)

    @property
    def is_accepted(self) -> bool:
        return self._known(self.true_accepted_at)

    @property
    def may_be_sent(self) -> bool:
        return self.is_sent or (self.knows_more and self.true_sent_at is not None)

    @property
    def may_be_accepted(self) -> bool:
        return self.is_accepted or (self.knows_more and self.true_accepted_at is not None)

    @property
    def is_accepted_in_window(self) -> bool:
        return self.true_accepted_at is not None and self.true_accepted_at <= self.true_sent_at + WINDOW


class Truth:
    """The requests of one world by campaign-lead id, as of its last pull."""

    def __init__(self, drawn: Drawn):
        self.drawn = drawn
        self.as_of = drawn.as_of
        self.told = drawn.world.truth(drawn.as_of)
        self._moments = [moment for moment, _ in drawn.pulls]
        self._elsewhere = self._values_elsewhere()
        self.requests = {request.id: request for request in self._requests()}

    @cached_property
    def deleted(self) -> dict[int, datetime]:
        did = self.told.get("twists", {}).get("campaign_deleted")
        return {did["campaign"]: _time(did["deleted_at"])} if did else {}

    @property
    def has_right_clock(self) -> bool:
        return "skewed_clock" not in self.drawn.twists

    def of_age(self) -> list[Request]:
        """Every request old enough to judge, however it ended, whose campaign was there for its window."""
        return [
            request
            for request in self.requests.values()
            if request.true_sent_at is not None
            and request.true_sent_at + WINDOW + LAG <= self.as_of
            and request.was_watched
        ]

    def _requests(self) -> Iterator[Request]:
        for lead in self.told["leads"]:
            enrolled_at = _time(lead["enrolled_at"])
            deleted_at = self.deleted.get(lead["campaign_id"], NEVER)
            gone_at = min(_time(lead.get("removed_at")) or NEVER, deleted_at)
            before = bisect_left(self._moments, gone_at)
            if before == bisect_left(self._moments, enrolled_at):
                continue  # nobody looked while it was there
            sent_at, accepted_at = _time(lead["sent_at"]), _time(lead["accepted_at"])
            yield Request(
                id=str(lead["campaign_lead_id"]),
                campaign_id=lead["campaign_id"],
                account_id=lead["account_id"],
                status_is_open=sent_at is None and not (lead["failed_at"] or lead["excluded_at"]),
                enrolled_at=enrolled_at,
                true_sent_at=sent_at,
                true_accepted_at=accepted_at,
                last_visible=self._moments[before - 1],
                gone_at=gone_at,
                was_watched=sent_at is None or sent_at + WINDOW <= deleted_at,
                knows_more="webhooks" in self.drawn.twists,
                already_connected=lead["already_connected"],
                segments=self._segments(lead),
            )

    def _segments(self, lead: dict) -> dict[str, frozenset[str]]:
        known = {
            "account": lead["account_id"],
            "campaign": lead["campaign_id"],
            "source": lead["source"],
            "icp": lead["icp"],
            "list": lead["list_id"],
            "source_list": lead["source_list"],
            "batch": lead["batch_id"],
        }
        possible = {name: frozenset([str(value)]) for name, value in known.items()}
        if lead.get("reassigned_to") and self._first_look(lead["sent_at"]) > _time(lead["reassigned_at"]):
            possible["account"] |= {str(lead["reassigned_to"])}
        for name in ("source", "icp"):
            others = self._elsewhere.get((lead["profile_key"], name), frozenset())
            if not self._is_readable(lead, name):
                possible[name] = frozenset([UNKNOWN]) | others
            elif self._may_be_of_the_later_list(lead):
                possible[name] |= others
        return possible

    def _first_look(self, since: str) -> datetime:
        """The first pull from a moment on; the last one of all if none came."""
        index = bisect_left(self._moments, _time(since))
        return self._moments[min(index, len(self._moments) - 1)]

    def _may_be_of_the_later_list(self, lead: dict) -> bool:
        """Whether the campaign had another list by the time the request, or anything, could be seen."""
        did = self.told.get("twists", {}).get("list_exchanged")
        if did is None or lead["list_id"] != did["list"]:
            return False
        return self._first_look(lead["sent_at"] or lead["enrolled_at"]) >= _time(did["exchanged_at"])

    def _is_readable(self, lead: dict, field: str) -> bool:
        """Whether the list row shows the field as it was meant (white space apart), and could be read."""
        shown = lead.get("respelt", {}).get(field)
        is_spoilt = shown is not None and (field not in shown or shown[field] in PLACEHOLDERS)
        lead_list = self.drawn.world.lists[lead["list_id"]]
        deleted_at = lead_list.deleted_at
        last_reading = max(
            (
                moment
                for moment, kind in self.drawn.pulls
                if kind != "light" and (deleted_at is None or _ticks(moment) < deleted_at)
            ),
            default=None,
        )
        is_read = last_reading is not None and last_reading > _time(lead["enrolled_at"])
        return is_read and not is_spoilt and not lead["attribution_lost"]

    def _values_elsewhere(self) -> dict[tuple[str, str], frozenset[str]]:
        """What any list says of a person's fields, for those of whom the campaign's own list says nothing."""
        values: dict[tuple[str, str], set[str]] = {}
        for lead_list in self.drawn.world.lists.values():
            for row in lead_list.rows:
                fields = imported_fields(row)
                for name in ("source", "icp"):
                    value = fields.get(name, "").strip(" \t\r\n\u00a0\u200b")
                    if value and value not in PLACEHOLDERS:
                        values.setdefault((row.person.key, name), set()).add(value)
        return {key: frozenset(found) for key, found in values.items()}


def business_days_back(moment: datetime, days: int) -> datetime:
    """The midnight from which on there have been so many working days before `moment`'s own day."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    while days:
        day -= timedelta(days=1)
        days -= day.weekday() < 5
    return day


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _ticks(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
