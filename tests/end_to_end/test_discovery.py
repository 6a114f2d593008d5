"""Companies and people that a search brought, in the demo's warehouse: scored, and in no count of leads."""

import shutil

import pytest

from tests.conftest import Workspace
from tests.looking import look_at

# What looks at whoever is known, and not at who came in.
OF_EVERYBODY = {
    *("discovered_companies", "enrichment_cache", "enrichment_results", "enrichment_values"),
    *(
        "heyreach_lead_spellings",
        "heyreach_leads",
        "lead_names",
        "lead_facts",
        "lead_score_points",
        "signal_events",
    ),
    *("rpt_enrichment_fields", "rpt_enrichment_weeks", "rpt_icp_profiles", "rpt_inbox_profiles"),
    *("rpt_lead_inbox", "rpt_score_validation", "rpt_watched_leads"),
    *("prospect_points", "prospect_segments", "rpt_segments", "rpt_segment_prospects"),
}
# What every pull and build adds to.
OF_RUNS = {
    "pipeline_runs",
    "heyreach_analytics_snapshots",
    "rpt_health",
    "rpt_reconciliation",
    "rpt_snapshot",
}


@pytest.fixture(scope="module")
def discovered(demo, built_without_dbt, tmp_path_factory) -> Workspace:
    """The demo's workspace after a search for companies and people, and a build."""
    folder = tmp_path_factory.mktemp("discovered") / "data"
    shutil.copytree(demo[0].data_dir, folder)
    workspace = Workspace(folder, {})
    brought = workspace.run("discover", "--profile", "saas", "--limit", "5", "--people", "--apply")
    assert brought.exit_code == 0, brought.errors
    for step in (("extract",), ("build", "--since", "2026-01-01", "--until", "2026-02-01")):
        outcome = workspace.run(*step)
        assert outcome.exit_code == 0, outcome.errors
    return workspace


def test_no_count_of_leads_knows_who_was_only_found(demo, discovered):
    with look_at(discovered.warehouse) as connection:
        connection.execute(f"attach '{demo[0].warehouse}' as before (read_only)")
        [(database,)] = connection.execute("select current_database()").fetchall()
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = ? and schema_name = 'marts'",
            [database],
        ).fetchall()
        names = {name for (name,) in tables} - OF_EVERYBODY - OF_RUNS
        changed = {
            name
            for name in names
            if connection.execute(
                f"(from {database}.marts.{name} except all from before.marts.{name}) union all "
                f"(from before.marts.{name} except all from {database}.marts.{name})"
            ).fetchall()
        }
        assert len(names) > 40
        assert changed == set()
        # Of who came in everything is as it was, also where everybody is looked at.
        columns = "* exclude (as_of)"
        [(gone,)] = connection.execute(
            f"select count(*) from (select {columns} from before.marts.heyreach_leads "
            f"except all select {columns} from {database}.marts.heyreach_leads)"
        ).fetchall()
        assert gone == 0
        connection.execute("detach before")


def test_who_was_found_is_a_lead_that_nobody_asked_and_can_be_imported(discovered):
    leads = discovered.query(
        """
        select leads.attribution_origin, leads.source, leads.imported_at, leads.campaign_count,
            leads.list_count, leads.import_count, points.score_coverage > 0, companies.decided_as
        from marts.heyreach_leads as leads
        inner join marts.lead_score_points as points using (lead_id)
        inner join marts.discovered_companies as companies using (company_domain)
        where leads.imported_at_method = 'discovered' and points.icp_profile = 'saas'
        """
    )
    assert len(leads) > 5
    assert set(leads) == {("discovery", "discovery", None, 0, 0, 0, True, None)}
    # What a search told of their company is a signal of theirs.
    [(funded,)] = discovered.query(
        """
        select count(*) from marts.lead_score_points as points
        inner join marts.heyreach_leads as leads using (lead_id)
        where leads.imported_at_method = 'discovered' and points.recent_funding > 0
        """
    )
    assert funded > 0
    written = discovered.run("inbox", "--profile", "saas", "--format", "csv")
    assert written.exit_code == 0, written.errors
    [file] = (discovered.data_dir / "demo" / "leads").glob("*inbox*.csv")
    rows = file.read_text(encoding="utf-8")
    found = discovered.query(
        "select profile_url, first_name, last_name from marts.rpt_lead_inbox where icp_profile = 'saas' "
        "and lead_id in (select lead_id from marts.heyreach_leads where imported_at_method = 'discovered')"
    )
    assert found
    assert all(link in rows and first in rows and last in rows for link, first, last in found)
