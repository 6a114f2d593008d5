"""Thresholds: those an operator may set are those models know; a run's are read wherever it said them."""

import re

import duckdb
import pytest

from dbt_project.rendering import returned
from extract.workspace import strict_yaml
from extract.workspace.settings_file import RETENTION_RANGES
from extract.workspace.thresholds import ANALYTICS_LISTS, ANALYTICS_RANGES, AnalyticsSettings
from tests.dbt_project.models import PROJECT, model_sql

THRESHOLDS = {name: each["default"] for name, each in returned("catalogue/*.sql", "thresholds()").items()}
WITH_A_COLUMN = returned("catalogue/*.sql", "thresholds_with_a_column()")
# They declare them.
DECLARED_IN = {"thresholds.sql", "stg_operations__run_parameters.sql"}


def test_what_can_be_set_is_what_models_read_and_what_is_explained():
    assert vars(AnalyticsSettings()) == THRESHOLDS
    assert THRESHOLDS.keys() == {*ANALYTICS_RANGES, *ANALYTICS_LISTS}
    explained = strict_yaml.load(PROJECT.parent / "config" / "settings.yaml")
    assert THRESHOLDS.keys() == explained.keys() - RETENTION_RANGES.keys()


def test_nothing_is_declared_that_no_model_uses():
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("models", "macros")
        for path in (PROJECT / folder).rglob("*.sql")
        if path.name not in DECLARED_IN
    )
    assert {name for name in THRESHOLDS if not re.search(rf"\b{name}\b", text)} == set()


@pytest.mark.parametrize(
    ("json", "column", "read"),
    [
        ("""'{"collecting_below": 40, "required_attribution_fields": "icp"}'""", "25", (40, "icp")),
        ("""'{"acceptance_window_days": 9}'""", "25", (25, "source")),
        ("null", "25", (25, "source")),
        ("null", "null", (THRESHOLDS["collecting_below"], "source")),
    ],
    ids=["json", "json of before that threshold", "column", "neither"],
)
def test_a_threshold_is_read_from_the_json_then_from_its_column(json, column, read):
    columns = {name: "null::bigint" for name in WITH_A_COLUMN}
    columns |= {"collecting_below": column, "required_attribution_fields": "'source'"}
    with duckdb.connect() as database:
        database.execute(
            "create table run_parameters as select 'r' as run_id, 'publish' as purpose, "
            "timestamptz '2026-02-01 00:00:00+00' as requested_at, null as as_of, null as since, "
            "null as against_since, null as against_until, null as notes, null as scoring_config_hash, "
            "null as outreach_config_hash, null as sequences_config_hash, "
            "null as until, false as is_demo, 'x' as base_url, "
            + ", ".join(f"{value} as {name}" for name, value in columns.items())
            + f", cast({json} as json) as thresholds"
        )
        found = database.execute(
            "select collecting_below, required_attribution_fields, hide_rate_below, typeof(hide_rate_below) "
            f"from ({model_sql('stg_operations__run_parameters')})"
        ).fetchone()
    assert found == (*read, THRESHOLDS["hide_rate_below"], "BIGINT")
