"""config/message_tests.yaml: what may be written down, a line for each problem, a journal of changes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extract.outreach.message_tests import MessageTest, keep, load_message_tests
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import load_workspace
from tests.projects import project

NOTE = "tests:\n  note:\n    arms: {short: 50, long: 50}\n    start: 2026-03-01\n"
SETTINGS = "acceptance_window_days: 10\n"


def loaded(folder: Path, text: str, **changed: str) -> list[MessageTest]:
    return load_message_tests(load_workspace(project(folder, message_tests=text, **changed), {}))


def test_the_shipped_file_has_no_test_and_its_example_is_one(tmp_path):
    shipped = (project(tmp_path) / "config" / "message_tests.yaml").read_text(encoding="utf-8")
    assert load_message_tests(load_workspace(tmp_path, {})) == []
    example = "\n".join(line.removeprefix("# ") for line in shipped.splitlines() if line.startswith("# "))
    (test,) = loaded(tmp_path, example[example.index("tests:") :])
    assert (test.name, test.plan["arms"]) == (
        "shorter_note",
        [{"variant": "short", "percent": 50}, {"variant": "long", "percent": 50}],
    )
    (tmp_path / "config" / "message_tests.yaml").unlink()
    assert load_message_tests(load_workspace(tmp_path, {})) == []


def test_all_that_decides_a_verdict_is_in_the_plan(tmp_path):
    (test,) = loaded(tmp_path, NOTE)
    assert json.loads(test.text) == {
        "metric": "acceptance",
        "arms": [{"variant": "short", "percent": 50}, {"variant": "long", "percent": 50}],
        "start": "2026-03-01",
        "icps": [],
        "smallest_difference_points": 10,
        "planned_requests": None,
        "window_days": 14,
    }
    changes = {
        NOTE.replace("50, long: 50", "40, long: 60"),
        NOTE.replace("03-01", "03-02"),
        f"{NOTE}    icps: [CTO]\n",
        f"{NOTE}    smallest_difference_points: 8\n",
        f"{NOTE}    planned_requests: 500\n",
    }
    others = [loaded(tmp_path, text)[0].config_hash for text in changes]
    others += [loaded(tmp_path, NOTE, settings=SETTINGS)[0].config_hash]
    assert len({test.config_hash, *others}) == len(changes) + 2


def test_a_test_of_replies_has_a_window_of_its_own(tmp_path):
    """That of acceptances is no part of it."""
    (test,) = loaded(tmp_path, f"{NOTE}    metric: replies\n", settings=SETTINGS)
    assert (test.plan["metric"], test.plan["window_days"]) == ("replies", 14)
    (other,) = loaded(tmp_path, f"{NOTE}    metric: replies\n    reply_window_days: 7\n")
    assert other.plan["window_days"] == 7
    assert test.config_hash not in (other.config_hash, loaded(tmp_path, NOTE)[0].config_hash)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (NOTE.replace("note", "The note"), 2, "'The note' can't name a test"),
        (NOTE.replace(", long: 50", ", long: 40"), 3, "arms are 90 per cent together, and must be 100"),
        (NOTE.replace(", long: 50", ""), 3, "arms must be two, as in {short: 50, long: 50}, not 1"),
        (NOTE.replace("long: 50", "long: 25, none: 25"), 3, "not 3; a third is another test"),
        (NOTE.replace("short: 50, long: 50", "short: 95, long: 10"), 3, "the share of 'short' must be"),
        (NOTE.replace("2026-03-01", "soon"), 4, "start must be a day like 2026-02-03, not 'soon'"),
        (NOTE.replace("    start: 2026-03-01\n", ""), 2, "start must be a day like 2026-02-03, not nothing"),
        (f"{NOTE}    metric: meetings\n", 5, "metric must be acceptance or replies, not 'meetings'"),
        (f"{NOTE}    reply_window_days: 7\n", 2, "note has reply_window_days, which only tests with"),
        (f"{NOTE}    metric: replies\n    reply_window_days: 91\n", 6, "reply_window_days must be"),
        (f"{NOTE}    smallest_difference_points: 1\n", 5, "smallest_difference_points must be"),
        (f"{NOTE}    planned_requests: 20\n", 5, "planned_requests must be"),
        (f"{NOTE}    lenght: 3\n", 5, "'lenght' is not known in note"),
        (f"{NOTE}  other:\n", 5, "other is empty: give it arms and a start"),
        ("test:\n", 1, "'test' is not known in the file; did you mean tests?"),
        ("tests: [note]\n", 1, "tests must be lines of `name: value`, not a list"),
        (
            f"{NOTE}  other:\n    arms: {{long: 50, longer: 50}}\n    start: 2026-03-01\n",
            5,
            "other has the arm 'long' of note: a value of `variant` is one test's",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path, text, line, problem):
    with pytest.raises(ConfigurationError) as error:
        loaded(tmp_path, text)
    (told,) = error.value.problems
    assert f"message_tests.yaml line {line}: " in told
    assert problem in told


def test_the_journal_has_what_was_written_down_changed_and_removed(tmp_path):
    changed = f"{NOTE}    planned_requests: 500\n"
    other = f"{NOTE}  other:\n    arms: {{a: 50, b: 50}}\n    start: 2026-03-01\n"
    paths = load_workspace(project(tmp_path), {"OUTBOUND_DATA_DIR": str(tmp_path / "data")}).paths
    given = []
    for day, text in enumerate([NOTE, NOTE, changed, other, "", NOTE], start=1):
        tests = loaded(tmp_path, text)
        keep(paths, tests, datetime(2026, 3, day, tzinfo=UTC))
        given.append({test.name: test.config_hash for test in tests})
    first, second, both = given[0]["note"], given[2]["note"], given[3]
    assert [
        (row["recorded_at"][8:10], row["test_name"], row["config_hash"])
        for row in journal.rows(paths.message_tests)
    ] == [
        ("01", "note", first),
        ("03", "note", second),
        ("04", "note", first),
        ("04", "other", both["other"]),
        ("05", "note", None),
        ("05", "other", None),
        ("06", "note", first),
    ]
    assert len({row["change_id"] for row in journal.rows(paths.message_tests)}) == 7
