"""`make inbox`: whom to ask next with names and links, as a file that imports take, and who is left out."""

import csv
import json
import stat
from datetime import date

import pytest

from extract.importer.mapping import load_mappings
from extract.importer.table import read_table
from extract.people.suppression import Suppressions
from tests.conftest import Workspace
from tests.projects import SHIPPED
from tests.reports.report_rows import FULL, publish

SAM = "https://www.linkedin.com/in/sam-sample"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """A workspace with invented rows in its warehouse."""
    leads = [
        {"profile_url": f"https://www.linkedin.com/in/{row['lead_id']}", **row}
        for row in FULL["rpt_lead_inbox"]
    ]
    publish(tmp_path / "warehouse.duckdb", {**FULL, "rpt_lead_inbox": leads})
    return Workspace(tmp_path, {"HEYREACH_API_KEY": "SENTINEL-KEY"})


def test_the_next_leads_are_shown_with_all_that_one_acts_on(workspace):
    outcome = workspace.run("inbox")
    assert outcome.exit_code == 0, outcome.errors
    assert outcome.printed.splitlines()[:11] == [
        "platform_teams: 310 leads to ask, 2 hot, 20 warm, 88 nurture, 200 cold. "
        "Ordered by expected acceptance: it holds.",
        "Drawn whatever their points: 1 of the 200 listed.",
        "3 more are dismissed, by you.",
        "Not known of 60 of the 200 listed: funding. make enrich WITH=crunchbase LIMIT=60",
        "",
        "1. Sam Sample, Head of SRE, Ours | GmbH (hot, 84 points, 41% expected to accept)",
        f"   {SAM}",
        "   why now: raised a Series B round 12 days ago; fits: tech",
        "   do: At once, and personally; open: LinkedIn request, e-mail",
        "   don't: ask before 2026-02-10, or from anybody but Ines, who asked a colleague on 2026-01-27",
        "   not known: phone; 75% of what services were asked was found",
    ]
    assert "2. Name unknown (cold, provisional, 1 points, 10% expected to accept)" in outcome.printed
    assert (
        "   why now: asked to keep the score honest: drawn, whatever its points; nothing" in outcome.printed
    )


@pytest.mark.parametrize(
    ("arguments", "ranks"),
    [
        (("--limit", "1"), [1]),
        (("--tier", "cold"), [2]),
        (("--tier", "warm"), []),
        (("--profile", "saas"), [1]),
    ],
)
def test_a_profile_a_tier_and_a_limit_choose(workspace, arguments, ranks):
    outcome = workspace.run("inbox", "--format", "json", *arguments)
    assert [lead["rank"] for lead in json.loads(outcome.printed)] == ranks
    shown = workspace.run("inbox", *arguments).printed
    assert ("None of those listed is warm." in shown) == (not ranks)
    assert ("1 more are listed" in shown) == (arguments[0] == "--limit")


def test_a_file_is_for_people_and_for_an_import(workspace):
    outcome = workspace.run("inbox", "--format", "csv")
    assert outcome.exit_code == 0, outcome.errors
    [path] = (workspace.data_dir / "leads").iterdir()
    assert path.name == "inbox-platform_teams-20260201T0930.csv"
    assert f"make import FILE={path} CAMPAIGN=..." in outcome.printed
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(newline="") as file:
        [first, second] = csv.DictReader(file)
    assert (first["is_exploration"], second["is_exploration"]) == ("False", "True")
    assert (first["profile_url"], first["tier"], first["missing"]) == (SAM, "hot", "phone")
    table = read_table(path, load_mappings(SHIPPED / "import_mappings.yaml"))
    assert {"lead.profile_url", "lead.first_name", "lead.last_name", "lead.company_name"} <= set(
        table.columns
    )


def test_whoever_was_erased_since_is_not_shown_and_in_no_file(workspace):
    Suppressions(workspace.data_dir / "suppressed").add(["linkedin.com/in/sam-sample"], date(2026, 2, 1))
    for format in ("text", "json", "csv"):
        assert "sam-sample" not in workspace.run("inbox", "--format", format).printed
    [path] = (workspace.data_dir / "leads").iterdir()
    assert "sam-sample" not in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--profile", "sas"), "There is no profile 'sas'; did you mean saas?"),
        (("--limit", "0"), "LIMIT must be 1 or more"),
        (("--tier", "hto"), "must be one of hot, warm, nurture, cold, not 'hto'; did you mean hot?"),
    ],
)
def test_a_slip_is_one_line(workspace, arguments, told):
    refused = workspace.run("inbox", *arguments)
    assert (refused.exit_code, told in refused.errors) == (2, True)


def test_where_nobody_is_left_or_nothing_was_built_it_is_said(workspace):
    workspace.warehouse.unlink()
    refused = workspace.run("inbox")
    assert (refused.exit_code, "`make run` first" in refused.errors) == (2, True)
    publish(workspace.warehouse, {})
    refused = workspace.run("inbox")
    assert (refused.exit_code, "Nobody is left to ask" in refused.errors) == (2, True)
