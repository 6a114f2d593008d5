"""Tables of the lake with invented rows, for the models over all workspaces."""

from collections.abc import Iterable
from typing import Any

import duckdb
import yaml

from tests.dbt_project.models import PROJECT

NIGHT = "2026-02-09 02:00:00+00"
# What a row says where a test doesn't.
USUAL = {
    "as_of": NIGHT,
    "since": "2026-01-01 00:00:00+00",
    "until": "2026-02-01 00:00:00+00",
    "newest_pull_at": NIGHT,
    "hide_rate_below": 10,
    "dimension": "source",
    "segment": "clay",
    "segment_label": "Clay",
    "verdict": "no_evidence",
    "can_send": True,
    "mature_sent": 0,
    "mature_accepted": 0,
    "is_demo": False,
    "senders": 0,
    "senders_able": 0,
}
# In bottlenecks these mean something else, or something.
USUAL_OF = {
    "bottlenecks": {
        "verdict": "blocked",
        "since": None,
        "dimension": "account",
        "segment": None,
        "subject_key": "k",
    }
}


def columns() -> dict[str, dict[str, str]]:
    """Table -> column -> type, as the source declares them."""
    [source] = yaml.safe_load((PROJECT / "models/agency/_sources.yml").read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]}
        for table in source["tables"]
    }


def make_lake(connection: duckdb.DuckDBPyConnection, schema: str, **rows: Iterable[dict[str, Any]]) -> None:
    """Make the four tables in a schema that is there, with rows that say only what matters."""
    for table, types in columns().items():
        declared = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        connection.execute(f"create table {schema}.{table} ({declared})")
        for row in rows.get(table, ()):
            said = (
                {name: value for name, value in USUAL.items() if name in types}
                | USUAL_OF.get(table, {})
                | row
            )
            names = ", ".join(f'"{name}"' for name in said)
            connection.execute(
                f"insert into {schema}.{table} ({names}) values ({', '.join('?' * len(said))})",
                list(said.values()),
            )
