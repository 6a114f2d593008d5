"""From answers to marts: people of the demo, enriched by stand-ins, in the warehouse after the next run."""

import csv
import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from extract.enrichment.command import EnrichOptions, run_enrich
from extract.workspace.workspace import load_workspace
from reports.document.queries import read_report
from reports.document.render import render_markdown
from tests.conftest import Outcome, Workspace
from tests.extract.enrichment.stand_ins import Asked, Faults, llm_reply, stand_ins
from tests.projects import project

pytestmark = pytest.mark.usefixtures("built_without_dbt")

LEADS = 60
TRAITS = ("is_employed", "estimated_age", "gender")
UPSTREAM_PHONE, FOUND_PHONE = "+15550199", "+15550100"


def form(request: Asked) -> dict:
    """What a model reads from a profile as they are written below."""
    text = request.body["messages"][1]["content"]
    gender, evidence = ("female", "She writes") if "She writes" in text else ("male", "He writes")
    return {
        "is_employed": {"value": "employed", "confidence": 0.9, "evidence": "2021 - Present"},
        "estimated_age": {"value": 36, "confidence": 0.9, "evidence": "BSc, 2012"},
        "gender": {"value": gender, "confidence": 0.9, "evidence": evidence},
    }


def forget_services(folder: Path) -> None:
    """Nobody had asked any service, and upstream knows no address and no number of anybody."""
    for path in folder.glob("enrichment.sqlite*"):
        path.unlink()
    with duckdb.connect(str(folder / "raw.duckdb")) as connection:
        for table in ("runs", "asks", "answers", "source_rows"):
            connection.execute(f"delete from heyreach.enrichment_{table}")
        connection.execute(
            """
            update heyreach.list_leads set payload = regexp_replace(
                replace(payload::varchar, '"name":"phone"', '"name":"other_phone"'),
                '"emailAddress":"[^"]*"', '"emailAddress":null'
            )
            """
        )


def forget_traits(raw: Path) -> None:
    """Nobody upstream knows of anybody's employment, age or gender: the fields get other names."""
    with duckdb.connect(str(raw)) as connection:
        connection.execute(
            """
            update heyreach.list_leads set payload = regexp_replace(
                payload::varchar, '"name":"(is_employed|estimated_age|gender)"', '"name":"other_\\1"', 'g'
            )
            """
        )


def tell_phones(raw: Path) -> None:
    """Upstream knows a phone number of about half of the people."""
    with duckdb.connect(str(raw)) as connection:
        connection.execute(
            "update heyreach.list_leads set payload = replace(payload::varchar, '\"customFields\":[', ?) "
            "where hash(list_row_key) % 2 = 0",
            [f'"customFields":[{{"name":"phone","value":"{UPSTREAM_PHONE}"}},'],
        )


