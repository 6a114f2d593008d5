"""Texts of every configuration, taken apart by the model's own SQL: none is lost when the file changes."""

import duckdb

from extract.outreach.sequence_file import read_sequences
from tests.dbt_project.models import model_sql
from tests.projects import SHIPPED


def test_texts_of_all_configurations_are_there_and_the_current_ones_are_marked():
    now = read_sequences(SHIPPED / "sequences.yaml")
    before = read_sequences(SHIPPED / "examples" / "sequences_schools.yaml")
    with duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute(
            "create table stg_operations__scoring_configs "
            "(config_hash text, config json, recorded_at timestamptz)"
        )
        kept = [(each.config_hash, each.text, "2026-02-01 00:00:00+00") for each in (before, now)]
        # Segments and points lie in the same journal, and have no texts.
        kept.append(("segments", '{"segments": [{"name": "one"}]}', "2026-02-01 00:00:00+00"))
        database.executemany("insert into stg_operations__scoring_configs values (?, ?, ?)", kept)
        database.execute(
            "create table stg_operations__run_parameters as "
            "select ? as sequences_config_hash, now() as as_of",
            [now.config_hash],
        )
        database.execute(f"create table outreach_texts as {model_sql('outreach_texts')}")
        found = database.execute(
            "select config_hash, is_current, segment, campaign_id, sequence, step, step_order, delay_days, "
            "variant, style, text, text_hash, is_default from outreach_texts"
        ).fetchall()
        twice = database.execute(
            "select segment, step from outreach_texts where is_default "
            "group by config_hash, segment, step having count(*) > 1"
        ).fetchall()
    expected = {
        (
            *(each.config_hash, each is now, segment["name"], None, segment["sequence"], step["name"]),
            *(step["order"], step["delay_days"], text["variant"], text["style"], text["text"]),
            *(text["text_hash"], text["is_default"]),
        )
        for each in (before, now)
        for segment in each.document["segments"]
        for step in segment["steps"]
        for text in step["texts"]
    }
    assert (set(found), len(found)) == (expected, len(expected))
    assert twice == []
    assert {row[1] for row in found} == {True, False}
