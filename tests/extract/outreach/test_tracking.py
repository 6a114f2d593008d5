"""Files of meetings and e-mail answers: whom each row is about, what is left out, and what is kept."""

import json
from datetime import UTC, datetime, timedelta, timezone

import duckdb
import pytest

from extract.outreach.tracking import FILE, Tracked, keep, keep_event, track
from extract.people.suppression import suppressions
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import BusyError, everything
from extract.workspace.workspace import Workspace, load_workspace
from tests.projects import project

NOW = datetime(2026, 2, 1, 6, tzinfo=UTC)
ADA, BOB = "https://www.linkedin.com/in/ada-sample", "https://www.linkedin.com/in/bob-sample"
LIST = """E-Mail;LinkedIn URL;Booked at;Note
ada@example.com;;2026-01-20;a secret
;linkedin.com/in/BOB-sample/?x=1;2026-01-21T09:30:00Z;
Ada@Example.com;;soon;
ada@example.com;;2026-03-01;
other@example.com;https://www.linkedin.com/in/nobody;2026-01-22;
;;2026-01-23;
"""
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART;TZID=Pacific Standard Time:20260210T093000
CREATED:20260118T101500Z
SUMMARY:A secret
ATTENDEE;CN=Ada;PARTSTAT=ACCEPTED:mailto:ADA@exam
 ple.com
ATTENDEE:MAILTO:bob@example.com
ATTENDEE:mailto:us@example.com
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20260122
DESCRIPTION:With https://www.linkedin.com/in/bob-sample\\nand a secret
ATTENDEE:mailto:ada@example.com
END:VEVENT
BEGIN:VEVENT
UID:3
STATUS:CANCELLED
DTSTART;VALUE=DATE:20260123
ATTENDEE:mailto:ada@example.com
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTART;VALUE=DATE:20260301
ATTENDEE:mailto:ada@example.com
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """One whose warehouse knows Ada and Bob."""
    workspace = load_workspace(
        project(tmp_path), {"OUTBOUND_DATA_DIR": str(tmp_path / "data"), "HEYREACH_API_KEY": "key"}
    )
    workspace.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(workspace.paths.published)) as connection:
        connection.execute(f"""
            create schema marts;
            create table marts.heyreach_leads as from (values
                ('linkedin.com/in/ada-sample', '{ADA}', 'ada@example.com ', true),
                ('linkedin.com/in/bob-sample', '{BOB}', 'bob@example.com', true),
                (null, 'no link', 'no@example.com', false)
            ) as leads (normalized_profile_url, linkedin_profile_url, email, is_valid_profile_url)
        """)
    return workspace


def tracked(
    workspace: Workspace, text: str, name: str = "list.csv", kind: str = "email_answer"
) -> list[Tracked]:
    path = workspace.project_dir / name
    path.write_text(text, encoding="utf-8")
    return track(workspace, path, kind, NOW)


def lines(workspace: Workspace) -> list[dict]:
    return [json.loads(line) for line in (workspace.paths.signals / FILE).read_text().splitlines()]


def test_each_row_of_a_list_finds_its_lead_or_says_why_not(workspace):
    rows = tracked(workspace, LIST)
    assert [(each.place, each.people) for each in rows] == [
        ("row 2", (ADA,)),
        ("row 3", (BOB,)),
        ("row 4", (ADA,)),
        ("row 5", (ADA,)),
        ("row 6", ()),
        ("row 7", ()),
    ]
    reasons = [each.reason for each in rows]
    assert reasons[:2] == ["", ""]
    assert reasons[2].startswith("occurred_at is no time that can be read in one way")
    assert reasons[3].startswith("occurred_at lies in the future")
    assert reasons[4:] == [
        "no lead has this profile or e-mail address",
        "names neither a profile nor an e-mail address",
    ]
    assert not (workspace.paths.signals / FILE).exists()


