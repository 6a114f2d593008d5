"""The companies that the invented people work for, and what becomes of them over the years.

A company is a pure function of the world's seed and its number, drawn from a chance of its own, so that
nothing here moves what else is invented. What is true of it when somebody is asked moves whether they
accept, in worlds whose preset says so (`signal_effects`).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import fsum
from random import Random
from typing import NamedTuple

from extract.sandbox import people
from extract.sandbox.clock import DAY, to_ticks
from extract.sandbox.leads import COMPANY_SIZES, company_industry, company_size

YEARS = range(2021, 2032)
# Signal -> for how many days after it happened it moves anybody.
SIGNAL_DAYS = {"recent_funding": 180, "actively_hiring": 60, "tech_stack_change": 90}
# What the demo's operator sells to: whoever runs this tends to run the tools around it, too.
PLATFORM = "Kubernetes"
PLATFORM_SHARE, AROUND_PLATFORM, ELSEWHERE = 0.45, 0.55, 0.08
PLATFORM_TOOLS = ("Terraform", "Prometheus", "Argo CD", "Datadog", "Grafana", "PagerDuty")
OTHER_TECHNOLOGIES = (
    "AWS", "React", "Python", "PostgreSQL", "nginx", "Cloudflare", "Google Analytics", "HubSpot", "Segment",
    "Intercom", "WordPress", "Hotjar", "Zendesk", "Next.js",
)  # fmt: skip
# Round by round; a company of the smallest size begins with the first, one of the next size later.
STAGES = (
    "pre_seed", "seed", "series_a", "series_b", "series_c", "series_d", "series_e", "private_equity",
    "post_ipo_equity",
)  # fmt: skip
INVESTORS = ("Alder Ventures", "Quayside Capital", "Ninefold Partners", "Rowan Growth", "Third Pier")
JOBS = (
    ("Site Reliability Engineer", "Engineering"), ("Platform Engineer", "Engineering"),
    ("Backend Engineer", "Engineering"), ("Account Executive", "Sales"), ("Product Manager", "Product"),
)  # fmt: skip
PLACES = ("Boston, MA", "Leipzig, Germany", "Remote")
LAUNCHES = ("opens an office in Leipzig", "presents a new version of its platform", "joins an alliance")
# The least and most employees of each of COMPANY_SIZES.
EMPLOYEES = ((5, 49), (50, 199), (200, 999), (1000, 4999), (5000, 20000))
# Much of what is replaced is replaced around New Year's Day: from, to (days).
CHANGES_FROM, CHANGES_TO = -9, 5


class Round(NamedTuple):
    """A funding round that was announced."""

    announced_at: int
    stage: str
    usd: int
    investors: tuple[str, ...]


class Use(NamedTuple):
    """A technology from when to when the company's site shows it."""

    technology: str
    since: int
    until: int


class Posting(NamedTuple):
    """A job that is open from when to when."""

    number: int
    title: str
    department: str
    place: str
    since: int
    until: int


class News(NamedTuple):
    """An article that names the company."""

    published_at: int
    title: str
    publisher: str


class Company(NamedTuple):
    """What is told of one company. `board` is the job board it has: greenhouse, lever, or none."""

    number: int
    rounds: tuple[Round, ...]
    uses: tuple[Use, ...]
    postings: tuple[Posting, ...]
    news: tuple[News, ...]
    employees: int
    growth_a_year: float
    board: str | None
    is_in_crunchbase: bool
    is_in_builtwith: bool

    @property
    def name(self) -> str:
        return people.company_name(self.number)

    @property
    def domain(self) -> str:
        return people.company_domain(self.number)

    @property
    def industry(self) -> str:
        return company_industry(self.number)

    def rounds_until(self, at: int) -> list[Round]:
        """The rounds announced by then, oldest first."""
        return [each for each in self.rounds if each.announced_at <= at]

    def uses_until(self, at: int) -> list[Use]:
        """What its site has shown by then."""
        return [each for each in self.uses if each.since <= at]

    def technologies(self, at: int) -> set[str]:
        """What its site shows now."""
        return {each.technology for each in self.uses if each.since <= at < each.until}

    def postings_open(self, at: int) -> list[Posting]:
        """The jobs that are open now."""
        return [each for each in self.postings if each.since <= at < each.until]

    def news_until(self, at: int) -> list[News]:
        """What was published by then, newest first."""
        return [each for each in reversed(self.news) if each.published_at <= at]

    def employees_at(self, at: int) -> int:
        """How many work there now."""
        years = (at - _new_year(2026)) / (365 * DAY)
        return max(1, round(self.employees * (1 + self.growth_a_year) ** max(-5, min(5, years))))

    def signals(self, at: int) -> tuple[str, ...]:
        """What is true of it now that may move somebody: of SIGNAL_DAYS, and uses_platform."""
        moments: dict[str, Iterable[int]] = {
            "recent_funding": (each.announced_at for each in self.rounds),
            "actively_hiring": (each.since for each in self.postings),
            "tech_stack_change": (moment for each in self.uses for moment in (each.since, each.until)),
        }
        seen = [
            name
            for name, days in SIGNAL_DAYS.items()
            if any(at - days * DAY < moment <= at for moment in moments[name])
        ]
        return (*seen, "uses_platform") if PLATFORM in self.technologies(at) else tuple(seen)


