"""What the published warehouse says of segments, and of the prospects to write to first."""

from pathlib import Path
from typing import Any

import duckdb

from extract.people.suppression import suppressions
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace

Row = dict[str, Any]


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


def built_with(published: Path) -> str | None:
    """The name of the configuration that segments of a published warehouse were made by."""
    with duckdb.connect(str(published), read_only=True) as connection:
        parameters = connection.table("staging.stg_operations__run_parameters")
        return parameters.project("outreach_config_hash").fetchone()[0]


def _read(published: Path) -> tuple[list[Row], list[Row]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        try:
            return (
                _rows(connection, "select * from marts.rpt_segments order by segment_order"),
                _rows(connection, "select * from marts.rpt_segment_prospects order by rank, segment"),
            )
        except duckdb.CatalogException:
            raise ConfigurationError(
                "The warehouse is of an earlier release: `make build` puts prospects into segments"
            ) from None


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    answer = connection.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
