"""One lead enriched: its cost before, its answers after, and nobody else asked about."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from extract.enrichment.ledger import EnrichmentLedger
from extract.people.known_leads import UnknownLeadError
from extract.people.suppression import Suppressions
from extract.workspace.errors import ConfigurationError
from extract.workspace.services import SERVICES
from extract.workspace.workspace import Workspace, load_workspace
from reports.jobs.enriching import asked_by_default, cost_of_lead, enrich_lead, known_of
from tests.extract.enrichment.stand_ins import StandIns, stand_ins
from tests.projects import project

PRICES = "usd_per_credit:\n  apollo: 0.1\n"


@pytest.fixture
def served() -> Iterator[StandIns]:
    with stand_ins() as served:
        yield served


@pytest.fixture
def workspace(tmp_path: Path, served: StandIns) -> Callable[..., Workspace]:
    """Three leads of one company and one without a profile; with this in config/enrichment.yaml."""

    def with_config(text: str = PRICES, **changed: str) -> Workspace:
        paces = "".join(f"  {name}: 6000\n" for name in SERVICES)
        project(tmp_path, enrichment=f"requests_per_minute:\n{paces}{text}")
        places = {"HEYREACH_API_KEY": "key", "OUTBOUND_DATA_DIR": str(tmp_path / "data")}
        return load_workspace(tmp_path, {**served.environment(), **places, **changed})

    published = with_config().paths.published
    published.parent.mkdir(parents=True)
    with duckdb.connect(str(published)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.heyreach_leads as
            select n::varchar as lead_id, 'linkedin.com/in/sam-' || n as normalized_profile_url,
                'Ours' as company_name, null::varchar as email, 'ours.example' as company_domain,
                null::varchar as first_account_id, n < 3 as is_valid_profile_url, now() as created_at
            from range(4) as people (n)
            """
        )
    return with_config


def test_the_cost_is_told_before_and_what_is_known_costs_nothing(workspace, served):
    place = workspace()
    before = cost_of_lead(place, "1", ["apollo", "builtwith"])
    assert [(each.integration, each.to_ask, each.credits, each.usd) for each in before.costs] == [
        ("apollo", 1, 1.0, 0.1),
        ("builtwith", 1, 1.0, None),
    ]
    assert (before.known, before.credits, before.usd, before.is_priced) == ([], 2.0, 0.1, False)
    assert not served.asked
    enrich_lead(place, "1", ["apollo", "builtwith"], say=lambda line: None)
    after = cost_of_lead(place, "1", ["apollo", "builtwith"])
    assert [(each.to_ask, each.credits) for each in after.costs] == [(0, 0.0), (0, 0.0)]
    assert {each.integration for each in after.known} == {"apollo", "builtwith"}
    # A colleague shares what is known of the company.
    assert [each.to_ask for each in cost_of_lead(place, "2", ["apollo", "builtwith"]).costs] == [1, 0]


def test_only_that_lead_is_asked_about_once_and_says_who_said_what(workspace, served):
    place = workspace()
    for _ in range(2):
        answers = enrich_lead(place, "1", ["apollo"], say=lambda line: None)
    assert list(served.answered("apollo").values()) == [1]
    [answer] = answers
    assert (answer.integration, answer.status) == ("apollo", "found")
    assert answer.fields["headline"]
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger:
        assert [row["person"] for row in ledger.select("select person from run_rows")] == [
            "linkedin.com/in/sam-1"
        ]
    assert known_of(place, "linkedin.com/in/sam-1") == answers
    assert known_of(place, "linkedin.com/in/sam-2") == []


def test_where_nobody_is_named_those_of_the_nights_are_asked_else_who_charges_nothing(workspace):
    assert asked_by_default(workspace("nightly: [builtwith, apollo]\n")) == ["builtwith", "apollo"]
    free = asked_by_default(workspace(CRUNCHBASE_API_KEY=""))
    assert "greenhouse" in free
    # What charges, what lacks its key, and what has to be switched on first.
    assert not {"apollo", "crunchbase", "profile_inference"} & set(free)


def test_inferences_about_persons_are_shown_nowhere(workspace):
    place = workspace()
    enrich_lead(place, "1", ["apollo"], say=lambda line: None)
    with EnrichmentLedger(place.paths.enrichment_ledger) as ledger, ledger.transaction() as database:
        database.execute("""update answers set fields = '{"gender": "male", "headline": "CTO"}'""")
    assert [each.fields for each in known_of(place, "linkedin.com/in/sam-1")] == [{"headline": "CTO"}]


def test_whoever_can_not_be_asked_about_is_one_line(workspace, served):
    place = workspace()
    Suppressions(place.paths.suppressed).add(["linkedin.com/in/sam-2"], date(2026, 2, 1))
    for act in (cost_of_lead, lambda *given: enrich_lead(*given, say=lambda line: None)):
        for lead_id in ("7", "2"):
            with pytest.raises(UnknownLeadError, match=f"There is no lead '{lead_id}'"):
                act(place, lead_id, ["apollo"])
        with pytest.raises(ConfigurationError, match="Lead 3 has no link to a profile"):
            act(place, "3", ["apollo"])
        with pytest.raises(ConfigurationError, match="There is no integration 'apolo'; did you mean apollo"):
            act(place, "1", ["apolo"])
        with pytest.raises(ConfigurationError, match="apollo needs APOLLO_API_KEY"):
            act(workspace(APOLLO_API_KEY=""), "1", ["apollo"])
    assert not served.asked