@pytest.fixture(scope="module")
def built(demo, tmp_path_factory) -> tuple[Workspace, Outcome]:
    """The demo's workspace without traits, after enriching people of January, and building again.

    Age and gender are opted into, employment is not.
    """
    workspace, _ = demo
    folder = tmp_path_factory.mktemp("enriched")
    shutil.copytree(workspace.data_dir, folder / "data")
    copy = Workspace(folder / "data", {})
    forget_services(folder / "data" / "demo")
    forget_traits(folder / "data" / "demo" / "raw.duckdb")
    tell_phones(folder / "data" / "demo" / "raw.duckdb")
    people = copy.query(
        "select lead_id, normalized_profile_url, '' from marts.heyreach_leads "
        "where is_valid_profile_url and lead_id in (select lead_id from marts.heyreach_connections where "
        "connection_sent_at >= '2026-01-01' and connection_sent_at < '2026-02-01') "
        f"order by created_at, lead_id limit {LEADS}"
    )
    profiles = folder / "data" / "demo" / "profiles"
    profiles.mkdir()
    with (folder / "leads.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["linkedin_url", "email"])
        for number, (_, person, email) in enumerate(people):
            writer.writerow([f"https://www.{person}", email])
            text = f"SRE, 2021 - Present\n{('She', 'He')[number % 2]} writes about databases\nBSc, 2012"
            (profiles / f"{person.rsplit('/', 1)[-1]}.txt").write_text(text)
    paces = "".join(f"  {name}: 6000\n" for name in ("apollo", "builtwith", "clearbit", "crunchbase", "llm"))
    infer = "infer: [estimated_age, gender]"
    project(folder, enrichment=f"requests_per_minute:\n{paces}{infer}\nusd_per_credit:\n  apollo: 0.1\n")
    with stand_ins(Faults(failed=0.1)) as served:
        served.answers["llm"] = lambda request: (200, llm_reply(form(request)))
        workspace = load_workspace(
            folder,
            {**served.environment(), "HEYREACH_API_KEY": "", "OUTBOUND_DATA_DIR": str(copy.data_dir)},
        )
        names = "apollo,clearbit,crunchbase,profile_inference"
        options = EnrichOptions(names, folder / "leads.csv", back_off=0.01)
        run_enrich(workspace, options, lambda line: None)
        served.faults = Faults()
        options = EnrichOptions("builtwith", source="aturiya", back_off=0.01)
        run_enrich(workspace, options, lambda line: None)
    outcome = copy.run("run", "--since", "2026-01-01", "--until", "2026-02-01")
    assert outcome.exit_code == 0, outcome.errors
    return copy, outcome


@pytest.fixture(scope="module")
def enriched(built) -> Workspace:
    """The workspace alone."""
    return built[0]


@pytest.fixture(scope="module")
def report(enriched) -> dict[str, str]:
    """Heading -> text of the section, of the whole report as the page has it."""
    with duckdb.connect(str(enriched.warehouse), read_only=True) as connection:
        text = render_markdown(read_report(connection), in_full=True)
    parts = re.split(r"^##+ (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_sections_about_persons_fill_with_what_is_opted_into_and_say_what_is_not_collected(report):
    age, gender = report["By age bracket"], report["By lead gender"]
    assert "36-40" in age
    assert "Female" in gender
    assert "Male" in gender
    assert "Female" in report["Gender of account and lead"]
    assert not any("Not collected" in text for text in (age, gender, report["Gender of account and lead"]))
    not_collected = report["More breakdowns"].strip()
    assert re.match(
        r"Not collected, because it isn't known of any lead or sender: .*\bemployment\b", not_collected
    )
    assert "By employment" not in report


def test_technologies_and_funding_are_breakdowns_where_enrichment_knows_them(enriched, report):
    counted = "select dimension, segment, sent from marts.rpt_segment_performance where dimension = "
    technologies = enriched.query(f"{counted} 'tech_stack' order by segment")
    # Whoever's company has both counts under each.
    assert technologies == [("tech_stack", name, technologies[0][2]) for name in ("aws_ec2", "postgresql")]
    assert 0 < technologies[0][2] < sum(sent for *_, sent in enriched.query(f"{counted} 'funding_stage'"))
    assert "A lead counts under each it has" in report["By technology"]
    assert "Series A" in report["By funding stage"]
    assert enriched.query(
        "select distinct field_source ->> 'technologies', field_source ->> 'funding_stage' "
        "from marts.heyreach_leads where technologies is not null"
    ) == [("clearbit", "crunchbase")]


def test_the_report_says_what_enrichment_found_and_cost(demo, report):
    assert "| apollo " in report["Enrichment"]
    assert "| profile\\_inference " in report["Enrichment"]
    assert "company\\_industry" in report["Where services disagree"]
    _, outcome = demo
    assert "| crunchbase " in outcome.reports[".md"].read_text()


def test_every_question_has_its_result(enriched):
    counts = dict(
        enriched.query("select integration, count(*) from marts.enrichment_results group by integration")
    )
    assert counts == {
        "builtwith": 6,
        **dict.fromkeys(("apollo", "clearbit", "crunchbase", "profile_inference"), LEADS),
    }
    statuses = {row[0] for row in enriched.query("select distinct status from marts.enrichment_results")}
    assert {"found", "failed"} <= statuses <= {"found", "failed", "no_input"}


def test_people_carry_what_was_found_and_its_origin(enriched):
    [(people, completed, employed, aged, gendered, dated)] = enriched.query(
        """
        select
            count(*),
            count(*) filter (where enrichment_status = 'completed'),
            count(*) filter (where is_employed is not null),
            count(*) filter (where estimated_age is not null and age_bracket is not null),
            count(*) filter (where gender is not null),
            count(*) filter (where enrichment_timestamp is not null)
        from marts.heyreach_leads
        where enrichment_status <> 'not_attempted'
        """
    )
    assert people == LEADS
    assert completed >= LEADS * 0.9
    assert employed == 0
    # Of the calls a tenth fails, by chance.
    assert aged == gendered >= LEADS * 0.7
    assert dated == LEADS
    [(sources,)] = enriched.query(
        "select count(*) from marts.heyreach_leads where field_source ->> 'headline' = 'apollo' "
        "and headline = 'SRE' and email is not null and company_domain is not null"
    )
    assert sources >= LEADS * 0.8


def test_a_phone_number_is_upstream_s_else_a_service_s(enriched):
    phones = enriched.query(
        "select phone, field_source ->> 'phone', count(*) from marts.heyreach_leads "
        f"where phone in ('{FOUND_PHONE}', '{UPSTREAM_PHONE}') group by all order by phone"
    )
    assert [row[:2] for row in phones] == [(FOUND_PHONE, "apollo"), (UPSTREAM_PHONE, None)]
    [(asked,)] = enriched.query(
        "select count(*) from marts.enrichment_values where field = 'phone' and value = '+15550100'"
    )
    # Of some of them upstream knew another one.
    assert 0 < phones[0][2] < asked


def test_who_was_found_is_enriched_and_requests_from_before_stay_as_they_were(enriched):
    upstream = "select lead_id, attributed.enrichment_level from marts.heyreach_leads left join "
    before = dict(
        enriched.query(f"{upstream} intermediate.int_leads_attributed as attributed using (lead_id)")
    )
    found = enriched.query(
        "select lead_id, enrichment_level, enriched_since is not null, field_source ->> 'enrichment_level' "
        "from marts.heyreach_leads"
    )
    turned = {lead for lead, level, _, _ in found if level != before[lead]}
    assert turned
    for lead, level, is_found, by in found:
        assert level == ("enriched" if is_found else before[lead])
        assert (by is not None) == (is_found and before[lead] != "enriched")
    requests = "select connection_id, lead_id, enrichment_level, is_sent from marts.heyreach_connections"
    at_first = dict(
        enriched.query(
            "select connection_id, attributed.enrichment_level from marts.heyreach_connections inner join "
            "intermediate.int_connections_attributed as attributed using (campaign_id, campaign_lead_id)"
        )
    )
    of_turned = [row for row in enriched.query(requests) if row[1] in turned]
    assert {row[3] for row in of_turned} == {True, False}
    for connection, _, level, is_sent in of_turned:
        assert level == (at_first[connection] if is_sent else "enriched")


def test_another_service_s_campaigns_and_leads_are_in_the_warehouse(enriched):
    campaigns = "select source, campaign_id, campaign_name from staging.stg_enrichment__source_campaigns"
    assert enriched.query(campaigns) == [("aturiya", "c1", "First")]
    [(leads, people, companies)] = enriched.query(
        "select count(*), count(distinct normalized_profile_url), count(company_name) "
        "from staging.stg_enrichment__source_leads where campaign_id = 'c1'"
    )
    assert (leads, people, companies) == (6, 6, 6)


def test_who_knew_better_before_is_not_overwritten(demo, enriched):
    workspace, _ = demo
    sql = "select lead_id, title, company_industry, company_name from marts.heyreach_leads order by lead_id"
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
        "select distinct integration from marts.enrichment_values "
        "where field = 'company_industry' and is_chosen and integrations_with_value > 1"
    )
    assert chosen == [("apollo",)]


def test_what_is_known_is_looked_up_by_person_and_company(enriched):
    """One row per question that was answered, with what was found and until when it counts."""
    columns = "entity_type, entity_key, source, data ->> '$.headline', data, fetched_at, expires_at"
    rows = enriched.query(f"select {columns} from marts.enrichment_cache order by id")
    answered = enriched.query(
        "select count(distinct (integration, key)) from staging.stg_enrichment__answers "
        "where status in ('found', 'not_found') and integration <> 'profile_inference'"
    )
    assert [(len(rows),)] == answered
    kinds = {row[:3:2]: row[1] for row in rows}
    assert kinds.keys() == {
        ("person", "apollo"),
        *(("company", name) for name in ("clearbit", "crunchbase", "builtwith")),
    }
    assert kinds["person", "apollo"].startswith("linkedin.com/in/")
    assert "." in kinds["company", "clearbit"]
    assert {row[3] for row in rows if row[2] == "apollo"} == {"SRE"}
    assert all(row[6] > row[5] for row in rows)
    assert not any(trait in str(row[4]) for row in rows for trait in TRAITS)


def test_every_point_names_its_fact_its_source_and_its_date(enriched):
    scores = enriched.query(
        "select intent_score, fit_score, accessibility_score, total_score, score_breakdown "
        "from marts.lead_scores"
    )
    [(leads, profiles)] = enriched.query(
        "select (select count(*) from marts.heyreach_leads where is_valid_profile_url), "
        "(select count(*) from marts.icp_profiles where valid_until is null)"
    )
    assert len(scores) == leads * profiles > 0
    groups = ("intent", "fit", "accessibility")
    sources = set()
    for *of_groups, total, breakdown in scores:
        points = json.loads(breakdown)
        assert of_groups == [
            sum(each["points"] for each in points if each["group"] == group) for group in groups
        ]
        assert total == (40 * of_groups[0] + 35 * of_groups[1] + 25 * of_groups[2] + 50) // 100
        assert all(each["points"] > 0 for each in points)
        assert all(each["fact"] and each["source"] and each["date"] <= "2026-12-31" for each in points), (
            points
        )
        sources |= {(each["component"], each["source"]) for each in points}
    assert {("recent_funding", "crunchbase"), ("direct_email", "apollo")} <= sources


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
    # Nobody set a price for the model: that is not the same as costing nothing.
    assert weeks["profile_inference"][-1] is None
    assert weeks["all"][0] == sum(week[0] for name, week in weeks.items() if name != "all")


def test_inferences_are_in_no_table_but_the_persons_own(enriched):
    fields = {row[0] for row in enriched.query("select distinct field from marts.enrichment_values")}
    assert fields
    assert not fields & set(TRAITS)


def test_a_night_first_asks_what_is_switched_on_for_it(demo, tmp_path, monkeypatch):
    workspace, _ = demo
    shutil.copytree(workspace.data_dir, tmp_path / "data")
    night = Workspace(tmp_path / "data", {})
    config = "nightly: [heyreach_engagement]\nnightly_most_leads: 5\n"
    place = project(tmp_path / "project", enrichment=config)
    monkeypatch.setattr("reports.cli.frame.PROJECT_DIR", place)
    outcome = night.run("daily")
    assert outcome.exit_code == 0, outcome.errors
    assert "warning: not everything was asked" not in outcome.errors
    asked = night.query(
        "select count(*) from marts.enrichment_results where integration = 'heyreach_engagement'"
    )
    assert asked == [(5,)]
