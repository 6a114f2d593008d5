"""An agency's night: what is due is pulled, built and published, each alone, and one page tells of all."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from extract.privacy.erase import NotErasedError
from extract.workspace.agency import load_agency
from extract.workspace.build_places import VARIABLE, build_place, make_places
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import load_workspace
from reports.agency import fleet, lake
from reports.jobs.agency import NotAllDoneError, erase_everywhere, run_agency
from tests.looking import look_at
from tests.projects import project

LISTED = """workspaces:
  - {{name: north, client: Northwind <b>Traders</b>, base_url: "{url}"}}
  - {{name: wrong, base_url: "{url}"}}
  - name: unset
  - {{name: odd, tag: x}}
"""


@pytest.fixture(scope="module")
def night(sandbox, tmp_path_factory):
    """An agency after its first night: the agency, what was said, and how it ended."""
    folder = project(tmp_path_factory.mktemp("agency") / "project")
    (folder / "config" / "workspaces.yaml").write_text(LISTED.format(url=sandbox.base_url))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HEYREACH_")} | {
        "OUTBOUND_DATA_DIR": str(folder.parent / "data"),
        "HEYREACH_API_KEY_NORTH": sandbox.api_key,
        "HEYREACH_API_KEY_WRONG": "not-this-one",
        "HEYREACH_REQUESTS_PER_MINUTE": "0",
    }
    agency = load_agency(folder, environ)
    return agency, *call(agency)


def call(agency) -> tuple[list[str], list[str], str]:
    said, shown = [], []
    try:
        run_agency(agency, workers=1, say=said.append, show=shown.append)
    except NotAllDoneError as error:
        return said, shown, str(error)
    return said, shown, ""


def page(shown: list[str], suffix: str) -> str:
    [path] = [Path(line.removeprefix("agency: ")) for line in shown if line.endswith(suffix)]
    return path.read_text(encoding="utf-8")


def test_each_workspace_fails_alone_and_the_list_says_why(night):
    _, said, _, error = night
    assert error.startswith("3 of 4 workspaces were not done, 1 were:")
    assert "wrong: HeyReach auth/CheckApiKey: 401" in error
    assert "into HEYREACH_API_KEY_WRONG" in error
    assert "unset: HEYREACH_API_KEY_UNSET is not set" in error
    assert "'tag' is not known; did you mean tags?" in error
    assert any(line.startswith("north: done, ") for line in said)
    assert "not-this-one" not in error + "".join(said)


def test_the_page_says_who_was_not_done_and_what_each_client_should_do_first(night):
    agency, _, shown, _ = night
    told = json.loads(page(shown, ".json"))
    assert {each["name"] for each in told["not_done"]} == {"wrong", "unset", "odd"}
    [row] = told["workspaces"]
    with look_at(agency.members[0].workspace.paths.published) as connection:
        worth, alarms = connection.execute(
            "select recoverable_accepts_per_week, alarms from marts.rpt_diagnosis"
        ).fetchone()
        lines = connection.execute("select count(*) from marts.rpt_bottlenecks").fetchone()[0]
    assert (row["recoverable_accepts_per_week"], row["alarms"]) == (worth, alarms)
    assert len(told["bottlenecks"]) == lines
    markdown, html = page(shown, ".md"), page(shown, ".html")
    assert "unset was not done tonight" in markdown
    assert markdown.index("not done tonight") < markdown.index("## Workspaces")
    assert "Northwind &lt;b&gt;Traders&lt;/b&gt;" in html
    assert "<b>Traders" not in html


def test_what_is_done_is_not_due_again_and_what_is_published_is_there_once(night):
    agency, *_ = night
    before = lake.read_manifest(agency.paths.lake, "north")
    said, shown, error = call(agency)
    assert any(line.startswith("north: not due") for line in said)
    assert error.startswith("3 of 4 workspaces were not done, 1 were:")
    assert lake.read_manifest(agency.paths.lake, "north") == before
    assert len(json.loads(page(shown, ".json"))["workspaces"]) == 1


def test_nobody_is_in_the_lake_or_on_the_page(night):
    """Neither people nor what they are asked by: no name, link, list, campaign or sender of the workspace."""
    agency, _, shown, _ = night
    with look_at(agency.members[0].workspace.paths.published) as connection:
        names = connection.execute(
            "select distinct unnest([first_name || ' ' || last_name]) from marts.lead_names "
            "union select label from marts.heyreach_accounts "
            "union select campaign_name from marts.heyreach_campaigns "
            "union select normalized_profile_url from marts.heyreach_leads union select company_name from "
            "marts.heyreach_leads"
        ).fetchall()
    named = {name for (name,) in names if name and len(name) > 5}
    assert len(named) > 1000
    text = page(shown, ".json") + "".join(
        path.read_bytes().decode("latin1") for path in agency.paths.lake.rglob("*") if path.is_file()
    )
    assert [name for name in named if name in text] == []


def test_more_builds_than_memory_holds_are_refused(night, monkeypatch):
    agency, *_ = night
    monkeypatch.setattr(fleet, "_memory_mb", lambda: 4000)
    assert fleet.workers_of(agency, 2) == 2
    with pytest.raises(ConfigurationError, match="WORKERS must be at least 1, not 0"):
        fleet.workers_of(agency, 0)
    with pytest.raises(ConfigurationError, match=r"WORKERS=3 need 5\.4 GB .* WORKERS=2 fits"):
        fleet.workers_of(agency, 3)


def test_builds_wait_for_a_place(tmp_path):
    make_places(tmp_path, 2)
    told = {VARIABLE: str(tmp_path)}
    with build_place(told), build_place(told):
        held = sum(_is_held(path) for path in tmp_path.iterdir())
        assert held == 2
    assert sum(_is_held(path) for path in tmp_path.iterdir()) == 0
    make_places(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["place-0"]


def _is_held(path: Path) -> bool:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_without_a_list_it_says_how_to_write_one(tmp_path):
    folder = project(tmp_path / "project")
    agency = load_agency(folder, {"OUTBOUND_DATA_DIR": str(tmp_path / "data")})
    with pytest.raises(ConfigurationError, match="lists no workspace: write one for each client"):
        run_agency(agency, say=print, show=print)


@pytest.mark.usefixtures("built_without_dbt")
def test_a_person_is_erased_in_every_workspace_and_the_receipt_names_each(night):
    """The last of this file: it takes somebody out of the agency that the others look at."""
    agency, *_ = night
    north = agency.members[0].workspace
    with look_at(north.paths.published) as connection:
        [(link,)] = connection.execute(
            "select normalized_profile_url from marts.heyreach_connections where is_accepted limit 1"
        ).fetchall()
    slug = link.rpartition("/")[2]
    before = lake.read_manifest(agency.paths.lake, "north").generation
    own = load_workspace(agency.project_dir, {"OUTBOUND_DATA_DIR": str(agency.data_dir)})
    said, shown = [], []
    with pytest.raises(NotErasedError) as left:
        erase_everywhere(agency, own, f"https://www.{link}", say=said.append, show=shown.append)
    assert [line for line in shown if line.startswith("north: erased: ")]
    assert [line for line in shown if line.startswith("wrong: erased: 0 rows")]
    lines = str(left.value).splitlines()[1:]
    assert [line.partition(":")[0].strip() for line in lines] == ["odd", "unset"]
    held = [
        path for path in agency.data_dir.rglob("*") if path.is_file() and slug.encode() in path.read_bytes()
    ]
    assert held == []
    assert lake.read_manifest(agency.paths.lake, "north").generation == before + 1
    with pytest.raises(ConfigurationError, match="is no person's profile"):
        erase_everywhere(agency, own, "https://www.linkedin.com/company/x", say=print, show=print)
