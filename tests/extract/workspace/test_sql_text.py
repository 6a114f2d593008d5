"""Paths in the text of statements: any name of a folder will do."""

import re
from pathlib import Path

import duckdb

from extract.workspace.sql_text import literal

PROJECT_DIR = Path(__file__).parents[3]
FOLDERS = ("extract", "reports", "dbt_project", "tests/benchmark", "tests/diagnosis", "tests/endurance")
BY_HAND = re.compile(r"\b(?:(?:attach|copy|database|from|to)\s+|read_\w+\(\s*)'\{", re.IGNORECASE)
IN_YAML = re.compile(r"'\{\{[^}]*\bpath\b[^}]*\}\}'")
# Statements that are to be refused, whatever stands in them.
HOSTILE = "read_only_statements.py"
DOUBLED = """replace("'", "''")"""


def test_a_quotation_mark_in_a_path_is_part_of_it(tmp_path):
    folder = tmp_path / "o'brien 'x''"
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(folder / 'a.duckdb')} as a")
    assert [path.name for path in folder.iterdir()] == ["a.duckdb"]


def test_no_path_is_put_into_a_statement_by_hand():
    assert BY_HAND.search("""f"attach '{path}' as raw" """)
    assert BY_HAND.search("""f"read_json('{file}')" """)
    sources = [path for folder in FOLDERS for path in (PROJECT_DIR / folder).rglob("*.py")]
    sources = [path for path in sources if path.name != HOSTILE]
    assert len(sources) > 100
    assert [path for path in sources if BY_HAND.search(path.read_text())] == []
    hooks = IN_YAML.findall((PROJECT_DIR / "dbt_project" / "dbt_project.yml").read_text())
    assert hooks
    assert all(DOUBLED in hook for hook in hooks)
