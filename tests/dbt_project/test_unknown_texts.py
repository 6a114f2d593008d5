"""What people and tools write where they know nothing, read by the staging models' own SQL."""

import csv
import json
from collections.abc import Iterator

import duckdb
import pytest

from tests.dbt_project.models import PROJECT, model_sql

PLACEHOLDERS = PROJECT / "seeds" / "placeholders.csv"


UNKNOWN = (
    *("N/A", "null", "-", "none", "nan", "undefined", "#N/A", "NaN", "n.a.", "TBD", "?", "--", " ", "\t"),
    *("{{first_name}}", "{company}", "${source}", "%FIRST_NAME%", "<nil>", "*|FNAME|*", "[[icp]]"),
    *(" n/a\u00a0", "\ufeffN/A", "N/A\n", "—"),
)
MEANT = (
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
)
BLANKS = (
    "Zoom Info\t",
    "Zoom\u00a0Info",
    "\u200bZoom \u2009 Info",
    "Zoom\r\nInfo",
    "\ufeffZoom\u3000Info\u2060",
    "Zoom  Info",
)
NAMES = ("source\t", "\u00a0Source", "sou\u200brce", "\ufeffSOURCE\n")
Member = tuple[dict, dict[str, str]]  # the profile and the custom fields


@pytest.fixture(scope="module")
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


def observed(database: duckdb.DuckDBPyConnection, members: list[Member]) -> list[dict]:
    """Rows of stg_heyreach__list_lead_observations, one of each list member."""
    database.execute("delete from list_leads")
    for number, (profile, fields) in enumerate(members):
        payload = {**profile, "customFields": [{"name": n, "value": v} for n, v in fields.items()]}
        database.execute(
            "insert into list_leads values ('l', ?, '2026-01-01 00:00:00+00', 'p1', 'h', ?)",
            [f"{number:03}", json.dumps(payload)],
        )
    answer = database.execute(
        f"from ({model_sql('stg_heyreach__list_lead_observations')}) order by list_row_key"
    )
    names = [column[0] for column in answer.description]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    assert len(rows) == len(members)
    return rows


@pytest.fixture(scope="module")
def rows(database) -> dict[str, dict]:
    """What is read of members of each text below; of all at once, because planning takes longest."""
    members: dict[str, Member] = {}
    for text in UNKNOWN:
        custom = ("source", "icp", "batch_id", "title", "company_name", "is_employed")
        profile = {"position": text, "headline": text, "companyName": text}
        members[text] = profile, dict.fromkeys(custom, text)
    members |= {text: ({"position": text}, {"source": text, "company_region": text}) for text in MEANT}
    members |= {text: ({"headline": text}, {"source": text}) for text in BLANKS}
    members |= {name: ({}, {name: "clay"}) for name in NAMES}
    assert len(members) == len(UNKNOWN + MEANT + BLANKS + NAMES)
    return dict(zip(members, observed(database, list(members.values())), strict=True))


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_stands_for_nothing_is_unknown_in_every_field(text, rows):
    read = {name: value for name, value in rows[text].items() if name.startswith(("custom_", "heyreach_"))}
    assert set(read.values()) == {None}, read


@pytest.mark.parametrize("text", MEANT)
def test_what_somebody_may_mean_stays(text, rows):
    row = rows[text]
    assert (row["heyreach_position"], row["custom_source"], row["custom_company_region"]) == (text,) * 3


@pytest.mark.parametrize("text", BLANKS)
def test_white_space_of_any_kind_is_one_blank(text, rows):
    row = rows[text]
    assert (row["custom_source"], row["heyreach_headline"]) == ("Zoom Info", "Zoom Info")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_custom_fields_lose_stray_white_space_too(name, rows):
    row = rows[name]
    assert (row["custom_source"], row["respelled_fields"]) == ("clay", None)


def test_letters_of_other_alphabets_are_no_white_space(database):
    [row] = observed(database, [({"headline": "Łódź · 株式会社 · Ünal"}, {"source": "Crème  brûlée"})])
    assert (row["heyreach_headline"], row["custom_source"]) == ("Łódź · 株式会社 · Ünal", "Crème brûlée")


def test_fields_under_another_spelling_are_named_and_not_read(database):
    fields = {"Company Region": "EMEA", "batch-id": "b7", "Opener": "Hi", "source": "clay", "i.c.p": ""}
    [row] = observed(database, [({}, fields)])
    assert row["respelled_fields"] == "batch-id, company region"
    assert (row["custom_company_region"], row["custom_batch_id"], row["custom_source"]) == (
        None,
        None,
        "clay",
    )
