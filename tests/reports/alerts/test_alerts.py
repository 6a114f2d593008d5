"""What is told when, and that telling never fails a job."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from extract.people.suppression import suppressions
from extract.privacy.files import Sweep, sweep_lines
from extract.workspace import journal
from extract.workspace.alert_settings import AlertSettings, Smtp
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.alerts.notices import acknowledge, open_anomalies, telling
from tests.reports.mail_server import MailServer
from tests.reports.report_rows import anomaly, publish
from tests.reports.webhook_server import WebhookServer

DROP = anomaly("acceptance_drop", "account", "50001", date(2026, 1, 12), message="Maren is accepted less.")
GAP = anomaly("pull_gap", "all", "all", date(2026, 1, 20), message="No pull for 50 hours.")


@pytest.fixture
def slack():
    with WebhookServer() as server:
        yield server


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


class Office:
    """A workspace, its settings, and what its jobs said."""

    def __init__(self, folder: Path, alerts: AlertSettings):
        self.said: list[str] = []
        self.workspace = Workspace(
            project_dir=folder,
            api_key="SENTINEL-KEY",
            base_url="",
            requests_per_minute=60,
            account_metadata_path=folder,
            lookback_days=30,
            as_of=None,
            data_dir=folder,
            alerts=alerts,
        )

    @property
    def folder(self) -> Path:
        return self.workspace.folder

    def job(
        self,
        *rows: dict,
        name: str = "daily",
        reports: tuple[Path, ...] = (),
        watched: tuple[dict, ...] = (),
    ) -> None:
        """A job that ends well, with these anomalies and watched leads in the warehouse it publishes."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "warehouse.duckdb").unlink(missing_ok=True)
        tables = {"rpt_anomalies": list(rows), "rpt_watched_leads": list(watched)}
        publish(self.folder / "warehouse.duckdb", tables)
        with telling(self.workspace, name, self.said.append) as outcome:
            outcome.reports = list(reports)

    def failing_job(self, error: Exception) -> None:
        with pytest.raises(type(error)), telling(self.workspace, "daily", self.said.append):
            raise error


@pytest.fixture
def office(tmp_path: Path, slack: WebhookServer, mail: MailServer) -> Office:
    smtp = Smtp("localhost", mail.port, "none", "", "", "reports@example.com", ("ada@example.com",))
    return Office(tmp_path, AlertSettings(slack.url, smtp))


def changed(change: str, slug: str = "sam", **values: object) -> dict:
    """A watched lead that is news."""
    return {
        "change_id": change,
        "lead_id": slug,
        "icp_profile": "saas",
        "profile_url": f"https://www.linkedin.com/in/{slug}",
        "who": f"Head of SRE, {slug.title()} GmbH",
        "total_score": 84,
        "is_news": True,
        "what_changed": "was warm (66 points), is hot (84)",
        **values,
    }


def told(office: Office) -> list[tuple[str, str, str]]:
    """Whom the journal of the watched says that the operator was told of."""
    rows = journal.rows(office.workspace.paths.watches)
    assert {row["decision"] for row in rows} <= {"told"}
    return [(row["profile_url"], row["icp_profile"], row["as_of"]) for row in rows]


def titles(slack: WebhookServer) -> list[str]:
    return [post["text"].splitlines()[0].strip("*") for post in slack.posted]


def test_an_anomaly_is_told_once_over_every_channel(office, slack, mail):
    for _ in range(3):
        office.job(DROP)
    assert titles(slack) == ["Maren is accepted less."]
    assert [message["Subject"] for message in mail.messages] == ["Maren is accepted less."]
    assert f"make acknowledge ID={DROP['anomaly_id'][:8]}" in mail.messages[0].get_content()


def test_only_what_is_new_is_told_the_next_night(office, slack):
    office.job(DROP)
    office.job(DROP, GAP)
    office.job(DROP, GAP)
    assert titles(slack) == ["Maren is accepted less.", "No pull for 50 hours."]


