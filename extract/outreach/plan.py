"""`make plan`: who is asked in a week, on which day, by whom; kept, and with APPLY=1 handed over."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from dbt_project.rendering import returned
from extract.importer.ledger import ARRIVED, OPEN, Ledger
from extract.importer.opening import open_ledger, origin
from extract.outreach.cadence import WEEKDAYS
from extract.outreach.configuration import Outreach
from extract.outreach.plan_inputs import (
    PlanInputs,
    Row,
    expectation,
    line_chances,
    read_inputs,
    segment_chances,
)
from extract.outreach.plan_ledger import Plan, PlanLedger, PlanLine
from extract.outreach.planning import WINDOW_DAYS, Cell, PlannedSender, Week, serve
from extract.people.suppression import suppressions
from extract.workspace.errors import ConfigurationError
from extract.workspace.ledger import as_json
from extract.workspace.workspace import Workspace

DAYS_A_WEEK = 7
# Of everybody whom nothing is known to accept, all chances are alike.
_UNKNOWN_CHANCE = 1.0

# Why somebody is left out who is next in their segment -> what it says.
REASONS = returned("words/*.sql", "codes()")["unplanned"]
_UNABLE = returned("words/*.sql", "codes()")["sender"]


@dataclass(frozen=True)
class PlanOptions:
    """Which week (None: this one, or the next where this has no sending day left), and how many at most."""

    week: date | None = None
    pilot: int | None = None
    campaign_id: str | None = None


@dataclass(frozen=True)
class Planner:
    """What a plan of a workspace is made of; `today` is the day it is made on."""

    workspace: Workspace
    outreach: Outreach
    inputs: PlanInputs
    today: date
    plans: PlanLedger
    imports: Ledger

    def plan(self, options: PlanOptions) -> tuple[Plan, list[PlanLine]]:
        """The plan of a week and its lines; raises ConfigurationError for a week that can't be planned."""
        monday = self.monday(options.week)
        days = [day for day in self._sending_days(monday) if day >= self.today]
        if not days:
            raise ConfigurationError(
                f"The week of {monday} has no day left on which HeyReach sends: name a later one, as in "
                f"WEEK={monday + timedelta(DAYS_A_WEEK)}"
            )
        campaigns = self._campaigns(options)
        candidates, left_out = self._candidates(monday, campaigns)
        week = self._week(days, candidates, campaigns, options.pilot)
        lines = self._assigned(week.allocated(), candidates, campaigns)
        asked = [(line.lead_id, line.account_id or "") for line in lines]
        published = self.workspace.paths.published
        chances = line_chances(published, asked)
        lines = [
            replace(line, line_number=number, chance=chance)
            for number, (line, chance) in enumerate(zip(lines, chances, strict=True), 1)
        ]
        lines += [replace(line, line_number=len(lines) + number) for number, line in enumerate(left_out, 1)]
        plan = Plan(
            plan_id=f"{monday}-{_digest(lines)}",
            base_url=origin(self.workspace),
            week=monday,
            planned_at=self.inputs.as_of if self.workspace.is_demo else self.workspace.now(),
            as_of=self.inputs.as_of,
            pilot=options.pilot,
            outreach_config_hash=self.outreach.config_hash,
            expected=expectation(published, asked),
            left_out=self._counted(lines),
        )
        return plan, lines

    def monday(self, day: date | None) -> date:
        """The week that is meant, by its Monday."""
        if day is None:
            this = self.today - timedelta(self.today.weekday())
            left = [each for each in self._sending_days(this) if each >= self.today]
            return this if left else this + timedelta(DAYS_A_WEEK)
        monday = day - timedelta(day.weekday())
        if monday + timedelta(DAYS_A_WEEK) <= self.today:
            raise ConfigurationError(f"WEEK: the week of {monday} is over; today is {self.today}")
        return monday

    def _sending_days(self, monday: date) -> list[date]:
        weekdays = self.outreach.others["cadence"]["weekdays"]
        return [monday + timedelta(WEEKDAYS.index(name)) for name in weekdays]

    def _other_campaigns(self, row: Row, campaign_id: str | None) -> set[str]:
        found = self.inputs.found_in.get(row["lead_id"], ())
        return {place for kind, place in found if kind == "campaign"} - {campaign_id}

    def _is_in_list(self, row: Row, campaign_id: str | None) -> bool:
        """Whether they stand in the campaign's own list, from which it takes nobody a second time."""
        list_id = self.inputs.campaigns[campaign_id].list_id if campaign_id else None
        return ("list", list_id) in self.inputs.found_in.get(row["lead_id"], ())

    def _candidates(
        self, monday: date, campaigns: Mapping[str, str | None]
    ) -> tuple[dict[str, list[Row]], list[PlanLine]]:
        """Segment -> who may be asked, in turn; and a line for each who may not, with the reason."""
        gone = suppressions(self.workspace).erased({row["person"] for row in self.inputs.prospects})
        imported = self.imports.people(*ARRIVED, *OPEN)
        planned = {
            line.person
            for week, plan in self.plans.newest().items()
            if week != monday
            for line in self.plans.lines(plan)
            if line.reason is None
        }
        candidates: dict[str, list[Row]] = {each["segment"]: [] for each in self.inputs.segments}
        left_out = []
        # The import's own batch is its id.
        needed = [
            name
            for name in self.workspace.analytics.required_attribution_fields.split(",")
            if name not in _GIVEN_BY_IMPORTS
        ]
        for row in self.inputs.prospects:
            holds = {
                "erased": row["person"] in gone,
                "without_name": not (row["first_name"] and row["last_name"]),
                "without_attribution": not all(row.get(name) for name in needed),
                "imported": row["person"] in imported,
                "planned": row["person"] in planned,
                "in_other_campaign": bool(self._other_campaigns(row, campaigns[row["segment"]])),
                "already_in_list": self._is_in_list(row, campaigns[row["segment"]]),
            }
            reason = next((name for name, is_so in holds.items() if is_so), None)
            if reason is None:
                candidates[row["segment"]].append(row)
            elif reason != "erased":
                left_out.append(_line(row, reason=reason))
        return candidates, left_out

    def _campaigns(self, options: PlanOptions) -> dict[str, str | None]:
        """Segment -> the campaign that asks its people; raises ConfigurationError for an unknown one."""
        campaigns = {each["segment"]: options.campaign_id for each in self.inputs.segments}
        unknown = sorted({each for each in campaigns.values() if each} - self.inputs.campaigns.keys())
        if unknown:
            raise ConfigurationError(
                f"There is no campaign {', '.join(unknown)}; there are: "
                + ", ".join(f"{key} {each.name}" for key, each in sorted(self.inputs.campaigns.items()))
            )
        return campaigns

    def _week(
        self,
        days: Sequence[date],
        candidates: Mapping[str, list[Row]],
        campaigns: Mapping[str, str | None],
        pilot: int | None,
    ) -> Week:
        """The week as the linear program sees it."""
        wanted = self.outreach.others["cadence"]["requests_a_week"]
        most = min((each for each in (pilot, wanted) if each is not None), default=None)
        able = [row for row in self.inputs.senders if row["is_able"]]
        if not able:
            raise ConfigurationError(
                [
                    "No sender can be planned for:",
                    *(f"  {_unable(row)}" for row in self.inputs.senders),
                ]
            )
        capacity = sum(row["weekly_capacity"] for row in able)
        known = segment_chances(self.workspace.paths.published, max(min(capacity, most or capacity), 1))
        unseen = self._unseen()
        reserved = self._reserved(days)
        senders = [
            self._sender(row, days, known, campaigns, unseen[row["account_id"]], reserved) for row in able
        ]
        weights = {each["segment"]: each["weight"] for each in self.inputs.segments}
        people = {segment: len(rows) for segment, rows in candidates.items()}
        return Week(days, senders, weights, people, most)

    def _sender(
        self,
        row: Row,
        days: Sequence[date],
        known: Mapping[tuple[str, str], float | None],
        campaigns: Mapping[str, str | None],
        unseen: int,
        reserved: Mapping[tuple[str, date], int],
    ) -> PlannedSender:
        account = row["account_id"]
        sent = {day: count for (sender, day), count in self.inputs.sent.items() if sender == account}
        first = min(self.today, days[0])
        until = days[-1] + timedelta(WINDOW_DAYS)
        ahead = [first + timedelta(shift) for shift in range((until - first).days)]
        sending = set(self.outreach.others["cadence"]["weekdays"])
        taken = serve(
            row["waiting"] + unseen,
            sent,
            [day for day in ahead if WEEKDAYS[day.weekday()] in sending],
            row["daily_limit"],
            row["weekly_limit"],
        )
        for (sender, day), count in reserved.items():
            if sender == account:
                taken[day] = taken.get(day, 0) + count
        chances = {
            segment: _UNKNOWN_CHANCE if chance is None else chance
            for (segment, sender), chance in known.items()
            if sender == account and self._may_ask(account, campaigns.get(segment))
        }
        return PlannedSender(
            account, row["daily_limit"], row["weekly_limit"], row["weekly_capacity"], chances, taken
        )

    def _may_ask(self, account: str, campaign: str | None) -> bool:
        return campaign is None or account in self.inputs.campaigns[campaign].account_ids

    def _unseen(self) -> Counter[str]:
        """Sender -> leads that were handed over since the newest pull, which doesn't show them waiting."""
        return Counter(
            lead.account_id
            for entry in self.imports.imports()
            if entry.target == "campaign" and entry.planned_at > self.inputs.as_of
            for lead in self.imports.leads(entry.import_id, *ARRIVED, *OPEN)
        )

    def _reserved(self, days: Sequence[date]) -> Counter[tuple[str, date]]:
        """(Sender, day) -> requests that plans of other weeks have there and nobody handed over yet."""
        handed_over = self.imports.people(*ARRIVED, *OPEN)
        monday = days[0] - timedelta(days[0].weekday())
        return Counter(
            (line.account_id or "", line.day)
            for week, plan in self.plans.newest().items()
            if week != monday
            for line in self.plans.lines(plan)
            if line.day and line.day >= self.today and line.person not in handed_over
        )

    def _assigned(
        self,
        allocated: Mapping[Cell, int],
        candidates: Mapping[str, list[Row]],
        campaigns: Mapping[str, str | None],
    ) -> list[PlanLine]:
        """Who is asked when by whom: those who come first in their segment on the first day."""
        turns = {segment: iter(rows) for segment, rows in candidates.items()}
        in_turn = sorted(allocated.items(), key=lambda cell: (cell[0][2], cell[0][0], cell[0][1]))
        return [
            _line(next(turns[segment]), day=day, account_id=account, campaign_id=campaigns[segment])
            for (account, segment, day), count in in_turn
            for _ in range(count)
        ]

    def _counted(self, lines: Sequence[PlanLine]) -> dict[str, dict[str, int]]:
        """Segment -> reason -> people who wait nowhere, were never asked, and are left out."""
        counts: dict[str, dict[str, int]] = {}
        for each in self.inputs.segments:
            mine = Counter(line.reason for line in lines if line.segment == each["segment"])
            later = each["to_ask"] - mine.total()
            named = {reason: count for reason, count in mine.items() if reason}
            counts[each["segment"]] = named | ({"later": later} if later > 0 else {})
        return counts


