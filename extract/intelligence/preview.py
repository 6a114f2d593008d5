"""What the warehouse will say of companies that a search brought, by its own models, before it has them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from dbt_project.rendering import model_sql
from extract.raw import DUCKDB_TYPES, TABLES
from extract.workspace.sql_text import literal

# The models that make of `discoveries` what is published; whatever else they read is published already.
STEPS = ("stg_enrichment__discoveries", "discovered_companies")


def scored(published: Path, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of discovered_companies for these of the journal, by points; as of the published warehouse.

    Raises duckdb.Error where that is of a release without what they read.
    """
    columns = TABLES["discoveries"]
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(published)} as published (read_only)")
        declared = ", ".join(f"{name} {DUCKDB_TYPES[kind]}" for name, kind in columns.items())
        connection.execute(f"create table discoveries ({declared})")
        if rows:
            connection.executemany(
                f"insert into discoveries values ({', '.join('?' * len(columns))})",  # noqa: S608
                [[row[name] for name in columns] for row in rows],
            )
        schemas = ("staging", "seeds", "intermediate", "marts")
        path = ",".join(["memory.main", *(f"published.{schema}" for schema in schemas)])
        connection.execute(f"set search_path = {literal(path)}")
        # They count as found when the published warehouse ends, however old that is.
        connection.execute(
            "update discoveries set found_at = (select as_of from stg_operations__run_parameters)"
        )
        for name in STEPS:
            connection.execute(f"create table {name} as {model_sql(name)}")
        answer = connection.execute(
            f"select * from {STEPS[-1]} order by total_score desc nulls last, company_domain"  # noqa: S608
        )
        names = [column[0] for column in answer.description]
        return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
