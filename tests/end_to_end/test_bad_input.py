"""What goes wrong: one clear line that says what to do, a non-zero exit, the last good warehouse kept."""

import hashlib
import shutil
from datetime import UTC, timedelta
from pathlib import Path

import duckdb
import pytest

from extract import pipeline, raw
from extract.http import retry
from extract.sandbox.process import running_sandbox
from extract.workspace.lock import exclusive
from extract.workspace.workspace import load_workspace
from tests.conftest import Workspace
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

# Of a run whose report is not looked at: drawing its page takes longest.
ONLY_JSON = ("--format", "json")
pytestmark = pytest.mark.usefixtures("built_without_dbt")


@pytest.fixture(scope="module")
def small():
    """A small sandbox of its own: these tests set faults and move its clock."""
    with running_sandbox(seed=3, leads=150, now=FIRST_PULL) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def built(small, tmp_path_factory):
    """A workspace with one good run behind it."""
    workspace = workspace_on(small, tmp_path_factory.mktemp("built"))
    outcome = workspace.run("run")
    assert outcome.exit_code == 0, outcome.errors
    return workspace


@pytest.fixture
def workspace(small, built, tmp_path):
    """A copy of the workspace with one good run behind it, to do with as a test likes."""
    shutil.copytree(built.data_dir, tmp_path / "data")
    return workspace_on(small, tmp_path / "data")


@pytest.fixture(autouse=True)
def as_it_was(small):
    """Each test finds the sandbox without faults and at the first pull's time."""
    yield
    small.set_faults()
    small.set_clock(FIRST_PULL)


@pytest.fixture(scope="module")
def half_told(small, tmp_path_factory):
    """A workspace that was never told one sender's daily counts, nor since when leads are in a campaign.

    The counts were refused in both of the ways that HeyReach has; what both pulls printed comes with it.
    """
    workspace = workspace_on(small, tmp_path_factory.mktemp("half_told"))
    errors = []
    for status, command in {422: "extract", 400: "run"}.items():
        small.set_faults(
            {"name": "changed_type", "route": "campaign/GetLeadsFromCampaign", "field": "creationTime"},
            *(
                {"name": "server_error", "route": route, "match": {"accountIds": [50101]}, "status": status}
                for route in ("stats/GetOverallStatsByCampaign", "stats/GetOverallStats")
            ),
        )
        outcome = workspace.run(command, *(ONLY_JSON if command == "run" else ()))
        assert outcome.exit_code == 0, outcome.errors
        errors.append(outcome.errors)
    return workspace, errors


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def reports(workspace: Workspace) -> list[Path]:
    return sorted((workspace.data_dir / "reports").glob("connection_analytics_*"))


