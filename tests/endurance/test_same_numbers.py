"""What two published warehouses and their reports differ in, and what the kept list lets differ."""

import json
import math
from pathlib import Path

import duckdb
import pytest

from tests.endurance.differences import (
    Difference,
    Expected,
    Judgement,
    declared_keys,
    read_expected,
    report_differences,
    warehouse_differences,
)
from tests.endurance.same_numbers import EXPECTED, PROJECT

SENDERS = """
    create schema marts;
    create table marts.senders as
    select * from (values
        ('1', 'Ada', 10::bigint, 0.25::double, null, json '{"rate": 0.5, "n": 3}'),
        ('2', 'Noor', 20, 0.5, timestamptz '2026-01-06 09:00:00+00', null),
        ('3', null, null, null, null, null)
    ) as senders (account_id, label, sent, accept_rate, seen_at, metrics)
"""
KEYS = {"senders": [["account_id"]]}
A_FILE = """
- table: rpt_health
  column: message
  kind: corrected word
  before: sender account
  after: sender
  why: one name for one thing
"""


def _differences(folder: Path, change: str, keys=KEYS, *, start: str = SENDERS) -> list[Difference]:
    """What is found when the second of two equal warehouses is changed."""
    for name, statements in {"before": start, "after": f"{start}; {change}"}.items():
        with duckdb.connect(str(folder / f"{name}.duckdb")) as connection:
            connection.execute(statements)
    return list(warehouse_differences(folder / "before.duckdb", folder / "after.duckdb", keys))


@pytest.mark.parametrize("keys", [KEYS, {}])
@pytest.mark.parametrize(
    "change",
    [
        "select 1",
        "update marts.senders set accept_rate = accept_rate * (1 + 5e-10)",
        """update marts.senders set metrics = json '{"n": 3, "rate": 0.50000000001}' where sent = 10""",
        # In another order.
        "create or replace table marts.senders as select * from marts.senders order by account_id desc",
    ],
)
def test_what_is_the_same_to_the_last_digits_is_no_difference(tmp_path, change, keys):
    assert _differences(tmp_path, change, keys) == []


@pytest.mark.parametrize("keys", [KEYS, {}])
@pytest.mark.parametrize("value", ["accept_rate * (1 + 2e-9)", "null", "'nan'", "'inf'"])
def test_a_float_that_differs_by_more_is_found(tmp_path, value, keys):
    [found] = _differences(
        tmp_path, f"update marts.senders set accept_rate = {value} where account_id = '2'", keys
    )
    assert (found.table, found.column, found.what) == ("senders", "accept_rate", "value")
    assert found.key.startswith("account_id=2")
    assert float(found.before) == 0.5
    assert found.after is None or not math.isclose(float(found.after), 0.5, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("change", "column", "before", "after", "is_text"),
    [
        ("label = 'Noor Q.'", "label", "Noor", "Noor Q.", True),
        ("label = null", "label", "Noor", None, True),
        ("sent = 21", "sent", "20", "21", False),
        ("seen_at = seen_at + interval 1 microsecond", "seen_at", "2026-01-06 09:00:00+00",
         "2026-01-06 09:00:00.000001+00", False),
        ("metrics = json '{\"n\": 4}'", "metrics", None, '{"n": 4}', False),
    ],
)  # fmt: skip
def test_whole_numbers_texts_and_times_are_exact(tmp_path, change, column, before, after, is_text):
    found = _differences(tmp_path, f"update marts.senders set {change} where account_id = '2'")
    assert found == [Difference("senders", column, "value", "account_id=2", before, after, is_text)]


def test_a_figure_within_json_is_found(tmp_path):
    change = "update marts.senders set metrics = json '{\"rate\": 0.5, \"n\": 4}' where account_id = '1'"
    assert [found.column for found in _differences(tmp_path, change)] == ["metrics"]


@pytest.mark.parametrize("keys", [KEYS, {}])
def test_rows_that_came_or_went_are_found(tmp_path, keys):
    found = _differences(
        tmp_path,
        "update marts.senders set account_id = '4' where account_id = '3'",
        keys,
    )
    assert [(one.what, one.key.partition(",")[0]) for one in found] == [
        ("missing row", "account_id=3"),
        ("new row", "account_id=4"),
    ]


def test_a_row_that_stands_twice_is_found_though_its_key_is_the_same(tmp_path):
    [found] = _differences(tmp_path, "insert into marts.senders from marts.senders where account_id = '1'")
    assert found.what == "new row"


