"""What the published warehouse says of segments, and of the prospects to write to first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from extract.outreach.filling import Fact
from extract.people.suppression import suppressions
from extract.workspace.errors import ConfigurationError
from extract.workspace.published import connect_published
from extract.workspace.sql_text import literal
from extract.workspace.workspace import Workspace

Row = dict[str, Any]
# What files for `make import` tell of somebody beside their name and texts.
COLUMNS = (
    *("title", "company_name", "source", "source_list", "icp", "keywords", "batch_id", "company_region"),
)


@dataclass(frozen=True)
class Prospect:
    """A lead as texts need it, as of the newest pull; `segment` is None where none takes them.

    `columns` are first_name, last_name and COLUMNS, `facts` what is known by its name in message_facts.
    """

    lead_id: str
    key: str
    segment: str | None
    as_of: datetime
    columns: dict[str, str | None]
    facts: dict[str, Fact]

    @property
    def profile_url(self) -> str:
        """The link that files and people are given."""
        return f"https://www.{self.key}"


def read_segments(workspace: Workspace) -> tuple[list[Row], list[Row]]:
    """Rows of marts.rpt_segments in order, and of rpt_segment_prospects by rank, without the erased.

    Raises ConfigurationError for a warehouse of an earlier release, and where no segments were configured.
    """
    segments, prospects = _read(workspace.paths.published)
    if not segments:
        raise ConfigurationError(
            "The warehouse has no segments: put some into config/outreach.yaml, then `make build`"
        )
    gone = suppressions(workspace).erased({each["profile_url"] for each in prospects})
    return segments, [each for each in prospects if each["profile_url"] not in gone]


def read_prospects(published: Path, people: Sequence[str]) -> list[Prospect]:
    """Those of `people` (lead_ids or keys like linkedin.com/in/name) whom the warehouse knows, in this order.

    Raises ConfigurationError for a warehouse of an earlier release.
    """
    with connect_published(published) as connection:
        try:
            found = rows(connection, _PROSPECTS, {"people": list(people)})
            facts: dict[str, dict[str, Fact]] = {each["lead_id"]: {} for each in found}
            # Their names in the text of the query: a join would work out the facts of everybody first.
            listed = ", ".join(map(literal, facts)) or "null"
            told = f"select * from marts.message_facts where lead_id in ({listed})"  # noqa: S608 - escaped
            for row in rows(connection, told):
                fact = Fact(row["value"], row["source"], row["known_at"], row["happened_at"])
                facts[row["lead_id"]][row["fact"]] = fact
        except duckdb.CatalogException:
            raise ConfigurationError(
                "The warehouse is of an earlier release: `make build` finds what texts can speak of"
            ) from None
    prospects = []
    for each in found:
        known = facts[each["lead_id"]]
        named = {name: known[name].value if name in known else None for name in ("first_name", "last_name")}
        columns = named | {name: each[name] for name in COLUMNS}
        prospects.append(
            Prospect(each["lead_id"], each["key"], each["segment"], each["as_of"], columns, known)
        )
    return prospects


_PROSPECTS = f"""
    select leads.lead_id, leads.normalized_profile_url as key, segments.segment, leads.as_of,
        {", ".join(f"leads.{name}" for name in COLUMNS)}
    from (select unnest($people::varchar[]) as person, unnest(range(len($people))) as place) as asked
    inner join marts.heyreach_leads as leads
        on asked.person in (leads.lead_id, leads.normalized_profile_url)
    left join marts.prospect_segments as segments
        on leads.lead_id = segments.lead_id and segments.is_assigned
    where leads.is_valid_profile_url
    qualify row_number() over (partition by leads.lead_id order by asked.place) = 1
    order by asked.place
"""  # noqa: S608 - names of ours


def built_with(published: Path) -> str | None:
    """The name of the configuration that segments of a published warehouse were made by."""
    with connect_published(published) as connection:
        parameters = connection.table("staging.stg_operations__run_parameters")
        return parameters.project("outreach_config_hash").fetchone()[0]


def _read(published: Path) -> tuple[list[Row], list[Row]]:
    with connect_published(published) as connection:
        try:
            return (
                rows(connection, "select * from marts.rpt_segments order by segment_order"),
                rows(connection, "select * from marts.rpt_segment_prospects order by rank, segment"),
            )
        except duckdb.CatalogException:
            raise ConfigurationError(
                "The warehouse is of an earlier release: `make build` puts prospects into segments"
            ) from None


def rows(connection: duckdb.DuckDBPyConnection, query: str, values: Row | None = None) -> list[Row]:
    """The rows of a query, by the names of its columns."""
    answer = connection.execute(query, values or {})
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
