"""Companies of company lists meet leads by the domain of their company, or by its name."""

import duckdb
import pytest

from dbt_project.rendering import rendered
from tests.dbt_project.models import model_sql
from tests.dbt_project.test_macros import value

# Leads as (name, domain of the company, name of the company): whom of them which company has.
LEADS = [
    ("by both", "acme.example", "ACME, Inc."),
    ("by domain", "acme.example", "The Road Runner Company"),
    ("by name", None, "Acme"),
    ("of another", "coyote.example", "Acme Rockets"),
    ("of no name", None, None),
    ("of one that left", None, "Former Ltd"),
]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Müller Freight GmbH & Co. KG", "muller freight"),
        ("  ACME,   Inc. ", "acme"),
        ("Acme S.A.", "acme"),
        ("Company Co", "company"),
        ("Booking.com B.V.", "bookingcom"),
        ("東京物流", "東京物流"),
        ("Inc.", "inc"),
        ("Cosa", "cosa"),
        (" - ", None),
        ("", None),
    ],
)
def test_names_are_compared_without_legal_form_case_and_punctuation(name, key):
    assert value(rendered("company_key.sql", f"company_key(\"'{name}'\")")) == key


def test_a_lead_is_found_by_domain_or_name_once_and_only_while_the_company_is_listed():
    with duckdb.connect() as connection:
        connection.execute("""
            create table stg_operations__run_parameters as select now() as as_of;
            create table stg_heyreach__lists as
            select unnest(['1', '2']) as list_id, unnest(['Targets', 'Deleted']) as list_name,
                unnest([true, false]) as is_present;
            create table stg_heyreach__list_companies as
            select list_id, name as list_row_key, name as company_name, website, null as industry,
                null as company_size, null as location, is_present, now() as first_observed_at,
                now() as last_changed_at
            from (values
                ('1', 'Acme GmbH', 'https://www.acme.example/about', true),
                ('1', 'Former', null, false),
                ('2', 'Acme', null, true)
            ) as companies (list_id, name, website, is_present);
            create table heyreach_leads (
                lead_id varchar, company_domain varchar, company_name varchar, company_list_ids varchar,
                imported_at_method varchar
            );
            create table heyreach_connections as
            select unnest(['by both', 'by both', 'by name', 'of another']) as lead_id,
                unnest([true, true, true, true]) as is_sent, unnest([false, true, false, true]) as is_accepted
        """)
        connection.executemany(
            "insert into heyreach_leads values (?, ?, ?, '1', 'first_seen_in_list')", LEADS
        )
        # Whom only a search found is no lead of the list's companies yet.
        connection.execute(
            "insert into heyreach_leads values ('found', 'acme.example', 'Acme', '1', 'discovered')"
        )
        rows = connection.execute(f"""
            select list_id, company_name, is_listed, leads, leads_by_domain, leads_asked, leads_accepted
            from ({model_sql("heyreach_company_lists")}) order by all
        """).fetchall()
    assert rows == [
        ("1", "Acme GmbH", True, 3, 2, 2, 1),
        ("1", "Former", False, 0, 0, 0, 0),
        ("2", "Acme", False, 0, 0, 0, 0),
    ]


def test_the_lists_of_a_lead_are_those_that_name_its_company(demo):
    workspace, _ = demo
    listed = {name for (name,) in workspace.query("select company_name from marts.heyreach_company_lists")}
    leads = workspace.query("select company_name, company_list_ids from marts.heyreach_leads")
    assert {lists for _, lists in leads} == {None, "60191"}
    assert all((lists is not None) == (name in listed) for name, lists in leads)
    counted = workspace.query("select sum(leads), max(leads_asked) from marts.heyreach_company_lists")
    assert counted[0][0] == sum(lists is not None for _, lists in leads) > 200
    assert counted[0][1] > 0
