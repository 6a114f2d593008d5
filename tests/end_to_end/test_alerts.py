"""The weekly and the daily job tell the operator what happened, over real HTTP and SMTP."""

from datetime import timedelta

import pytest

from extract.sandbox.process import running_sandbox
from tests.end_to_end.conftest import FIRST_PULL, workspace_on
from tests.reports.mail_server import MailServer
from tests.reports.webhook_server import WebhookServer

pytestmark = pytest.mark.usefixtures("built_without_dbt")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A workspace, its Slack and mail, what its jobs printed, and the id of what it acknowledged.

    Three days without a pull, then a weekly job, an acknowledgement, a daily job, and one that fails.
    """
    with (
        running_sandbox(seed=3, leads=60, now=FIRST_PULL) as sandbox,
        WebhookServer() as slack,
        MailServer() as mail,
    ):
        workspace = workspace_on(sandbox, tmp_path_factory.mktemp("told"))
        channels = {
            "SLACK_WEBHOOK_URL": slack.url,
            "SMTP_HOST": "localhost",
            "SMTP_PORT": str(mail.port),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "reports@example.com",
            "ALERT_EMAIL_TO": "ada@example.com",
        }
        workspace.run("extract")
        sandbox.set_clock(FIRST_PULL + timedelta(days=3))
        outcomes = [workspace.run("weekly", **channels), workspace.run("acknowledge")]
        ((first,),) = workspace.query("select anomaly_id from marts.rpt_anomalies where kind = 'pull_gap'")
        outcomes += [
            workspace.run("acknowledge", "--id", first[:8]),
            workspace.run("daily", **channels),
            workspace.run("daily", **channels, HEYREACH_BASE_URL="http://127.0.0.1:9/api/public"),
        ]
    return workspace, slack, mail, outcomes, first


def test_the_weekly_job_sends_its_report_and_what_changed(told):
    _, slack, mail, (weekly, *_), _ = told
    assert weekly.exit_code == 0, weekly.errors
    anomalies, report, *_ = mail.messages
    assert "No complete pull for 72 hours" in anomalies.get_content()
    assert "make acknowledge ID=" in anomalies.get_content()
    assert report["Subject"].startswith("Connection analytics, ")
    names = {part.get_filename() for part in report.iter_attachments()}
    assert names == {path.name for path in weekly.reports.values()}
    assert {name.rpartition(".")[2] for name in names} >= {"md", "html", "json"}
    assert "## What to do first" in slack.posted[1]["text"]


def test_an_acknowledged_anomaly_is_listed_no_more_and_known_to_the_next_build(told):
    workspace, _, _, (_, listed, acknowledged, *_), first = told
    assert f"make acknowledge ID={first[:8]}" in listed.printed
    assert acknowledged.printed.startswith("acknowledged: ")
    columns = "is_open, is_acknowledged, acknowledged_at is not null"
    rows = workspace.query(f"select {columns} from marts.rpt_anomalies where anomaly_id = '{first}'")
    assert rows == [(True, True, True)]


def test_the_next_night_tells_nothing_again_but_that_it_failed(told):
    _, slack, mail, (*_, daily, failed), _ = told
    assert daily.exit_code == 0, daily.errors
    assert failed.exit_code == 2, failed.errors
    titles = [post["text"].splitlines()[0] for post in slack.posted]
    assert titles[2:] == ["*daily failed*"]
    assert len(mail.messages) == 3


def test_no_run_prints_or_writes_where_it_told_it(told):
    workspace, *_, outcomes, _ = told
    printed = "".join(outcome.printed + outcome.errors for outcome in outcomes)
    assert "SENTINEL-WEBHOOK" not in printed
    for path in workspace.data_dir.rglob("*"):
        assert not path.is_file() or b"SENTINEL-WEBHOOK" not in path.read_bytes(), path
