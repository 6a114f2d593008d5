"""What a plan goes by: the published warehouse's senders, prospects and chances, as of its newest pull."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from dbt_project.rendering import expanded
from extract.outreach.published import Row, rows
from extract.workspace.errors import ConfigurationError
from extract.workspace.published import connect_published

_SCHEMAS = ("findings", "marts", "intermediate", "staging", "seeds")
_FOUND_IN = """
select distinct lead_id, found_in, container_id
from int_lead_rows_identified
where is_present and found_in in ('campaign', 'list')
    and lead_id in (select lead_id from fnd_plan_prospects)
"""
_FAVORED = """
select segment, step, recommendation from rpt_outreach_learning
where place = 1 and dimension = 'variant' and favored is not null
order by segment, step
"""


@dataclass(frozen=True)
class PlannedCampaign:
    """A campaign: what it is called, its status, who sends for it, and the list that its leads stand in."""

    name: str
    status: str
    account_ids: frozenset[str]
    list_id: str | None


@dataclass(frozen=True)
class PlanInputs:
    """Rows of fnd_plan_senders, of fnd_plan_prospects by segment and rank, and of marts.rpt_segments.

    `sent` are requests by (sender, day) that a coming day's seven may take in, `campaigns` those that are
    there by id, `found_in` in which campaigns and lists a prospect stands already, by lead_id.
    `decided_tests` are the names (config_hash) of message tests that have a result, `window` is the row of
    fnd_sending_window, `favored` which text of a segment's step next weeks should favor, and why.
    """

    as_of: datetime
    senders: list[Row]
    prospects: list[Row]
    segments: list[Row]
    sent: dict[tuple[str, date], int]
    campaigns: dict[str, PlannedCampaign]
    found_in: dict[str, set[tuple[str, str]]]
    decided_tests: frozenset[str]
    window: Row
    favored: list[Row]

    def may_ask(self, account_id: str, campaign_id: str | None) -> bool:
        """Whether a sender sends for a campaign; for none that is named, anybody may."""
        return campaign_id is None or account_id in self.campaigns[campaign_id].account_ids


def read_inputs(published: Path) -> PlanInputs:
    """Raises ConfigurationError for a warehouse of an earlier release, and one without segments."""
    with _opened(published) as connection:
        try:
            senders = rows(connection, "select * from fnd_plan_senders order by account_id")
            prospects = rows(connection, "select * from fnd_plan_prospects order by segment, rank")
            sent = rows(connection, "select * from fnd_plan_days")
            [window] = rows(connection, "select * from fnd_sending_window")
            favored = rows(connection, _FAVORED)
        except duckdb.CatalogException:
            raise ConfigurationError(
                "The warehouse is of an earlier release: `make build` prepares what a plan goes by"
            ) from None
        segments = rows(connection, "select * from rpt_segments order by segment_order")
        campaigns = rows(
            connection,
            "select campaign_id, campaign_name, campaign_status, account_ids, list_id "
            "from heyreach_campaigns where is_present",
        )
        found_in: dict[str, set[tuple[str, str]]] = {}
        for lead, kind, place in connection.execute(_FOUND_IN).fetchall():
            found_in.setdefault(lead, set()).add((kind, place))
        decided = [
            name
            for (name,) in connection.execute(
                "select config_hash from rpt_message_tests where result <> 'not_yet'"
            ).fetchall()
        ]
        [(as_of,)] = connection.execute("select as_of from stg_operations__run_parameters").fetchall()
    if not segments:
        raise ConfigurationError(
            "The warehouse has no segments: put some into config/outreach.yaml, then `make build`"
        )
    return PlanInputs(
        as_of,
        senders,
        prospects,
        segments,
        {(row["account_id"], row["activity_date"]): row["sent"] for row in sent},
        {
            row["campaign_id"]: PlannedCampaign(
                row["campaign_name"],
                row["campaign_status"],
                frozenset(map(str, json.loads(row["account_ids"] or "[]"))),
                row["list_id"],
            )
            for row in campaigns
        },
        found_in,
        frozenset(decided),
        window,
        favored,
    )


def segment_chances(published: Path, most: int) -> dict[tuple[str, str], float | None]:
    """(segment, sender) -> the mean chance of the first `most` who may be asked."""
    query = expanded("segment_chances()")
    with _opened(published) as connection:
        found = connection.execute(query, {"most": most}).fetchall()
    return {(segment, account): chance for segment, account, chance in found}


def line_chances(published: Path, pairs: Sequence[tuple[str, str]]) -> list[float | None]:
    """The chance of each (lead_id, account_id), in the order given."""
    chance = expanded("planned_chance('prospects', 'senders')")
    query = f"""
        select {chance} from lines
        inner join fnd_plan_prospects as prospects on lines.lead_id = prospects.lead_id
        inner join fnd_plan_senders as senders on lines.account_id = senders.account_id
        order by lines.place
    """  # noqa: S608 - the project's own macro
    with _opened(published) as connection:
        _load(connection, pairs)
        return [row[0] for row in connection.execute(query).fetchall()]


def expectation(published: Path, pairs: Iterable[tuple[str, str]]) -> dict[str, float | None]:
    """What requests of (lead_id, account_id) bring, as `plan_expectation` says it."""
    with _opened(published) as connection:
        _load(connection, pairs)
        [row] = rows(connection, expanded("plan_expectation('lines')"))
    return row


def _opened(published: Path) -> duckdb.DuckDBPyConnection:
    connection = connect_published(published)
    connection.execute(f"set search_path = '{','.join(f'warehouse.{each}' for each in _SCHEMAS)}'")
    return connection


def _load(connection: duckdb.DuckDBPyConnection, pairs: Iterable[tuple[str, str]]) -> None:
    connection.execute("create temp table lines (place bigint, lead_id varchar, account_id varchar)")
    rows = [[place, *pair] for place, pair in enumerate(pairs)]
    if rows:
        connection.execute(
            "insert into lines select unnest($places), unnest($leads), unnest($accounts)",
            {
                "places": [row[0] for row in rows],
                "leads": [row[1] for row in rows],
                "accounts": [row[2] for row in rows],
            },
        )
