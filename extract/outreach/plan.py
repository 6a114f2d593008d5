"""`make plan`: who is asked in a week, on which day, by whom; kept, and with APPLY=1 handed over."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from extract.importer.ledger import ARRIVED, GIVEN, OPEN, Ledger
from extract.importer.opening import open_ledger, origin
from extract.outreach.cadence import WEEKDAYS
from extract.outreach.configuration import Outreach, load_outreach
from extract.outreach.message_tests import MessageTest, load_message_tests
from extract.outreach.plan_candidates import Finder
from extract.outreach.plan_inputs import (
    PlanInputs,
    Row,
    expectation,
    line_chances,
    read_inputs,
    segment_chances,
)
from extract.outreach.plan_ledger import Plan, PlanLedger, PlanLine
from extract.outreach.plan_words import unable
from extract.outreach.planning import WINDOW_DAYS, Cell, PlannedSender, Week, serve
from extract.outreach.sequence_file import load_sequences
from extract.outreach.sequences import Sequences
from extract.workspace.errors import ConfigurationError
from extract.workspace.ledger import as_json
from extract.workspace.workspace import Workspace

DAYS_A_WEEK = 7
# Whoever is in the plan of a week is in no other: a slip of the year would take them away from all before it.
_FURTHEST_DAYS = 92
# Of everybody whom nothing is known to accept, all chances are alike.
_UNKNOWN_CHANCE = 1.0


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
    sequences: Sequences
    tests: list[MessageTest]
    inputs: PlanInputs
    today: date
    plans: PlanLedger
    imports: Ledger

    def plan(self, options: PlanOptions) -> tuple[Plan, list[PlanLine]]:
        """The plan of a week and its lines; raises ConfigurationError for a week that can't be planned."""
        if options.pilot is not None and options.pilot < 0:
            raise ConfigurationError(
                f"PILOT must be a number of requests, like 20, not {options.pilot}; 0 takes the plan back"
            )
        monday = self.monday(options.week)
        days = [day for day in self._sending_days(monday) if day >= self.today]
        if not days:
            raise ConfigurationError(
                f"The week of {monday} has no day left on which HeyReach sends: name a later one, as in "
                f"WEEK={monday + timedelta(DAYS_A_WEEK)}"
            )
        campaigns = self.campaigns(options)
        found = self._finder(monday, days[0], campaigns).candidates()
        week = self._week(days, found.by_segment, campaigns, options.pilot)
        lines = self._assigned(week.allocated(), found.by_segment, campaigns)
        asked = [(line.lead_id, line.account_id or "") for line in lines]
        published = self.workspace.paths.published
        chances = line_chances(published, asked)
        lines = [
            replace(line, line_number=number, chance=chance)
            for number, (line, chance) in enumerate(zip(lines, chances, strict=True), 1)
        ]
        lines += [
            replace(line, line_number=number) for number, line in enumerate(found.left_out, len(lines) + 1)
        ]
        plan = Plan(
            plan_id=f"{monday}-{_digest(lines)}",
            base_url=origin(self.workspace),
            week=monday,
            planned_at=self.inputs.as_of if self.workspace.is_demo else self.workspace.now(),
            as_of=self.inputs.as_of,
            pilot=options.pilot,
            outreach_config_hash=self.outreach.config_hash,
            expected=expectation(published, asked),
            left_out=self._counted(lines, week),
        )
        return plan, lines

    def monday(self, day: date | None) -> date:
        """The week that is meant, by its Monday."""
        if day is None:
            this = self.today - timedelta(self.today.weekday())
            left = [each for each in self._sending_days(this) if each >= self.today]
            return this if left else this + timedelta(DAYS_A_WEEK)
        monday = day - timedelta(day.weekday())
        if monday <= self.today - timedelta(DAYS_A_WEEK):
            raise ConfigurationError(f"WEEK: the week of {monday} is over; today is {self.today}")
        if monday > self.today + timedelta(_FURTHEST_DAYS):
            raise ConfigurationError(
                f"WEEK: the week of {monday} is more than {_FURTHEST_DAYS} days ahead; today is {self.today}"
            )
        return monday

    def _sending_days(self, monday: date) -> list[date]:
        weekdays = self.outreach.others["cadence"]["weekdays"]
        return [monday + timedelta(WEEKDAYS.index(name)) for name in weekdays]

    def _finder(self, monday: date, on: date, campaigns: Mapping[str, str | None]) -> Finder:
        before = [line for plan in self._before(monday) for line in self.plans.lines(plan)]
        return Finder(
            self.workspace,
            self.inputs,
            campaigns,
            self.sequences,
            [test for test in self.tests if test.config_hash not in self.inputs.decided_tests],
            self.imports.people(*GIVEN),
            {line.person for line in before if line.reason is None},
            on,
        )

    def campaigns(self, options: PlanOptions) -> dict[str, str | None]:
        """Segment -> the campaign that asks its people; raises ConfigurationError for an unknown one."""
        campaigns = {}
        for each in self.inputs.segments:
            sequence = self.sequences.segments.get(each["segment"])
            own = str(sequence.campaign_id) if sequence and sequence.campaign_id else None
            campaigns[each["segment"]] = options.campaign_id or own
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
        candidates: Mapping[str, list[PlanLine]],
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
                    *(f"  {unable(row)}" for row in self.inputs.senders),
                ]
            )
        capacity = sum(row["weekly_capacity"] for row in able)
        known = segment_chances(self.workspace.paths.published, max(min(capacity, most or capacity), 1))
        unseen = self._unseen()
        reserved = self._reserved(days[0] - timedelta(days[0].weekday()))
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
            if sender == account and self.inputs.may_ask(account, campaigns.get(segment))
        }
        return PlannedSender(
            account,
            row["daily_limit"],
            row["weekly_limit"],
            row["weekly_capacity"],
            chances,
            taken,
            comes_last=row["is_ai_persona"] and self.outreach.others["cadence"]["ai_personas_last"],
        )

    def _unseen(self) -> Counter[str]:
        """Sender -> leads that were handed over since the newest pull, which doesn't show them waiting."""
        return Counter(
            lead.account_id
            for entry in self.imports.imports()
            if entry.target == "campaign" and entry.planned_at > self.inputs.as_of
            for lead in self.imports.leads(entry.import_id, *ARRIVED, *OPEN)
        )

    def _reserved(self, monday: date) -> Counter[tuple[str, date]]:
        """(Sender, day) -> requests that weeks before have planned there, and nobody handed over yet."""
        handed_over = self.imports.people(*GIVEN)
        return Counter(
            (line.account_id or "", line.day)
            for plan in self._before(monday)
            for line in self.plans.lines(plan)
            if line.day and line.day >= self.today and line.person not in handed_over
        )

    def _before(self, monday: date) -> list[Plan]:
        """The plans of weeks before this one that aren't over: the earlier week has people and room first."""
        over = self.today - timedelta(DAYS_A_WEEK)
        return [plan for week, plan in self.plans.newest().items() if over < week < monday]

    def _assigned(
        self,
        allocated: Mapping[Cell, int],
        candidates: Mapping[str, list[PlanLine]],
        campaigns: Mapping[str, str | None],
    ) -> list[PlanLine]:
        """Who is asked when by whom: those who come first in their segment on the first day."""
        turns = {segment: iter(rows) for segment, rows in candidates.items()}
        in_turn = sorted(allocated.items(), key=lambda cell: (cell[0][2], cell[0][0], cell[0][1]))
        return [
            replace(next(turns[segment]), day=day, account_id=account, campaign_id=campaigns[segment])
            for (account, segment, day), count in in_turn
            for _ in range(count)
        ]

    def _counted(self, lines: Sequence[PlanLine], week: Week) -> dict[str, dict[str, int]]:
        """Segment -> reason -> people who wait nowhere, were never asked, and are left out."""
        served = {segment for sender in week.senders for segment in sender.chances}
        counts: dict[str, dict[str, int]] = {}
        for each in self.inputs.segments:
            mine = Counter(line.reason for line in lines if line.segment == each["segment"])
            later = each["to_ask"] - mine.total()
            named = {reason: count for reason, count in mine.items() if reason}
            why = "later" if each["segment"] in served else "no_sender"
            counts[each["segment"]] = named | ({why: later} if later > 0 else {})
        return counts


