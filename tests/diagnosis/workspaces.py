"""Invented workspaces of a usual size: some senders, some campaigns with lists of their own, seven weeks.

Nothing is wrong with a workspace as `draw_workspace` makes it, and no segment accepts less than another:
the senders alone differ a little, as senders do. causes.py then changes one thing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import log
from random import Random

from extract.heyreach.accounts import Account
from extract.sandbox.clock import DAY, HOUR, WEEK, to_ticks
from extract.sandbox.leads import REGIONS
from extract.sandbox.presets import ICPS, SOURCES, Campaign, Preset, Sender
from extract.sandbox.schedule import History
from extract.sandbox.world import COMPANY_SIZE_EFFECTS, SENIORITY_EFFECTS, World

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
WEEKS = 7
CAMPAIGNS = 6
END = START + timedelta(weeks=WEEKS, hours=8)
# An acceptance counts for 14 days, and 2 more are given to notice it.
WINDOW_DAYS, MATURE_DAYS = 14, 16

FIRST_ACCOUNT_ID, FIRST_CAMPAIGN_ID, FIRST_LIST_ID = 51001, 41001, 61001
REQUESTS_A_DAY = (13, 15, 17)
# Centred on the published median of campaigns, 21 %.
BASE_RATE = (0.16, 0.26)
# Of the log-odds of acceptance, between the accounts of one estate; measured on a public table of 33.
ACCOUNT_SCATTER = 0.23
JOB_TITLES = (
    ("SRE", "mid"),
    ("Platform Engineer", "mid"),
    ("Head of Infrastructure", "senior"),
    ("CTO", "exec"),
)
FIRST_NAMES = (
    "Maren",
    "Tobias",
    "Ines",
    "Oren",
    "Nora",
    "Felix",
    "Petra",
    "Anselm",
    "Vera",
    "Jonas",
    "Lidia",
    "Emil",
)

NO_EFFECTS: Mapping[str, Mapping[str, float]] = {
    "source": dict.fromkeys(SOURCES, 0.0),
    "icp": dict.fromkeys(ICPS, 0.0),
    "seniority": {},
    "company_size": {},
    "company_region": dict.fromkeys(REGIONS, 0.0),
    "lead_gender": {"female": 0.0, "male": 0.0},
    "account_gender": {"female": 0.0, "male": 0.0},
}
# As published: what differs in every estate without anything being wrong (drawn ones apart).
USUAL_EFFECTS: Mapping[str, Mapping[str, float]] = {
    **NO_EFFECTS,
    "source": {"manual": 0.35, "hr": 0.10, "search": 0.0, "clay": 0.0, "zoominfo": -0.25},
    "seniority": SENIORITY_EFFECTS,
    "company_size": COMPANY_SIZE_EFFECTS,
}
USUAL_SAME_ROLE, USUAL_VOLUME_TAX = 0.10, -0.15


@dataclass(frozen=True)
class Workspace:
    """A workspace before its leads are drawn, and what is true of acceptance in it, in log-odds.

    `planted` adds to `effects`, by dimension and segment; `unscattered` accounts are exactly average.
    """

    senders: tuple[Sender, ...]
    campaigns: tuple[Campaign, ...]
    base_rate: float
    leads: int
    has_usual_effects: bool = False
    planted: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unscattered: tuple[int, ...] = ()
    serves_oldest_first: bool = False

    def with_sender(self, index: int, **changes: object) -> "Workspace":
        senders = list(self.senders)
        senders[index] = replace(senders[index], **changes)
        return replace(self, senders=tuple(senders))

    def with_campaign(self, index: int, **changes: object) -> "Workspace":
        campaigns = list(self.campaigns)
        campaigns[index] = replace(campaigns[index], **changes)
        return replace(self, campaigns=tuple(campaigns))

    @property
    def accounts(self) -> list[Account]:
        """What the operator's account file says of the senders."""
        return [
            Account(
                account_id=str(sender.id),
                label=sender.first_name,
                type=sender.account_type,
                gender=sender.gender,
                job_title=sender.job_title,
                seniority=sender.seniority,
                industry="tech",
                location=sender.location,
            )
            for sender in self.senders
        ]

    def world(self, seed: int, weeks: int = WEEKS, twists: Iterable[str | Mapping] = ()) -> World:
        preset = Preset(
            *("diagnosis", self.base_rate, self.leads, 20, self.senders, self.campaigns, {}, {}),
            serves_oldest_first=self.serves_oldest_first,
        )
        return World.of(preset, self._draw_effects, Random(seed), seed, to_ticks(START), weeks, twists)

    def _draw_effects(self, preset: Preset, rng: Random) -> dict:
        usual = self.has_usual_effects
        types = sorted({sender.account_type for sender in preset.senders})
        effects = {
            "base_rate": preset.base_rate,
            "intercept": 0.0,
            **{name: dict(segments) for name, segments in (USUAL_EFFECTS if usual else NO_EFFECTS).items()},
            "account": {str(sender.id): rng.gauss(0, ACCOUNT_SCATTER) for sender in preset.senders},
            "account_type": {name: rng.gauss(0, 0.1) if usual else 0.0 for name in types},
            "same_role": USUAL_SAME_ROLE if usual else 0.0,
            "volume_tax": USUAL_VOLUME_TAX if usual else 0.0,
        }
        if usual:
            for name in ("icp", "company_region", "lead_gender", "account_gender"):
                effects[name] = {segment: rng.gauss(0, 0.1) for segment in effects[name]}
        effects["account"] |= {str(account_id): 0.0 for account_id in self.unscattered}
        for name, segments in self.planted.items():
            known = effects.setdefault(name, {})
            for segment, effect in segments.items():
                known[segment] = known.get(segment, 0.0) + effect
        return effects


