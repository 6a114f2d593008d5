"""Whom to ask next: who is listed and who isn't, in which order, with which reasons and which warnings."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from dbt_project.rendering import rendered, returned
from tests.dbt_project.models import model_sql
from tests.dbt_project.score_tables import answered, create, score
from tests.dbt_project.test_lead_scores import PROFILES, SCORING

AS_OF = datetime(2026, 2, 1, 6, tzinfo=UTC)
MODELS = (
    "lead_names",
    "fnd_leads_to_ask",
    "fnd_dismissed_leads",
    "fnd_leads_listed",
    "rpt_lead_inbox",
    "rpt_inbox_profiles",
)
# Lead, title, company, domain, industry, size, technologies, e-mail.
PEOPLE = """
    ('ann', 'CTO', 'Ours GmbH', 'ours.example', 'tech', '120', 'aws, react, terraform', 'ann@ours.example'),
    ('asked', 'CTO', 'Ours GmbH', 'ours.example', 'tech', '120', null, null),
    ('waits', 'CTO', 'Ours GmbH', null, 'tech', '120', null, null),
    ('excluded', 'CTO', null, null, 'tech', '120', null, null),
    ('connected', 'CTO', null, null, 'tech', '120', null, null),
    ('undecided', 'CTO', null, null, 'tech', '120', null, null),
    ('in the network', 'CTO', null, null, 'tech', '120', null, null),
    ('no link', 'CTO', null, null, 'tech', '120', null, null),
    ('failed', 'VP Engineering', 'Theirs Ltd.', 'theirs.example', 'finance', '51-200', 'python', null),
    ('stopped', 'CTO', 'Theirs', null, null, null, null, null),
    ('a sales rep', 'Sales', 'Theirs', null, 'tech', '120', null, null),
    ('asked long ago', 'CTO', 'Theirs', 'theirs.example', 'tech', '120', null, null)
"""
NOT_TOLD = ("company_region", "phone", "funding_stage", "source_list", "icp", "keywords", "batch_id")
# Lead, campaign, sender, status, sent, accepted, undecided, waiting, sent at.
CONNECTIONS = """
    ('asked', '1', 'ines', 'sent', true, false, false, false, timestamptz '2026-01-29'),
    ('waits', '2', 'ines', 'queued', false, false, false, true, null),
    ('excluded', '1', 'ines', 'excluded', false, false, false, false, null),
    ('connected', '1', 'ines', 'already_connected', false, false, false, false, null),
    ('undecided', '1', 'ines', 'accepted', false, true, true, false, null),
    ('failed', '1', 'ines', 'failed', false, false, false, false, null),
    ('stopped', '1', 'ines', 'queued', false, false, false, false, null),
    ('asked long ago', '1', 'oren', 'accepted', true, true, false, false, timestamptz '2026-01-05')
"""
SIGNALS = """
    (null, 'ours.example', 'recent_funding', '{"type": "series_b", "amount_usd": 12500000}', '2026-01-20'),
    (null, 'ours.example', 'recent_funding', '{"type": "seed"}', '2024-03-01'),
    (null, 'ours.example', 'actively_hiring', '{"open_positions": 2, "newest": ["SRE", "Platform Engineer"]}', '2025-12-05'),
    (null, 'ours.example', 'tech_stack_change', '{"came": ["Argo CD"], "went": []}', '2026-01-30'),
    ('ann', null, 'page_visit', '{"file": "a.jsonl", "detail": "the prices"}', '2026-01-31'),
    (null, 'theirs.example', 'recent_funding', '{"type": "debt_financing"}', '2025-02-01')
