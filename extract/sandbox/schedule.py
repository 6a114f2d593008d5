"""How leads live: when each sender gets to them, and what follows from a connection request.

Senders work week days from 09:00 to 17:00 UTC, up to their limit, round robin over their campaigns or the
oldest campaign first. Chance
is drawn per sender and day and per lead, so that leads added later change nothing that happened before.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp, log
from random import Random
from typing import NamedTuple

from extract.sandbox.clock import DAY, HOUR, MINUTE, WEEK, weekday
from extract.sandbox.companies import signal_odds
from extract.sandbox.engagement import engaged
from extract.sandbox.leads import CampaignLead
from extract.sandbox.presets import Campaign, Preset, Sender

# Of all acceptances 21 % come within an hour, 63 % within a day, 88 % within a week, 99 % within 30 days.
ACCEPT_SHAPE = 0.431
ACCEPT_SCALE_HOURS = 26.1
EXEC_SLOWER = 1.3
DETECTION_LAG_HOURS = 8
WEEKS_BEFORE_START = 2
LATEST_START_DAYS = 180

ALREADY_CONNECTED_SHARE = 0.04
EXCLUDED_SHARE = 0.02
FAILED_SHARE = 0.03
FAILED_AFTER_MESSAGE_SHARE = 0.03
PAUSED_SHARE = 0.01
REPLY_SHARE = 0.22
FRIENDS_WITHOUT_MESSAGE = 0.25

# The misspelling is the vendor's style, kept on purpose: error codes are an open set nobody proofreads.
ERROR_CODES = ("ProfileNotFound", "EmailNeededToConnect", "ConnectionRequestAlreadyPendng", "UnknownError")


class History(NamedTuple):
    """The times (ticks) of everything that happens to one campaign lead; None is never."""

    viewed_at: int | None = None
    sent_at: int | None = None
    accepted_at: int | None = None
    followed_at: int | None = None
    messaged_at: int | None = None
    followed_up_at: int | None = None
    replied_at: int | None = None
    withdrawn_at: int | None = None
    failed_at: int | None = None
    excluded_at: int | None = None
    paused_at: int | None = None
    finished_at: int | None = None
    error_code: str | None = None
    is_already_connected: bool = False
    accept_probability: float | None = None
    # The second reply, and when the operator tagged that a meeting is booked: no campaign row shows them.
    replied_again_at: int | None = None
    meeting_at: int | None = None
    # From when a row without a request shows an acceptance, because the two were connected before.
    found_connected_at: int | None = None
    # When the row is taken out of its campaign.
    removed_at: int | None = None
    # From when on the row shows another sender than the one that sent, and which.
    reassigned_at: int | None = None
    reassigned_to: int | None = None
    changes: tuple[int, ...] = ()

    @classmethod
    def of(cls, **facts) -> "History":
        """A history with `changes`, the moments at which its row changes, filled in."""
        times = {name: moment for name, moment in facts.items() if name.endswith("_at")}
        moments = {moment for name, moment in times.items() if moment is not None and name not in UNSEEN}
        return cls(**facts, changes=tuple(sorted(moments)))

    def changed(self, **facts) -> "History":
        """The same history with other facts."""
        same = {name: value for name, value in self._asdict().items() if name != "changes"}
        return History.of(**same | facts)

    def until(self, moment: int) -> "History":
        """The same history, in which nothing happens from `moment` on."""
        times = {name: value for name, value in self._asdict().items() if name.endswith("_at")}
        return self.changed(**{name: None for name, at in times.items() if at is not None and at >= moment})

    def stopped(self, moment: int) -> "History":
        """The same history, in which the sender does nothing any more from `moment` on.

        An open request can still be accepted, and a message be replied to.
        """
        ended = self.until(moment)
        accepted_at = self.accepted_at if ended.sent_at is not None else None
        replies = dict.fromkeys(REPLIES)
        if ended.messaged_at is not None:
            replies = {name: getattr(self, name) for name in replies}
        return ended.changed(accepted_at=accepted_at, **replies, paused_at=moment)

    @property
    def met_at(self) -> int | None:
        """When the sender turned to somebody who was a connection before; None where nobody was."""
        if not self.is_already_connected:
            return None
        return self.messaged_at if self.found_connected_at is None else self.found_connected_at


UNTOUCHED = History()
# What becomes of a message: nobody but the lead decides it. Rows show a first reply alone.
UNSEEN = ("replied_again_at", "meeting_at")
REPLIES = ("replied_at", *UNSEEN)


def play_out(
    preset: Preset,
    leads: Sequence[CampaignLead],
    log_odds: Sequence[float],
    volume_tax: float,
    seed: int,
    start: int,
    weeks: int,
    shifts: Callable[..., "Shift"] | None = None,
) -> list[History]:
    """The history of each lead, in the order of `leads` (which is the order of enrolment).

    `shifts` makes the shift of each sender, if it is to choose whom it turns to in another way.
    """
    # Every campaign has its place in a sender's round from the start, whether or not it has leads yet.
    queues: dict[int, dict[int, list[int]]] = {
        sender.id: {campaign.id: [] for campaign in preset.campaigns if sender.id in campaign.sender_weights}
        for sender in preset.senders
    }
    for position, lead in enumerate(leads):
        queues[lead.account_id].setdefault(lead.campaign_id, []).append(position)
    histories = [UNTOUCHED] * len(leads)
    first_day = start // DAY - WEEKS_BEFORE_START * 7
    last_day = first_day + (weeks + WEEKS_BEFORE_START) * 7
    for sender in preset.senders:
        shift = (shifts or Shift)(preset, sender, leads, log_odds, volume_tax, seed)
        for day in range(first_day, last_day):
            shift.work(day * DAY, queues[sender.id], histories)
    return histories


def play_out_one(
    preset: Preset,
    campaign: Campaign,
    lead: CampaignLead,
    log_odds: float,
    seed: int,
    since: int,
    has_room: Callable[[int], bool],
) -> History:
    """The history of one lead added from outside; its sender turns to it on the first free day from `since`.

    It takes no turn from the invented leads, so that their histories stay as they are: `has_room` tells
    whether the sender has one left on the day of a midnight. UNTOUCHED if it never comes to it.
    """
    sender = next(sender for sender in preset.senders if sender.id == lead.account_id)
    shift = Shift(replace(preset, campaigns=(campaign,)), sender, [lead], [log_odds], 0.0, seed)
    for day in range(since // DAY, since // DAY + LATEST_START_DAYS):
        midnight = day * DAY
        slot = _slot(midnight, Random(f"{seed}/{lead.id}/{day}"))  # noqa: S311
        is_due = slot > since and campaign.status_at(slot) == "IN_PROGRESS"
        if is_due and shift.is_working(midnight) and has_room(midnight):
            return engaged(shift.begin(0, slot, 0.0), seed, lead.id)
    return UNTOUCHED


def _slot(midnight: int, rng: Random) -> int:
    opens, closes = midnight + 9 * HOUR, midnight + 13 * HOUR + 25 * MINUTE
    return opens + int(rng.random() * (closes - opens))


class Shift:
    """One sender at work, day after day."""

    def __init__(
        self,
        preset: Preset,
        sender: Sender,
        leads: Sequence[CampaignLead],
        log_odds: Sequence[float],
        volume_tax: float,
        seed: int,
    ):
        self.preset = preset
        self.sender = sender
        self.campaigns = {campaign.id: campaign for campaign in preset.campaigns}
        self.leads = leads
        self.log_odds = log_odds
        self.volume_tax = volume_tax
        self.comfortable_per_week = preset.comfortable_sends_per_day * 5
        self.seed = seed
        self.rng = Random()  # noqa: S311
        self.next_in_queue: dict[int, int] = {}
        self.turn = 0
        self.recent: deque[tuple[int, int]] = deque()
        self.contacts: dict[int, History] = {}

    def is_working(self, midnight: int) -> bool:
        noon = midnight + 12 * HOUR
        is_able = self.sender.is_connected(noon) and not self.sender.is_cooling_down(noon)
        return is_able and weekday(midnight) < 5

    def work(self, midnight: int, queues: dict[int, list[int]], histories: list[History]) -> None:
        if not self.is_working(midnight):
            return
        noon = midnight + 12 * HOUR
        sender = self.sender
        active = [
            campaign_id
            for campaign_id in queues
            if self.campaigns[campaign_id].created_at <= noon
            and self.campaigns[campaign_id].status_at(noon) == "IN_PROGRESS"
        ]
        if not active:
            return
        if self.preset.serves_oldest_first:
            active.sort(key=lambda campaign_id: self.campaigns[campaign_id].created_at)
        while self.recent and self.recent[0][0] <= midnight - WEEK:
            self.recent.popleft()
        is_overworked = sum(count for _, count in self.recent) > self.comfortable_per_week
        day_rng = Random(f"{self.seed}/{sender.id}/{midnight // DAY}")  # noqa: S311
        slots = sorted(_slot(midnight, day_rng) for _ in range(sender.pace_on(midnight)))
        sent = 0
        for slot in slots:
            position = self.next(active, queues, slot)
            if position is None:
                continue
            history = self.begin(position, slot, self.volume_tax if is_overworked else 0.0)
            histories[position] = engaged(history, self.seed, self.leads[position].id)
            sent += history.sent_at is not None
        self.recent.append((midnight, sent))

    def next(self, active: list[int], queues: dict[int, list[int]], slot: int) -> int | None:
        """The position of the lead that the sender turns to at `slot`."""
        turn = 0 if self.preset.serves_oldest_first else self.turn
        for step in range(len(active)):
            campaign_id = active[(turn + step) % len(active)]
            queue, head = queues[campaign_id], self.next_in_queue.get(campaign_id, 0)
            if head < len(queue) and self.leads[queue[head]].enrolled_at < slot:
                self.next_in_queue[campaign_id] = head + 1
                self.turn += step + 1
                return queue[head]
        return None

    def begin(self, position: int, slot: int, tax: float) -> History:
        """What becomes of a lead the sender turns to at `slot`."""
        lead = self.leads[position]
        campaign = self.campaigns[lead.campaign_id]
        person = lead.imported.person
        rng = self.rng
        rng.seed(self.seed * 1_000_003 + lead.id)
        fate = rng.random()
        known = self.contacts.get(person.number)
        if person.url_kind != "profile":
            return History.of(failed_at=slot, error_code=ERROR_CODES[0])
        is_friend = known is not None and known.accepted_at is not None and known.accepted_at <= slot
        connected_before = self.preset.connected_before.get(campaign.id, ALREADY_CONNECTED_SHARE)
        if is_friend or fate < connected_before:
            return self._message_a_friend(campaign, slot)
        is_waiting = known is not None and (known.withdrawn_at is None or known.withdrawn_at > slot)
        if is_waiting or fate < connected_before + EXCLUDED_SHARE:
            return History.of(excluded_at=slot)
        if fate < connected_before + EXCLUDED_SHARE + FAILED_SHARE:
            return History.of(
                viewed_at=slot if campaign.views_profile_first else None,
                failed_at=slot + 3 * HOUR,
                error_code=ERROR_CODES[1 + int(rng.random() * (len(ERROR_CODES) - 1))],
            )
        history = self._request(lead, campaign, slot, self.log_odds[position] + tax)
        self.contacts[person.number] = history
        return history

    def _message_a_friend(self, campaign: Campaign, slot: int) -> History:
        if self.preset.shows_connected_before:
            return self._find_a_friend(campaign, slot)
        replied_at = self._reply(slot)
        followed_up_at = None if replied_at else self._if_running(campaign, slot + 72 * HOUR)
        return History.of(
            messaged_at=slot,
            replied_at=replied_at,
            followed_up_at=followed_up_at,
            finished_at=replied_at or followed_up_at,
            is_already_connected=True,
        )

    def _find_a_friend(self, campaign: Campaign, slot: int) -> History:
        """The row shows the connection as soon as it is checked, the message hours later or never."""
        is_messaged, wait = self.rng.random() >= FRIENDS_WITHOUT_MESSAGE, 1 + self.rng.random() * 5
        messaged_at = self._if_running(campaign, slot + int(wait * HOUR)) if is_messaged else None
        replied_at = self._reply(messaged_at) if messaged_at else None
        followed_up_at = None
        if messaged_at and not replied_at:
            followed_up_at = self._if_running(campaign, messaged_at + 72 * HOUR)
        return History.of(
            found_connected_at=slot,
            messaged_at=messaged_at,
            replied_at=replied_at,
            followed_up_at=followed_up_at,
            finished_at=replied_at or followed_up_at or (None if messaged_at else slot + HOUR),
            is_already_connected=True,
        )

    def _request(self, lead: CampaignLead, campaign: Campaign, slot: int, log_odds: float) -> History:
        rng = self.rng
        viewed_at = slot if campaign.views_profile_first else None
        wait = 3 * HOUR + int(rng.random() * HOUR / 2) if viewed_at else int(rng.random() * 3.5 * HOUR)
        sent_at = slot + wait
        paused_at = sent_at + int((1 + rng.random() * 9) * HOUR) if rng.random() < PAUSED_SHARE else None
        withdrawn_at = self._withdrawal(campaign, sent_at, int(rng.random() * 2 * HOUR))

        company = lead.imported.person.company
        log_odds += signal_odds(self.preset.signal_effects, self.seed, company, sent_at)
        probability = 1 / (1 + exp(-log_odds))
        accepted_at = self._acceptance(sent_at, lead.imported.person.seniority, probability)
        if accepted_at is not None and withdrawn_at is not None and accepted_at >= withdrawn_at:
            accepted_at = None
        if accepted_at is not None and not self.sender.is_connected(accepted_at):
            # HeyReach can't look into an account it has lost: the acceptance is never recorded.
            accepted_at = None
        if accepted_at is not None:
            withdrawn_at = None

        follow_at = sent_at + int((24 + rng.random() * 6) * HOUR)
        followed_at = None
        if campaign.follows_after_request and paused_at is None:
            followed_at = self._if_running(campaign, follow_at)

        messaged_at = replied_at = followed_up_at = failed_at = None
        if accepted_at is not None and paused_at is None:
            messaged_at = self._if_running(campaign, accepted_at + int((3 + rng.random() * 24) * HOUR))
        if messaged_at is not None:
            if rng.random() < FAILED_AFTER_MESSAGE_SHARE:
                failed_at = messaged_at + HOUR
            else:
                replied_at = self._reply(messaged_at)
                followed_up_at = None if replied_at else self._if_running(campaign, messaged_at + 72 * HOUR)
        return History.of(
            viewed_at=viewed_at,
            sent_at=sent_at,
            accepted_at=accepted_at,
            followed_at=followed_at,
            messaged_at=messaged_at,
            followed_up_at=followed_up_at,
            replied_at=replied_at,
            withdrawn_at=withdrawn_at,
            failed_at=failed_at,
            paused_at=paused_at,
            finished_at=replied_at or followed_up_at or withdrawn_at,
            error_code=ERROR_CODES[-1] if failed_at else None,
            accept_probability=round(probability, 6),
        )

    def _withdrawal(self, campaign: Campaign, sent_at: int, wait: int) -> int | None:
        if campaign.withdraw_after_days is None:
            return None
        moment = sent_at + campaign.withdraw_after_days * DAY + wait
        return moment if self.sender.is_connected(moment) else None

    def _acceptance(self, sent_at: int, seniority: str, probability: float) -> int | None:
        """When HeyReach would record the acceptance: the lead's own time plus the detection lag."""
        rng = self.rng
        will_accept = rng.random() < probability
        scale = ACCEPT_SCALE_HOURS * (EXEC_SLOWER if seniority == "exec" else 1.0)
        hours = scale * (-log(1 - rng.random())) ** (1 / ACCEPT_SHAPE)
        lag_hours, weekend_mood = rng.random() * DETECTION_LAG_HOURS, rng.random()
        if not will_accept:
            return None
        clicked_at = sent_at + int(hours * HOUR)
        if weekday(clicked_at) >= 5 and weekend_mood < 0.4:
            # Nobody has published a weekend effect; this mild one is invented.
            clicked_at += DAY + DAY // 2
        return clicked_at + int(lag_hours * HOUR)

    def _reply(self, messaged_at: int) -> int | None:
        replies, hours = self.rng.random() < REPLY_SHARE, 1 + self.rng.random() * 60
        return messaged_at + int(hours * HOUR) if replies else None

    def _if_running(self, campaign: Campaign, moment: int) -> int | None:
        is_running = self.sender.is_connected(moment) and campaign.status_at(moment) == "IN_PROGRESS"
        return moment if is_running else None


def state_number(history: History, at: int) -> int:
    """How many changes of the row lie at or before `at`: equal numbers mean equal rows."""
    return bisect_right(history.changes, at)
