"""`make discover` over real HTTP: what is searched for, what is new, what is kept, and what goes again."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from extract import raw
from extract.enrichment import company_search
from extract.enrichment.clients import Clients
from extract.enrichment.company_search import GROUPS, PLACES, question
from extract.enrichment.config import EnrichmentConfig
from extract.intelligence import discovering
from extract.intelligence.configuration import load_configuration
from extract.intelligence.discovering import Search, UnfinishedSearchError, discover
from extract.privacy import purge
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace
from reports.jobs import run
from reports.jobs.build import land_journals
from tests.extract.intelligence.conftest import NOW, publish

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"


def domains(rows: list[dict]) -> list[str]:
    return [row["company_domain"] for row in rows]


def kept(workspace: Workspace) -> list[str]:
    return domains(journal.rows(workspace.paths.discoveries))


def asked(workspace: Workspace, name: str) -> dict[str, list[str]]:
    """What a profile's search asks, by field, identifiers as the names they stand for."""
    clients = Clients(workspace, EnrichmentConfig({"crunchbase": 6000}))
    body = question(clients.get("crunchbase"), load_configuration(workspace).profiles.by_name[name])
    again = question(clients.get("crunchbase"), load_configuration(workspace).profiles.by_name[name])
    clients.close()
    assert (body, body["order"]) == (again, [{"field_id": "rank_org", "sort": "asc"}])
    assert {(each["type"], each["operator_id"]) for each in body["query"]} == {("predicate", "includes")}
    return {each["field_id"]: each["values"] for each in body["query"]}


def test_a_profile_is_searched_for_by_what_the_service_knows(workspace):
    place = workspace()
    saas = asked(place, "saas")
    assert list(saas) == [
        *("facet_ids", "category_groups", "num_employees_enum", "last_funding_type", "location_identifiers")
    ]
    assert saas["last_funding_type"] == ["series_a", "series_b", "series_c"]
    # A range counts where its middle lies: 251 to 500 within 50 to 500, 11 to 50 not.
    assert saas["num_employees_enum"] == ["c_00051_00100", "c_00101_00250", "c_00251_00500"]
    large = asked(place, "platform_teams")
    assert large["num_employees_enum"] == ["c_00251_00500", "c_00501_01000", "c_01001_05000"]
    # Three countries; two continents; and two groups of tech, one of each other industry.
    assert [len(each["location_identifiers"]) for each in (saas, large)] == [3, 2]
    assert len(large["category_groups"]) == 5


def test_what_a_search_asks_for_is_known_again_in_what_it_brings():
    """The seeds bring what the service says back to the words of profiles."""
    for names, seed, column in (
        (GROUPS, "company_industries", "industry"),
        (PLACES, "company_regions", "region"),
    ):
        with (SEEDS / f"{seed}.csv").open(encoding="utf-8") as file:
            known = {row["alias"]: row[column] for row in csv.DictReader(file)}
        wrong = {
            (word, name)
            for word, found in names.items()
            for name in found
            if known.get(name.lower()) != known.get(word, word)
        }
        assert wrong == set()


def test_a_company_is_brought_once_and_none_of_which_there_are_leads(workspace, monkeypatch):
    place = workspace()
    every = domains(discover(place, "platform_teams", 1000).rows)
    assert len(every) == len(set(every)) > company_search.PAGE  # more than a page
    assert kept(place) == []
    publish(place, every[0], every[-1])
    first = discover(place, "platform_teams", 30, applies=True)
    assert domains(first.rows) == every[1:31] == kept(place)
    assert (first.matching, first.looked_at, first.requests) == (len(every), 31, 8)
    rest = discover(place, "platform_teams", 1000, applies=True)
    assert kept(place) == every[1:-1]
    assert rest.left_out == {discovering.HAS_LEADS: 2, discovering.FOUND_BEFORE: 30}
    assert discover(place, "platform_teams", 1000, applies=True).rows == []
    # Another profile's search knows nothing of that.
    assert set(domains(discover(place, "saas", 1000).rows)) & set(every)
    row = journal.rows(place.paths.discoveries)[0]
    told = json.loads(row["payload"])
    assert (row["icp_profile"], row["source"]) == ("platform_teams", "crunchbase")
    assert told["properties"]["website_url"] == f"https://www.{row['company_domain']}/"


def test_a_search_that_is_killed_between_pages_loses_nothing(workspace, monkeypatch):
    place = workspace()
    every = domains(discover(place, "platform_teams", 1000).rows)

    def one_page_then_killed(client, question):
        yield next(company_search.pages(client, question))
        raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        killing.setattr(discovering, "pages", one_page_then_killed)
        with pytest.raises(KeyboardInterrupt):
            discover(place, "platform_teams", 1000, applies=True)
    assert kept(place) == every[: company_search.PAGE]
    with place.paths.discoveries.open("ab") as file:
        file.write(b'{"discovery_id": "half a li')
    discover(place, "platform_teams", 1000, applies=True)
    assert kept(place) == every


