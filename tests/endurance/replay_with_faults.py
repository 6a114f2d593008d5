"""Two replays of the same nights, one of them on bad days: they must end with the same facts.

`python -m tests.endurance.replay_with_faults --nights 30` pulls one sandbox night by night into two
workspaces. One meets 429 storms, 5xx, cut and broken answers, odd pages, drifting schemas, and an outage of
two nights. At the end both are built, and held against each other and against the sandbox's truth: what
happened is the same; when it happened may be known less exactly in the one that missed nights, but every true
time must lie within the bounds of both, and its report must name the nights it missed. It prints one line,
and exits with 1 if anything else differs.
"""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from extract.http import retry
from extract.sandbox.process import running_sandbox
from extract.workspace.sql_text import literal
from tests.conftest import Workspace

FIRST_NIGHT = datetime(2026, 1, 5, 2, tzinfo=UTC)
LEADS = "campaign/GetLeadsFromCampaign"
MEMBERS = "list/GetLeadsFromList"
# One bad day after another, again and again.
BAD_DAYS: tuple[tuple[dict, ...], ...] = (
    (
        {"name": "too_many_requests", "every": 6, "count": 6},
        {"name": "server_error", "status": 502, "every": 11, "count": 3},
    ),
    (
        {"name": "cut_json", "every": 8, "count": 3},
        {"name": "dropped_connection", "every": 13, "count": 2},
        {"name": "text_body", "route": LEADS, "count": 1},
    ),
    (
        {"name": "empty_page", "route": MEMBERS, "count": 1},
        {"name": "duplicate_row", "route": LEADS, "count": 1},
        {"name": "short_page", "route": LEADS, "count": 1},
    ),
    ({"name": "new_field", "route": LEADS}, {"name": "unknown_enum", "route": LEADS, "rows": 5}),
    ({"name": "changed_type", "route": LEADS, "field": "creationTime"},),
)
OUTAGE = ({"name": "server_error", "status": 503},)
OUTAGE_NIGHTS = 2
# Per connection: what happened. Nothing of it may depend on how often one looked.
FACTS = """
    select campaign_lead_id, campaign_id, account_id, lead_id, normalized_profile_url, list_id, status,
        is_sent, is_accepted, attempt_no, source, source_list, icp, keywords, batch_id, company_region
    from {database}.marts.heyreach_connections
"""
PEOPLE = "select lead_id, normalized_profile_url, source, icp from {database}.marts.heyreach_leads"
SENDERS = "select account_id, label, account_type, is_listed from {database}.marts.heyreach_accounts"
SENDER_DAYS = "select account_id, activity_date, sent, accepted from {database}.marts.heyreach_account_days"
TOTALS = "select sent_to_date, accepted_to_date, people_known, queued from {database}.marts.rpt_summary"
BROKEN_BOUNDS = """
    select count(*)
    from {database}.marts.heyreach_connections as connections
    inner join truth using (campaign_lead_id, campaign_id)
    where truth.{event}_at < connections.connection_{event}_earliest
        or truth.{event}_at > connections.connection_{event}_latest
"""


@dataclass
class Comparison:
    """`widened` counts events known less exactly; no `violations` means that nothing else differs."""

    nights: int
    failed_nights: int = 0
    struck: int = 0
    connections: int = 0
    widened: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verdict = (
            "; ".join(self.violations) or "the facts are the same, and every true time is within its bounds"
        )
        return (
            f"{self.nights} nights, {self.failed_nights} of them failed, {self.struck} requests struck; "
            f"{self.connections} connections, {self.widened} events with wider bounds: {verdict}"
        )


