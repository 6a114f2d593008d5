"""What the published warehouse says of the lines of the report, and of the leads behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from dbt_project.rendering import rendered, returned
from extract.workspace.errors import ConfigurationError
from extract.workspace.published import connect_published

PAUSED = "campaign_paused"


@dataclass(frozen=True)
class Line:
    """A line of the report's list: its place, what stalls, and the command that begins to mend it."""

    rank: int
    stage: str
    cause: str
    segment: str
    why: str
    command: str | None
    as_of: datetime


@dataclass(frozen=True)
class Report:
    """The report as it was published when this was opened, whatever is published meanwhile."""

    connection: duckdb.DuckDBPyConnection

    @cached_property
    def lines(self) -> list[Line]:
        """Every line, the first one first."""
        names = ", ".join(Line.__dataclass_fields__)
        rows = self._rows(f"select {names} from marts.rpt_bottlenecks order by rank")  # noqa: S608
        return [Line(**row | {"as_of": row["as_of"].astimezone(UTC)}) for row in rows]

    def line(self, number: str) -> Line:
        """The line of that number; raises ConfigurationError where there is none, or none any more."""
        found = {str(each.rank): each for each in self.lines}
        if number not in found:
            listed = f"{len(found)} lines, from 1" if found else "no line: nothing stalls"
            raise ConfigurationError(
                f"There is no line {number} in the report as it is published now, which has {listed}: `make "
                "leads` lists them. Nothing was written"
            )
        return found[number]

    def leads_behind(self, line: Line) -> list[dict[str, Any]]:
        """The leads behind a line, as marts.rpt_bottleneck_leads describes them."""
        return self._rows(
            "select * exclude (rank, as_of) from marts.rpt_bottleneck_leads where rank = ? "
            "order by why, profile_url, lead_row_id",
            line.rank,
        )

    def campaign_leads(self, campaign_id: str) -> dict[str, str]:
        """Every lead of a campaign by the number it has there, with the status in which it was last seen."""
        rows = self._rows(
            "select campaign_lead_id, coalesce(campaign_lead_status, '') as status "
            "from marts.heyreach_connections where campaign_id = ?",
            campaign_id,
        )
        return {row["campaign_lead_id"]: row["status"] for row in rows}

    def segments(self, line: Line) -> dict[str, dict[str, list[str]]]:
        """Dimension -> lead behind a line, by its number in the campaign -> the segments that the lead is in.

        Dimensions are those in which the report looks for losses: nothing that describes a person is among
        them.
        """
        answer = self.connection.execute("select * from marts.rpt_bottleneck_leads limit 0")
        columns = {column[0] for column in answer.description}
        known = {
            entry["name"]: _segments(entry)
            for entry in returned("catalogue/*.sql", "loss_dimensions()")
            if entry["of"] != "campaign" and entry.get("several", entry["column"]) in columns
        }
        listed = ", ".join(f"{sql} as {name}" for name, sql in known.items())
        rows = self._rows(
            f"select campaign_lead_id, {listed} from marts.rpt_bottleneck_leads where rank = ?",  # noqa: S608
            line.rank,
        )
        return {name: {row["campaign_lead_id"]: row[name] for row in rows} for name in known}

    def _rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def opened(published: Path) -> Iterator[Report]:
    """The report of a published warehouse; raises ConfigurationError where there is none yet."""
    if not published.exists():
        raise ConfigurationError(f"There is no warehouse at {published} yet: `make run` first")
    with connect_published(published) as connection:
        yield Report(connection)


def _segments(entry: dict) -> str:
    """The segments of a fact in a dimension, as SQL that gives a list."""
    if "several" in entry:
        return rendered("engine/split_keywords.sql", f"split_keywords('{entry['several']}')")
    return f"[{rendered('catalogue/*.sql', f'segment_of({entry})')}]"