@pytest.mark.parametrize(
    ("since", "times_told"),
    [
        pytest.param(date(2026, 1, 15), 1, id="the same one, its beginning dated anew"),
        pytest.param(date(2026, 1, 28), 2, id="another one, after the first was over"),
    ],
)
def test_an_anomaly_is_known_again_by_what_it_covered(office, slack, since, times_told):
    office.job(DROP)
    office.job(anomaly("acceptance_drop", "account", "50001", since, message="Maren is accepted less."))
    assert len(slack.posted) == times_told


def test_what_is_over_or_acknowledged_is_not_told(office, slack):
    office.job({**DROP, "is_open": False}, {**GAP, "is_acknowledged": True})
    assert slack.posted == []


def test_many_at_once_are_one_message(office, slack):
    office.job(DROP, GAP)
    assert titles(slack) == ["2 things changed"]
    assert all(row["message"] in slack.posted[0]["text"] for row in (DROP, GAP))


def test_a_channel_that_fails_is_tried_again_and_fails_no_job(office, slack, mail):
    slack.status = 500
    office.job(DROP)
    office.job(DROP)
    assert (len(slack.posted), len(mail.messages)) == (0, 1)
    warning = "warning: Slack answered 500; not told: Maren is accepted less.; tried again with the next job"
    assert office.said.count(warning) == 2
    slack.status = 200
    office.job(DROP)
    office.job(DROP)
    assert (len(slack.posted), len(mail.messages)) == (1, 1)


def test_what_nobody_got_in_a_week_is_told_anew_or_dropped(office, slack, mail):
    slack.status, mail.refuses = 500, {"MAIL"}
    office.job(DROP)
    old = office.workspace.paths.alerts
    old.write_text(old.read_text().replace('"happened_at":"2', '"happened_at":"1'))
    slack.status, mail.refuses = 200, set()
    office.job(GAP)
    assert titles(slack) == ["No pull for 50 hours."]
    office.job(DROP, GAP)
    assert titles(slack)[1:] == ["Maren is accepted less."]


def test_a_failure_is_told_once_until_a_job_succeeds(office, slack):
    office.failing_job(ConfigurationError("The raw database is damaged."))
    office.failing_job(ConfigurationError("The raw database is still damaged."))
    assert titles(slack) == ["daily failed"]
    assert "The raw database is damaged." in slack.posted[0]["text"]
    office.failing_job(TimeoutError("another reason"))
    office.job()
    office.job()
    assert titles(slack) == ["daily failed", "daily failed", "daily runs again"]
    office.failing_job(ConfigurationError("The raw database is damaged."))
    assert titles(slack)[3:] == ["daily failed"]


def test_the_weekly_report_comes_with_its_files_and_its_first_lines(office, slack, mail, tmp_path):
    markdown = tmp_path / "connection_analytics.md"
    markdown.write_text("# Connection analytics\n\n**Of 10 requests**\n\n## 1. Summary\n\nmore\n")
    (tmp_path / "connection_analytics.json").write_text("{}")
    office.job(name="weekly", reports=(markdown, tmp_path / "connection_analytics.json"))
    assert slack.posted[0]["text"].splitlines()[:3] == ["*Connection analytics*", "*Of 10 requests*", ""]
    assert "more" not in slack.posted[0]["text"]
    names = [part.get_filename() for part in mail.messages[0].iter_attachments()]
    assert names == ["connection_analytics.md", "connection_analytics.json"]


def test_a_daily_report_is_not_sent(office, slack, tmp_path):
    office.job(reports=(tmp_path / "connection_analytics.json",))
    assert slack.posted == []


def test_without_a_channel_nothing_is_kept_to_be_told_later(office, slack):
    silent = Office(office.folder, AlertSettings())
    silent.job(DROP)
    silent.failing_job(ValueError("no"))
    assert journal.rows(office.workspace.paths.alerts) == []
    office.job(DROP)
    assert titles(slack) == ["Maren is accepted less."]


def test_demo_data_are_called_so(office, slack):
    office.workspace = replace(office.workspace, api_key=None)
    office.job(DROP)
    assert titles(slack) == ["Demo data: Maren is accepted less."]


@pytest.mark.parametrize("break_it", [Path.unlink, lambda path: path.write_text("no database")])
def test_a_warehouse_that_cannot_be_read_fails_no_job(office, break_it: Callable[[Path], None]):
    office.job()
    break_it(office.folder / "warehouse.duckdb")
    with telling(office.workspace, "daily", office.said.append):
        pass
    assert office.said[-1].startswith("warning: nobody was told (ConfigurationError: ")


