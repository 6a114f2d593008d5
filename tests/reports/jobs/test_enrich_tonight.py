"""What the nights ask other services about leads: the newest that lack it, within two limits."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.enrichment.ledger import EnrichmentLedger
from extract.workspace.errors import ConfigurationError
from extract.workspace.services import SERVICES
from extract.workspace.workspace import Workspace, load_workspace
from reports.jobs import run
from reports.jobs.leads import enrich_tonight
from tests.extract.enrichment.stand_ins import StandIns, stand_ins
from tests.projects import project

FREE = "usd_per_credit:\n  builtwith: 0\n"
NIGHTLY = "nightly: [apollo]\n"


@pytest.fixture
def served() -> Iterator[StandIns]:
    with stand_ins() as served:
        yield served


@pytest.fixture
def workspace(tmp_path: Path, served: StandIns) -> Callable[[str], Workspace]:
    """A workspace with six people, the newest `sam-0`, and this in config/enrichment.yaml."""

    def with_config(text: str) -> Workspace:
        paces = "".join(f"  {name}: 6000\n" for name in SERVICES)
        project(tmp_path, enrichment=f"requests_per_minute:\n{paces}{text}")
        places = {"HEYREACH_API_KEY": "", "OUTBOUND_DATA_DIR": str(tmp_path / "data")}
        return load_workspace(tmp_path, {**served.environment(), **places})

    published = with_config("").paths.published
    published.parent.mkdir(parents=True)
    with duckdb.connect(str(published)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.heyreach_leads as
            select 'linkedin.com/in/sam-' || n as normalized_profile_url, null::varchar as company_name,
                null::varchar as email, null::varchar as company_domain, null::varchar as first_account_id,
                true as is_valid_profile_url, ? - to_days(n::integer) as created_at, n::varchar as lead_id
            from range(6) as people (n)
            """,
            [datetime(2026, 2, 1, tzinfo=UTC)],
        )
    return with_config


def asked(workspace: Workspace) -> list[str]:
    """The people that the newest run asked about."""
    with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
        [newest] = ledger.select("select run_id from runs order by rowid desc limit 1")
        return [ask.key.rpartition("/")[2] for ask in ledger.asks(newest["run_id"])]


def test_each_night_asks_about_the_newest_that_lack_it(workspace, served):
    place = workspace(f"{NIGHTLY}nightly_most_leads: 2\nusd_per_credit:\n  apollo: 0.1\n")
    nights = []
    for _ in range(3):
        enrich_tonight(place, say=lambda line: None)
        nights.append(asked(place))
    assert nights == [["sam-0", "sam-1"], ["sam-2", "sam-3"], ["sam-4", "sam-5"]]
    enrich_tonight(place, say=lambda line: None)
    assert served.answered("apollo").total() == 6


def test_a_night_stops_at_its_dollars_and_the_next_one_goes_on(workspace, served):
    place = workspace(f"{NIGHTLY}nightly_most_usd: 0.2\nusd_per_credit:\n  apollo: 0.1\n")
    said = []
    for night in (1, 2):
        run._ask_about_leads(place, run.RunRecord(place.paths.runs, "daily"), said.append)
        assert served.answered("apollo").total() == 2 * night
    assert any("dollars are spent, and nightly_most_usd is 0.20" in line for line in said)
    assert all(line.startswith("warning: ") for line in said if "nightly_most_usd" in line)


def test_what_is_charged_and_has_no_price_is_not_asked_at_night(workspace, served):
    with pytest.raises(ConfigurationError, match="apollo charges credits: say what one costs"):
        enrich_tonight(workspace(NIGHTLY), say=lambda line: None)
    assert served.answered("apollo").total() == 0


def watch(workspace: Workspace, *slugs: str) -> None:
    """What a build publishes of who is watched; everybody has a company of their own."""
    with duckdb.connect(str(workspace.paths.published)) as connection:
        connection.execute("update marts.heyreach_leads set company_domain = 'of-' || lead_id || '.example'")
        connection.execute("create or replace table marts.rpt_watched_leads (profile_url varchar)")
        for slug in slugs:
            connection.execute(
                "insert into marts.rpt_watched_leads values (?)", [f"https://www.linkedin.com/in/{slug}"]
            )


