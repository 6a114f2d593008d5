"""`make advice` on the kept demo: listed, declined, said to be done, and what the next build makes of it."""

import shutil
from dataclasses import dataclass

import pytest

from extract.workspace import journal
from extract.workspace.paths import Paths
from tests import data_folders
from tests.conftest import Outcome, Workspace
from tests.data_folders import Kept

pytestmark = pytest.mark.usefixtures("built_without_dbt")

PAUSED, GONE, LOGGED_OUT = "40106", "50103", "50104"
# The one who is logged out is also accepted less, which is another line.
PLACE = "if(cause = 'low_acceptance', 'lower ' || segment, segment)"


@dataclass(frozen=True)
class Said:
    """A workspace in which some was said of its advice and a build was made, and the calls before that."""

    workspace: Workspace
    ids: dict[str, str]
    before: tuple[int, float]
    listed: Outcome
    declined: Outcome
    done: Outcome
    refused: list[Outcome]


@pytest.fixture(scope="module")
def said(compiled, tmp_path_factory) -> Said:
    kept = Kept.read("1ca0139", "demo")
    built = data_folders.built(tmp_path_factory, "1ca0139", "demo")
    data_dir = tmp_path_factory.mktemp("advice") / "data"
    shutil.copytree(built.data_dir, data_dir)
    workspace = data_folders.workspace_of(data_dir, kept.base_url)
    ids = dict(workspace.query(f"select {PLACE}, advice_id from marts.rpt_bottlenecks"))
    [before] = workspace.query("select alarms, recoverable_accepts_per_week from marts.rpt_diagnosis")
    listed = workspace.run("advice")
    refused = [
        workspace.run("advice", "--decline", ids[PAUSED]),
        workspace.run("advice", "--decline", "zz", "--reason", "No"),
        workspace.run("advice", "--done", ids[PAUSED], "--reason", "No"),
    ]
    declined = workspace.run(
        "advice", "--decline", ids[PAUSED][:5], "--reason", "  The client\twants a break "
    )
    done = workspace.run("advice", "--done", ids[GONE])
    # What was declined when a tenth of it spoke for it.
    path = Paths(data_dir).advice
    first = journal.rows(path)[0]
    journal.append(
        path,
        {**first, "declaration_id": "early", "advice_id": ids[LOGGED_OUT], "evidence_n": 4, "worth": 9.0},
    )
    data_folders.build(workspace, kept.since, kept.until, kept.as_of)
    return Said(workspace, ids, before, listed, declined, done, refused)


def test_what_is_advised_is_listed_with_its_id(said):
    assert said.listed.exit_code == 0, said.listed.errors
    assert said.listed.printed.startswith("Open:\n")
    assert f"  {said.ids[PAUSED]}  Shown since 2026-02-09: 108 leads wait behind" in said.listed.printed
    assert "Done:" not in said.listed.printed


def test_what_can_not_be_said_is_refused_with_what_can(said):
    lines = [outcome.errors.splitlines()[-1] for outcome in said.refused]
    assert [outcome.exit_code for outcome in said.refused] == [2, 2, 2]
    assert "Say why" in lines[0]
    assert "'zz' is no advice that is open; name one of: " in lines[1]
    assert said.ids[PAUSED] in lines[1]
    assert "--reason belongs to --decline" in lines[2]
    assert len(journal.rows(Paths(said.workspace.data_dir).advice)) == 3


def test_what_was_declined_is_no_alarm_until_twice_as_much_speaks_for_it(said):
    rows = said.workspace.query(f"select {PLACE}, verdict, rank from marts.rpt_bottlenecks order by rank")
    verdicts = {segment: verdict for segment, verdict, _ in rows}
    assert (verdicts[PAUSED], verdicts[LOGGED_OUT]) == ("declined", "blocked")
    assert rows[-1][0] == PAUSED
    [(alarms, worth)] = said.workspace.query(
        "select alarms, recoverable_accepts_per_week from marts.rpt_diagnosis"
    )
    [(together,)] = said.workspace.query(
        f"select worth_together from marts.rpt_bottlenecks where segment = '{PAUSED}'"
    )
    assert together > 1
    assert (alarms, worth) == (said.before[0] - 1, pytest.approx(said.before[1] - together, abs=1e-5))


def test_what_was_said_is_listed_after_the_next_build_and_in_its_report(said):
    assert "It counts from the next build on" in said.declined.printed
    printed = said.workspace.run("advice").printed
    done, declined = printed.split("Done:\n")[1].split("Declined:\n")
    assert f"  {said.ids[GONE]}  Reconnected" in done
    assert "(as you said)" in done
    assert f"  {said.ids[PAUSED]}  Declined on 2026-02-09 (The client wants a break), out of" in declined
    report = said.workspace.run(
        "report", "--format", "markdown", "--output-dir", str(said.workspace.data_dir / "out")
    )
    text = report.reports[".md"].read_text()
    section = text.split("## What came of advice\n")[1].split("\n## ")[0]
    assert f"| {said.ids[GONE]} " in section
    assert f"| {said.ids[PAUSED]} " in section


def test_the_same_stall_is_the_same_advice_and_first_shown_when_it_was(said):
    """The report before was published with the same as-of, and is remembered."""
    rows = said.workspace.query(
        "select advice_id, episode, first_shown_at = as_of from marts.rpt_advice_outcomes order by advice_id"
    )
    assert rows == [(advice_id, 1, True) for advice_id in sorted(said.ids.values())]
    [(remembered,)] = said.workspace.query("select count(*) from findings.fnd_advice_episodes")
    assert remembered == len(said.ids)
