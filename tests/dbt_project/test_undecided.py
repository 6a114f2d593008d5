"""What is compared is said only where it doesn't depend on who of the undecided was asked."""

import duckdb
import pytest

from dbt_project.rendering import rendered
from tests.dbt_project.models import model_sql
from tests.dbt_project.test_macros import value

FACTS = """
    create table stg_operations__run_parameters as
    select 30 as collecting_below, 10 as sensitive_cell_minimum, now() as as_of,
        as_of as since, as_of as until;
    create table rpt_account_lead_match (pair varchar, verdict varchar);
    create table fnd_period_facts as
    select 'lead ' || number as lead_id, 'a' || number % 6 as account_id, 'clay' as source, 'sre' as icp,
        if(number % 6 < 3, 'ai_mirror_saas', 'real_personal') as account_type,
        if(number % 2 = 0, 'senior', 'mid') as account_seniority,
        if(number % 4 < 2, 'senior', 'mid') as lead_seniority,
        cast(null as varchar) as account_gender, cast(null as varchar) as lead_gender,
        cast(null as varchar) as account_industry, cast(null as varchar) as company_industry,
        1 as mature_sent, cast(number % 5 = 0 as integer) as mature_accepted,
        mature_accepted as mature_accepted_surely, mature_accepted as mature_accepted_possibly,
        1 as sent_to_date, if(number in (5, 10), 'g', null) as undecided_group,
        cast(number in (5, 10) as integer) as undecided_mature
    from range(120) as numbers (number)
"""
REQUESTS = """
    create table stg_operations__run_parameters as
    select timestamptz '2026-02-01 00:00:00+00' as since, timestamptz '2026-03-01 00:00:00+00' as until,
        timestamptz '2026-03-20 00:00:00+00' as as_of, 30 as collecting_below,
        cast(null as timestamptz) as against_since, cast(null as timestamptz) as against_until,
        14 as acceptance_window_days, 2 as detection_lag_days;
    create table int_first_pulls as select timestamptz '2026-01-01 00:00:00+00' as watched_from;
    create table heyreach_leads as
    select true as is_valid_profile_url, timestamptz '2026-01-05 00:00:00+00' as imported_at;
    create table heyreach_connections as
    select 'c' as campaign_id, 'l' || number as campaign_lead_id, if(number % 2 = 0, 'clay', 'hr') as source,
        'one' as account_id,
        if(number < 60, timestamptz '2026-01-10 00:00:00+00', '2026-02-10') as sent_cohort_at,
        sent_cohort_at as created_at, true as is_mature, number % 5 = 0 as is_accepted_in_window
    from range(120) as numbers (number);
    create table int_connections_dated as
    select campaign_id, campaign_lead_id, sent_cohort_at, 'g' as undecided_group, true as is_sent,
        true as is_undecided, true as is_mature, true as is_within_window
    from heyreach_connections where campaign_lead_id in ('l5', 'l10')
"""


def compared(tables: str, model: str, rows: int, asked: int) -> list[dict]:
    """The model where of a group of `rows` leads `asked` were asked, and two count: l5 and l10."""
    with duckdb.connect() as database:
        database.execute(f"set TimeZone = 'UTC'; {tables}")
        database.execute(f"""
            create table int_connections_asked as
            select 'g' as undecided_group, true as is_undecided, {rows} as group_rows,
                {asked} as group_asked_at_least, {asked} as group_asked_at_most
        """)
        answer = database.execute(model_sql(model))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@pytest.mark.parametrize(
    ("accepted", "sent", "fewer", "more", "expected"),
    [
        (30, 100, 0, 1, False),  # 30.0 to 30.7 %
        (30, 100, 0, 2, True),
        (30, 100, 1, 1, True),
        (10, 10, 10, 0, True),  # perhaps nobody was asked
        (0, 0, 0, 0, None),
    ],
)
def test_a_rate_is_in_doubt_where_it_could_move_by_more_than_a_point(accepted, sent, fewer, more, expected):
    call = f"is_rate_in_doubt('{accepted}', '{sent}', '{fewer}', '{more}')"
    assert value(rendered("statistics/*.sql", call)) is expected


def test_accounts_and_leads_are_not_compared_where_it_depends_on_who_was_asked():
    """Two of two are one thing, two of four another: of them any could belong to either group."""
    known, doubtful = (
        {row["comparison"]: row for row in compared(FACTS, "rpt_account_lead_comparison", rows=rows, asked=2)}
        for rows in (2, 4)
    )
    assert known["account_type"]["not_separable_because"] is None
    assert known["account_type"]["risk_difference"] is not None
    row = doubtful["account_type"]
    assert (row["verdict"], row["not_separable_because"]) == ("not_separable", "connected_before")
    assert (row["risk_difference"], row["odds_ratio"], row["p_value"]) == (None, None, None)
    assert row["first_standardized_rate"] is None


def test_periods_are_not_compared_where_it_depends_on_who_was_asked():
    known, doubtful = (compared(REQUESTS, "rpt_change_decomposition", rows=rows, asked=2) for rows in (2, 4))
    assert {row["not_compared_because"] for row in known if row["breakdown"] == "source"} == {None}
    assert {(row["not_compared_because"], row["verdict"]) for row in doubtful} == {
        ("connected_before", "collecting")
    }
