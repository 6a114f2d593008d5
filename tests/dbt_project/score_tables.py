"""What scores are made from, as tables that a test fills, and the models from there to scores."""

import json

import duckdb

from tests.dbt_project.models import model_sql

# Each reads those before it.
MODELS = (
    *("int_icp_profile_versions", "int_icp_profiles", "int_leads_described", "lead_facts"),
    *("lead_score_history", "lead_score_points"),
)


def create(
    database: duckdb.DuckDBPyConnection, profiles: dict, scoring: dict, as_of: str, **settings: int
) -> None:
    """Tables without rows, but for the configuration, which is `now` and counts from the beginning."""
    told = "".join(f", {value} as {name}" for name, value in settings.items())
    config = {"default": next(iter(profiles)), "profiles": profiles, "scoring": scoring}
    database.execute(f"""
        create table stg_operations__run_parameters as
        select 'now' as scoring_config_hash, timestamptz '{as_of}' as as_of{told};
        create table stg_operations__scoring_configs (config_hash text, config json);
        create table stg_operations__scoring_changes (config_hash text, as_of timestamptz, change_number int);
        create table company_regions as
        from (values ('us', 'na'), ('uk', 'eu'), ('na', 'na')) as aliases (alias, region);
        create table company_industries as select 'software' as alias, 'tech' as industry;
        create table int_leads_attributed_then (lead_id text, known_from timestamptz, title text,
            company_size text, company_industry text, company_region text, phone text);
        create table int_asks_answered (lead_id text, integration text, ask_id text, status text,
            answered_at timestamptz, known_from timestamptz, fields json);
        create table enrichment_fields (integration text, field text, priority int);
        create table int_company_answers (company_domain text, integration text, answered_at timestamptz,
            company_size text, technologies text[]);
        create table int_positions_told (lead_id text, known_from timestamptz, started_at timestamptz,
            is_decision_maker bool);
    """)
    configure(database, "now", config)


def configure(database: duckdb.DuckDBPyConnection, name: str, config: dict, since: str | None = None) -> None:
    """A configuration that builds had from an as-of on."""
    database.execute(
        "insert into stg_operations__scoring_configs values (?, ?::json)", [name, json.dumps(config)]
    )
    if since:
        database.execute(
            "insert into stg_operations__scoring_changes "
            "select ?, ?, count(*) + 1 from stg_operations__scoring_changes",
            [name, since],
        )


def answered(
    database: duckdb.DuckDBPyConnection, lead_id: str, integration: str, at: str, **fields: object
) -> None:
    """What an integration found about somebody; nothing where no field is told."""
    status = "found" if fields else "not_found"
    database.execute(
        "insert into int_asks_answered select ?, ?, count(*), ?, ?, ?, ?::json from int_asks_answered",
        [lead_id, integration, status, at, at, json.dumps(fields)],
    )


def score(database: duckdb.DuckDBPyConnection, *further: str) -> None:
    """Make the tables of scores, and those of further models."""
    for name in (*MODELS, *further):
        kind = "view" if name == "lead_score_history" else "table"
        database.execute(f"create or replace {kind} {name} as {model_sql(name)}")
