"""Two workspaces in one process: neither sees the other's data, key, settings or clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.people.suppression import suppressions
from extract.sandbox.process import running_sandbox
from extract.workspace.errors import AuthenticationError
from extract.workspace.workspace import Workspace, load_workspace
from reports.jobs.build import build
from reports.jobs.people import erase
from reports.jobs.report import ReportOptions, report
from reports.jobs.run import extract
from tests.end_to_end.conftest import FIRST_PULL
from tests.projects import project

pytestmark = pytest.mark.usefixtures("built_without_dbt")
LATER = FIRST_PULL + timedelta(days=1)


def opened(folder: Path, sandbox, hidden_below: int, moment: datetime) -> Workspace:
    """A workspace of its own project, key, data folder, thresholds and clock."""
    environ = {
        "HEYREACH_API_KEY": sandbox.api_key,
        "HEYREACH_BASE_URL": sandbox.base_url,
        "HEYREACH_REQUESTS_PER_MINUTE": "0",
        "OUTBOUND_AS_OF": moment.isoformat(),
    }
    return load_workspace(project(folder, settings=f"hide_rate_below: {hidden_below}\n"), environ)


def rows(workspace: Workspace, sql: str) -> list[tuple]:
    with duckdb.connect(str(workspace.paths.published), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def links(workspace: Workspace) -> set[str]:
    found = rows(workspace, "select normalized_profile_url from marts.heyreach_leads")
    return {link for (link,) in found if link}


def test_two_workspaces_know_nothing_of_each_other(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("OUTBOUND_DATA_DIR", str(elsewhere))
    monkeypatch.setenv("HEYREACH_API_KEY", "the-key-of-the-shell")
    monkeypatch.chdir(tmp_path)
    said: dict[str, list[str]] = {"one": [], "two": []}
    with (
        running_sandbox(seed=3, leads=60, now=FIRST_PULL, api_key="key-of-one") as first,
        running_sandbox(seed=4, leads=50, now=LATER, api_key="key-of-two") as second,
    ):
        both = {
            "one": opened(tmp_path / "one", first, 11, FIRST_PULL),
            "two": opened(tmp_path / "two", second, 12, LATER),
        }
        for name, workspace in both.items():
            extract(workspace, say=said[name].append)
        for name, workspace in both.items():
            build(workspace, say=said[name].append, show=said[name].append)
        with pytest.raises(AuthenticationError):  # each goes by its own key alone
            extract(replace(both["one"], api_key=both["two"].api_key), say=said["one"].append)

    one, two = both.values()
    assert links(one)
    assert links(two)
    assert links(one) != links(two)
    assert (len(links(one)) <= 60, len(links(two)) <= 50) == (True, True)
    asked = "select distinct base_url from staging.stg_operations__run_parameters"
    assert [rows(one, asked), rows(two, asked)] == [[(first.base_url,)], [(second.base_url,)]]
    judged = "select hide_rate_below, as_of from staging.stg_operations__run_parameters"
    assert rows(one, judged) == [(11, FIRST_PULL)]
    assert rows(two, judged) == [(12, LATER)]

    shown: list[str] = []
    for name, workspace in both.items():
        files = report(workspace, ReportOptions(formats=("json",)), show=shown.append)
        assert [path.parent for path in files] == [tmp_path / name / "data" / "reports"]

    # Somebody who stands in both, and is erased in one, stays in the other.
    before = links(two)
    gone = min(links(one) & links(two))
    erase(one, f"https://www.{gone}", say=said["one"].append, show=said["one"].append)
    assert gone not in links(one)
    assert links(two) == before
    assert (len(suppressions(one)) > 0, len(suppressions(two))) == (True, 0)
    assert not two.paths.suppressed.exists()

    written = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {"one", "two"}
    assert not elsewhere.exists()
    texts = {name: " ".join(lines) for name, lines in said.items()}
    assert str(two.folder) not in texts["one"]
    assert str(one.folder) not in texts["two"]
    assert (one.now(), two.now()) == (FIRST_PULL, LATER)
    assert datetime.now(UTC) > LATER
