"""From answers to marts: people of the demo, enriched by stand-ins, in the warehouse after the next run."""

import shutil

import pytest

from extract.enrichment.command import EnrichOptions, run_enrich
from extract.settings import load_settings
from tests.conftest import Workspace
from tests.extract.enrichment.stand_ins import Faults, llm_reply, stand_ins

LEADS = 40
FORM = {
    "is_employed": {"value": "employed", "confidence": 0.9, "evidence": "2021 - Present"},
    "estimated_age": {"value": 36, "confidence": 0.9, "evidence": "BSc, 2012"},
    "gender": {"value": "female", "confidence": 0.9, "evidence": "She writes"},
}


@pytest.fixture(scope="module")
def enriched(demo, tmp_path_factory) -> Workspace:
    """The demo's workspace after enriching some of its people, and building again."""
    workspace, _ = demo
    folder = tmp_path_factory.mktemp("enriched")
    shutil.copytree(workspace.data_dir, folder / "data")
    copy = Workspace(folder / "data", {})
    people = copy.query(
        "select normalized_profile_url from marts.heyreach_leads where is_valid_profile_url "
        f"order by created_at desc, lead_id limit {LEADS}"
    )
    profiles = folder / "data" / "demo" / "profiles"
    profiles.mkdir()
    for (person,) in people:
        text = "SRE, 2021 - Present\nShe writes about databases\nBSc, 2012"
        (profiles / f"{person.rsplit('/', 1)[-1]}.txt").write_text(text)
    config = folder / "enrichment.yaml"
    paces = "".join(f"  {name}: 6000\n" for name in ("apollo", "clearbit", "llm"))
    config.write_text(
        f"requests_per_minute:\n{paces}infer: [is_employed, estimated_age, gender]\n"
        "usd_per_credit:\n  apollo: 0.1\n"
    )
    with stand_ins(Faults(failed=0.1)) as served:
        served.answers["llm"] = lambda request: (200, llm_reply(FORM))
        settings = load_settings(
            folder,
            {**served.environment(), "HEYREACH_API_KEY": "", "OUTBOUND_DATA_DIR": str(copy.data_dir)},
        )
        names = "apollo,clearbit,profile_inference"
        run_enrich(settings, config, EnrichOptions(names, limit=LEADS, back_off=0.01), lambda line: None)
    outcome = copy.run("run", "--since", "2026-01-01", "--until", "2026-02-01")
    assert outcome.exit_code == 0, outcome.errors
    return copy


def test_every_question_has_its_result(enriched):
    counts = dict(
        enriched.query("select integration, count(*) from marts.enrichment_results group by integration")
    )
    assert counts == {"apollo": LEADS, "clearbit": LEADS, "profile_inference": LEADS}
    statuses = {row[0] for row in enriched.query("select distinct status from marts.enrichment_results")}
    assert {"found", "failed"} <= statuses <= {"found", "failed", "no_input"}


def test_people_carry_what_was_found_and_its_origin(enriched):
    [(people, completed, employed, aged, dated)] = enriched.query(
        """
        select
            count(*),
            count(*) filter (where enrichment_status = 'completed'),
            count(*) filter (where is_employed is not null),
            count(*) filter (where estimated_age is not null and age_bracket is not null),
            count(*) filter (where enrichment_timestamp is not null)
        from marts.heyreach_leads
        where enrichment_status <> 'not_attempted'
        """
    )
    assert people == LEADS
    assert completed >= LEADS * 0.9
    assert employed >= LEADS * 0.8 <= aged
    assert dated == LEADS
    [(sources,)] = enriched.query(
        "select count(*) from marts.heyreach_leads where field_source like '%headline: apollo%' "
        "and headline = 'SRE' and email is not null and company_domain is not null"
    )
    assert sources >= LEADS * 0.8


def test_who_knew_better_before_is_not_overwritten(demo, enriched):
    workspace, _ = demo
    sql = "select lead_id, title, company_industry, gender from marts.heyreach_leads order by lead_id"
    after = {row[0]: row for row in enriched.query(sql)}
    for row in workspace.query(sql):
        assert all(old in (None, new) for old, new in zip(row, after[row[0]], strict=True))


def test_services_that_disagree_are_counted_and_one_is_believed(enriched):
    [(several, conflicting, rate)] = enriched.query(
        "select leads_with_several, conflicting_leads, conflict_rate from marts.rpt_enrichment_fields "
        "where field = 'company_industry'"
    )
    assert several == conflicting > 0
    assert rate == 1
    chosen = enriched.query(
        "select distinct field_source from marts.enrichment_values "
        "where field = 'company_industry' and is_chosen and integrations_with_value > 1"
    )
    assert chosen == [("apollo",)]


def test_quality_cost_and_coverage_are_followed_over_time(enriched):
    rows = enriched.query(
        "select integration, calls, found, cost_usd, quality_score, coverage, covered_leads_to_date, "
        "cost_usd_per_lead from marts.rpt_enrichment_weeks order by integration"
    )
    weeks = {row[0]: row[1:] for row in rows}
    calls, found, cost, quality, coverage, covered, per_lead = weeks["apollo"]
    assert (calls, cost) == (LEADS, pytest.approx(found * 0.1))
    assert quality == 1
    assert 0 < coverage < 1
    assert covered == found
    assert per_lead == pytest.approx(0.1)
    assert weeks["all"][0] == sum(week[0] for name, week in weeks.items() if name != "all")


def test_inferences_are_in_no_table_but_the_persons_own(enriched):
    fields = {row[0] for row in enriched.query("select distinct field from marts.enrichment_values")}
    assert fields
    assert not fields & {"gender", "estimated_age", "is_employed"}
