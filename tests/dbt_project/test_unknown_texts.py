"""What people and tools write where they know nothing, read by the staging models' own SQL."""

import csv
import json
from collections.abc import Iterator

import duckdb
import pytest

from tests.dbt_project.models import PROJECT, model_sql

PLACEHOLDERS = PROJECT / "seeds" / "placeholders.csv"


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create table placeholders (placeholder varchar)")
        with PLACEHOLDERS.open() as file:
            connection.executemany("insert into placeholders values (?)", list(csv.reader(file))[1:])
        connection.execute(
            """
            create table stg_operations__pulls as select 'p1' as pull_id;
            create table list_leads (
                list_id varchar, list_row_key varchar, observed_at timestamptz, pull_id varchar,
                content_hash varchar, payload json
            )
            """
        )
        yield connection


def observed(database: duckdb.DuckDBPyConnection, profile: dict, **fields: str) -> dict:
    """A list member's row of stg_heyreach__list_lead_observations."""
    payload = {**profile, "customFields": [{"name": n, "value": v} for n, v in fields.items()]}
    database.execute(
        "insert into list_leads values ('l', 'r', '2026-01-01 00:00:00+00', 'p1', 'h', ?)",
        [json.dumps(payload)],
    )
    answer = database.execute(model_sql("stg_heyreach__list_lead_observations"))
    names = [column[0] for column in answer.description]
    [row] = answer.fetchall()
    return dict(zip(names, row, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        *("N/A", "null", "-", "none", "nan", "undefined", "#N/A", "NaN", "n.a.", "TBD", "?", "--", " ", "\t"),
        *("{{first_name}}", "{company}", "${source}", "%FIRST_NAME%", "<nil>", "*|FNAME|*", "[[icp]]"),
        *(" n/a\u00a0", "\ufeffN/A", "N/A\n", "—"),
    ],
)
def test_what_stands_for_nothing_is_unknown_in_every_field(text, database):
    row = observed(
        database, {"position": text, "headline": text, "companyName": text},
        source=text, icp=text, batch_id=text, title=text, company_name=text, is_employed=text,
    )  # fmt: skip
    read = {name: value for name, value in row.items() if name.startswith(("custom_", "heyreach_"))}
    assert set(read.values()) == {None}, read


@pytest.mark.parametrize(
    "text",
    [
        "NA",
        "Na",
        "Not On The High Street",
        "Nil",
        "R",
        "0",
        "100%",
        "C++ & <T>",
        "{Curly} Co",
        "None of Your Business",
    ],
)
def test_what_somebody_may_mean_stays(text, database):
    row = observed(database, {"position": text}, source=text, company_region=text)
    assert (row["heyreach_position"], row["custom_source"], row["custom_company_region"]) == (text,) * 3


@pytest.mark.parametrize(
    "text",
    [
        "Zoom Info\t",
        "Zoom\u00a0Info",
        "\u200bZoom \u2009 Info",
        "Zoom\r\nInfo",
        "\ufeffZoom\u3000Info\u2060",
        "Zoom  Info",
    ],
)
def test_white_space_of_any_kind_is_one_blank(text, database):
    row = observed(database, {"headline": text}, source=text)
    assert (row["custom_source"], row["heyreach_headline"]) == ("Zoom Info", "Zoom Info")


@pytest.mark.parametrize("name", ["source\t", "\u00a0Source", "sou\u200brce", "\ufeffSOURCE\n"])
def test_names_of_custom_fields_lose_stray_white_space_too(name, database):
    row = observed(database, {}, **{name: "clay"})
    assert (row["custom_source"], row["respelled_fields"]) == ("clay", None)


def test_letters_of_other_alphabets_are_no_white_space(database):
    row = observed(database, {"headline": "Łódź · 株式会社 · Ünal"}, source="Crème  brûlée")
    assert (row["heyreach_headline"], row["custom_source"]) == ("Łódź · 株式会社 · Ünal", "Crème brûlée")


def test_fields_under_another_spelling_are_named_and_not_read(database):
    row = observed(
        database,
        {},
        **{"Company Region": "EMEA", "batch-id": "b7", "Opener": "Hi", "source": "clay", "i.c.p": ""},
    )
    assert row["respelled_fields"] == "batch-id, company region"
    assert (row["custom_company_region"], row["custom_batch_id"], row["custom_source"]) == (
        None,
        None,
        "clay",
    )
