"""`make check` against real folders, servers and timetables: what is wrong is named, with what to do."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import pytest

from extract.heyreach.door_addresses import new_address, write_addresses
from extract.sandbox.process import Sandbox, running_sandbox
from extract.workspace.variables import DEFAULTS
from reports import schedule
from reports.cli.frame import PROJECT_DIR
from reports.door.opening import open_door
from reports.schedule import TIMETABLE, next_due
from tests.conftest import Outcome, Workspace
from tests.end_to_end.conftest import workspace_on
from tests.end_to_end.test_operations import AS_ANYBODY
from tests.extract.heyreach.scripted_server import Reply, ScriptedServer
from tests.reports.door.conftest import at
from tests.reports.mail_server import MailServer
from tests.reports.webhook_server import WebhookServer


@pytest.fixture(scope="module")
def running():
    with running_sandbox(seed=5, leads=60, now=datetime.now(UTC)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def pulled(running, tmp_path_factory):
    """A workspace after its first pull."""
    workspace = workspace_on(running, tmp_path_factory.mktemp("pulled") / "data")
    outcome = workspace.run("extract")
    assert outcome.exit_code == 0, outcome.errors
    return workspace


@pytest.fixture
def sandbox(running) -> Sandbox:
    """HeyReach, whose clock is right."""
    running.set_clock(datetime.now(UTC))
    running.log(reset=True)
    return running


def account_file(path: Path, ids: list[str], gender: str = "female") -> str:
    lines = [
        f"  - {{account_id: '{each}', label: Sender {each}, type: real_personal, gender: {gender}, "
        "job_title: CTO, seniority: exec, industry: software, location: Berlin}"
        for each in ids
    ]
    path.write_text("accounts:\n" + "\n".join(lines).replace("gender: none, ", "") + "\n")
    return str(path)


def found(outcome: Outcome, subject: str) -> dict[str, str]:
    """Mark -> text of the lines on a subject; several of one mark are joined."""
    lines: dict[str, str] = {}
    for line in outcome.printed.splitlines():
        mark, about, text = line[:9].strip(), *line[11:].split(None, 1)
        if about == subject:
            lines[mark] = f"{lines.get(mark, '')}{text.strip()}\n"
    return lines


def tree(folder: Path) -> dict[str, tuple]:
    return {
        str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
    }


def test_a_workspace_in_which_all_is_well_has_nothing_to_mend_and_stays_as_it_was(
    sandbox, pulled, tmp_path, machine, monkeypatch
):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(machine))
    senders = [str(row["id"]) for row in rows(sandbox, "li_account/GetAll")]
    sandbox.log(reset=True)
    settings = {"ACCOUNT_METADATA_PATH": account_file(tmp_path / "senders.yaml", senders)}
    (pulled.data_dir / "webhooks").mkdir(mode=0o700)
    event = pulled.data_dir / "webhooks" / "a.jsonl"
    event.write_text("{}\n")
    event.chmod(0o600)
    with MailServer() as mail:
        mail.users["ops@example.com"] = "right"
        settings |= smtp(mail, "right")
        timetable = schedule.Place(PROJECT_DIR, pulled.data_dir, {})
        schedule.install(timetable, "cron", machine, lambda line: None)
        before = tree(pulled.data_dir)
        outcome = pulled.run("check", **settings)
        assert mail.messages == []
    assert outcome.exit_code == 0, outcome.printed + outcome.errors
    assert outcome.printed.endswith("nothing has to be mended\n")
    assert tree(pulled.data_dir) == before
    assert set(sandbox.log()["routes"]) == {"auth/CheckApiKey", "li_account/GetAll", "campaign/GetAll"}
    assert f" campaigns, {len(senders)} senders" in found(outcome, "key")["ok"]
    assert "opens workspace 12345, " in found(outcome, "key")["ok"]
    assert "the raw database holds the same workspace" in found(outcome, "key")["ok"]
    assert found(outcome, "senders") == {
        "ok": f"{len(senders)} senders of HeyReach, each in {tmp_path}/senders.yaml\n"
    }
    assert "from HeyReach's" in found(outcome, "clock")["ok"]
    assert "(as the last one)" in found(outcome, "pace")["ok"]
    assert "old (" in found(outcome, "pull")["ok"]
    assert "newest line in 1 file" in found(outcome, "webhooks")["ok"]
    assert "in place by cron; next: " in str(found(outcome, "timetable"))
    assert "takes the connection and the login" in found(outcome, "channels")["ok"]
    for subject in (".env", "folders", "room", "version"):
        assert list(found(outcome, subject)) == ["ok"], subject


def smtp(mail: MailServer, password: str) -> dict[str, str]:
    return {
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_USERNAME": "ops@example.com",
        "SMTP_PASSWORD": password,
        "ALERT_EMAIL_TO": "me@example.com",
    }


def test_a_new_machine_is_told_what_comes_and_nothing_is_made_there(sandbox, tmp_path):
    workspace = workspace_on(sandbox, tmp_path / "data", HEYREACH_REQUESTS_PER_MINUTE="300")
    outcome = workspace.run("check")
    assert outcome.exit_code == 0, outcome.errors
    assert not (tmp_path / "data").exists()
    assert found(outcome, "pull") == {"ok": "no pull yet: make run\n"}
    leads = sum(max(row["progressStats"]["totalUsers"], 0) for row in rows(sandbox, "campaign/GetAll"))
    assert f"by {leads} leads) takes" in found(outcome, "pace")["ok"]


def rows(sandbox: Sandbox, path: str) -> list[dict]:
    """The first page of a route."""
    body = {"offset": 0, "limit": 100, "keyword": "", "statuses": [], "accountIds": []}
    answer = httpx.post(f"{sandbox.base_url}/{path}", headers={"X-API-KEY": sandbox.api_key}, json=body)
    return answer.json()["items"]


def test_a_pull_that_takes_longer_than_jobs_wait_is_warned_of(tmp_path):
    """1,200,000 leads at 300 requests a minute, and at 60."""

    def heyreach(request):
        many = {"id": 1, "organizationUnitId": 7, "progressStats": {"totalUsers": 1_200_000}}
        rows = {"campaign/GetAll": [many]}.get(request.path, [])
        return Reply({"items": rows, "totalCount": len(rows)})

    with ScriptedServer(heyreach) as server:
        outcome = workspace_at(server, tmp_path).run("check", HEYREACH_REQUESTS_PER_MINUTE="300")
    assert "by 1,200,000 leads) takes about" in found(outcome, "pace")["ok"]
    with ScriptedServer(heyreach) as server:
        outcome = workspace_at(server, tmp_path).run("check", HEYREACH_REQUESTS_PER_MINUTE="60")
    assert "jobs wait 5 hours for each other" in found(outcome, "pace")["warning"]


def workspace_at(server: ScriptedServer, folder: Path, **environment: str) -> Workspace:
    settings = {"HEYREACH_API_KEY": "key", "HEYREACH_BASE_URL": server.base_url, **environment}
    return Workspace(folder / "data", {"HEYREACH_REQUESTS_PER_MINUTE": "0", **settings})


def test_without_a_key_it_says_what_it_would_try(tmp_path):
    outcome = Workspace(tmp_path / "data", {}).run("check")
    assert outcome.exit_code == 0, outcome.errors
    assert "no HEYREACH_API_KEY: demo data is used" in found(outcome, "key")["not tried"]
    assert not (tmp_path / "data").exists()


def test_a_refused_key_has_to_be_mended_and_the_rest_is_tried_all_the_same(sandbox, tmp_path):
    outcome = workspace_on(sandbox, tmp_path / "data", HEYREACH_API_KEY="wrong").run("check")
    assert outcome.exit_code == 1
    assert "the key was refused" in found(outcome, "key")["mend"]
    assert "1 thing to mend" in outcome.errors
    assert found(outcome, "clock").keys() == {"not tried"}
    assert found(outcome, "timetable")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("workspace_id", "999", "holds workspace 999: use its key, or set OUTBOUND_DATA_DIR"),
        ("base_url", "https://other.example", "holds data of https://other.example: set HEYREACH_BASE_URL"),
    ],
)
def test_a_key_to_another_workspace_than_raw_holds_is_named(sandbox, pulled, tmp_path, column, value, said):
    shutil.copytree(pulled.data_dir, tmp_path / "data")
    with duckdb.connect(str(tmp_path / "data" / "raw.duckdb")) as connection:
        connection.execute(f"update heyreach.pulls set {column} = '{value}'")
    outcome = workspace_on(sandbox, tmp_path / "data").run("check")
    assert outcome.exit_code == 1
    assert said in found(outcome, "key")["mend"]


def test_senders_that_are_missing_superfluous_or_incomplete_are_named(sandbox, tmp_path):
    path = account_file(tmp_path / "senders.yaml", ["50102", "777"], gender="none")
    outcome = workspace_on(sandbox, tmp_path / "data", ACCOUNT_METADATA_PATH=path).run("check")
    assert outcome.exit_code == 0
    said = found(outcome, "senders")["warning"]
    assert f"50101 (Maren Aldous) is in HeyReach and not in {path}" in said
    assert f"777 (Sender 777) is in {path} and not in HeyReach" in said
    assert "account '50102' ('Sender 50102') has no gender" in said
    (tmp_path / "senders.yaml").write_text("accounts: [{account_id: 1}]\n")
    outcome = workspace_on(sandbox, tmp_path / "data", ACCOUNT_METADATA_PATH=path).run("check")
    assert outcome.exit_code == 1
    assert "label is missing" in found(outcome, "senders")["mend"]


@pytest.mark.parametrize(
    ("apart", "mark"), [(timedelta(seconds=90), "warning"), (-timedelta(hours=3), "mend")]
)
def test_a_clock_that_is_off_is_named_with_both_times(sandbox, tmp_path, apart, mark):
    there = datetime.now(UTC) + apart
    sandbox.set_clock(there)
    outcome = workspace_on(sandbox, tmp_path / "data").run("check")
    assert outcome.exit_code == (1 if mark == "mend" else 0)
    said = found(outcome, "clock")[mark]
    assert f"HeyReach says {there:%Y-%m-%d %H:%M}" in said
    assert f"this machine says {datetime.now(UTC):%Y-%m-%d %H:}" in said


def test_a_server_without_a_date_is_said(tmp_path):
    with ScriptedServer(lambda request: Reply({"items": [], "totalCount": 0}, date=None)) as server:
        outcome = workspace_at(server, tmp_path).run("check")
    assert "no Date header" in found(outcome, "clock")["warning"]


def test_a_pull_that_lies_ahead_was_dated_by_a_wrong_clock(sandbox, pulled, tmp_path):
    shutil.copytree(pulled.data_dir, tmp_path / "data")
    with duckdb.connect(str(tmp_path / "data" / "raw.duckdb")) as connection:
        connection.execute("update heyreach.pulls set finished_at = finished_at + interval 2 days")
    outcome = workspace_on(sandbox, tmp_path / "data").run("check")
    assert "lies ahead of" in found(outcome, "clock")["mend"]


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="the superuser needs setpriv")
@pytest.mark.parametrize("name", ["journal", "landing", "raw.duckdb"])
def test_what_can_not_be_written_to_is_named(sandbox, pulled, tmp_path, name):
    shutil.copytree(pulled.data_dir, tmp_path / "data")
    (tmp_path / "data" / name).chmod(0o500 if (tmp_path / "data" / name).is_dir() else 0o400)
    outcome = checked_as_anybody(workspace_on(sandbox, tmp_path / "data"))
    assert outcome.exit_code == 1, outcome.errors
    said = found(outcome, "folders")
    assert str(tmp_path / "data" / name) in said["mend"]
    assert "can't be written to" in said["mend"]
    assert "ok" not in said


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="the superuser needs setpriv")
@pytest.mark.parametrize(
    ("step", "closed"),
    [
        (("extract",), "landing"),
        (("daily",), "raw.duckdb"),
        (("setup",), "."),
        (("import", "--file", "leads.csv"), "."),
    ],
)
def test_a_place_that_can_not_be_written_to_is_named_before_the_first_request(
    sandbox, pulled, tmp_path, step, closed
):
    """By every verb, in one line; and nothing is begun."""
    data = tmp_path / "data"
    shutil.copytree(pulled.data_dir, data)
    before = tree(data).keys()
    (data / closed).chmod(0o500 if (data / closed).is_dir() else 0o400)
    outcome = as_anybody(workspace_on(sandbox, data), *step)
    assert outcome.exit_code == 2, outcome.errors
    [line] = outcome.errors.splitlines()
    assert line.startswith("error: ")
    assert str(data / closed) in line
    assert "can't be written to" in line
    assert sandbox.log()["total"] == 0
    assert tree(data).keys() == before


def checked_as_anybody(workspace: Workspace) -> Outcome:
    return as_anybody(workspace, "check")


def as_anybody(workspace: Workspace, *arguments: str) -> Outcome:
    blank = {name: "" for name in DEFAULTS}
    done = subprocess.run(
        [*AS_ANYBODY, sys.executable, "-m", "reports.cli", *arguments],
        env={**os.environ, **blank, **workspace.environment, "OUTBOUND_DATA_DIR": str(workspace.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_files_that_others_can_read_are_warned_of(sandbox, pulled, tmp_path):
    shutil.copytree(pulled.data_dir, tmp_path / "data")
    (tmp_path / "data" / "raw.duckdb").chmod(0o644)
    outcome = workspace_on(sandbox, tmp_path / "data").run("check")
    assert outcome.exit_code == 0
    assert "others can read 1 file with personal data" in found(outcome, "folders")["warning"]


def test_old_pulls_silent_webhooks_and_a_newer_release_are_named(sandbox, pulled, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(pulled.data_dir, data)
    with duckdb.connect(str(data / "raw.duckdb")) as connection:
        connection.execute("update heyreach.pulls set finished_at = finished_at - interval 3 days")
    (data / "webhooks").mkdir(exist_ok=True)
    (data / "webhooks" / "a.jsonl").write_text("{}\n")
    long_ago = datetime.now(UTC).timestamp() - 9 * 86_400
    os.utime(data / "webhooks" / "a.jsonl", (long_ago, long_ago))
    outcome = workspace_on(sandbox, data).run("check")
    assert outcome.exit_code == 0, outcome.errors
    assert "is 3 days old" in found(outcome, "pull")["warning"]
    assert "is 9 days old: is the receiver running" in found(outcome, "webhooks")["warning"]
    with duckdb.connect(str(data / "raw.duckdb")) as connection:
        connection.execute("update heyreach.schema_version set version = 2")
    outcome = workspace_on(sandbox, data).run("check")
    assert outcome.exit_code == 1
    assert "raw.duckdb has version 2 of the raw database" in found(outcome, "version")["mend"]


def test_the_door_is_tried_by_its_public_way_and_heyreach_asked_for_its_webhooks(sandbox, tmp_path):
    workspace = workspace_on(sandbox, tmp_path)
    outcome = workspace.run("check")
    assert "no webhook of ours is registered" in found(outcome, "door")["ok"]
    served = at(tmp_path)
    with open_door(served) as url:
        write_addresses(served.paths.door, (new_address(url),))
        outcome = workspace.run("check")
        assert f"a test event to {url}/hooks/... arrived" in found(outcome, "door")["ok"]
        missing = found(outcome, "door")["warning"]
        assert "(create CONNECTION_REQUEST_SENT, " in missing
        assert missing.endswith(f"more): make webhooks URL={url} APPLY=1\n")
        assert workspace.run("webhooks", "--url", url, "--apply").exit_code == 0
        assert found(workspace.run("check"), "door").keys() == {"ok"}
        assert list(served.paths.webhooks.iterdir()) == []
    closed = found(workspace.run("check"), "door")["warning"]
    assert "did not arrive (127.0.0.1 refuses connections): make door, or make serve" in closed
    assert workspace.run("webhooks", "--stop", "--apply").exit_code == 0


def test_channels_are_tried_and_get_a_message_only_when_asked_to(sandbox, tmp_path):
    workspace = workspace_on(sandbox, tmp_path / "data")
    with MailServer() as mail, WebhookServer() as slack:
        mail.users["ops@example.com"] = "right"
        channels = {**smtp(mail, "right"), "SLACK_WEBHOOK_URL": slack.url}
        outcome = workspace.run("check", **channels)
        assert "only a message can show that it works" in found(outcome, "channels")["warning"]
        assert (mail.messages, slack.posted) == ([], [])
        outcome = workspace.run("check", "--send", **channels)
        assert found(outcome, "channels").keys() == {"ok"}
        [message] = mail.messages
        assert "SEND=1" in message.get_content()
        assert len(slack.posted) == 1
        outcome = workspace.run("check", **smtp(mail, "wrong"))
    assert outcome.exit_code == 1
    assert "refused the user name or password" in found(outcome, "channels")["mend"]
    assert "wrong" not in outcome.printed + outcome.errors
    outcome = workspace.run("check", **smtp(mail, "right"))  # the server is gone
    assert "can't be reached" in found(outcome, "channels")["mend"]


@pytest.mark.parametrize("how", ["cron", "systemd"])
def test_the_timetable_is_found_where_it_was_put_and_said_to_be_outdated(place, machine, tmp_path, how):
    units_dir = tmp_path / "units"
    assert schedule.installed(place, units_dir) == (None, False)
    schedule.install(place, how, units_dir, lambda line: None)
    assert schedule.installed(place, units_dir) == (how, True)
    moved = schedule.Place(place.project_dir, tmp_path / "elsewhere", place.environment)
    assert schedule.installed(moved, units_dir) == (how, False)


@pytest.mark.parametrize(
    ("now", "name", "due"),
    [
        ("2026-02-04T01:59:59", "daily", "2026-02-04T02:00"),  # a Wednesday
        ("2026-02-04T02:00:00", "pull-1000", "2026-02-04T10:00"),
        ("2026-02-04T18:00:00", "daily", "2026-02-05T02:00"),
        ("2026-02-08T02:30:00", "weekly", "2026-02-08T03:00"),  # a Sunday
    ],
)
def test_what_is_next_due(now, name, due):
    job, moment = next_due(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert job in TIMETABLE
    assert (job.name, f"{moment:%Y-%m-%dT%H:%M}") == (name, due)


def test_setup_says_that_it_did_not_try_the_key(sandbox, tmp_path):
    outcome = workspace_on(sandbox, tmp_path / "data", HEYREACH_API_KEY="wrong").run("setup")
    assert outcome.exit_code == 0
    assert "the key was not tried, make check does" in outcome.errors
