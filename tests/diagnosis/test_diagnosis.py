"""A few worlds of each kind of cause, and that the harness itself takes no shortcut past dbt."""

import duckdb
import pytest

from dbt_project import warehouse
from extract.heyreach.accounts import write_account_seed
from extract.workspace.sql_text import literal
from tests.compiled import Project, compile_project
from tests.diagnosis.causes import KINDS, draw
from tests.diagnosis.examination import examine, run

KIND = {kind.name: kind for kind in KINDS}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return compile_project(tmp_path_factory.mktemp("compiled"))


@pytest.mark.parametrize("name", ["attribution lost", "low acceptance: list"])
def test_the_first_line_names_what_is_planted(name, project):
    finding = examine(KIND[name], 0, project)
    assert finding.is_named, f"{finding.planted}, but the first line says {finding.first}"


def test_where_nothing_is_wrong_there_is_no_alarm(project):
    finding = examine(KIND["nothing"], 0, project)
    assert not finding.is_alarm, finding.lines
    assert finding.naive != "nothing"


def test_the_compiled_models_build_what_dbt_builds(project, tmp_path):
    """A blocked sender is named first; and `dbt build`, with its tests, makes the same tables, row by row."""
    drawn = draw(KIND["sender idle"], 0)
    names, database = run(tmp_path, drawn, project)
    with duckdb.connect(str(database), read_only=True) as connection:
        first = "select cause, dimension, segment from marts.rpt_bottlenecks where rank = 1"
        [(cause, *name)] = connection.execute(first).fetchall()
    assert (cause, tuple(name)) == ("sender_idle", *names)
    paths = warehouse.files(tmp_path / "dbt")
    paths.raw.parent.mkdir()
    (tmp_path / "raw.duckdb").rename(paths.raw)
    write_account_seed(drawn.workspace.accounts, paths.account_seed)
    warehouse.build_and_publish(paths, "diagnosis")
    with duckdb.connect(str(paths.published), read_only=True) as connection:
        connection.execute(f"attach {literal(database)} as compiled (read_only)")
        tables = connection.execute(
            """
            select schema_name || '.' || table_name from duckdb_tables()
            where database_name = current_database()
                and schema_name in ('staging', 'intermediate', 'findings', 'marts')
            """
        ).fetchall()
        assert len(tables) > 50
        for (table,) in tables:
            difference = f"""
                (select * from {table} except all select * from compiled.{table})
                union all (select * from compiled.{table} except all select * from {table})
            """
            assert connection.execute(f"select count(*) from ({difference})").fetchone() == (0,), table
