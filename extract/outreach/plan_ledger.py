"""The ledger of plans: who was to be asked on which day by whom, with which words, or why not.

A plan is written whole and never changed; a newer one of the same week takes the place of what an older one
didn't hand over. What was handed over stands in the import ledger.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime

from extract.workspace.ledger import OutgoingLedger, as_json, marks

_SCHEMA = """
create table if not exists plans (
    plan_id text primary key,
    base_url text not null,
    week text not null,
    planned_at text not null,
    as_of text not null,
    pilot integer,
    outreach_config_hash text,
    expected text not null,
    left_out text not null
);
create table if not exists plan_lines (
    plan_id text not null references plans,
    line_number integer not null,
    lead_id text not null,
    person text not null,
    profile_url text not null,
    segment text not null,
    place integer not null,
    day text,
    account_id text,
    campaign_id text,
    sequence text,
    variant text,
    chance real,
    reason text,
    lead text not null,
    primary key (plan_id, line_number)
);
create index if not exists plan_lines_by_person on plan_lines (person);
"""


@dataclass(frozen=True)
class Plan:
    """The plan of a week, which begins on its Monday, by what was known at `as_of`.

    `pilot` is how many it was to be at most, None for all. `expected` are figures of rpt_plans by name,
    `left_out` how many people of a segment are left out for which reason.
    """

    plan_id: str
    base_url: str
    week: date
    planned_at: datetime
    as_of: datetime
    pilot: int | None
    outreach_config_hash: str | None
    expected: dict[str, float | None]
    left_out: dict[str, dict[str, int]]


@dataclass(frozen=True)
class PlanLine:
    """Somebody who is asked on a day, or not, for a reason; `place` is their rank in the segment.

    `chance` is that of an accepted connection. `lead` has HeyReach's names and, under `fields`, the custom
    fields.
    """

    line_number: int
    lead_id: str
    person: str
    profile_url: str
    segment: str
    place: int
    day: date | None = None
    account_id: str | None = None
    campaign_id: str | None = None
    sequence: str | None = None
    variant: str | None = None
    chance: float | None = None
    reason: str | None = None
    lead: dict = field(default_factory=dict)


class PlanLedger(OutgoingLedger):
    """The ledger of plans of one workspace."""

    kind = "ledger of plans"
    holds, entries = "plans for", "plans"
    schema = _SCHEMA
    if_lost = "`make plan` plans the week anew; nobody is asked twice"

    def keep(self, plan: Plan, lines: Iterable[PlanLine]) -> Plan:
        """Write a plan and its lines, unless the newest of its week is the same; returns it as it is kept.

        One that is as an older one was, and not as the newest, is kept again, by a name of its own.
        """
        with self.transaction() as database:
            earlier = [
                row["plan_id"]
                for row in database.execute(
                    "select plan_id from plans where week = ? order by rowid", [plan.week.isoformat()]
                )
            ]
            same = [each for each in earlier if each == plan.plan_id or each.startswith(f"{plan.plan_id}-")]
            if same and same[-1] == earlier[-1]:
                return replace(plan, plan_id=same[-1])
            if same:
                plan = replace(plan, plan_id=f"{plan.plan_id}-{len(same) + 1}")
            _insert(database, "plans", [_texts(asdict(plan))])
            _insert(
                database, "plan_lines", [{"plan_id": plan.plan_id} | _texts(asdict(line)) for line in lines]
            )
            return plan

    def plans(self) -> list[Plan]:
        """Every plan, oldest first."""
        return [
            Plan(
                **dict(row)
                | {
                    "week": date.fromisoformat(row["week"]),
                    "planned_at": datetime.fromisoformat(row["planned_at"]),
                    "as_of": datetime.fromisoformat(row["as_of"]),
                    "expected": json.loads(row["expected"]),
                    "left_out": json.loads(row["left_out"]),
                }
            )
            for row in self.select("select * from plans order by rowid")
        ]

    def newest(self) -> dict[date, Plan]:
        """Week -> its newest plan."""
        return {plan.week: plan for plan in self.plans()}

    def lines(self, plan: Plan) -> list[PlanLine]:
        """The lines of a plan, in order; people who were erased are gone from it."""
        rows = self.select("select * from plan_lines where plan_id = ? order by line_number", plan.plan_id)
        return [
            PlanLine(
                **{name: row[name] for name in row.keys() if name != "plan_id"}  # noqa: SIM118 - sqlite3.Row
                | {"day": date.fromisoformat(row["day"]) if row["day"] else None}
                | {"lead": json.loads(row["lead"])}
            )
            for row in rows
        ]

    def news(self, known: Collection[str]) -> Iterator[tuple[str, dict]]:
        """(raw table, row) of the plans that raw lacks."""
        with self.transaction("begin") as database:
            for number, plan in enumerate(self.plans(), 1):
                if plan.plan_id in known:
                    continue
                yield "plans", asdict(plan) | {"plan_number": number}
                for row in database.execute("select * from plan_lines where plan_id = ?", [plan.plan_id]):
                    yield "plan_lines", dict(row) | {"lead": json.loads(row["lead"])}


def _texts(values: dict) -> dict:
    """As SQLite keeps them."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else as_json(value)
        if isinstance(value, dict)
        else value
        for name, value in values.items()
    }


def _insert(database, table: str, rows: list[dict]) -> None:
    for row in rows[:1]:
        database.executemany(
            f"insert into {table} ({', '.join(row)}) values ({marks(row)})",  # noqa: S608 - our own names
            [list(each.values()) for each in rows],
        )
