"""What the published tables say, under the names they have there: the one place that knows them."""

from typing import NamedTuple

import duckdb

DIMENSIONS = ("source", "icp", "account", "campaign")
SEGMENTS, CONNECTIONS, HEALTH = (
    "marts.rpt_segment_performance",
    "marts.heyreach_connections",
    "marts.rpt_health",
)
CLOCK_TOPIC = "clock"
# Count -> (value, lowest, highest) in rpt_segment_performance.
COUNTS = {
    "sent": ("sent_to_date", "sent_to_date_low", "sent_to_date_high"),
    "accepted": ("accepted_to_date", "accepted_to_date_low", "accepted_to_date_high"),
}
UNDECIDED, UNDECIDED_ROW, WAITING_ROW = "undecided", "is_undecided", "is_waiting"
# Whether an undecided row would be in the mature rate if it was asked: the mart says so of those that count.
DATED = "intermediate.int_connections_dated"
RATE = ("accept_rate", "accept_rate_low", "accept_rate_high", "rate_withheld_because")
EVENT_TIMES = {
    "sent": ("connection_sent_earliest", "connection_sent_latest"),
    "accepted": ("connection_accepted_earliest", "connection_accepted_latest"),
}


class Row(NamedTuple):
    """A connection as published; times are aware datetimes or None.

    `evidence` is how it is known whether it was asked (None: never shown as asked). `is_judged` says whether
    it is in the mature rate, or would be if it is undecided and was asked.
    """

    id: str
    segments: dict[str, str]
    is_sent: bool
    is_accepted: bool
    is_judged: bool
    is_undecided: bool
    evidence: str | None
    is_waiting: bool | None
    bounds: dict[str, tuple]


class Published:
    """A built warehouse, read only; `has` tells whether a column is there yet."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._connection = connection
        self._connection.execute("set TimeZone = 'UTC'")

    def has(self, table: str, *columns: str) -> bool:
        present = {name for name, *_ in self._connection.execute(f"describe {table}").fetchall()}
        return present >= set(columns)

    def rows(self, query: str) -> list[dict]:
        answer = self._connection.execute(query)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def segments(self) -> list[dict]:
        """The rows of the breakdowns that are checked; bounds that are not there yet are the value itself."""
        dimensions = ", ".join(f"'{name}'" for name in DIMENSIONS)
        rows = self.rows(f"select * from {SEGMENTS} where dimension in ({dimensions})")
        for row in rows:
            for value, low, high in COUNTS.values():
                row.setdefault(low, row[value])
                row.setdefault(high, row[value])
        return rows

    def connections(self) -> list[Row]:
        is_undecided = f"connections.{UNDECIDED_ROW}" if self.has(CONNECTIONS, UNDECIDED_ROW) else "false"
        is_waiting = WAITING_ROW if self.has(CONNECTIONS, WAITING_ROW) else "null"
        rows = self.rows(
            f"""
            select
                campaign_lead_id, coalesce(source, 'unknown') as source, coalesce(icp, 'unknown') as icp,
                connections.account_id, campaign_id, connections.is_sent, connections.is_accepted,
                case
                    when {is_undecided} then dated.is_mature else connections.is_mature
                end as is_judged,
                {is_undecided} as is_undecided, connections.request_evidence, {is_waiting} as is_waiting,
                {", ".join(column for pair in EVENT_TIMES.values() for column in pair)}
            from {CONNECTIONS} as connections
            inner join {DATED} as dated using (campaign_id, campaign_lead_id)
            """
        )
        return [
            Row(
                id=row["campaign_lead_id"],
                segments={
                    "source": row["source"],
                    "icp": row["icp"],
                    "account": row["account_id"],
                    "campaign": row["campaign_id"],
                },
                is_sent=row["is_sent"],
                is_accepted=row["is_accepted"],
                is_judged=row["is_judged"],
                is_undecided=row["is_undecided"],
                evidence=row["request_evidence"],
                is_waiting=row["is_waiting"],
                bounds={
                    event: (row[earliest], row[latest]) for event, (earliest, latest) in EVENT_TIMES.items()
                },
            )
            for row in rows
        ]

    def names_the_clock(self) -> bool:
        return bool(self.rows(f"select 1 from {HEALTH} where topic = '{CLOCK_TOPIC}'"))

    def first_line(self) -> dict | None:
        lines = self.rows("select * from marts.rpt_bottlenecks order by rank limit 1")
        return lines[0] if lines else None
