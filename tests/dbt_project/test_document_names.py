"""The tables of the design documents: each column is there, or the page says that the table comes later."""

from pathlib import Path

import pytest
import yaml

from dbt_project.warehouse import PROJECT_DIR

SCHEMA = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "document_schema.yaml").read_text())
PAGE = (PROJECT_DIR / "models" / "pages" / "documents_names.md").read_text()
KEYS = {
    "heyreach_leads": "lead_id",
    "heyreach_connections": "connection_id",
    "heyreach_accounts": "account_id",
    "heyreach_analytics_snapshots": "snapshot_id",
}


@pytest.mark.parametrize("table", SCHEMA)
def test_every_column_is_there_or_the_table_comes_later(table):
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    said = next(row for row in rows if f"`{table}`" in row.split("|")[1])
    paths = list((PROJECT_DIR / "models").rglob(f"{table}.yml"))
    if "*later*" in said:
        assert not paths
        return
    [model] = yaml.safe_load(paths[0].read_text())["models"]
    ours = {column["name"] for column in model["columns"] if "data_type" in column}
    assert [name for name in SCHEMA[table] if name not in ours] == []


@pytest.mark.parametrize(("table", "key"), KEYS.items())
def test_the_id_is_the_natural_key(demo, table, key):
    workspace, _ = demo
    query = f"select count(*) = count(distinct id), bool_and(id = {key}) from marts.{table}"
    assert workspace.query(query) == [(True, True)]
