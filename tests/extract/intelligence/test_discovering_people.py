"""`make discover PEOPLE=1` over real HTTP: who is found, what it costs, and whom nothing is kept of."""

import json

import duckdb
import pytest

from extract import raw
from extract.enrichment import people_search
from extract.enrichment.ledger import EnrichmentLedger
from extract.intelligence import discovering_people
from extract.intelligence.discovering import Search, discover
from extract.intelligence.discovering_people import UnfinishedPeopleError
from extract.people.suppression import suppressions
from extract.privacy import erase, purge
from extract.sandbox.process import Sandbox
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace
from tests.extract.intelligence.conftest import NOW, PACES, publish


def bring(workspace: Workspace, limit: int = 4, **options) -> Search:
    return discover(workspace, "saas", limit, has_people=True, applies=True, **options)


def told(workspace: Workspace) -> list[dict]:
    """Each person who was found, as Apollo told of them."""
    with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
        rows = ledger.select("select payload from answers where status = 'found' order by call_id")
    return [json.loads(row["payload"])["person"] for row in rows]


def links(workspace: Workspace) -> list[str]:
    return [person["linkedin_url"] for person in told(workspace)]


def requests(sandbox: Sandbox) -> int:
    return sandbox.log()["services"].get("api.apollo.io", 0)


def test_people_of_the_companies_that_came_are_found_by_their_titles_and_asked_about_once(workspace, sandbox):
    place = workspace()
    shown = discover(place, "saas", 4, has_people=True)
    assert (shown.companies_to_search, shown.people) == (4, None)
    assert not place.paths.enrichment_ledger.exists()
    before = requests(sandbox)
    found = bring(place)
    people = told(place)
    assert (found.people.companies, found.people.found, found.people.credits) == (4, len(people), len(people))
    # One search for each company, and one question for each person.
    assert requests(sandbox) - before == 4 + len(people)
    assert {person["title"] for person in people} <= {"CTO", "VP Engineering", "Head of Product"}
    brought = {row["company_domain"] for row in found.rows}
    assert {person["organization"]["primary_domain"] for person in people} <= brought
    # The next ones are of other companies, until there is none.
    more = bring(place, 1000)
    assert more.people.companies == len(more.rows) > 0
    assert len(links(place)) == len(set(links(place))) == len(people) + more.people.found
    before = requests(sandbox)
    assert bring(place, 1000).people.companies == 0
    assert requests(sandbox) == before


def test_companies_that_came_without_people_are_searched_when_people_are_asked_for(workspace):
    place = workspace()
    first = discover(place, "saas", 3, applies=True)
    second = discover(place, "saas", 2, has_people=True, applies=True)
    assert second.people.companies == 2
    domains = {person["organization"]["primary_domain"] for person in told(place)}
    assert domains <= {row["company_domain"] for row in first.rows[:2]}


def test_one_that_is_killed_asks_nobody_twice_and_loses_nobody(workspace, sandbox, monkeypatch):
    place = workspace()
    ask = people_search.FoundPerson._ask
    answers = []

    def killed_after_two(self, client, subject):
        if len(answers) == 2:
            raise KeyboardInterrupt
        answers.append(ask(self, client, subject))
        return answers[-1]

    with monkeypatch.context() as killing:
        killing.setattr(people_search.FoundPerson, "_ask", killed_after_two)
        with pytest.raises(KeyboardInterrupt):
            bring(place)
    assert len(links(place)) == 2
    before = requests(sandbox)
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger:
        [asks] = ledger.select("select count(*) as asks from asks where key is not null")
    discover(place, "saas", 4, has_people=True, applies=True)
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger:
        [first] = ledger.select("select run_id from runs order by rowid limit 1")
        assert {ask.status for ask in ledger.asks(first["run_id"]) if ask.key} == {"found"}
        calls = ledger.select("select key, count(*) as calls from calls group by key")
    assert {row["calls"] for row in calls} == {1}
    assert requests(sandbox) - before >= asks["asks"] - 2
    assert len(links(place)) == len(set(links(place)))


@pytest.mark.parametrize("told_before", [0, 2, None], ids=["at once", "half way", "at its end"])
def test_a_named_search_that_is_cut_off_brings_and_searches_no_more_than_it_was_to(
    workspace, monkeypatch, told_before
):
    """The same call again is the same search, also where only its caller was killed."""
    place = workspace()
    ask = people_search.FoundPerson._ask
    answers = []

    def killed(self, client, subject):
        if len(answers) == told_before:
            raise KeyboardInterrupt
        answers.append(ask(self, client, subject))
        return answers[-1]

    def search():
        return discover(place, "saas", 4, has_people=True, applies=True, search_id="job-1")

    with monkeypatch.context() as killing:
        killing.setattr(people_search.FoundPerson, "_ask", killed)
        if told_before is None:
            search()
        else:
            with pytest.raises(KeyboardInterrupt):
                search()
    found = search()
    assert len(found.rows) == len({row["company_domain"] for row in found.rows}) == 4
    assert len(journal.rows(place.paths.discoveries)) == 4
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger:
        [run] = ledger.select("select count(*) as runs from runs")
        calls = ledger.select("select key, count(*) as calls from calls group by key")
    assert (run["runs"], {row["calls"] for row in calls}) == (1, {1})
    assert found.people.companies == 4


