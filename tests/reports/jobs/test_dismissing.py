"""`make inbox DISMISS=`: somebody is noted with what they were worth, left out at once, and taken back."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from extract.intelligence.dismissals import DAYS, dismissed, dismissed_since
from extract.people.suppression import Suppressions
from extract.workspace import journal
from extract.workspace.paths import Paths
from tests.conftest import Workspace
from tests.reports.report_rows import AS_OF, FULL, publish

SAM = "https://www.linkedin.com/in/sam-sample"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """A workspace in whose inbox Sam is the first, with 84 points."""
    warehouse = publish(tmp_path / "warehouse.duckdb", FULL)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"""
            create table marts.heyreach_leads as select 'a' as lead_id, timestamptz '{AS_OF}' as as_of,
                'linkedin.com/in/sam-sample' as normalized_profile_url, true as is_valid_profile_url;
            create table marts.icp_profiles as from (values ('platform_teams', true, null),
                ('saas', false, null), ('platform_teams', true, timestamptz '2026-01-01')
            ) as rows (name, is_default, valid_until);
            create table marts.lead_score_points as
            from (values ('a', 'platform_teams', 84), ('a', 'saas', 6))
                as points (lead_id, icp_profile, total_score);
        """)
    return Workspace(tmp_path, {"HEYREACH_API_KEY": "SENTINEL-KEY"})


def build_reads_the_journal(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("""
            create schema if not exists staging;
            create or replace table staging.stg_operations__run_parameters as select now() as requested_at
        """)


def test_a_person_in_any_spelling_is_left_out_at_once_and_until_a_day_is_said(workspace):
    done = workspace.run(
        "inbox",
        "--dismiss",
        "https://de.linkedin.com/in/Sam-Sample/?trk=x",
        "--reason",
        " left\tthem ",
        "--days",
        "30",
    )
    assert done.exit_code == 0, done.errors
    day = datetime.now(UTC).date() + timedelta(30)
    assert f"dismissed: {SAM}, until {day}, or until their score rises" in done.printed
    [row] = journal.rows(Paths(workspace.data_dir).dismissals)
    assert (row["decision"], row["profile_url"], row["reason"]) == ("dismiss", SAM, "left them")
    assert (row["icp_profile"], row["total_score"], row["as_of"]) == (
        "platform_teams",
        84,
        "2026-02-01T09:30:00Z",
    )
    assert SAM not in workspace.run("inbox").printed
    assert SAM not in workspace.run("inbox", "--format", "json").printed
    back = workspace.run("inbox", "--undismiss", SAM)
    assert back.printed == f"in the inbox again, from the next build on: {SAM}\n"
    assert SAM in workspace.run("inbox").printed
    refused = workspace.run("inbox", "--undismiss", SAM)
    assert (refused.exit_code, f"{SAM} isn't dismissed" in refused.errors) == (2, True)


def test_what_a_build_has_read_is_its_to_say(workspace):
    """What brought somebody back is known there, and not in the journal."""
    workspace.run("inbox", "--dismiss", SAM)
    paths = Paths(workspace.data_dir)
    assert dismissed_since(paths) == {SAM}
    build_reads_the_journal(workspace)
    assert dismissed_since(paths) == set()
    assert SAM in workspace.run("inbox").printed
    workspace.run("inbox", "--dismiss", SAM)
    assert dismissed_since(paths) == {SAM}
    [each] = dismissed(paths).values()
    assert (each.until - each.since).days in (DAYS - 1, DAYS)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--dismiss", "linkedin.com/company/ours"), "URL is no person's profile (not_a_person)"),
        (("--dismiss", "https://www.linkedin.com/in/nobody"), "No lead has this profile"),
        (("--dismiss", SAM, "--days", "0"), "DAYS must be 1 to 3,650, not 0"),
        (("--dismiss", SAM, "--reason", "x" * 501), "REASON must be 500 letters at most, not 501"),
        (("--reason", "x"), "--reason and --days need --dismiss"),
        (("--dismiss", SAM, "--undismiss", SAM), "--dismiss and --undismiss don't go together"),
    ],
)
def test_what_can_not_be_dismissed_is_one_line(workspace, arguments, told):
    refused = workspace.run("inbox", *arguments)
    assert (refused.exit_code, told in refused.errors) == (2, True), refused.errors
    assert dismissed(Paths(workspace.data_dir)) == {}


def test_whoever_was_erased_is_not_noted(workspace):
    Suppressions(workspace.data_dir / "suppressed").add(["linkedin.com/in/sam-sample"], date(2026, 2, 1))
    refused = workspace.run("inbox", "--dismiss", SAM)
    assert (refused.exit_code, "was erased or purged" in refused.errors) == (2, True)
    assert not Paths(workspace.data_dir).dismissals.exists()