"""  # noqa: E501


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        settings = {
            "inbox_most_leads": 200,
            "watch_points": 10,
            "exploration_share_percent": 0,
            "acceptance_window_days": 14,
        }
        create(connection, PROFILES, SCORING, AS_OF.isoformat(), **settings)
        connection.execute(f"""
            create table stg_operations__dismissals (dismissal_id text, decision text, profile_url text,
                icp_profile text, total_score int, reason text, until_at timestamptz,
                declared_as_of timestamptz, declared_at timestamptz);
            create table icp_profiles as
            select name, name = 'saas' as is_default, null as valid_until
            from unnest(['saas', 'anyone large']) as profiles (name);
            create table heyreach_leads as
            select *, lead_id <> 'no link' as is_valid_profile_url, company_size_raw as company_size,
                if(lead_id = 'no link', null, 'linkedin.com/in/' || lead_id) as normalized_profile_url,
                null::json as field_source, 'clay' as source,
                timestamptz '2025-12-01' as created_at
            from (values {PEOPLE}) as people (lead_id, title, company_name, company_domain, company_industry,
                company_size_raw, technologies, email);
            create table heyreach_connections as
            select *, lead_id || campaign_id as connection_id
            from (values {CONNECTIONS}) as rows (lead_id, campaign_id, account_id, status, is_sent,
                is_accepted, is_undecided, is_waiting, sent_cohort_at);
            create table signal_events as
            select lead_id, company_domain, signal_type, signal_data::json as signal_data,
                happened_on::timestamptz as occurred_at, happened_on::timestamptz as detected_at
            from (values {SIGNALS}) as events
                (lead_id, company_domain, signal_type, signal_data, happened_on);
            create table heyreach_accounts as select 'ines' as account_id, 'Ines' as label;
            create table heyreach_campaigns as select '2' as campaign_id, 'Leaders' as campaign_name;
            create table enrichment_values as select 'in the network' as lead_id, '1' as value,
                'connection_degree' as field, true as is_chosen;
            create table fnd_expected_acceptance (lead_id text, icp_profile text, expected_acceptance double);
            create table rpt_score_validation (icp_profile text, metric text, scope text, verdict text);
            insert into enrichment_fields from (values ('hunter', 'email', 1),
                ('apollo', 'company_domain', 1), ('apollo', 'email', 2), ('apollo', 'phone', 1),
                ('crunchbase', 'last_funding_at', 1)) as fields (integration, field, priority);
            create table int_lead_rows_identified as select * from (values ('ann', 'list', 'l', '1'),
                ('ann', 'campaign', 'c', '1')) as rows (lead_id, found_in, container_id, row_key);
            create table int_people_discovered (integration text, key text, first_name text, last_name text);
            create table stg_heyreach__campaign_leads as
            select 'c' as campaign_id, '1' as campaign_lead_id, 'Ann' as first_name, null::text as last_name;
            create table stg_heyreach__list_leads as
            select 'l' as list_id, '1' as list_row_key, 'Anna' as first_name, 'Sample' as last_name;
        """)
        for column in NOT_TOLD:
            connection.execute(f"alter table heyreach_leads add column {column} text")
        connection.execute("alter table heyreach_leads add column enrichment_score double")
        connection.execute("create table int_leads_filled as select * from heyreach_leads")
        answered(connection, "failed", "hunter", "2026-01-10")
        score(connection, *MODELS)
        yield connection


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[dict]:
    answer = database.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@pytest.fixture(scope="module")
def listed(database) -> dict[str, dict]:
    """The rows of the profile `saas`, by lead."""
    found = rows(database, "select * from rpt_lead_inbox where icp_profile = 'saas' order by rank")
    return {row["lead_id"]: row for row in found}


def test_listed_is_who_was_never_asked_waits_nowhere_and_is_asked_for_the_best_first(database, listed):
    assert list(listed) == ["ann", "failed", "stopped"]
    assert [row["rank"] for row in listed.values()] == [1, 2, 3]
    of_all = rows(database, "select lead_id from rpt_lead_inbox where icp_profile <> 'saas'")
    assert {row["lead_id"] for row in of_all} == {*listed, "a sales rep"}


def test_what_speaks_for_a_lead_are_its_signals_that_count_and_what_fits(listed):
    # Of the two rounds the newest; technologies that changed give `saas` no points, and aren't said.
    assert listed["ann"]["why_now"] == (
        "raised a Series B round (12.5 million dollars) 12 days ago, "
        "hires for 2 places: SRE, Platform Engineer (seen 58 days ago), visited the prices yesterday; "
        "fits: tech, 120 people, uses aws, react, terraform"
    )
    assert listed["failed"]["why_now"] == (
        "nothing new is known; fits: finance, 51-200 people, uses python, too"
    )
    assert listed["stopped"]["why_now"] == "nothing is known that speaks for it"
    assert listed["ann"]["newest_signal_at"] == datetime(2026, 1, 31, tzinfo=UTC)
    assert listed["failed"]["newest_signal_at"] is None


def test_what_a_lead_lacks_is_what_a_profile_gives_points_for_and_nobody_answered(listed):
    assert listed["ann"]["missing"] == ["new leaders", "growth", "region", "phone"]
    # Hunter had no address: that is known.
    assert "e-mail" not in listed["failed"]["missing"]
    assert listed["stopped"]["missing"] == [
        *("company domain", "funding", "hiring", "technologies", "new leaders", "growth", "industry", "size"),
        *("region", "e-mail", "phone"),
    ]
    assert (listed["ann"]["channels"], listed["failed"]["channels"]) == (
        "LinkedIn request, e-mail",
        "LinkedIn request",
    )


def test_what_not_to_do_is_said_of_colleagues_of_points_that_end_and_of_what_went_wrong(listed):
    # A colleague is one of the same domain, or the same name; who was asked before the window is none.
    assert listed["ann"]["warnings"] == (
        "ask before 2026-02-12, or from anybody but Ines, who asked a colleague on 2026-01-29; "
        "ask while colleagues wait in Leaders (1); wait until 2026-02-03, when actively hiring counts no more"
    )
    assert listed["failed"]["warnings"] == "ask without a look at the profile: a request failed before"
    assert listed["stopped"]["warnings"] == "ask without knowing why the lead was taken out of a campaign"


def test_a_colleague_s_acceptance_says_who_should_ask(database):
    database.execute("begin")
    database.execute(
        "update heyreach_connections set sent_cohort_at = timestamptz '2026-01-25' where account_id = 'oren'"
    )
    found = rows(
        database,
        f"select warnings from ({model_sql('rpt_lead_inbox')}) where lead_id in ('failed', 'stopped')",
    )
    database.execute("rollback")
    assert {row["warnings"].partition(";")[0] for row in found} == {
        "ask from anybody but oren, whom a colleague accepted"
    }


def test_names_are_the_campaign_s_and_what_it_lacks_is_the_list_s(listed):
    ann = listed["ann"]
    assert (ann["first_name"], ann["last_name"], ann["profile_url"]) == (
        *("Ann", "Sample"),
        "https://www.linkedin.com/in/ann",
    )


def test_tiers_have_their_actions_and_an_order_says_what_it_stands_on(database, listed):
    assert {(row["tier"], row["action"]) for row in listed.values()} == {
        ("warm", "Next in the queue"),
        ("cold", "Only watch it for signals"),
    }
    [saas, _] = rows(database, "select * from rpt_inbox_profiles order by profile_order")
    assert (saas["icp_profile"], saas["is_default"], saas["ranked_by"]) == ("saas", True, "points")
    assert saas["ranking"].startswith("Ordered by points: ")
    assert (saas["exploration_leads"], saas["exploration"]) == (0, None)


def test_those_not_listed_are_counted_and_services_are_asked_first_for_what_tells_most(database):
    [saas, large] = rows(database, "select * from rpt_inbox_profiles order by profile_order")
    assert (saas["leads_to_ask"], saas["not_eligible_leads"], saas["listed_leads"]) == (3, 1, 3)
    assert (large["leads_to_ask"], large["not_eligible_leads"], large["listed_leads"]) == (4, 0, 4)
    # One lead has no domain, and on that hang funding, hiring, growth, technologies and the address.
    assert saas["ask_first"] == (
        "Not known of 1 of the 3 listed: company domain, which decides up to 50 points of each."
    )
    assert saas["ask_first_command"] == "make enrich WITH=apollo LIMIT=1"


# What is otherwise than with a dismissal as of 2026-01-31 06:00; whether they stay dismissed.
@pytest.mark.parametrize(
    ("change", "is_dismissed"),
    [
        ("", True),
        ("update stg_operations__dismissals set total_score = total_score - 9", True),
        ("update stg_operations__dismissals set total_score = total_score - 10", False),
        ("update stg_operations__dismissals set total_score = null", True),
        ("update stg_operations__dismissals set until_at = timestamptz '2026-02-01 06:00:00+00'", False),
        (
            "update stg_operations__dismissals set declared_as_of = timestamptz '2026-01-30 12:00:00+00'",
            False,
        ),
        ("update stg_operations__dismissals set declared_as_of = timestamptz '2026-01-31 00:00:00+00'", True),
        (
            "update signal_events set detected_at = timestamptz '2026-01-31 07:00:00+00' "
            "where company_domain = 'ours.example' and signal_type = 'tech_stack_change'",
            False,
        ),
        (
            "update signal_events set detected_at = timestamptz '2026-01-31 07:00:00+00' "
            "where company_domain = 'theirs.example'",
            True,
        ),
        (
            "insert into stg_operations__dismissals select * replace ('2' as dismissal_id, "
            "'undismiss' as decision, declared_at + interval 1 hour as declared_at) "
            "from stg_operations__dismissals",
            False,
        ),
    ],
)
def test_whoever_is_dismissed_is_so_until_something_speaks_for_them(database, change, is_dismissed):
    dismissed(database)
    database.execute(change or "select 1")
    found = rows(database, f"select lead_id, reason from ({model_sql('fnd_dismissed_leads')})")
    database.execute("rollback")
    assert found == ([{"lead_id": "ann", "reason": "not now"}] if is_dismissed else [])


def dismissed(database: duckdb.DuckDBPyConnection) -> None:
    """Begin, and dismiss Ann with the points that she has."""
    database.execute("begin")
    database.execute("""
        insert into stg_operations__dismissals
        select '1', 'dismiss', 'https://www.linkedin.com/in/ann', 'saas', total_score, 'not now',
            timestamptz '2026-04-01', timestamptz '2026-01-31 06:00:00',
            timestamptz '2026-01-31 08:00:00'
        from lead_score_points where lead_id = 'ann' and icp_profile = 'saas'
    """)


def test_whoever_is_dismissed_is_left_out_and_counted(database):
    dismissed(database)
    for name in ("fnd_dismissed_leads", "fnd_leads_listed", "rpt_lead_inbox"):
        database.execute(f"create or replace table {name} as {model_sql(name)}")
    found = rows(database, "select lead_id, rank from rpt_lead_inbox where icp_profile = 'saas'")
    [saas, _] = rows(database, f"select * from ({model_sql('rpt_inbox_profiles')}) order by profile_order")
    database.execute("rollback")
    assert {row["rank"]: row["lead_id"] for row in found} == {1: "failed", 2: "stopped"}
    assert (saas["leads_to_ask"], saas["dismissed_leads"], saas["not_eligible_leads"]) == (2, 1, 1)


def test_who_was_drawn_says_so_and_is_asked_like_anybody(database):
    """Of three, by a share of 50 per cent, the second place is that of the last, who is drawn."""
    database.execute("begin")
    database.execute("update stg_operations__run_parameters set exploration_share_percent = 50")
    database.execute("update fnd_leads_to_ask set drawn_at_percent = if(lead_id = 'stopped', 1, 99)")
    for name in ("fnd_leads_listed", "rpt_lead_inbox"):
        database.execute(f"create or replace table {name} as {model_sql(name)}")
    found = rows(database, "select * from rpt_lead_inbox where icp_profile = 'saas' order by rank")
    [saas, large] = rows(
        database, f"select * from ({model_sql('rpt_inbox_profiles')}) order by profile_order"
    )
    database.execute("rollback")
    assert [(row["lead_id"], row["is_exploration"]) for row in found] == [
        ("ann", False),
        ("stopped", True),
        ("failed", False),
    ]
    assert (found[1]["why_now"], found[1]["action"]) == (
        "asked to keep the score honest: drawn, whatever its points; nothing is known that speaks for it",
        "Ask it as you usually ask",
    )
    assert (saas["exploration_leads"], saas["exploration"]) == (
        1,
        "Drawn whatever their points, so that every tier stays measured: 1 of the 3 listed.",
    )
    assert (large["exploration_leads"] == 0) == (large["exploration"] is None)


def test_a_limit_keeps_the_first_ones_of_each_profile(database):
    database.execute("begin")
    database.execute("update stg_operations__run_parameters set inbox_most_leads = 2")
    database.execute(f"create or replace table fnd_leads_listed as {model_sql('fnd_leads_listed')}")
    found = rows(database, f"select icp_profile, lead_id, rank from ({model_sql('rpt_lead_inbox')})")
    database.execute("rollback")
    assert {row["lead_id"] for row in found if row["icp_profile"] == "saas"} == {"ann", "failed"}
    assert sorted(row["rank"] for row in found) == [1, 1, 2, 2]


def test_where_the_score_is_shown_to_order_leads_their_order_is_that_of_expected_acceptance(database):
    database.execute("begin")
    database.execute("""
        insert into fnd_expected_acceptance values ('stopped', 'saas', 0.5), ('ann', 'saas', 0.4);
        insert into rpt_score_validation values ('saas', 'auc', 'all', 'orders'),
            ('saas', 'auc', 'newest', 'inverted'), ('anyone large', 'auc', 'all', 'does_not_order');
        update stg_operations__run_parameters set inbox_most_leads = 2;
    """)
    for name in ("fnd_leads_listed", "rpt_lead_inbox", "rpt_inbox_profiles"):
        database.execute(f"create or replace table {name} as {model_sql(name)}")
    found = rows(database, "select * from rpt_lead_inbox order by icp_profile desc, rank")
    profiles = rows(database, "select * from rpt_inbox_profiles order by profile_order")
    database.execute("rollback")
    assert [(row["lead_id"], row["expected_acceptance"], row["ranked_by"]) for row in found] == [
        ("stopped", 0.5, "expected_acceptance"),
        ("ann", 0.4, "expected_acceptance"),
        ("ann", None, "points"),
        ("failed", None, "points"),
    ]
    assert [row["ranking"].partition(":")[0] for row in profiles] == [
        "Ordered by expected acceptance",
        "Ordered by points",
    ]


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("recent_funding", {"type": "grant"}, "raised a grant yesterday"),
        ("recent_funding", {"detail": "as their blog says"}, "raised money yesterday"),
        ("actively_hiring", {"detail": {"seen": 2}}, "hires (seen yesterday)"),
        ("actively_hiring", {"open_positions": 1, "newest": ["SRE"]}, "hires: SRE (seen yesterday)"),
        (
            "tech_stack_change",
            {"came": ["Argo CD"], "went": ["Jenkins", "Chef"]},
            "changed its technologies (took up Argo CD) (dropped Jenkins, Chef) yesterday",
        ),
        ("leadership_change", {"title": "CTO"}, "has a new decision maker (CTO) since 2026-01-31"),
        (
            "industry_growth",
            {"from": "51-200", "to": "201-500"},
            "grew from 51-200 to 201-500 people yesterday",
        ),
        ("contract_renewal", {"detail": "with them"}, "renews a contract (with them) about 2026-01-31"),
        ("competitor_product", {"products": ["Theirs"]}, "uses Theirs"),
        ("news", {"titles": ["Ours opens in Oslo", "more"]}, "is in the news: Ours opens in Oslo yesterday"),
        ("download", {}, "downloaded something of yours yesterday"),
    ],
)
def test_each_signal_is_said_by_what_its_source_tells(kind, data, said):
    arguments = (
        "'kind', 'data', \"timestamptz '2026-01-31 00:00:00+00'\", \"timestamptz '2026-02-01 06:00:00+00'\""
    )
    with duckdb.connect() as connection:
        answer = connection.execute(
            f"select {rendered('[ew]*/*.sql', f'signal_says({arguments})')} "
            "from (select ? as kind, ?::json as data)",
            [kind, json.dumps(data)],
        )
        assert answer.fetchone() == (said,)


def test_there_are_words_for_every_signal():
    names = {each["name"] for each in returned("catalogue/*.sql", "signal_types()")}
    assert names <= set(returned("words/*.sql", "signal_texts()"))


def test_nobody_of_the_demo_is_listed_who_was_asked_and_all_who_may_be_are_counted(demo):
    workspace, _ = demo
    assert workspace.query(
        "select count(*) from marts.rpt_lead_inbox inner join marts.heyreach_connections as connections "
        "using (lead_id) where connections.is_sent or connections.is_waiting or connections.is_accepted"
    ) == [(0,)]
    [(never, counted)] = workspace.query(
        """
        select
            (
                select count(*) from marts.heyreach_leads
                where is_valid_profile_url and lead_id not in (
                    select lead_id from marts.heyreach_connections
                    where status not in ('failed', 'queued') or is_waiting
                )
            ),
            (select leads_to_ask + not_eligible_leads from marts.rpt_inbox_profiles where is_default)
        """
    )
    assert never == counted > 300
