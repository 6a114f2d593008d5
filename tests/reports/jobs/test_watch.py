"""`make watch`: who is watched is noted once, listed with what changed, and let go."""

from datetime import date

import duckdb
import pytest

from extract.intelligence.watches import Target, watched
from extract.people.suppression import Suppressions
from extract.workspace import journal
from extract.workspace.paths import Paths
from tests.conftest import Workspace
from tests.reports.report_rows import AS_OF, FULL, publish

SAM = "https://www.linkedin.com/in/sam-sample"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """A workspace in whose warehouse Sam is hot, of ours.example, and watched."""
    warehouse = publish(tmp_path / "warehouse.duckdb", {**FULL, "rpt_summary": [{"as_of": AS_OF}]})
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("""
            create table marts.heyreach_leads as
            select slug as lead_id, 'linkedin.com/in/' || slug as normalized_profile_url,
                true as is_valid_profile_url, domain as company_domain
            from (values ('sam-sample', 'ours.example'), ('kim', 'ours.example')) as people (slug, domain);
            create table marts.lead_score_points as
            select * from (values ('sam-sample', 'saas', 'hot', null), ('kim', 'platform_teams', 'hot', null),
                ('kim', 'saas', 'hot', 'no_decision_maker')
            ) as points (lead_id, icp_profile, tier, not_eligible_because);
        """)
    return Workspace(tmp_path, {"HEYREACH_API_KEY": "SENTINEL-KEY"})


def targets(workspace: Workspace) -> list[Target]:
    return list(watched(Paths(workspace.data_dir)))


def test_a_person_is_noted_once_in_any_spelling_and_let_go(workspace):
    begun = workspace.run("watch", "--url", "https://de.linkedin.com/in/Sam-Sample/?trk=x")
    assert begun.exit_code == 0, begun.errors
    assert f"watched: {SAM} (1 lead now). It counts from the next build on: make build" in begun.printed
    assert f"already: {SAM}" in workspace.run("watch", "--url", SAM).printed
    [row] = journal.rows(Paths(workspace.data_dir).watches)
    assert (row["decision"], row["profile_url"], row["as_of"]) == ("watch", SAM, "2026-02-01T09:30:00Z")
    assert workspace.run("watch", "--url", SAM, "--stop").printed == f"watched no more: {SAM}\n"
    assert targets(workspace) == []
    refused = workspace.run("watch", "--url", SAM, "--stop")
    assert (refused.exit_code, "isn't watched; watched are: nobody is" in refused.errors) == (2, True)
    assert workspace.run("watch", "--url", SAM).exit_code == 0
    assert targets(workspace) == [Target(SAM)]


def test_a_company_concerns_all_its_leads(workspace):
    assert (
        "ours.example (2 leads now)"
        in workspace.run("watch", "--domain", "https://www.ours.example/a").printed
    )
    assert targets(workspace) == [Target(company_domain="ours.example")]


def test_of_a_profile_those_who_are_hot_and_asked_for_are_noted_each(workspace):
    assert "hot leads of saas (1 lead now)" in workspace.run("watch", "--profile", "saas").printed
    rows = journal.rows(Paths(workspace.data_dir).watches)
    assert [(row["profile_url"], row["icp_profile"]) for row in rows] == [(None, "saas"), (SAM, "saas")]
    # They are no targets of their own.
    assert targets(workspace) == [Target(icp_profile="saas")]


def test_without_one_they_are_listed_with_what_changed(workspace):
    assert workspace.run("watch").printed.startswith("Nobody is watched: ")
    workspace.run("watch", "--url", SAM)
    printed = workspace.run("watch").printed
    assert f": {SAM}\n" in printed
    assert "Nights ask no service about their signals: name some in nightly of " in printed
    assert f"  Head of SRE, Ours GmbH, {SAM}\n    platform_teams: hot, 84 points\n" in printed
    assert "    changed: was warm (66 points), is hot (84): recent funding counts now\n" in printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--url", "linkedin.com/company/ours"), "URL is no person's profile (not_a_person)"),
        (("--domain", "gmail.com"), "DOMAIN must be one of a company, like example.com, not 'gmail.com'"),
        (("--profile", "sas"), "There is no profile 'sas'; did you mean saas?"),
        (
            ("--url", SAM, "--domain", "ours.example"),
            "Name one to watch: URL= of a person, DOMAIN= of a company",
        ),
        (("--stop",), "--stop needs --url, --domain or --profile"),
    ],
)
def test_what_can_not_be_watched_is_one_line(workspace, arguments, told):
    refused = workspace.run("watch", *arguments)
    assert (refused.exit_code, told in refused.errors) == (2, True)
    assert targets(workspace) == []


def test_whoever_was_erased_is_not_watched(workspace):
    Suppressions(workspace.data_dir / "suppressed").add(["linkedin.com/in/sam-sample"], date(2026, 2, 1))
    refused = workspace.run("watch", "--url", SAM)
    assert (refused.exit_code, "was erased or purged" in refused.errors) == (2, True)


def test_before_there_is_a_warehouse_nobody_can_be_watched(workspace):
    workspace.warehouse.unlink()
    refused = workspace.run("watch", "--url", SAM)
    assert (refused.exit_code, "`make run` first" in refused.errors) == (2, True)
