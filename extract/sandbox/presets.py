"""The workspaces the sandbox can invent: who sends, which campaigns run, and what is really true.

`boutique` is small and hand-made, one planted situation after another; `demo` is the same, in which what
becomes of companies moves acceptance; `scaled` looks like an agency's estate. Moments are placed as fractions
of the generated weeks, so that a short world still has all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from extract.sandbox import people
from extract.sandbox.clock import DAY, HOUR, WEEK

ICPS = ("sre", "platform", "devops", "eng_manager", "exec")
SOURCES = ("clay", "search", "hr", "manual", "zoominfo")


@dataclass(frozen=True)
class Sender:
    """A LinkedIn account that sends. Times are ticks; None means it never happens."""

    id: int
    first_name: str | None
    last_name: str | None
    account_type: str
    gender: str
    job_title: str
    seniority: str
    location: str
    icp: str
    daily_limit: int
    ramps_up_from: int | None = None
    disconnected_at: int | None = None
    auth_invalid_at: int | None = None
    cooldowns: tuple[tuple[int, int], ...] = ()
    # (from, to, requests a day): slower than its limit, and nothing that HeyReach shows says why.
    slowdowns: tuple[tuple[int, int, int], ...] = ()
    # (from, limit): what the operator sets its daily limit to, oldest first.
    limit_changes: tuple[tuple[int, int], ...] = ()
    # When it was added to the workspace; None is before everything.
    joined_at: int | None = None

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    def is_cooling_down(self, at: int) -> bool:
        return any(begin <= at < end for begin, end in self.cooldowns)

    def is_connected(self, at: int) -> bool:
        """Whether HeyReach can act for, and look into, this account."""
        lost_at = (self.disconnected_at, self.auth_invalid_at)
        return self.has_joined(at) and all(moment is None or at < moment for moment in lost_at)

    def has_joined(self, at: int) -> bool:
        return self.joined_at is None or self.joined_at <= at

    def is_listed(self, at: int) -> bool:
        """Whether li_account/GetAll names it: from when it was added until it is disconnected."""
        return self.has_joined(at) and (self.disconnected_at is None or at < self.disconnected_at)

    def limit_on(self, at: int) -> int:
        """Requests it may send on the day of `at`; a new account starts at 4 and gains one a day."""
        limit = [self.daily_limit, *(limit for since, limit in self.limit_changes if since <= at)][-1]
        if self.ramps_up_from is None:
            return limit
        days = max(0, (at - self.ramps_up_from) // DAY)
        return min(limit, 4 + days)

    def pace_on(self, at: int) -> int:
        """Requests it really sends on the day of `at` if enough leads wait."""
        slowed = [pace for begin, end, pace in self.slowdowns if begin <= at < end]
        return min([self.limit_on(at), *slowed])


@dataclass(frozen=True)
class Batch:
    """What is wrong with one batch of a campaign's leads: shares of its rows, and what they lack.

    `lost_fields` names the custom fields that `lost_share` of the rows come without; None is all of them.
    Shares of `invalid` URLs, of people `repeated` within the batch and of people `known` from earlier
    campaigns.
    """

    lost_share: float = 0.0
    lost_fields: tuple[str, ...] | None = None
    invalid_share: float = 0.0
    repeated_share: float = 0.0
    known_share: float | None = None


SOUND_BATCH = Batch()


@dataclass(frozen=True)
class Campaign:
    """A campaign and where its leads come from. `statuses` is its life as (from, status), oldest first."""

    id: int
    name: str
    list_id: int
    list_name: str
    created_at: int
    started_at: int | None
    statuses: tuple[tuple[int, str], ...]
    share: float
    batch_times: tuple[int, ...]
    sender_weights: Mapping[int, float]
    icp_mix: Mapping[str, float]
    source_mix: Mapping[str, float]
    withdraw_after_days: int | None
    views_profile_first: bool = False
    follows_after_request: bool = False
    batch_without_fields: int | None = None
    uncounted_users: int = 0
    # By the number of the batch; the others are sound.
    unsound_batches: Mapping[int, Batch] = field(default_factory=dict)
    deleted_at: int | None = None
    # (from, list id, list name): which list it takes its leads from later on, oldest first.
    list_changes: tuple[tuple[int, int, str], ...] = ()
    # What GetCampaignSequence answers instead of a sequence: empty, null or no_content.
    lacks_sequence: str | None = None

    def batch(self, number: int) -> Batch:
        if number == self.batch_without_fields:
            return Batch(lost_share=1.0)
        return self.unsound_batches.get(number, SOUND_BATCH)

    def status_at(self, at: int) -> str:
        return [status for since, status in self.statuses if since <= at][-1]

    def list_at(self, at: int) -> tuple[int, str]:
        """Id and name of the list it takes its leads from."""
        changes = [(list_id, name) for since, list_id, name in self.list_changes if since <= at]
        return [(self.list_id, self.list_name), *changes][-1]

    def exists(self, at: int) -> bool:
        return self.created_at <= at and (self.deleted_at is None or at < self.deleted_at)


@dataclass(frozen=True)
class Preset:
    """A workspace before its leads are drawn."""

    name: str
    base_rate: float
    leads: int
    comfortable_sends_per_day: int
    senders: tuple[Sender, ...]
    campaigns: tuple[Campaign, ...]
    source_effects: Mapping[str, float]
    icp_effects: Mapping[str, float]
    # The share of a campaign's leads that are connections of their sender before it turns to them.
    connected_before: Mapping[int, float] = field(default_factory=dict)
    # Whether their rows show ConnectionAccepted (else None); HeyReach has been seen to do either.
    shows_connected_before: bool = False
    null_connection_status_share: float = 0.0
    # Whether senders serve the campaign that was made first before any other, else their campaigns in turn.
    serves_oldest_first: bool = False
    # What a signal of the company adds to the log-odds of acceptance while it lasts (see companies.py).
    signal_effects: Mapping[str, float] = field(default_factory=dict)
    # Part of `World.effects` -> effects that take the place of those drawn.
    planted_effects: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    # The shares of people who were imported with their address at work, and with a telephone number.
    email_share: float = 0.0
    phone_share: float = 0.0


def boutique(rng: Random, start: int, weeks: int, leads: int | None) -> Preset:
    """Six senders, six campaigns and a draft; about 30 % accept."""
    wanted = leads or 2400
    limit = _limit_scale(wanted, 2400)
    at = moments(start, weeks)
    senders = (
        Sender(
            50101, "Maren", "Aldous", "real_personal", "female", "Platform Engineering Lead", "senior",
            "Hamburg, Germany", "platform", limit(13),
        ),
        Sender(
            50102, "Tobias", "Quillmere", "real_personal", "male", "SRE Manager", "senior",
            "London, United Kingdom", "sre", limit(13),
            cooldowns=((at(0.20), at(0.20) + WEEK), (at(0.62), at(0.62) + WEEK)),
        ),
        Sender(
            50103, "Ines", "Valcourt", "real_personal", "female", "DevOps Engineer", "mid",
            "Lyon, France", "devops", limit(12), disconnected_at=at(0.55),
        ),
        Sender(
            50104, "Oren", "Halvick", "real_personal", "male", "Head of Infrastructure", "exec",
            "Boston, MA", "exec", limit(12), auth_invalid_at=at(0.50),
        ),
        Sender(
            50105, "Nora", "Fenwick", "ai_mirror_saas", "female", "Platform Engineer", "mid",
            "Remote", "platform", limit(24),
        ),
        Sender(
            50106, "Felix", "Tarnow", "ai_aimfox_saas", "male", "Cloud Architect", "senior",
            "Remote", "devops", limit(18), ramps_up_from=start - 2 * WEEK,
        ),
    )  # fmt: skip

    def weekly(first: int, last: int) -> tuple[int, ...]:
        return tuple(start + week * WEEK + 6 * HOUR for week in range(first, min(last, weeks)))

    campaigns = (
        Campaign(
            40101, "Platform engineers EU", 60101, "Platform EU", start - 3 * WEEK, start - 2 * WEEK,
            _life(start - 3 * WEEK, start - 2 * WEEK), 0.26, weekly(-2, weeks),
            {50105: 0.45, 50106: 0.33, 50101: 0.22}, {"platform": 0.7, "devops": 0.2, "sre": 0.1},
            {"manual": 0.25, "hr": 0.22, "clay": 0.3, "search": 0.15, "zoominfo": 0.08}, 21,
            views_profile_first=True,
        ),
        Campaign(
            40102, "SRE | EU mid-market", 60102, "SRE EU", start - 5 * DAY, start,
            _life(start - 5 * DAY, start), 0.18, weekly(0, weeks),
            {50101: 0.5, 50102: 0.42, 50106: 0.08}, {"sre": 0.8, "devops": 0.2},
            {"clay": 0.35, "search": 0.3, "zoominfo": 0.35}, 14, follows_after_request=True,
        ),
        Campaign(
            40103, "DevOps NA", 60103, "DevOps NA", start - 4 * DAY, start + 9 * HOUR,
            _life(start - 4 * DAY, start + 9 * HOUR), 0.22, weekly(0, weeks),
            {50105: 0.5, 50106: 0.35, 50102: 0.15}, {"devops": 0.6, "platform": 0.4},
            {"hr": 0.2, "clay": 0.38, "search": 0.32, "zoominfo": 0.1}, 21,
            views_profile_first=True, batch_without_fields=2,
        ),
        Campaign(
            40104, "Engineering leaders", 60104, "Engineering leaders", start - 3 * DAY, start,
            _life(start - 3 * DAY, start), 0.18, weekly(0, weeks),
            {50103: 0.45, 50104: 0.4, 50105: 0.15}, {"eng_manager": 0.6, "exec": 0.4},
            {"zoominfo": 0.5, "clay": 0.3, "search": 0.2}, 25,
        ),
        Campaign(
            40105, "Conference follow-up", 60105, "KubeDays visitors", start - 10 * DAY, start,
            _life(start - 10 * DAY, start, FINISHED=at(0.75)), 0.06, weekly(0, 2),
            {50101: 0.55, 50106: 0.45}, {"platform": 0.5, "sre": 0.5}, {"manual": 0.8, "hr": 0.2}, 14,
            uncounted_users=6,
        ),
        Campaign(
            40106, "Execs NA Q1", 60106, "Execs NA", start + 2 * DAY, start + WEEK,
            _life(start + 2 * DAY, start + WEEK, PAUSED=at(0.60)), 0.10, weekly(1, 6),
            {50102: 0.5, 50104: 0.5}, {"exec": 0.8, "eng_manager": 0.2},
            {"zoominfo": 0.45, "clay": 0.4, "manual": 0.15}, 30, follows_after_request=True,
        ),
        Campaign(
            40107, "SRE pilot Q2", 60107, "SRE pilot", start + 8 * DAY, None, ((start + 8 * DAY, "DRAFT"),),
            0.07, (start + 8 * DAY + 6 * HOUR,), {50101: 1.0}, {"sre": 1.0}, {"clay": 0.6, "search": 0.4}, 21,
        ),
    )  # fmt: skip
    # Stronger than published levels: seven weeks of 2,400 leads must be able to show it.
    source_effects = {"manual": 0.35, "hr": 0.10, "search": 0.0, "clay": 0.0, "zoominfo": -0.75}
    return Preset(
        "boutique",
        0.30,
        wanted,
        limit(20),
        senders,
        campaigns,
        source_effects,
        _icp_effects(rng, platform=0.45),
    )


def scaled(rng: Random, start: int, weeks: int, leads: int | None) -> Preset:
    """33 senders and 40 campaigns; about 12 % accept, as estates of this size report."""
    wanted = leads or 20_000
    limit = _limit_scale(wanted, 20_000)
    at = moments(start, weeks)
    senders = []
    for index in range(33):
        gender = ("female", "male")[index % 2]
        icp = ICPS[index % len(ICPS)]
        kind = ("real_personal", "real_personal", "ai_mirror_saas", "real_personal", "ai_aimfox_saas")[
            index % 5
        ]
        trouble: dict = {}
        if index in (7, 19):
            trouble = {"disconnected_at": at(0.5)}
        elif index in (11, 23):
            trouble = {"auth_invalid_at": at(0.4)}
        elif index in (3, 15, 27):
            trouble = {"cooldowns": ((at(0.2), at(0.2) + WEEK), (at(0.7), at(0.7) + WEEK))}
        elif index in (30, 31, 32):
            trouble = {"ramps_up_from": at(0.3)}
        senders.append(
            Sender(
                50201 + index,
                people.first_name(9_000_000 + index, gender),
                people.last_name(9_000_000 + index),
                kind,
                gender,
                ("SRE", "Platform Engineer", "DevOps Engineer", "Engineering Manager", "CTO")[index % 5],
                ("senior", "mid", "mid", "senior", "exec")[index % 5],
                ("London, United Kingdom", "Boston, MA", "Remote")[index % 3],
                icp,
                limit(rng.choice((15, 20, 20, 25, 40))),
                **trouble,
            )
        )
    campaigns = []
    for index in range(40):
        icp, other_icp = ICPS[index % 5], ICPS[(index + 1) % 5]
        source_weights = {source: 0.1 + rng.random() for source in SOURCES}
        created = start - DAY * rng.randrange(3, 20)
        first_week = (-2, 0, 0, 1)[index % 4]
        begin = start + first_week * WEEK
        life = _life(created, begin)
        if index % 10 == 4:
            life = _life(created, begin, PAUSED=at(0.6))
        elif index % 10 == 8:
            life = _life(created, begin, FINISHED=at(0.8))
        is_draft = index == 39
        crew = [senders[(index * 3 + step) % 33] for step in range(4)]
        last_week = max(first_week + 1, weeks)
        batch_weeks = range(first_week, last_week)
        campaigns.append(
            Campaign(
                40201 + index,
                f"{icp.upper()} wave {index + 1}" + (" | EU" if index % 6 == 0 else ""),
                60201 + index,
                f"{icp} list {index + 1}",
                created,
                None if is_draft else begin,
                ((created, "DRAFT"),) if is_draft else life,
                1 / 39,
                tuple(start + week * WEEK + 6 * HOUR for week in batch_weeks),
                {sender.id: 0.15 + rng.random() for sender in crew},
                {icp: 0.75, other_icp: 0.25},
                source_weights,
                rng.choice((14, 21, 21, 25, 30)),
                views_profile_first=index % 2 == 0,
                follows_after_request=index % 3 == 0,
                batch_without_fields=2 if index == 5 else None,
                uncounted_users=7 if index % 10 == 8 else 0,
            )
        )
    source_effects = {"manual": 0.35, "hr": 0.10, "search": 0.0, "clay": 0.0, "zoominfo": -0.25}
    return Preset(
        "scaled",
        0.12,
        wanted,
        limit(20),
        tuple(senders),
        tuple(campaigns),
        source_effects,
        _icp_effects(rng, platform=0.25),
    )


def demo(rng: Random, start: int, weeks: int, leads: int | None) -> Preset:
    """The boutique, where it counts what companies are, and mostly as the default profile has it.

    Of its signals one works, one is nothing, and one is inverted.
    """
    signals = {"recent_funding": 1.6, "actively_hiring": 0.0, "tech_stack_change": -0.9, "uses_platform": 1.6}
    sizes = {"1-49": -0.4, "50-199": -0.3, "200-999": 0.3, "1000-4999": 0.3, "5000+": -0.3}
    return replace(
        boutique(rng, start, weeks, leads),
        name="demo",
        email_share=0.9,
        phone_share=0.25,
        signal_effects=signals,
        planted_effects={
            "company_size": sizes,
            "company_industry": {"Logistics": -0.5},
            "account": {"50104": -1.1},
        },
    )


PRESETS: dict[str, Callable[[Random, int, int, int | None], Preset]] = {
    "boutique": boutique,
    "demo": demo,
    "scaled": scaled,
}


def moments(start: int, weeks: int) -> Callable[[float], int]:
    """Fractions of the generated weeks as ticks."""
    # Evenings, after the sending hours, so that no day is half blocked.
    return lambda fraction: start + int(weeks * 7 * fraction) * DAY + 19 * HOUR


def _life(created: int, started: int, **later: int) -> tuple[tuple[int, str], ...]:
    return (
        (created, "DRAFT"),
        (started, "IN_PROGRESS"),
        *((moment, status) for status, moment in later.items()),
    )


def _limit_scale(leads: int, usual: int) -> Callable[[int], int]:
    # A world made larger for a load test still has to get its requests out.
    factor = max(1.0, leads / usual)
    return lambda limit: round(limit * factor)


def _icp_effects(rng: Random, platform: float) -> dict[str, float]:
    effects = {icp: rng.gauss(0, 0.05) for icp in ICPS}
    return effects | {"platform": platform}