def one_line(errors: str) -> str:
    lines = [line for line in errors.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, errors
    assert "Traceback" not in errors
    return lines[0]


def accounts_yaml(folder: Path, text: str) -> str:
    path = folder / "accounts.yaml"
    path.write_text(text)
    return str(path)


def test_a_first_report_begins_with_what_will_be_known_when(built):
    """Everything was sent before the first pull, so the dates go by HeyReach's counts."""
    (report,) = (path.read_text() for path in reports(built) if path.suffix == ".md")
    before, dates = report.split("## What to do first")[0].split("## What will be known when")
    assert "there is no accept rate to go by" in before
    assert "- **First accept rate:** about " in dates
    (pace, known_on, as_of) = built.query("""
        select pace_per_week, known_on, cast(as_of as date) from marts.rpt_verdict_calendar
        where question = 'accept_rate'
    """)[0]
    assert pace > 0
    assert 16 <= (known_on - as_of).days <= 40


BAD_SETTINGS = [
    ("a wrong key", {"HEYREACH_API_KEY": "wrong"}, 4, "HEYREACH_API_KEY"),
    ("an organisation key", {"HEYREACH_API_KEY": "sandbox-organisation-key"}, 4, "HEYREACH_API_KEY"),
    ("no network", {"HEYREACH_BASE_URL": "http://127.0.0.1:9/api/public"}, 2, "HEYREACH_BASE_URL"),
    ("a date that is none", {"OUTBOUND_AS_OF": "yesterday"}, 2, "OUTBOUND_AS_OF"),
    ("an http host", {"HEYREACH_BASE_URL": "http://heyreach.example/api"}, 2, "HEYREACH_BASE_URL"),
]


@pytest.mark.parametrize(("environment", "exit_code", "named"), [case[1:] for case in BAD_SETTINGS],
                         ids=[case[0] for case in BAD_SETTINGS])  # fmt: skip
def test_bad_settings(built, environment, exit_code, named):
    before, reports_before = digest(built.warehouse), reports(built)
    outcome = built.run("run", **environment)
    assert outcome.exit_code == exit_code, outcome.errors
    assert named in one_line(outcome.errors)
    assert (digest(built.warehouse), reports(built)) == (before, reports_before)


def test_no_network_on_a_fresh_workspace(tmp_path, monkeypatch):
    monkeypatch.setattr(retry, "_jitter", lambda low, high: low)  # tries again at once
    workspace = Workspace(
        tmp_path,
        {
            "HEYREACH_API_KEY": "key",
            "HEYREACH_BASE_URL": "http://127.0.0.1:9/api/public",
            "HEYREACH_REQUESTS_PER_MINUTE": "0",
        },
    )
    outcome = workspace.run("run")
    assert outcome.exit_code == 4
    assert "127.0.0.1" in one_line(outcome.errors)
    assert not workspace.warehouse.exists()


def test_bad_account_file_names_every_problem(built, tmp_path):
    path = accounts_yaml(
        tmp_path, "accounts:\n  - account_id: 50101\n    label: A\n  - account_id: 50101\n    type: robot\n"
    )
    before = digest(built.warehouse)
    outcome = built.run("run", ACCOUNT_METADATA_PATH=path)
    assert outcome.exit_code == 2
    for named in ("50101", "type", "label", "line"):
        assert named in outcome.errors
    assert digest(built.warehouse) == before


def test_an_unmapped_sender_is_reported_and_keeps_its_row_unless_strict(built):
    outcome = built.run("extract")
    assert outcome.exit_code == 0
    assert "warning: senders 50101" in outcome.errors
    assert (
        built.query("select count(*) from marts.heyreach_accounts where configuration_status = 'unmapped'")[
            0
        ][0]
        > 0
    )
    outcome = built.run("extract", "--strict")
    assert outcome.exit_code == 2
    assert "50101" in one_line(outcome.errors)


def test_another_server_is_refused_by_name(built):
    with running_sandbox(seed=4, leads=20, now=FIRST_PULL) as other:
        outcome = built.run("run", HEYREACH_BASE_URL=other.base_url)
        assert outcome.exit_code == 2
        assert other.base_url in one_line(outcome.errors)
        assert "OUTBOUND_DATA_DIR" in outcome.errors


def test_a_pull_is_not_dated_before_the_newest_one(built):
    outcome = built.run("run", OUTBOUND_AS_OF="2026-01-01T00:00:00Z")
    assert outcome.exit_code == 2
    assert "OUTBOUND_AS_OF" in one_line(outcome.errors)


def test_the_moment_that_a_report_prints_can_be_typed_again(workspace):
    """Reports print minutes, and the pull ended seconds later, maybe in a run that was killed since."""
    with duckdb.connect(str(workspace.data_dir / "raw.duckdb")) as connection:
        connection.execute("update heyreach.pulls set finished_at = finished_at + interval 7 seconds")
        (newest,) = connection.execute("select max(finished_at) from heyreach.pulls").fetchone()
    printed = f"{newest.astimezone(UTC):%Y-%m-%dT%H:%M}:00Z"
    outcome = workspace.run("extract", OUTBOUND_AS_OF=printed)
    assert outcome.exit_code == 0, outcome.errors
    with raw.connect(workspace.data_dir / "raw.duckdb", read_only=True) as connection:
        assert raw.pull_times(connection).newest == newest
    minute_before = f"{newest.astimezone(UTC) - timedelta(minutes=1):%Y-%m-%dT%H:%M}Z"
    assert workspace.run("extract", OUTBOUND_AS_OF=minute_before).exit_code == 2
    # A build reads it so, too.
    typed = {"OUTBOUND_DATA_DIR": str(workspace.data_dir), "OUTBOUND_AS_OF": printed}
    opened = load_workspace(workspace.data_dir, {**workspace.environment, **typed})
    assert pipeline.as_meant(opened).as_of == newest


def test_a_build_does_not_look_back_before_the_first_pull(built):
    before = digest(built.warehouse)
    outcome = built.run("build", OUTBOUND_AS_OF="2025-01-01T00:00:00Z")
    assert outcome.exit_code == 2
    assert "before the first pull" in one_line(outcome.errors)
    assert digest(built.warehouse) == before


def test_an_incomplete_pull_is_said_and_concludes_nothing(small, workspace):
    """Rows that didn't come are not gone: the warehouse stays as of the newest complete pull."""
    counted = (
        "select status, count(*), sum(cast(is_present as integer)) from marts.heyreach_connections group by 1"
    )
    before = sorted(workspace.query(counted))
    [(campaign_id,)] = workspace.query("select mode(campaign_id) from marts.heyreach_connections")
    small.set_faults({"name": "total_count_wrong", "match": {"campaignId": int(campaign_id)}, "add": -1})
    small.set_clock(FIRST_PULL + timedelta(hours=8))
    outcome = workspace.run("run", *ONLY_JSON)
    assert outcome.exit_code == 0, outcome.errors
    assert "the newest pull is incomplete" in outcome.errors
    assert "the pull counts as incomplete" in outcome.errors
    assert sorted(workspace.query(counted)) == before


def test_an_unknown_format_and_a_bad_period_do_nothing(built):
    for arguments, named in (
        (("--format", "pdf"), "--format"),
        (("--since", "2026-02-30"), "since"),
        (("--since", "2026-02-02", "--until", "2026-02-01"), "since"),
    ):
        outcome = built.run("report", *arguments)
        assert outcome.exit_code == 2, arguments
        assert named in one_line(outcome.errors)


def test_a_list_and_a_campaign_that_vanish_take_nothing_with_them(small, workspace):
    by_source = "select source, is_sent, count(*) from marts.heyreach_connections group by all order by all"
    before = workspace.query(by_source)
    [(campaign_id,)] = workspace.query(
        "select mode(campaign_id) from marts.heyreach_connections where is_sent"
    )
    [(list_id,)] = workspace.query(
        "select min(list_id) from marts.heyreach_campaigns "
        f"where list_id is not null and campaign_id <> '{campaign_id}'"
    )
    small.set_faults(
        {"name": "list_vanished", "id": int(list_id)}, {"name": "campaign_vanished", "id": int(campaign_id)}
    )
    outcome = workspace.run("run", *ONLY_JSON)
    assert outcome.exit_code == 0, outcome.errors
    assert f"warning: list {list_id}" in outcome.errors
    assert workspace.query(by_source) == before


def test_an_empty_workspace_builds_and_reports(small, tmp_path):
    small.set_faults("empty_workspace")
    workspace = workspace_on(small, tmp_path)
    outcome = workspace.run("run")
    assert outcome.exit_code == 0, outcome.errors
    assert workspace.query("select sent_to_date, accept_rate from marts.rpt_summary") == [(0, None)]
    assert "nan" not in outcome.reports[".md"].read_text().lower().split()


def test_what_is_new_or_unreadable_is_reported_and_blocks_nobody(small, workspace):
    """A field and a status nobody knows, and a row that can't be stored."""
    leads = {"route": "campaign/GetLeadsFromCampaign"}
    small.set_faults(
        {"name": "new_field", **leads},
        {"name": "unknown_enum", **leads},
        {"name": "poison_row", **leads, "count": 1},
    )
    outcome = workspace.run("run", *ONLY_JSON)
    assert outcome.exit_code == 0, outcome.errors
    assert workspace.query(
        "select message like '%campaign_leads.%' from marts.rpt_health where topic = 'new_api_fields'"
    ) == [(True,)]
    assert workspace.query(
        "select message like '%campaign_leads.leadConnectionStatus Teleported (%' from marts.rpt_health "
        "where topic = 'statuses_unknown'"
    ) == [(True,)]
    assert "warning: assert_statuses_are_known" in outcome.errors
    assert workspace.query("select count(*) from staging.stg_operations__quarantined_rows") == [(1,)]


@pytest.mark.parametrize(
    ("drift", "field"), [("changed_type", "leadConnectionStatus"), ("missing_field", "leadConnectionStatus")]
)
def test_a_field_that_changed_or_went_stops_the_build_and_is_named(small, workspace, drift, field):
    before = digest(workspace.warehouse)
    small.set_clock(FIRST_PULL + timedelta(hours=8))
    small.set_faults({"name": drift, "route": "campaign/GetLeadsFromCampaign", "field": field})
    outcome = workspace.run("run", *ONLY_JSON)
    assert outcome.exit_code == 1
    assert f"campaign_leads.{field}" in outcome.errors
    assert digest(workspace.warehouse) == before


def test_a_field_that_changed_stops_only_what_rests_on_it_and_is_named(half_told):
    workspace, _ = half_told
    [(severity, message)] = workspace.query(
        "select severity, message from marts.rpt_health where topic = 'payload_problems'"
    )
    assert severity == "blind"
    assert "campaign_leads.creationTime (" in message


def test_a_second_run_at_once_is_turned_away(built):
    with exclusive(built.data_dir):
        outcome = built.run("run")
    assert outcome.exit_code == 75
    assert "Another run is active" in one_line(outcome.errors)


def test_daily_counts_refused_for_one_sender_are_unknown_and_not_zero(half_told):
    """The others keep theirs; the pull goes on; the report says whose are missing."""
    workspace, errors = half_told
    for printed in errors:
        assert "warning: account_campaign_days 50101/" in printed
    counted = dict(
        workspace.query("select account_id, count(sent) > 0 from marts.heyreach_account_days group by 1")
    )
    assert counted.pop("50101") is False
    assert all(counted.values())
    assert workspace.query(
        "select count(*) from marts.heyreach_account_days where account_id = '50101' and is_idle"
    ) == [(0,)]
    assert workspace.query("select count(*) from marts.rpt_health where topic = 'daily_counts_missing'") == [
        (1,)
    ]