def replay(nights: int, folder: Path) -> Comparison:
    """Pull both workspaces night by night, build them, compare them."""
    comparison = Comparison(nights)
    # On a Tuesday: nothing is sent on weekends.
    start = max(
        n for n in range(nights - OUTAGE_NIGHTS) if (FIRST_NIGHT + timedelta(days=n)).isoweekday() == 2
    )
    outage = range(start, start + OUTAGE_NIGHTS)
    bad_days = itertools.cycle(BAD_DAYS)
    with running_sandbox(seed=17, leads=240, now=FIRST_NIGHT) as sandbox, _without_waiting():
        environment = {
            "HEYREACH_API_KEY": sandbox.api_key,
            "HEYREACH_BASE_URL": sandbox.base_url,
            "HEYREACH_REQUESTS_PER_MINUTE": "0",
        }
        calm, rough = (Workspace(folder / name, environment) for name in ("calm", "rough"))
        for number in range(nights):
            night = FIRST_NIGHT + timedelta(days=number)
            sandbox.set_clock(night)
            # How long an answer takes is part of an observed time, unless the clock stands still.
            clock = {"OUTBOUND_AS_OF": night.isoformat()}
            kind = ("--kind", "full" if night.isoweekday() == 7 else "daily")
            outcome = calm.run("extract", *kind, **clock)
            if outcome.exit_code:
                comparison.violations.append(f"without faults, night {number}: {outcome.errors[-200:]}")
            is_last = number == nights - 1
            faults = OUTAGE if number in outage else () if is_last else next(bad_days)
            sandbox.set_faults(*faults)
            failed = rough.run("extract", *kind, **clock).exit_code != 0
            comparison.struck += sum(fault["struck"] for fault in sandbox.faults())
            sandbox.set_faults()
            comparison.failed_nights += failed
            if failed != (number in outage):
                comparison.violations.append(
                    f"night {number} {'failed' if failed else 'came through'}: {faults}"
                )
        truth = sandbox.truth()["leads"]
        for workspace in (calm, rough):
            outcome = workspace.run("build", "--since", f"{FIRST_NIGHT:%Y-%m-%d}")
            if outcome.exit_code:
                comparison.violations.append(outcome.errors[-500:])
                return comparison
    _compare(calm, rough, truth, outage, comparison)
    return comparison


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Repeat failed requests at once: the sandbox needs no time to recover."""
    jitter = retry._jitter
    retry._jitter = lambda low, high: 0.0
    try:
        yield
    finally:
        retry._jitter = jitter


def _compare(
    calm: Workspace, rough: Workspace, truth: list[dict], outage: range, comparison: Comparison
) -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(calm.warehouse)} as calm (read_only)")
        connection.execute(f"attach {literal(rough.warehouse)} as rough (read_only)")

        connection.execute(
            """
            create table truth (
                campaign_lead_id varchar, campaign_id varchar, sent_at timestamptz, accepted_at timestamptz
            )
            """
        )
        names = ("campaign_lead_id", "campaign_id", "sent_at", "accepted_at")
        connection.executemany(
            "insert into truth values (?, ?, ?, ?)", [[lead[name] for name in names] for lead in truth]
        )

        def count(sql: str) -> int:
            return connection.execute(sql).fetchone()[0]

        comparison.connections = count("select count(*) from calm.marts.heyreach_connections")
        for name, facts in {
            "connections": FACTS,
            "people": PEOPLE,
            "senders": SENDERS,
            "sender days": SENDER_DAYS,
            "totals": TOTALS,
        }.items():
            one, other = facts.format(database="calm"), facts.format(database="rough")
            differing = count(
                f"select count(*) from (({one} except all {other}) union all ({other} except all {one}))"
            )
            if differing or not count(f"select count(*) from ({one})"):
                comparison.violations.append(f"{differing} {name} differ")
        for event in ("sent", "accepted"):
            for database in ("calm", "rough"):
                broken = count(BROKEN_BOUNDS.format(database=database, event=event))
                if broken:
                    comparison.violations.append(f"{broken} bounds of {event} exclude the truth ({database})")
            comparison.widened += count(
                f"""
                select count(*)
                from calm.marts.heyreach_connections as calm
                inner join rough.marts.heyreach_connections as rough using (campaign_lead_id, campaign_id)
                where calm.connection_{event}_latest - calm.connection_{event}_earliest
                    < rough.connection_{event}_latest - rough.connection_{event}_earliest
                """
            )
        # Some are dated by when they were first seen in a list.
        imported_earlier = count(
            """
            select count(*)
            from calm.marts.heyreach_leads as calm
            inner join rough.marts.heyreach_leads as rough using (lead_id)
            where rough.imported_at < calm.imported_at
            """
        )
        if imported_earlier:
            comparison.violations.append(f"{imported_earlier} people are imported before they were")
        nights = "select coalesce(sum(affected), 0) from {}.marts.rpt_health where topic = 'nights_missed'"
        if (count(nights.format("calm")), count(nights.format("rough"))) != (0, len(outage)):
            comparison.violations.append("the report does not name the nights that were missed")
        runs = count("select count(*) from rough.marts.pipeline_runs where outcome = 'failed'")
        if runs != comparison.failed_nights:
            comparison.violations.append(f"the record shows {runs} failed runs")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--nights", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        comparison = replay(options.nights, Path(folder))
    print(comparison)
    return 1 if comparison.violations else 0


if __name__ == "__main__":
    sys.exit(main())
