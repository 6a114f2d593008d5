import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extract.importer.ledger import ARRIVED, LOST, OPEN, Import, Ledger, PlannedRow
from extract.workspace.errors import ConfigurationError

AT = datetime(2026, 2, 9, 6, tzinfo=UTC)
ENTRY = Import(
    import_id="leads-1",
    base_url="http://127.0.0.1:1",
    target="campaign",
    campaign_id="40101",
    list_id="60101",
    file_name="leads.csv",
    file_sha256="0" * 64,
    mapping="clay",
    senders="limits",
    planned_at=AT,
)


def row(number: int, reason: str | None = None) -> PlannedRow:
    person = f"linkedin.com/in/łucja-{number}"
    return PlannedRow(
        row_number=number,
        profile_url=f"https://{person}",
        person=person,
        account_id="50101",
        reason=reason,
        lead={"profileUrl": f"https://{person}", "customUserFields": [{"name": "icp", "value": "sre"}]},
    )


ROWS = [row(2), row(3), row(4, "missing_name"), row(5)]


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "imports.sqlite") as ledger:
        yield ledger


@pytest.fixture
def planned(ledger):
    ledger.plan(ENTRY, ROWS)
    return ledger


def states(ledger: Ledger, import_id: str = "leads-1") -> dict[int, str]:
    return {lead.row_number: lead.state for lead in ledger.leads(import_id)}


def record(ledger: Ledger, state: str, *numbers: int, details: dict | None = None, **request) -> None:
    ledger.record("leads-1", state, [(number, details or {}) for number in numbers], AT, **request)


def test_an_import_comes_back_as_it_was_planned(planned):
    assert planned.imports() == [ENTRY]
    assert planned.find("leads-1") == ENTRY
    rows = planned.rows("leads-1")
    assert [PlannedRow(**{name: vars(each)[name] for name in vars(ROWS[0])}) for each in rows] == ROWS
    assert {each.state for each in rows} == {"planned"}
    assert [lead.row_number for lead in planned.leads("leads-1")] == [2, 3, 5]


def test_an_import_that_can_not_be_written_whole_is_not_written_at_all(ledger):
    with pytest.raises(sqlite3.IntegrityError):
        ledger.plan(ENTRY, [row(2), row(3), row(2)])
    assert ledger.imports() == []
    ledger.plan(ENTRY, ROWS)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.plan(ENTRY, ROWS)
    assert len(ledger.rows("leads-1")) == len(ROWS)


def test_a_leads_state_is_its_newest_event(planned):
    record(planned, "sending", 2, 3, request_id="a")
    record(planned, "unknown", 2, request_id="a")
    record(planned, "verified", 3, details={"arrived": {"icp": "sre"}})
    assert states(planned) == {2: "unknown", 3: "verified", 5: "planned"}
    [lead] = planned.leads("leads-1", "verified")
    assert (lead.row_number, lead.details) == (3, {"arrived": {"icp": "sre"}})
    assert [lead.row_number for lead in planned.leads("leads-1", "unknown", "planned")] == [2, 5]


def test_events_are_written_all_or_none(planned):
    def leads():
        yield 2, {}
        raise ValueError

    with pytest.raises(ValueError):
        planned.record("leads-1", "sending", leads(), AT, request_id="a")
    with pytest.raises(TypeError):
        planned.record("leads-1", "sending", [(2, {}), (3, {"not JSON": object()})], AT, request_id="a")
    assert set(states(planned).values()) == {"planned"}
    record(planned, "sending", 2, request_id="b")
    assert states(planned)[2] == "sending"


def test_what_is_recorded_outlives_a_process_that_dies(planned, tmp_path):
    record(planned, "sending", 2, request_id="a")
    # No close, no checkpoint: what another reader finds is what a crash leaves.
    with Ledger(tmp_path / "imports.sqlite") as reader:
        assert states(reader) == {2: "sending", 3: "planned", 5: "planned"}
        record(planned, "answered", 2, request_id="a")
        assert states(reader)[2] == "answered"


def test_a_repaired_lead_is_the_one_sent_last(planned):
    record(planned, "missing_fields", 2, details={"missing": ["icp"]})
    fuller = row(2).lead | {"position": "SRE"}
    record(planned, "planned", 2, details={"lead": fuller})
    record(planned, "sending", 2, request_id="b")
    leads = {lead.row_number: lead for lead in planned.leads("leads-1")}
    assert leads[2].lead == fuller
    assert leads[2].details == {}
    assert leads[3].lead == row(3).lead


def test_a_request_is_told_as_a_whole(planned):
    record(planned, "sending", 2, 3, request_id="a", request={"leads": 2, "source": "clay"})
    record(planned, "sending", 5, request_id="b", request={"leads": 1, "source": "hr"})
    record(planned, "answered", 2, 3, request_id="a", request={"added": 2, "updated": 0, "failed": 0})
    record(planned, "verified", 2, 3)
    first, second = planned.requests("leads-1")
    assert first == {
        "request_id": "a",
        "state": "answered",
        "leads": 2,
        "source": "clay",
        "added": 2,
        "updated": 0,
        "failed": 0,
    }
    assert second == {"request_id": "b", "state": "sending", "leads": 1, "source": "hr"}