def at(workspace: Workspace, day: int, hour: float = 2) -> Workspace:
    return replace(workspace, as_of=datetime(2026, 2, day, tzinfo=UTC) + timedelta(hours=hour))


def companies(served: StandIns) -> Counter:
    """How often each company was asked about, by the number of its lead."""
    return Counter({int(key[3]): count for key, count in served.answered("builtwith").items()})


def test_who_is_watched_is_asked_about_every_night_before_others_and_within_the_limit(workspace, served):
    place = workspace(f"nightly: [builtwith]\nnightly_most_leads: 3\n{FREE}")
    watch(place, "sam-4", "sam-5")
    enrich_tonight(at(place, 1), say=lambda line: None)
    assert companies(served) == {4: 1, 5: 1, 0: 1}
    # A night that begins a little earlier is another night; a second one of the same day isn't.
    enrich_tonight(at(place, 2, 1.8), say=lambda line: None)
    enrich_tonight(at(place, 2, 3), say=lambda line: None)
    assert companies(served) == {4: 2, 5: 2, 0: 1, 1: 1, 2: 1, 3: 1}


def test_of_more_who_are_watched_than_a_night_may_ask_about_nobody_is_passed_over(workspace, served):
    place = workspace(f"nightly: [builtwith]\nnightly_most_leads: 2\n{FREE}")
    watch(place, *(f"sam-{number}" for number in range(6)))
    for day in range(1, 7):
        enrich_tonight(at(place, day), say=lambda line: None)
    assert companies(served) == dict.fromkeys(range(6), 2)


def test_what_is_spent_on_who_is_watched_is_not_spent_on_others(workspace, served):
    prices = "usd_per_credit:\n  builtwith: 0.1\n  apollo: 0.1\n"
    place, said = workspace(f"nightly: [builtwith, apollo]\nnightly_most_usd: 0.3\n{prices}"), []
    watch(place, "sam-4", "sam-5")
    run._ask_about_leads(at(place, 1), run.RunRecord(place.paths.runs, "daily"), said.append)
    assert companies(served).keys() >= {4, 5}
    assert served.answered("builtwith").total() + served.answered("apollo").total() == 3
    # Nothing but what tells signals is asked again of them.
    run._ask_about_leads(at(place, 2), run.RunRecord(place.paths.runs, "daily"), said.append)
    assert companies(served)[4] == companies(served)[5] == 2
    assert max(served.answered("apollo").values(), default=1) == 1


@pytest.mark.parametrize("text", ["nightly: [apolo]\n", "nightly_most_leads: few\n", f"{NIGHTLY}"])
def test_a_night_that_cannot_ask_says_so_and_goes_on(workspace, served, text):
    place, said = workspace(text), []
    run._ask_about_leads(place, run.RunRecord(place.paths.runs, "daily"), said.append)
    [line] = [line for line in said if "warning" in line]
    assert line.startswith("warning: not everything was asked about leads: ")


def test_nothing_is_asked_before_there_is_a_warehouse_or_unless_it_is_switched_on(workspace, served):
    enrich_tonight(workspace(""), say=lambda line: None)
    place = workspace(f"{NIGHTLY}usd_per_credit:\n  apollo: 0.1\n")
    place.paths.published.unlink()
    enrich_tonight(place, say=lambda line: None)
    assert served.answered("apollo").total() == 0


def test_what_no_profile_counts_is_not_asked(workspace, served, tmp_path):
    """A job board is asked only for who hires; the nights' others are asked all the same."""
    profiles = tmp_path / "config" / "icp_profiles.yaml"
    place = workspace("nightly: [greenhouse, lever, apollo]\nusd_per_credit:\n  apollo: 0.1\n")
    for is_on, services in (("false", {"apollo"}), ("true", {"greenhouse", "lever"})):
        profiles.write_text(
            "default: saas\nprofiles:\n  saas:\n    industries: [SaaS]\n"
            f"    signals: {{actively_hiring: {is_on}}}\n"
        )
        said = []
        enrich_tonight(place, say=said.append)
        assert any("greenhouse isn't asked: no profile" in line for line in said) == (is_on == "false")
        assert {each.service for each in served.asked} >= services
        assert not {each.service for each in served.asked} & {"greenhouse", "lever"} - services