def test_a_service_that_stops_answering_leaves_what_it_told(workspace, monkeypatch, sandbox):
    place = workspace()

    def one_page_then_down(client, question):
        yield next(company_search.pages(client, question))
        raise client.undocumented({"message": "SENTINEL"})

    monkeypatch.setattr(discovering, "pages", one_page_then_down)
    with pytest.raises(UnfinishedSearchError, match="The 100 companies until then are kept"):
        discover(place, "platform_teams", 1000, applies=True)
    assert len(kept(place)) == company_search.PAGE


def test_what_can_not_be_searched_is_one_line(workspace, sandbox):
    place = workspace()
    for profile, limit, told in (
        ("sas", 50, "There is no profile 'sas'; did you mean saas?"),
        (None, 0, "LIMIT must be 1 to 10,000, not 0"),
        (None, 10_001, "LIMIT must be 1 to 10,000, not 10,001"),
    ):
        with pytest.raises(ConfigurationError, match=told):
            discover(place, profile, limit)
    services = {**place.services, "CRUNCHBASE_API_KEY": ""}
    with pytest.raises(ConfigurationError, match="crunchbase needs CRUNCHBASE_API_KEY: set it in"):
        discover(replace(place, services=services), None, 1)
    services = {**place.services, "CRUNCHBASE_BASE_URL": "https://crunchbase.example"}
    with pytest.raises(ConfigurationError, match="The demo's companies are invented: set HEYREACH_API_KEY"):
        discover(replace(place, api_key=None, services=services), None, 1)


@pytest.mark.parametrize(
    ("asks", "told"),
    [
        ("tech_stack: {must_have: [AWS]}", "this profile asks for none of them"),
        ("{company_size_min: 3, company_size_max: 4}", "No company is found by 3 to 4 employees"),
        ("geographies: [france]", "crunchbase knows nothing called 'france' among its locations"),
    ],
)
def test_a_profile_that_nothing_can_be_searched_by_is_one_line(workspace, asks, told):
    place = workspace(
        icp_profiles=f"default: a\nprofiles:\n  a: {asks if asks[0] == '{' else '{' + asks + '}'}\n"
    )
    with pytest.raises(ConfigurationError, match=told):
        discover(place, None, 5)


def test_a_night_brings_what_it_may_and_says_so(workspace, monkeypatch):
    paces = "requests_per_minute:\n  crunchbase: 6000\n"
    place = workspace(enrichment=f"{paces}nightly_discover_most: 7\n")
    said: list[str] = []
    publish(place)
    for night in (1, 2):
        run._ask_about_leads(place, run.RunRecord(place.paths.runs, "daily"), said.append)
        assert len(kept(place)) == 7 * night
    assert said[0].startswith("discovered: 7 new companies for platform_teams, of ")
    place = workspace(enrichment=paces)
    run._ask_about_leads(place, run.RunRecord(place.paths.runs, "daily"), said.append)
    assert (len(kept(place)), len(said)) == (14, 2)


def test_a_night_goes_on_where_no_company_can_be_searched_for(workspace):
    place = workspace(enrichment="nightly_discover_most: 7\n")
    publish(place)
    said: list[str] = []
    services = {**place.services, "CRUNCHBASE_API_KEY": ""}
    run._ask_about_leads(
        replace(place, services=services), run.RunRecord(place.paths.runs, "daily"), said.append
    )
    [line] = said
    assert line.startswith("warning: not every company was searched for: crunchbase needs CRUNCHBASE_API_KEY")


def test_a_purge_takes_what_nobody_decided_on_out_of_everything(workspace):
    place = workspace()
    found: Search = discover(place, "saas", 3, applies=True)
    raw.initialize(place.paths.raw)
    land_journals(place)
    decided, fresh, old = domains(found.rows)
    publish(place)
    with duckdb.connect(str(place.paths.published)) as connection:
        days = place.retention.keep_discoveries_days
        connection.execute("create schema intermediate")
        for table, columns in (
            (
                "intermediate.int_lead_activities",
                "lead_id text, normalized_profile_url text, last_active_at timestamptz",
            ),
            (
                "intermediate.int_lead_rows_identified",
                "lead_id text, found_in text, container_id text, row_key text",
            ),
        ):
            connection.execute(f"create table {table} ({columns})")
        connection.execute("create table marts.rpt_summary as select ?::timestamptz as as_of", [NOW])
        connection.execute(
            "create table marts.discovered_companies (company_domain text, icp_profile text, "
            "decided_as text, first_found_at timestamptz, as_of timestamptz)"
        )
        for domain, decision, age in (
            (decided, "watched", days + 1),
            (fresh, None, days),
            (old, None, days + 1),
        ):
            row = [domain, "saas", decision, NOW - timedelta(days=age), NOW]
            connection.execute("insert into marts.discovered_companies values (?, ?, ?, ?, ?)", row)
    too_old = purge.find(place, place.paths.published, NOW)
    assert list(too_old.lines)[-1] == "companies that were discovered and nobody decided on: 1"
    assert kept(place) == [decided, fresh, old]
    assert purge.apply(place, too_old) is True
    assert kept(place) == [decided, fresh]
    with raw.connect(place.paths.raw, read_only=True) as connection:
        left = connection.execute("select company_domain from heyreach.discoveries").fetchall()
    assert left == [(decided,), (fresh,)]
    # A later search may bring it again.
    assert domains(discover(place, "saas", 1000).rows)[0] == old