def _digest(lines: Sequence[PlanLine]) -> str:
    """What tells plans apart: the same lines are the same plan."""
    told = as_json([asdict(line) | {"day": str(line.day)} for line in lines])
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def opened_plans(workspace: Workspace) -> PlanLedger:
    """The ledger of plans, also of the demo: a plan is kept, whoever is asked by it."""
    return open_ledger(workspace, PlanLedger, workspace.paths.plan_ledger, apply=True, is_kept=True)


def kept_plan(monday: date, plans: PlanLedger) -> tuple[Plan, list[PlanLine]]:
    """The newest plan of a week and its lines.

    Raises ConfigurationError where there is none, and where it didn't know that of the week before.
    """
    plan = plans.newest().get(monday)
    if plan is None:
        raise ConfigurationError(
            f"There is no plan for the week of {monday} yet: `make plan WEEK={monday}` shows and keeps one, "
            "then APPLY=1 hands over what is due"
        )
    before = plans.newest().get(monday - timedelta(DAYS_A_WEEK))
    order = [each.plan_id for each in plans.plans()]
    if before and order.index(before.plan_id) > order.index(plan.plan_id):
        raise ConfigurationError(
            f"The week of {before.week} was planned after that of {monday}, and may have its people and "
            f"room: `make plan WEEK={monday}` again first. Nothing was sent"
        )
    return plan, plans.lines(plan)


def planner_of(workspace: Workspace, today: date, plans: PlanLedger, imports: Ledger) -> Planner:
    """What configuration, published warehouse and ledgers say now."""
    return Planner(
        workspace,
        load_outreach(workspace),
        load_sequences(workspace),
        load_message_tests(workspace),
        read_inputs(workspace.paths.published),
        today,
        plans,
        imports,
    )