def test_one_that_is_killed_before_it_was_planned_searches_its_companies_again(workspace, monkeypatch):
    place = workspace()

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        killing.setattr(EnrichmentLedger, "plan", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(place)
    assert discover(place, "saas", 4, has_people=True, applies=True).people.companies == 4


def test_what_may_be_spent_ends_it_and_the_next_start_goes_on(workspace):
    place = workspace(enrichment=f"{PACES}most_credits_per_start: 2\n")
    with pytest.raises(UnfinishedPeopleError, match="2 credits are spent"):
        bring(place)
    assert len(links(place)) == 2
    place = workspace()
    bring(place)
    assert len(links(place)) > 2


def test_where_a_search_tells_the_link_nothing_is_charged(workspace, monkeypatch):
    place = workspace()
    sam = {
        "linkedin_url": "https://www.linkedin.com/in/sam-sample",
        "first_name": "Sam",
        "last_name": "Sample",
    }
    sam |= {"title": "CTO", "company_name": "Ours", "company_domain": "ours.example"}
    monkeypatch.setattr(
        discovering_people, "candidates", lambda client, domain, titles: [people_search.Candidate("7", sam)]
    )
    found = bring(place, 1)
    assert (found.people.found, found.people.credits) == (1, 0)
    assert told(place) == [sam]


def test_of_an_erased_person_nothing_is_kept_and_an_erasure_reaches_who_was_found(workspace):
    place = workspace()
    bring(place)
    raw.initialize(place.paths.raw)
    gone, *others = links(place)
    person, _ = erase.erase(place, gone)
    assert erase.places(place, person) == []
    assert links(place) == others
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger:
        keys = [row["key"] for row in ledger.select("select key from calls")]
        asked = [row["key"] for row in ledger.select("select key from asks where key is not null")]
    assert len(keys) == len(asked) == len(others)
    # Found by another search, nothing but its cost is kept.
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger, ledger.transaction() as database:
        database.execute("delete from asks")
        database.execute("delete from answers")
    bring(place)
    assert gone not in links(place)
    assert erase.places(place, person) == []
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger:
        [refused] = ledger.select("select * from answers where status = 'failed'")
    assert (refused["credits"], refused["payload"]) == (1.0, None)
    assert refused["reason"] == "erased before it was found"


def test_a_purge_takes_people_whom_nobody_decided_on_and_keeps_them_out(workspace):
    place = workspace()
    bring(place)
    raw.initialize(place.paths.raw)
    keys = [link.removeprefix("https://www.") for link in links(place)]
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger:
        asked = [row["key"] for row in ledger.select("select key from calls order by call_id")]
    publish(place)
    days = place.retention.keep_discoveries_days
    kinds = [
        ("discovered", days + 1),
        ("discovered", days),
        ("import_ledger", days + 1),
        ("discovered", days + 1),
    ]
    with duckdb.connect(str(place.paths.published)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_lead_activities (lead_id text, normalized_profile_url text, "
            "last_active_at timestamptz)"
        )
        connection.execute("create table marts.rpt_summary as select ?::timestamptz as as_of", [NOW])
        connection.execute("create table marts.rpt_watched_leads as select '3' as lead_id")
        connection.execute(
            "create table intermediate.int_lead_rows_identified as "
            "select unnest(range(len($asked)))::text as lead_id, "
            "'discovery' as found_in, 'apollo' as container_id, unnest($asked) as row_key",
            {"asked": asked},
        )
        for number, (kind, age) in enumerate(kinds):
            connection.execute(
                "insert into marts.heyreach_leads select 'ours.example', $kind, $number::text, $key, "
                "$now::timestamptz - to_days($age), $now",
                {"kind": kind, "number": number, "key": keys[number], "now": NOW, "age": age},
            )
    found = purge.find(place, place.paths.published, NOW)
    assert "people that were discovered and nobody decided on: 1" in list(found.lines)
    assert purge.apply(place, found) is True
    assert [link.removeprefix("https://www.") for link in links(place)] == keys[1:]
    assert suppressions(place).erased({f"https://www.{key}" for key in keys}) == {f"https://www.{keys[0]}"}
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger:
        assert [row["key"] for row in ledger.select("select key from calls order by call_id")] == asked[1:]


def test_people_can_not_be_searched_without_titles_or_a_key(workspace):
    place = workspace(icp_profiles="default: a\nprofiles:\n  a: {industries: [SaaS]}\n")
    with pytest.raises(ConfigurationError, match="PEOPLE=1 needs titles to search for: decision_makers of a"):
        discover(place, None, 1, has_people=True)
    place = workspace()
    place.services["APOLLO_API_KEY"] = ""
    with pytest.raises(ConfigurationError, match="apollo needs APOLLO_API_KEY: set it in"):
        discover(place, "saas", 1, has_people=True)