def signal_odds(effects: Mapping[str, float], seed: int, number: int, at: int) -> float:
    """What a company's signals add to the log-odds of acceptance at a moment."""
    return fsum(effects.get(name, 0.0) for name in company(seed, number).signals(at)) if effects else 0.0


@lru_cache(maxsize=20_000)
def company(seed: int, number: int) -> Company:
    """The company of a number in the world of a seed."""
    rng = Random(f"{seed}/company/{number}")  # noqa: S311
    size = COMPANY_SIZES.index(company_size(number))
    rounds = _rounds(rng, size)
    return Company(
        number=number,
        rounds=rounds,
        uses=_uses(rng),
        postings=_postings(rng),
        news=_news(rng, people.company_name(number), rounds),
        employees=rng.randint(*EMPLOYEES[size]),
        growth_a_year=rng.choice((-0.1, 0.0, 0.1, 0.3, 0.6)),
        board=rng.choice(("greenhouse", "greenhouse", "lever", None)),
        is_in_crunchbase=rng.random() < 0.92,
        is_in_builtwith=rng.random() < 0.95,
    )


@lru_cache(maxsize=64)
def _new_year(year: int) -> int:
    return to_ticks(datetime(year, 1, 1, tzinfo=UTC))


def _moment(rng: Random, first: int, last: int) -> int:
    return first + int(rng.random() * (last - first))


def _rounds(rng: Random, size: int) -> tuple[Round, ...]:
    """One in eight has never raised money; the others do every eight months to two years."""
    if rng.random() < 0.12:
        return ()
    moment, rounds = _new_year(YEARS[0]) + int(rng.random() * 500) * DAY, []
    while moment < _new_year(YEARS[-1]):
        stage = min(size + len(rounds), len(STAGES) - 1)
        usd = round((1 + stage) ** 2 * (0.6 + 0.8 * rng.random()), 1) * 1_000_000
        rounds.append(Round(moment, STAGES[stage], int(usd), tuple(rng.sample(INVESTORS, 2))))
        moment += rng.randint(240, 700) * DAY
    return tuple(rounds)


def _uses(rng: Random) -> tuple[Use, ...]:
    """What it was built with, and what came and went; the platform and its tools stay."""
    first, last = _new_year(YEARS[0]), _new_year(YEARS[-1])
    is_platform = rng.random() < PLATFORM_SHARE
    share = AROUND_PLATFORM if is_platform else ELSEWHERE
    lasting = [PLATFORM] if is_platform else []
    lasting += [tool for tool in PLATFORM_TOOLS if rng.random() < share]
    since = {name: first for name in OTHER_TECHNOLOGIES if rng.random() < 0.45}
    uses = [Use(name, first, last) for name in lasting]
    changes = []
    for year in YEARS:
        if rng.random() < 0.4:
            new_year = _new_year(year)
            changes.append(_moment(rng, new_year + CHANGES_FROM * DAY, new_year + CHANGES_TO * DAY))
        if rng.random() < 0.25:
            changes.append(_moment(rng, _new_year(year) + 60 * DAY, _new_year(year) + 330 * DAY))
    for moment in sorted(changes):
        name = rng.choice(OTHER_TECHNOLOGIES)
        if name in since:
            uses.append(Use(name, since.pop(name), moment))
        else:
            since[name] = moment
    uses += [Use(name, begun, last) for name, begun in since.items()]
    return tuple(sorted(uses, key=lambda use: (use.since, use.technology)))


def _postings(rng: Random) -> tuple[Posting, ...]:
    """In one quarter of three it hires."""
    postings = []
    for quarter in range(4 * len(YEARS)):
        first = _new_year(YEARS[0]) + quarter * 91 * DAY
        if rng.random() >= 0.32:
            continue
        for _ in range(rng.randint(1, 4)):
            since = _moment(rng, first, first + 91 * DAY)
            title, department = rng.choice(JOBS)
            until = since + rng.randint(25, 80) * DAY
            number = 4_000_000 + len(postings)
            postings.append(Posting(number, title, department, rng.choice(PLACES), since, until))
    return tuple(sorted(postings, key=lambda posting: posting.since))


def _news(rng: Random, name: str, rounds: Iterable[Round]) -> tuple[News, ...]:
    """Each round is written about the day after, and now and then something else."""
    news = [
        News(each.announced_at + DAY, f"{name} raises ${each.usd / 1e6:.0f} million", "The Harbour Ledger")
        for each in rounds
    ]
    for year in YEARS:
        moment = _moment(rng, _new_year(year), _new_year(year) + 365 * DAY)
        news.append(News(moment, f"{name} {rng.choice(LAUNCHES)}", "Springfield Business Week"))
    return tuple(sorted(news))