def test_only_who_what_and_when_is_kept_and_the_same_file_once(workspace):
    keep(workspace, tracked(workspace, LIST))
    expected = [
        {"profile_url": ADA, "signal_type": "email_answered", "occurred_at": "2026-01-20", "source": "list"},
        {
            "profile_url": BOB,
            "signal_type": "email_answered",
            "occurred_at": "2026-01-21T09:30:00Z",
            "source": "list",
        },
    ]
    assert lines(workspace) == expected
    again = tracked(workspace, LIST)
    assert [each.is_kept for each in again[:2]] == [True, True]
    keep(workspace, again)
    assert lines(workspace) == expected
    assert (workspace.paths.signals / FILE).stat().st_mode & 0o777 == 0o600


def test_a_calendar_tells_when_each_meeting_was_booked_and_with_which_leads(workspace):
    """A link says more than an address; what was cancelled, or only planned for later, is no meeting yet."""
    rows = tracked(workspace, CALENDAR, "calendar.ics", "meeting")
    keep(workspace, rows)
    assert [(each.place, each.people) for each in rows] == [
        ("event 1", (ADA, BOB)),
        ("event 2", (BOB,)),
        ("event 4", (ADA,)),
    ]
    assert "lies in the future" in rows[2].reason
    assert [(line["profile_url"], line["occurred_at"]) for line in lines(workspace)] == [
        (ADA, "20260118T101500Z"),
        (BOB, "20260118T101500Z"),
        (BOB, "2026-01-22"),
    ]
    assert "secret" not in (workspace.paths.signals / FILE).read_text()


def test_whoever_was_erased_is_found_no_more(workspace):
    suppressions(workspace).add(["linkedin.com/in/ada-sample"], NOW.date(), "erased")
    rows = tracked(workspace, LIST)
    assert [each.people for each in rows[:2]] == [(), (BOB,)]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("list.csv", "Name,Date\nAda,2026-01-20\n", "needs a column of days or times"),
        ("list.csv", "Email,When\na@example.com,2026-01-20\n", "needs a column of days or times"),
        ("other.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "can't be read as a calendar"),
        ("empty.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "tells of nothing"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(workspace, name, text, problem):
    with pytest.raises(ConfigurationError) as error:
        tracked(workspace, text, name, "meeting")
    assert problem in str(error.value)


def test_answers_by_e_mail_come_in_no_calendar(workspace):
    with pytest.raises(ConfigurationError, match="A calendar tells of meetings"):
        tracked(workspace, CALENDAR, "calendar.ics", "email_answer")


def test_one_event_is_kept_once_and_lies_where_those_of_files_do(workspace):
    at = datetime(2026, 1, 20, 9, 30, 5, 250, tzinfo=UTC)
    assert keep_event(workspace, ADA, "reply", at, NOW) is False
    assert keep_event(workspace, ADA, "reply", at, NOW) is True
    assert keep_event(workspace, ADA, "meeting", at, NOW) is False
    lines = [json.loads(each) for each in (workspace.paths.signals / FILE).read_text().splitlines()]
    assert [(line["signal_type"], line["source"]) for line in lines] == [
        ("replied", "by hand"),
        ("meeting_booked", "by hand"),
    ]
    assert {(line["profile_url"], line["occurred_at"]) for line in lines} == {(ADA, "2026-01-20T09:30:05Z")}


def test_nothing_is_kept_while_somebody_is_erased(workspace):
    at = datetime(2026, 1, 20, 9, 30, tzinfo=UTC)
    with everything(workspace.folder, "erase"), pytest.raises(BusyError, match="erase"):
        keep_event(workspace, ADA, "reply", at, NOW)
    assert not (workspace.paths.signals / FILE).exists()
    assert keep_event(workspace, ADA, "reply", at, NOW) is False


def test_one_event_is_refused_like_a_line(workspace):
    suppressions(workspace).add(["linkedin.com/in/bob-sample"], NOW.date())
    for url, kind, at, told in (
        (ADA, "repli", NOW, "kind must be one of reply, meeting, email_answer; did you mean reply"),
        (ADA, "reply", datetime(2026, 3, 1, tzinfo=UTC), "lies in the future"),
        (ADA, "reply", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "must be 2003 or later"),
        (ADA, "reply", datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=14))), "in the future"),
        (BOB, "reply", NOW, "was erased"),
    ):
        with pytest.raises(ConfigurationError, match=told):
            keep_event(workspace, url, kind, at, NOW)
    assert not (workspace.paths.signals / FILE).exists()