def test_two_jobs_at_once_do_not_tell_the_same_twice(office, slack):
    with exclusive(office.folder, "delivery"):
        office.job(DROP)
    assert slack.posted == []
    assert office.said == ["warning: another job is telling; what this one has to tell follows with the next"]
    office.job(DROP)
    assert len(slack.posted) == 1


def test_no_secret_is_said_or_written(office, slack, mail):
    slack.status, mail.refuses = 403, {"DATA"}
    office.job(DROP)
    written = office.workspace.paths.alerts.read_text() + " ".join(office.said) + repr(office.workspace)
    for secret in ("SENTINEL", slack.url, "hunter2"):
        assert secret not in written
    assert office.workspace.paths.alerts.stat().st_mode & 0o077 == 0


def test_an_acknowledged_anomaly_is_silent_at_once(office, slack):
    office.job(DROP, GAP)
    assert acknowledge(office.workspace.paths, DROP["anomaly_id"][:6].upper())["message"] == DROP["message"]
    assert [row["anomaly_id"] for row in open_anomalies(office.workspace.paths)] == [GAP["anomaly_id"]]
    (row,) = journal.rows(office.workspace.paths.acknowledgements)
    assert row.pop("acknowledged_at")
    names = ("anomaly_id", "kind", "dimension", "segment", "since", "judged_until")
    assert row == {name: str(DROP[name]) for name in names}


@pytest.mark.parametrize(
    ("given", "problem"), [("nothing", "is no anomaly"), ("", "is the beginning of several")]
)
def test_acknowledging_what_is_not_there_names_what_is(office, given, problem):
    office.job(DROP, GAP)
    with pytest.raises(ConfigurationError, match=problem) as caught:
        acknowledge(office.workspace.paths, given)
    assert all(row["anomaly_id"][:8] in str(caught.value) for row in (DROP, GAP))
    assert not office.workspace.paths.acknowledgements.exists()


def test_a_watched_lead_that_changed_is_told_once_and_compared_with_that_from_then_on(office, slack):
    for _ in range(3):
        office.job(watched=(changed("1"), changed("0", "bob", is_news=False)))
    assert titles(slack) == ["A watched lead changed"]
    text = slack.posted[0]["text"]
    assert "**Head of SRE, Sam GmbH** (profile saas) was warm (66 points), is hot (84)" in text.replace(
        "*", "**"
    )
    assert "make watch" in text
    assert told(office) == [("https://www.linkedin.com/in/sam", "saas", "2026-02-01T09:30:00Z")]
    # The next build compares with what was told, so that its change is another one.
    office.job(watched=(changed("2"), changed("3", "bob")))
    assert titles(slack)[1:] == ["2 watched leads changed"]
    assert len(told(office)) == 3


def test_a_notice_of_watched_leads_names_nobody_and_goes_whole_with_an_erased_person(office, slack):
    office.job(watched=(changed("1"),))
    assert "linkedin" not in slack.posted[0]["text"]
    people = suppressions(office.workspace)
    people.add(["linkedin.com/in/sam"], date(2026, 2, 2))
    swept = Sweep(people, set(), set())
    for path in (office.workspace.paths.alerts, office.workspace.paths.watches):
        sweep_lines(swept, path)
        assert b"Sam GmbH" not in path.read_bytes()
        assert b"in/sam" not in path.read_bytes()


def test_what_no_channel_took_is_not_noted_as_told(office, slack, mail):
    slack.status, mail.refuses = 500, {"MAIL"}
    office.job(watched=(changed("1"),))
    assert told(office) == []
    slack.status, mail.refuses = 200, set()
    office.job(watched=(changed("1"),))
    assert titles(slack) == ["A watched lead changed"]
    # Two channels have it, and it is noted once.
    assert len(mail.messages) == len(told(office)) == 1


def test_without_a_channel_nothing_is_told_and_nothing_noted(tmp_path):
    office = Office(tmp_path, AlertSettings())
    office.job(watched=(changed("1"),))
    assert told(office) == []
