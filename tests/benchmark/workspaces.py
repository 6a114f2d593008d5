"""Invented workspaces of any size: what weeks of nightly pulls land, written by DuckDB itself.

Two landing folders, as extract would leave them: `history` (an observation of a lead for every night on which
it had changed) and `night` (the next pull, in which an exact number of leads has changed).
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from extract import raw
from extract.workspace.sql_text import literal

SQL = Path(__file__).with_name("workspaces.sql")

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
CAMPAIGNS = 3
# A sender sends about 17 requests a working day.
LEADS_A_SENDER = 1000
HISTORY, NIGHT = "20260101T000000000000-history", "20270101T000000000000-night"
NEVER_USED = ("list_companies", "conversations")
BASE_URL = "http://127.0.0.1:9/api/public"

ACCOUNT_TYPES = ("real_personal", "real_personal", "ai_mirror_saas")
TITLES = (("SRE", "mid"), ("Platform Engineer", "mid"), ("CTO", "exec"))


class Workspace(NamedTuple):
    """Leads, spread evenly over campaigns and days of history; how many change on the last night."""

    leads: int
    days: int
    senders: int
    changed: int

    @classmethod
    def of(cls, leads: int, days: int = 60) -> "Workspace":
        return cls(leads, days, max(CAMPAIGNS, leads // LEADS_A_SENDER), max(1, leads // 100))

    def with_longer_history(self, times: int) -> "Workspace":
        """The same workspace later: more days and leads, as many senders, as much change a night."""
        return self._replace(leads=self.leads * times, days=self.days * times)


def land(workspace: Workspace, data_dir: Path) -> None:
    """Write the landing folders and the account file of a workspace."""
    (data_dir / "accounts.yaml").write_text(_account_file(workspace.senders))
    scratch = data_dir / "scratch"
    with duckdb.connect(config={"temp_directory": str(scratch), "memory_limit": "4GB"}) as connection:
        connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
        _set(connection, **workspace._asdict(), start=START, campaigns=CAMPAIGNS, base_url=BASE_URL)
        connection.execute(SQL.read_text())
        nights = {HISTORY: (1, workspace.days), NIGHT: (workspace.days + 1, workspace.days + 1)}
        for landing, (first, last) in nights.items():
            _set(connection, landing_id=landing, first_night=first, last_night=last)
            folder = data_dir / "landing" / landing
            folder.mkdir(parents=True)
            for table, keys in raw.OBSERVATIONS.items():
                if table in NEVER_USED:
                    continue
                query = f"""
                    select {", ".join(keys)}, observed_at(night) as observed_at, pull_id(night) as pull_id,
                        md5(payload) as content_hash, payload
                    from {table}
                    where is_landed(night)
                """
                connection.execute(f"copy ({query}) to {literal(folder / f'{table}.jsonl')} (format json)")
            connection.execute(f"copy pulls to {literal(folder / 'pulls.jsonl')} (format json)")
    shutil.rmtree(scratch, ignore_errors=True)


def _set(connection: duckdb.DuckDBPyConnection, **variables: object) -> None:
    for name, value in variables.items():
        connection.execute(f"set variable {name} = $value", {"value": value})


def _account_file(senders: int) -> str:
    lines = ["accounts:"]
    for number in range(senders):
        title, seniority = TITLES[number % len(TITLES)]
        fields = {
            "account_id": 51001 + number,
            "label": f"Sender {number + 1}",
            "type": ACCOUNT_TYPES[number % len(ACCOUNT_TYPES)],
            "gender": ("female", "male")[number % 2],
            "job_title": title,
            "seniority": seniority,
            "industry": "tech",
            "location": "Hamburg, Germany",
        }
        lines.append("  - " + "\n    ".join(f'{name}: "{value}"' for name, value in fields.items()))
    return "\n".join(lines) + "\n"