def test_rows_are_paired_by_what_they_are_and_not_by_their_number(tmp_path):
    start = """
        create schema marts;
        create table marts.lines as
        select * from (values (1::bigint, 'runs', 'a'), (2, 'stale', 'b')) as lines (number, topic, message)
    """
    change = """
        update marts.lines set number = 3 where number = 2;
        insert into marts.lines values (2, 'senders', 'c')
    """
    found = _differences(tmp_path, change, {"lines": [["number"], ["topic"]]}, start=start)
    assert {(one.column, one.what, one.key) for one in found} == {
        ("rows", "new row", "topic=senders"),
        ("number", "value", "topic=stale"),
    }


def test_columns_types_and_tables_are_compared(tmp_path):
    found = _differences(
        tmp_path,
        """
        alter table marts.senders add column team varchar;
        alter table marts.senders drop column label;
        alter table marts.senders alter sent type double;
        create table marts.teams as select 1 as team;
        create schema staging;
        create table staging.anything as select 1 as it
        """,
    )
    assert {(one.table, one.column, one.what) for one in found} == {
        ("senders", "team", "new column"),
        ("senders", "label", "missing column"),
        ("senders", "sent", "type"),
        ("senders", "sent", "value"),
        ("teams", "rows", "new table"),
    }


def test_what_names_a_run_is_not_compared(tmp_path):
    start = "create schema marts; create table marts.rpt_snapshot as select 'a' as run_id, 1 as people"
    assert _differences(tmp_path, "update marts.rpt_snapshot set run_id = 'b'", start=start) == []
    (tmp_path / "other").mkdir()
    [found] = _differences(tmp_path / "other", "update marts.rpt_snapshot set people = 2", start=start)
    assert (found.column, found.key, found.before, found.after) == ("people", "", "1", "2")


def test_the_key_of_every_mart_is_found():
    keys = declared_keys(PROJECT / "dbt_project" / "models")
    assert keys["rpt_segment_performance"] == [["dimension", "segment"]]
    assert keys["rpt_health"] == [["line_number"], ["topic"]]
    folders = [PROJECT / "dbt_project" / "models" / name for name in ("marts", "reporting")]
    tables = {
        path.stem
        for folder in folders
        for path in folder.rglob("*.sql")
        if "materialized='ephemeral'" not in path.read_text()
    }
    assert tables - keys.keys() == {"rpt_diagnosis"}  # one row


def _report_differences(folder: Path, before: dict[str, str], after: dict[str, str]) -> list[Difference]:
    for name, files in {"before": before, "after": after}.items():
        for file, text in files.items():
            path = folder / name / "default" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return list(report_differences(folder / "before", folder / "after"))


def test_printed_reports_are_compared_line_by_line(tmp_path):
    before = """# Report
| Segment | Sent |
| ------- | ---- |
| Clay    | 313  |
## Week
rate 0.5000000001
"""
    after = """# Report
| Segment    | Sent |
| ---------- | ---- |
| Clay       | 314  |
| Clearbit   | 2    |
## Week
rate 0.5
"""
    found = _report_differences(
        tmp_path,
        {"r_2026-11-26T010203.md": before, "r_2026-11-26T010203.html": "same"},
        {"r_2026-11-27T040506.md": after, "r_2026-11-27T040506.html": "same", "r.csv": ""},
    )
    file = "default/r.md"
    assert found == [
        Difference("default/r.csv", "rows", "new table"),
        Difference(file, "line", "value", "# Report", "| Clay | 313 |", "| Clay | 314 |", True),
        Difference(file, "line", "new row", "# Report", None, "| Clearbit | 2 |", True),
    ]


def test_json_reports_are_compared_key_by_key(tmp_path):
    before = {
        "meta": {"demo": True},
        "rows": [{"of": "a", "n": 1, "rate": 0.5}, {"of": "c", "n": 3, "rate": None}],
    }
    after = {
        "meta": {"demo": 1},
        "rows": [
            {"of": "a", "n": 2, "rate": 0.5 + 1e-12, "new": 0},
            {"of": "b", "n": 9, "rate": 1.0, "new": 0},
            {"of": "c", "n": 3, "rate": 0.1, "new": 0},
        ],
    }
    found = _report_differences(tmp_path, {"r.json": json.dumps(before)}, {"r.json": json.dumps(after)})
    assert [(one.column, one.what, one.key, one.before, one.after) for one in found] == [
        ("meta.demo", "value", "", True, 1),
        ("rows.n", "value", "0", 1, 2),
        ("rows.new", "new column", "0", None, None),
        ("rows.rows", "new row", "1", None, None),
        ("rows.rate", "value", "2", None, 0.1),
        ("rows.new", "new column", "2", None, None),
    ]


