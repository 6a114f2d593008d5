"""What stats/GetOverallStats shows: the hidden truth counted by UTC day, sender and campaign."""

import struct
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from itertools import chain

from extract.sandbox.clock import DAY, iso
from extract.sandbox.imports import Imports
from extract.sandbox.leads import CampaignLead
from extract.sandbox.schedule import History
from extract.sandbox.world import World


class Activity:
    """When what happened, per (account id, campaign id) and kind, sorted."""

    def __init__(self, world: World, imports: Imports):
        self._world = world
        self._times = _sorted_times(zip(world.leads, world.histories, strict=True))
        self._changes = 0
        self._corrections = world.twists.corrections
        self._imports = imports

    def by_day(
        self, account_ids: Collection[int], campaign_ids: Collection[int], first: int, last: int, now: int
    ) -> dict[str, dict]:
        """Stats per UTC midnight (ISO text) with activity in [first, last], as HeyReach counts at `now`.

        Empty collections mean all. A day that was corrected to nothing stays, with zeros.
        """
        return {
            iso(day * DAY, 0): _stats(counts)
            for day, counts in self._daily(account_ids, campaign_ids, first, last, now)
        }

    def overall(
        self, account_ids: Collection[int], campaign_ids: Collection[int], first: int, last: int, now: int
    ) -> dict:
        total: Counter[str] = Counter()
        for _, counts in self._daily(account_ids, campaign_ids, first, last, now):
            total.update(counts)
        return _stats(total)

    def _daily(
        self, account_ids: Collection[int], campaign_ids: Collection[int], first: int, last: int, now: int
    ) -> list[tuple[int, Counter[str]]]:
        def is_asked(account_id: int, campaign_id: int) -> bool:
            is_sender = not account_ids or account_id in account_ids
            return is_sender and (not campaign_ids or campaign_id in campaign_ids)

        days: dict[int, Counter[str]] = defaultdict(Counter)
        if self._changes != self._imports.changed.total():
            self._times = _sorted_times(zip(self._world.leads, self._imports.invented(), strict=True))
            self._changes = self._imports.changed.total()
        added = _sorted_times(self._imports.added())
        for (account_id, campaign_id), kinds in chain(self._times.items(), added.items()):
            if not is_asked(account_id, campaign_id):
                continue
            for kind, moments in kinds.items():
                in_range = moments[bisect_left(moments, first) : bisect_right(moments, last)]
                for day, count in Counter(moment // DAY for moment in in_range).items():
                    days[day][kind] += count
        for account_id, campaign_id, at, corrected_at in self._corrections:
            if is_asked(account_id, campaign_id) and first <= at <= last:
                days[at // DAY]["connectionsAccepted"] += now < corrected_at
        return sorted(days.items())


def _sorted_times(
    lives: Iterable[tuple[CampaignLead, History]],
) -> dict[tuple[int, int], dict[str, list[int]]]:
    times: dict[tuple[int, int], dict[str, list[int]]] = {}
    for lead, history in lives:
        if history.changes:
            pair = times.setdefault((lead.account_id, lead.campaign_id), defaultdict(list))
            for kind, moment in _events(history):
                if moment is not None:
                    pair[kind].append(moment)
    for pair in times.values():
        for moments in pair.values():
            moments.sort()
    return times


def single_precision(value: float) -> float:
    """The number a single-precision float prints as: 0.1369863, not 0.136986301369863."""
    packed = struct.pack("<f", value)
    (single,) = struct.unpack("<f", packed)
    candidates = (float(f"{single:.{digits}g}") for digits in range(1, 10))
    return next(shortest for shortest in candidates if struct.pack("<f", shortest) == packed)


def _events(history: History) -> tuple[tuple[str, int | None], ...]:
    first_contact = history.messaged_at if history.is_already_connected else history.sent_at
    return (
        ("profileViews", history.viewed_at),
        ("follows", history.followed_at),
        ("messagesSent", history.messaged_at),
        ("messagesSent", history.followed_up_at),
        ("totalMessageStarted", history.messaged_at),
        ("totalMessageReplies", history.replied_at),
        ("connectionsSent", history.sent_at),
        ("connectionsAccepted", history.accepted_at),
        ("uniqueLeadsContacted", first_contact),
    )


def _stats(counts: Counter[str]) -> dict:
    def rate(part: str, whole: str) -> float:
        return single_precision(counts[part] / counts[whole]) if counts[whole] else 0

    return {
        "profileViews": counts["profileViews"],
        "postLikes": 0,
        "follows": counts["follows"],
        "messagesSent": counts["messagesSent"],
        "totalMessageStarted": counts["totalMessageStarted"],
        "totalMessageReplies": counts["totalMessageReplies"],
        "inmailMessagesSent": 0,
        "totalInmailStarted": 0,
        "totalInmailReplies": 0,
        "connectionsSent": counts["connectionsSent"],
        "connectionsAccepted": counts["connectionsAccepted"],
        "messageReplyRate": rate("totalMessageReplies", "totalMessageStarted"),
        "inMailReplyRate": 0,
        "connectionAcceptanceRate": rate("connectionsAccepted", "connectionsSent"),
        "autoTaggedInterested": 0,
        "totalAutoTagged": 0,
        "uniqueLeadsContacted": counts["uniqueLeadsContacted"],
    }