def _line(row: Row, **said: object) -> PlanLine:
    lead = {name: row[name] for name in _TOLD if row[name]}
    return PlanLine(
        line_number=0,
        lead_id=row["lead_id"],
        person=row["person"],
        profile_url=f"https://www.{row['person']}",
        segment=row["segment"],
        place=row["rank"],
        lead=lead,
        **said,
    )


_GIVEN_BY_IMPORTS = ("batch_id", "source_list")
# What an import of them needs.
_TOLD = (
    *("first_name", "last_name", "title", "company_name", "source", "source_list", "icp", "keywords"),
    "company_region",
)


def _digest(lines: Sequence[PlanLine]) -> str:
    """What tells plans apart: the same lines are the same plan."""
    told = as_json([asdict(line) | {"day": str(line.day)} for line in lines])
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def opened_plans(workspace: Workspace) -> PlanLedger:
    """The ledger of plans, also of the demo: a plan is kept, whoever is asked by it."""
    return open_ledger(workspace, PlanLedger, workspace.paths.plan_ledger, apply=True, is_kept=True)


def kept_plan(monday: date, plans: PlanLedger) -> tuple[Plan, list[PlanLine]]:
    """The newest plan of a week and its lines; raises ConfigurationError where there is none."""
    plan = plans.newest().get(monday)
    if plan is None:
        raise ConfigurationError(
            f"There is no plan for the week of {monday} yet: `make plan WEEK={monday}` shows and keeps one, "
            "then APPLY=1 hands over what is due"
        )
    return plan, plans.lines(plan)