SENT = Difference("rpt_summary", "sent", "value", "as_of=2026-02-09", "890", "891")
MESSAGE = Difference(
    "rpt_health", "message", "value", "topic=a", "1 sender account lacks", "1 sender lacks", is_text=True
)
NEW_COLUMN = Difference("rpt_summary", "people_asked", "new column")


def _expected(kind: str, table: str = "rpt_summary", column: str = "sent", **more: str) -> Expected:
    return Expected(table, column, kind, "a reason", **more)


def _judged(difference: Difference, *expected: Expected, workspace: str = "demo") -> Judgement:
    judgement = Judgement(list(expected))
    judgement.judge(workspace, [difference])
    return judgement


def test_what_is_listed_may_differ_and_what_is_not_may_not():
    assert not _judged(NEW_COLUMN).is_good
    assert _judged(NEW_COLUMN, _expected("new column", column="people_*")).is_good
    assert _judged(SENT, _expected("correction")).is_good
    assert _judged(SENT, _expected("correction", rows="as_of=2026-02-*")).is_good
    for other in (
        _expected("new column"),
        _expected("correction", column="accepted"),
        _expected("correction", table="rpt_funnel"),
        _expected("correction", rows="as_of=2026-03-*"),
        _expected("correction", workspace="leads"),
        _expected("corrected word", before="890", after="891"),
    ):
        judgement = _judged(SENT, other)
        assert (judgement.unlisted, judgement.listed) == (1, 0), other
        assert not judgement.is_good


def test_an_entry_that_nothing_needs_fails_where_its_workspace_was_compared():
    judgement = _judged(NEW_COLUMN, _expected("new column", column="people_asked"), _expected("correction"))
    assert (judgement.unlisted, [entry.column for entry in judgement.unused]) == (0, ["sent"])
    assert not judgement.is_good
    assert Judgement([_expected("correction", workspace="leads")]).is_good
    of_another = [_expected("new column", column="people_asked"), _expected("correction", workspace="leads")]
    assert _judged(NEW_COLUMN, *of_another).is_good
    assert not _judged(NEW_COLUMN, *of_another, workspace="leads").is_good


def test_a_corrected_word_lets_nothing_else_of_the_text_differ():
    word = _expected("corrected word", "rpt_health", "message", before="sender account", after="sender")
    assert _judged(MESSAGE, word).is_good
    assert not _judged(MESSAGE._replace(after="2 sender lacks"), word).is_good
    verb = _expected("corrected word", "rpt_health", "message", before="lacks", after="has no")
    both = MESSAGE._replace(after="1 sender has no")
    assert _judged(both, word, verb).is_good
    assert not _judged(both, word).is_good
    line = Difference(
        "default/r.md", "line", "value", "## Week", "a sender account", "a sender", is_text=True
    )
    assert _judged(line, _expected("corrected word", "*/r.md", "*sender*", before=" account")).is_good


def test_the_first_twenty_are_shown_and_all_are_counted():
    judgement = Judgement([_expected("correction", column="rank")])
    judgement.judge("demo", [SENT._replace(key=f"row={number}") for number in range(25)])
    lines = list(judgement.lines())
    assert lines[0].startswith("demo: 25 differences that are not listed, 0 that are; 1 entries")
    assert lines[1] == "demo: rpt_summary, sent [row=0]: 890 -> 891"
    assert lines[21:] == ["... and 5 more", "nothing differs like this: rpt_summary, rank"]


def test_the_kept_list_is_understood(tmp_path):
    read_expected(EXPECTED)
    file = tmp_path / "expected.yaml"
    file.write_text(A_FILE)
    [entry] = read_expected(file)
    assert _judged(MESSAGE, entry).is_good
    for wrong in (
        A_FILE.replace("corrected word", "whatever").replace("  before: sender account\n", ""),
        A_FILE.replace("one name for one thing", '" "'),
        A_FILE.replace("before:", "befor:"),
        A_FILE.replace("corrected word", "correction"),
        A_FILE.replace("  before: sender account\n", ""),
    ):
        file.write_text(wrong)
        with pytest.raises((TypeError, ValueError)):
            read_expected(file)
