"""Each verb alone, on the demo workspace a run has built."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.check_demo_report import check
from tests.compiled import instead_of_dbt
from tests.conftest import Workspace

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def workspace(demo, tmp_path):
    """A copy of the demo workspace, to do with as a test likes."""
    original, _ = demo
    shutil.copytree(original.data_dir, tmp_path / "data")
    return Workspace(tmp_path / "data", {})


def test_a_run_without_a_key_reports_on_demo_data(demo):
    _, outcome = demo
    assert outcome.exit_code == 0, outcome.errors
    assert check(outcome.printed) == []
    assert all("demo data" in line for line in outcome.printed.splitlines())


def test_an_experiment_is_seen_with_whom_lots_gave_to_whom(demo):
    workspace, outcome = demo
    [found] = workspace.query(
        "select experiment, account_type, other_account_type, leads, other_leads, verdict "
        "from marts.rpt_experiments"
    )
    assert found == ("KubeDays visitors", "ai_aimfox_saas", "real_personal", 32, 35, "collecting")
    # By the ledger each has the sender that HeyReach shows, and all arrived.
    assert workspace.query(
        "select count(*), count(distinct imported.lead_id), bool_and(imported.state = 'verified'), "
        "bool_and(imported.account_id = connections.account_id) from marts.heyreach_import_leads as imported "
        "inner join marts.heyreach_connections as connections "
        "on imported.lead_id = connections.lead_id and imported.campaign_id = connections.campaign_id"
    ) == [(67, 67, True, True)]
    markdown = outcome.reports[".md"].read_text()
    assert (
        "- **By lot, KubeDays visitors:** AI (AimFox) against Real person: collecting; 29 and 32 of "
        in markdown
    )
    assert "Experiments with types of senders" in outcome.reports[".html"].read_text()


def test_demo_numbers_are_the_same_on_every_machine(demo):
    workspace, _ = demo
    [(sent, mature_sent, mature_accepted)] = workspace.query(
        "select sent, mature_sent, mature_accepted from marts.rpt_summary"
    )
    text = README.read_text().replace("\n", " ")
    assert f"Of {sent:,} requests sent in the period, {mature_sent:,} are old enough to judge" in text
    assert f"{mature_accepted} of {mature_sent}" in text


def test_a_report_of_another_period_leaves_the_published_one_alone(workspace, compiled):
    """And the compiled models, with which other tests ask for one, make the same of it as dbt."""
    published = workspace.warehouse.read_bytes()
    asked = ("report", "--since", "2026-01-12", "--until", "2026-01-19", "--format", "json")
    outcome = workspace.run(*asked)
    assert outcome.exit_code == 0, outcome.errors
    assert set(outcome.reports) == {".json"}
    week = json.loads(outcome.reports[".json"].read_text())
    with instead_of_dbt(compiled):
        again = workspace.run(*asked)
    assert json.loads(again.reports[".json"].read_text()) == week
    assert (week["meta"]["since"][:10], week["meta"]["until"][:10]) == ("2026-01-12", "2026-01-19")
    [(sent,)] = workspace.query(
        """
        select count(*) from marts.heyreach_connections
        where connection_sent_at >= timestamptz '2026-01-12 00:00:00+00'
            and connection_sent_at < timestamptz '2026-01-19 00:00:00+00'
        """
    )
    assert week["totals"]["sent"] == sent > 0
    assert week["sections"]["funnel"][0]["people"] == week["totals"]["leads_imported"] > 0
    assert workspace.warehouse.read_bytes() == published


@pytest.mark.usefixtures("without_dbt")
def test_looking_back_with_an_as_of_hides_what_came_later(workspace):
    """The same raw data as of an earlier moment gives what a run at that moment would have given."""
    outcome = workspace.run("build", OUTBOUND_AS_OF="2026-01-20T12:00:00Z")
    assert outcome.exit_code == 0, outcome.errors
    [(latest_sent, latest_seen)] = workspace.query(
        """
        select max(connection_sent_latest), max(observed_at)
        from marts.heyreach_connections, staging.stg_heyreach__campaign_lead_observations
        """
    )
    assert f"{latest_sent:%Y-%m-%d}" == "2026-01-20"
    assert f"{latest_seen:%Y-%m-%d %H}" <= "2026-01-20 12"


def test_docs_are_one_page_that_describes_every_report_model(workspace):
    outcome = workspace.run("docs")
    assert outcome.exit_code == 0, outcome.errors
    page = workspace.data_dir / "demo" / "docs" / "index.html"
    assert str(page) in outcome.printed
    text = page.read_text()
    for (model,) in workspace.query("select table_name from duckdb_tables() where schema_name = 'marts'"):
        assert f"model.outbound_warehouse.{model}" in text
    assert "Why does no request carry the time it was sent?" in text


def test_sql_answers_and_cannot_write(workspace):
    outcome = workspace.run("sql", "--query", "select sent from marts.rpt_summary")
    assert outcome.exit_code == 0
    assert str(workspace.query("select sent from marts.rpt_summary")[0][0]) in outcome.printed
    outcome = workspace.run("sql", "--query", "drop table marts.rpt_summary")
    assert outcome.exit_code != 0
    assert workspace.query("select count(*) from marts.rpt_summary") == [(1,)]


@pytest.mark.parametrize("step", ["report", "docs", "sql", "build"])
def test_a_step_without_what_it_needs_says_which_comes_first(tmp_path, step):
    outcome = Workspace(tmp_path, {}).run(step)
    assert outcome.exit_code == 2
    assert "make run" in outcome.errors


def test_reports_are_never_overwritten(workspace, tmp_path):
    reports = [workspace.run("report", "--output-dir", str(tmp_path / "out")).reports for _ in range(2)]
    assert len({path for report in reports for path in report.values()}) == 6


@pytest.mark.usefixtures("without_dbt")
def test_an_audit_that_fails_publishes_nothing_and_says_what_failed(workspace):
    """A connection that was accepted before it was sent can't come from staging; plant it in raw by hand."""
    published = workspace.warehouse.read_bytes()
    with duckdb.connect(str(workspace.data_dir / "demo" / "raw.duckdb")) as raw:
        raw.execute(
            """
            update heyreach.campaign_leads
            set payload = json_merge_patch(payload, '{"leadConnectionStatus": 7}')
            where campaign_lead_id = (select min(campaign_lead_id) from heyreach.campaign_leads)
            """
        )
    outcome = workspace.run("build")
    assert outcome.exit_code == 1
    assert "campaign_leads.leadConnectionStatus" in outcome.errors
    assert workspace.warehouse.read_bytes() == published


def test_setup_makes_plain_dbt_usable_for_both_kinds_of_data(tmp_path):
    outcome = Workspace(tmp_path, {}).run("setup")
    assert outcome.exit_code == 0, outcome.errors
    for raw in (tmp_path / "raw.duckdb", tmp_path / "demo" / "raw.duckdb"):
        with duckdb.connect(str(raw), read_only=True) as connection:
            assert connection.execute("select count(*) from heyreach.campaign_leads").fetchone() == (0,)