@pytest.mark.parametrize(
    ("state", "is_unfinished"),
    [*((state, True) for state in OPEN), *((state, False) for state in (*LOST, *ARRIVED))],
)
def test_an_import_is_unfinished_while_a_lead_is_open(planned, state, is_unfinished):
    record(planned, "verified", 3, 5)
    record(planned, state, 2)
    assert planned.unfinished() == ([ENTRY] if is_unfinished else [])


def test_people_are_found_by_their_present_state_with_their_imports(planned):
    planned.plan(replace(ENTRY, import_id="leads-2"), ROWS[:1])
    record(planned, "sending", 2, 3)
    record(planned, "verified", 3)
    imports = {
        person: [entry.import_id for entry in entries]
        for person, entries in planned.people("planned", "verified").items()
    }
    assert imports == {
        row(2).person: ["leads-2"],
        row(3).person: ["leads-1"],
        row(5).person: ["leads-1"],
    }


def test_an_upstream_list_is_never_unfinished_and_brings_nobody_anywhere(ledger):
    ledger.plan(replace(ENTRY, target="upstream", campaign_id=None, list_id=None, senders=None), ROWS)
    assert ledger.unfinished() == []
    assert ledger.people(*OPEN) == {}


def test_imports_are_listed_in_the_order_they_were_made(ledger):
    # By HeyReach's clock the second one is older: that clock is read from answers, to the second.
    later = replace(ENTRY, import_id="leads-2", planned_at=AT - timedelta(seconds=1))
    ledger.plan(ENTRY, ROWS)
    ledger.plan(later, ROWS)
    assert ledger.imports() == [ENTRY, later]


def test_an_unknown_import_is_answered_with_the_latest_ones(planned):
    with pytest.raises(
        ConfigurationError, match="There is no import leads-7; the latest are: leads-1"
    ) as caught:
        planned.find("leads-7")
    assert len(caught.value.problems) == 1


def test_news_is_what_raw_lacks(planned):
    first = list(planned.news({}))
    assert [table for table, _ in first] == ["imports", *["import_rows"] * 4]
    assert first[0][1]["planned_at"] == AT
    assert first[1][1]["lead"] == row(2).lead
    record(planned, "sending", 2, request_id="a", request={"leads": 1})
    news = list(planned.news({"leads-1": 0}))
    assert [table for table, _ in news] == ["import_events"] * 2
    assert [(event["row_number"], event["details"]) for _, event in news] == [(2, {}), (None, {"leads": 1})]
    assert list(planned.news({"leads-1": news[-1][1]["event_id"]})) == []


def test_news_is_of_one_moment_while_an_import_goes_on(planned, tmp_path):
    with Ledger(tmp_path / "imports.sqlite") as reader:
        news = reader.news({})
        assert next(news)[0] == "imports"
        record(planned, "sending", 2, request_id="a")
        assert {table for table, _ in news} == {"import_rows"}
        assert "import_events" in {table for table, _ in reader.news({"leads-1": 0})}


@pytest.mark.parametrize(
    "content", [b"no database " * 1000, b"SQLite format 3\x00" + b"\xff" * 5000], ids=["other", "damaged"]
)
def test_a_file_that_is_no_ledger_is_refused_with_what_to_do(tmp_path, content):
    path = tmp_path / "imports.sqlite"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="restore it from a backup, or move it away") as caught:
        Ledger(path)
    assert len(caught.value.problems) == 1
    assert path.read_bytes() == content


def test_a_ledger_from_before_experiments_is_read_and_written_on(planned, tmp_path):
    before = planned.imports()
    with sqlite3.connect(tmp_path / "imports.sqlite") as database:
        database.execute("alter table imports drop column experiment")
    with Ledger(tmp_path / "imports.sqlite") as reopened:
        assert reopened.imports() == before
        reopened.plan(replace(ENTRY, import_id="leads-2", experiment="spring"), ROWS)
        assert [entry.experiment for entry in reopened.imports()] == [None, "spring"]


def test_who_was_drawn_for_something_is_known_once_they_were_sent(planned):
    fields = [{"name": "variant", "value": "short"}, {"name": "icp", "value": "sre"}]
    drawn = replace(row(2), lead={"customUserFields": fields}, person="linkedin.com/in/drawn")
    left_out = replace(drawn, row_number=3, reason="missing_name", person="linkedin.com/in/left")
    planned.plan(replace(ENTRY, import_id="tested"), [drawn, left_out])
    planned.plan(replace(ENTRY, import_id="by-hash", experiment="spring"), [row(7), row(8)])
    assert planned.people_drawn() == {"linkedin.com/in/drawn", row(7).person, row(8).person}
    planned.record("by-hash", "refused", [(8, {})], AT)
    assert planned.people_drawn() == {"linkedin.com/in/drawn", row(7).person}