def draw_workspace(
    rng: Random, *, senders: int = 7, campaigns: int = CAMPAIGNS, ai_senders: int | None = None
) -> Workspace:
    """A workspace with nothing wrong: about a hundred requests a day, and leads waiting at the end."""
    if ai_senders is None:
        ai_senders = rng.choice((0, senders // 2, (senders + 1) // 2))
    drawn = tuple(_sender(rng, index, is_ai=index < ai_senders) for index in range(senders))
    crews = _crews(rng, [sender.id for sender in drawn], campaigns)
    running = tuple(_campaign(rng, index, crew, 1 / campaigns) for index, crew in enumerate(crews))
    # Room for a little less than everybody, so that leads wait for every sender at the end.
    capacity = sum(sender.daily_limit for sender in drawn) * WEEKS * 5
    return Workspace(drawn, running, rng.uniform(*BASE_RATE), round(capacity * 1.1))


def _sender(rng: Random, index: int, is_ai: bool) -> Sender:
    title, seniority = JOB_TITLES[index % len(JOB_TITLES)]
    return Sender(
        id=FIRST_ACCOUNT_ID + index,
        first_name=FIRST_NAMES[index],
        last_name="Halvick",
        account_type="ai_mirror_saas" if is_ai else "real_personal",
        gender=("female", "male")[index // 2 % 2],
        job_title=title,
        seniority=seniority,
        location=("Hamburg, Germany", "Boston, MA")[index % 2],
        icp=ICPS[index % len(ICPS)],
        daily_limit=rng.choice(REQUESTS_A_DAY),
    )


def _crews(rng: Random, account_ids: list[int], campaigns: int) -> list[dict[int, float]]:
    """Who sends for which campaign, and how much of it: every sender for two or three campaigns."""
    crews: list[dict[int, float]] = [{} for _ in range(campaigns)]
    for account_id in account_ids:
        for crew in rng.sample(crews, rng.choice((2, 3))):
            crew[account_id] = 0.4 + rng.random()
    for crew in crews:
        while len(crew) < 2:
            crew[rng.choice(account_ids)] = 0.4 + rng.random()
    return crews


def _campaign(rng: Random, index: int, crew: dict[int, float], share: float) -> Campaign:
    icps, sources = rng.sample(ICPS, 3), rng.sample(SOURCES, 3)
    created = to_ticks(START) - DAY
    return Campaign(
        id=FIRST_CAMPAIGN_ID + index,
        name=f"Wave {index + 1}",
        list_id=FIRST_LIST_ID + index,
        list_name=f"Wave {index + 1}",
        created_at=created,
        started_at=created + HOUR,
        statuses=((created, "DRAFT"), (created + HOUR, "IN_PROGRESS")),
        share=share,
        batch_times=batch_times(0, 2, 4, 6),
        sender_weights=crew,
        icp_mix={icp: 0.5 + rng.random() for icp in icps},
        source_mix={source: 0.5 + rng.random() for source in sources},
        withdraw_after_days=rng.choice((21, 25, 30)),
        views_profile_first=index % 2 == 0,
        follows_after_request=index % 3 == 0,
    )


def batch_times(*weeks: int) -> tuple[int, ...]:
    """Mondays before work of the given weeks."""
    return tuple(to_ticks(START) + week * WEEK + 6 * HOUR for week in weeks)


def days_before_end(days: float) -> int:
    """The evening so many days before the last pull, after the sending hours."""
    return to_ticks(END) - int(days) * DAY + 11 * HOUR


def timetable() -> list[tuple[datetime, str]]:
    """As few pulls as date every request: three a week, a full one where a batch has just come."""
    moments = []
    for week in range(WEEKS):
        monday = START + timedelta(weeks=week)
        moments.append((monday + timedelta(hours=8), "full" if week % 2 == 0 else "light"))
        moments += [(monday + timedelta(days=day, hours=2), "light") for day in (3, 5)]
    return [*moments, (END, "full")]


def mature_requests(world: World, is_planted) -> tuple[int, int]:
    """How many requests are old enough to judge: of the leads that `is_planted` picks, and of all."""
    mature = [lead for lead, history in zip(world.leads, world.histories, strict=True) if is_mature(history)]
    return sum(map(is_planted, mature)), len(mature)


def is_mature(history: History) -> bool:
    """Whether a request went out that is old enough to judge at the end."""
    return history.sent_at is not None and history.sent_at < to_ticks(END) - MATURE_DAYS * DAY


def is_accepted_in_time(history: History) -> bool:
    """Whether it was accepted while that counts."""
    return history.accepted_at is not None and history.accepted_at < history.sent_at + WINDOW_DAYS * DAY


def odds(ratio: float) -> float:
    return log(ratio)
