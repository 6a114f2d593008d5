"""Run the SQL of single models and singular tests on tables that a test makes, without dbt."""

from pathlib import Path

from dbt_project.rendering import ephemeral_models, model_sql, returned

__all__ = ["FACT_COLUMNS", "PROJECT", "ephemeral_models", "model_sql", "singular_test_sql"]

PROJECT = Path(__file__).parents[2] / "dbt_project"

# What fnd_period_facts says of each fact, as columns.
FACT_COLUMNS = [
    entry.get("several", entry["column"]) for entry in returned("catalogue/*.sql", "dimensions()")
]


def singular_test_sql(name: str) -> str:
    """The SQL of a test in `dbt_project/tests`, which gives a row for each failure; each `ref` is a table."""
    return model_sql(name, "tests")