def told(plan: Plan, lines: Sequence[PlanLine], planner: Planner) -> Iterator[str]:
    """The plan in words, a line each."""
    asked = [line for line in lines if line.reason is None]
    names = {row["account_id"]: row["label"] for row in planner.inputs.senders}
    labels = {each["segment"]: each["label"] for each in planner.inputs.segments}
    cadence = planner.outreach.others["cadence"]
    yield (
        f"Week of {plan.week}: {len(asked):,} requests, plan {plan.plan_id}, by what was known at "
        f"{plan.as_of:%Y-%m-%d %H:%M} UTC"
    )
    yield f"  {_expected(plan)}"
    yield (
        f"  HeyReach's own schedule decides the hour, and its API doesn't tell it; config/outreach.yaml says "
        f"{cadence['from']} to {cadence['until']} {cadence['time_zone']}"
    )
    for day in sorted({line.day for line in asked if line.day}):
        yield f"  {day:%a %Y-%m-%d}"
        for account in sorted({line.account_id or "" for line in asked if line.day == day}):
            mine = [line for line in asked if line.day == day and line.account_id == account]
            counts = Counter(labels[line.segment] for line in mine)
            said = ", ".join(f"{count} {label}" for label, count in counts.items())
            yield f"    {names[account]} ({account}): {len(mine)} ({said})"
    for segment, reasons in plan.left_out.items():
        for reason, count in reasons.items():
            yield f"  left out, {labels[segment]}: {count:,} {REASONS[reason]}"
    for row in planner.inputs.senders:
        if not row["is_able"]:
            yield f"  not planned for: {_unable(row)}"


def _unable(row: Row) -> str:
    return (
        f"{row['label']} ({row['account_id']}), {_UNABLE.get(row['unable_because'], row['unable_because'])}"
    )


def _expected(plan: Plan) -> str:
    expected = plan.expected
    if expected.get("expected_accepted") is None:
        return "what it brings can't be said yet: nothing was sent so far"
    accepted = (
        f"expected: {expected['expected_accepted']:.1f} accepted ({expected['accepted_low']:.1f} to "
        f"{expected['accepted_high']:.1f})"
    )
    if expected.get("expected_replies") is None:
        return accepted
    return (
        f"{accepted}, {expected['expected_replies']:.1f} replies ({expected['replies_low']:.1f} to "
        f"{expected['replies_high']:.1f}), nine times in ten"
    )


def planner_of(
    workspace: Workspace, outreach: Outreach, today: date, plans: PlanLedger, imports: Ledger
) -> Planner:
    """What the published warehouse and the ledgers say now."""
    return Planner(workspace, outreach, read_inputs(workspace.paths.published), today, plans, imports)
