"""How many leads profiles would ask for that aren't saved yet, by the warehouse's own models."""

from pathlib import Path
from typing import Any

from dbt_project.rendering import model_sql
from extract.intelligence.configuration import Configuration
from extract.workspace.published import connect_published
from extract.workspace.sql_text import literal

# The models that profiles decide, in their order; whatever else they read is published. Of what is known of
# leads, profiles only decide who in a new position is a decision maker.
PROFILES = ("int_icp_profile_versions", "int_icp_profiles", "int_positions_told")
FACTS = "lead_facts"
SCORES = ("lead_score_points", "rpt_icp_profiles")
_OTHERS_TOLD = """
    (from int_positions_told except all from warehouse.intermediate.int_positions_told)
    union all
    (from warehouse.intermediate.int_positions_told except all from int_positions_told)
    limit 1
"""
_SCHEMAS = ("staging", "seeds", "intermediate", "marts")


def counted(published: Path, configuration: Configuration, only: str | None = None) -> list[dict[str, Any]]:
    """The rows of rpt_icp_profiles, by place, as a build would make them of this configuration now.

    Of one profile `only`, where it is named. Raises duckdb.Error for a warehouse of a release without what
    they read.
    """
    with connect_published(published) as connection:
        path = ",".join(["memory.main", *(f"warehouse.{schema}" for schema in _SCHEMAS)])
        connection.execute(f"use memory; set search_path = {literal(path)}")
        connection.execute(
            "create table stg_operations__run_parameters as select * replace (? as scoring_config_hash) "
            "from warehouse.staging.stg_operations__run_parameters",
            [configuration.config_hash],
        )
        connection.execute(
            "create table stg_operations__scoring_configs as select config_hash, config "
            "from warehouse.staging.stg_operations__scoring_configs where config_hash <> ? "
            "union all select ?, ?::json",
            [configuration.config_hash, configuration.config_hash, configuration.text],
        )
        connection.execute(
            "create table icp_profiles (name varchar, is_default boolean, valid_until timestamptz)"
        )
        for name in configuration.profiles.by_name:
            is_default = name == configuration.profiles.default
            connection.execute("insert into icp_profiles values (?, ?, null)", [name, is_default])
        for name in PROFILES:
            connection.execute(f"create table {name} as {model_sql(name)}")
        if only:
            connection.execute("delete from int_icp_profiles where icp_profile <> ?", [only])
        are_others_told = connection.execute(_OTHERS_TOLD).fetchone()
        for name in (FACTS, *SCORES) if are_others_told else SCORES:
            connection.execute(f"create table {name} as {model_sql(name)}")
        answer = connection.execute("select * from rpt_icp_profiles order by profile_order")
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
