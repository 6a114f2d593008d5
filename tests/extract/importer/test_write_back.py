"""What enrichment found into HeyReach: shown first, only what is lacking, nothing sensitive, nothing lost."""

import duckdb
import httpx
import pytest

from tests.extract.importer.conftest import ImportSandbox, ImportWorkspace, keys
from tests.recording_sandbox import ADD_TO_LIST, RUNNING

FIELDS = {"source": "clay", "icp": "sre"}


@pytest.fixture
def found(workspace: ImportWorkspace, sandbox: ImportSandbox) -> list[str]:
    """People of a campaign's list of whom enrichment found something, in a published warehouse."""
    people = sorted(keys(8))
    for person in people:
        sandbox.add_by_hand(RUNNING, person, FIELDS)
    sandbox.api.received.clear()
    workspace.data_dir.mkdir(parents=True)
    with duckdb.connect(str(workspace.data_dir / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.heyreach_leads as
            select
                unnest(?::varchar[]) as normalized_profile_url,
                'Found title' as title,
                'Ours Ltd' as company_name,
                '180' as company_size_raw,
                'female' as gender,
                'enriched' as enrichment_level,
                json_object(
                    'title', 'apollo', 'company_size', 'clearbit', 'gender', 'profile_inference',
                    'enrichment_level', 'apollo'
                ) as field_source
            """,
            [people],
        )
    return people


@pytest.fixture
def list_id(sandbox: ImportSandbox) -> str:
    """The list of that campaign."""
    answer = httpx.post(
        f"{sandbox.base_url}/campaign/GetAll",
        headers={"X-API-KEY": sandbox.api_key},
        json={"offset": 0, "limit": 100},
    )
    rows = answer.raise_for_status().json()["items"]
    return next(str(row["linkedInUserListId"]) for row in rows if str(row["id"]) == RUNNING)


def write_back(workspace: ImportWorkspace, list_id: str, *arguments: str):
    return workspace.run("write-back", "--list", list_id, *arguments)


def test_shows_what_would_be_sent_and_sends_nothing(workspace, sandbox, found, list_id):
    outcome = write_back(workspace, list_id, "--fields", "title,company_size,company_name")
    assert outcome.exit_code == 0, outcome.errors
    assert "title: 8 people get it" in outcome.printed
    # It was not enrichment that filled the company's name.
    assert "company_name: 0 people get it" in outcome.printed
    assert not sandbox.writes()


def test_sends_one_alone_first_then_the_rest_with_all_they_have(workspace, sandbox, found, list_id):
    outcome = write_back(workspace, list_id, "--fields", "title,company_size", "--apply")
    assert outcome.exit_code == 0, outcome.errors
    assert [name for name, _ in sandbox.api.received if name == ADD_TO_LIST] == [ADD_TO_LIST] * 2
    assert sandbox.sizes() == [1, 7]
    expected = {"title": "Found title", "company_size": "180"} | FIELDS
    for person in found:
        assert sandbox.fields_of(person, list_id) == expected
    assert set(workspace.states().values()) == {"verified"}
    again = write_back(workspace, list_id, "--fields", "title,company_size", "--apply")
    assert again.exit_code == 0
    assert sandbox.sizes() == [1, 7]


def test_raw_gives_way_to_enriched_and_another_word_does_not(workspace, sandbox, found, list_id):
    raw, other = found[0], found[1]
    sandbox.add_by_hand(RUNNING, raw, FIELDS | {"enrichment_level": "Raw"})
    sandbox.add_by_hand(RUNNING, other, FIELDS | {"enrichment_level": "in part"})
    outcome = write_back(workspace, list_id, "--fields", "enrichment_level", "--apply")
    assert outcome.exit_code == 0, outcome.errors
    assert "enrichment_level: 7 people get it" in outcome.printed
    assert sandbox.fields_of(raw, list_id) == FIELDS | {"enrichment_level": "enriched"}
    assert sandbox.fields_of(other, list_id) == FIELDS | {"enrichment_level": "in part"}


def test_the_first_one_lost_stops_the_rest(workspace, sandbox, found, list_id):
    sandbox.set_faults({"name": "lost_fields"})
    outcome = write_back(workspace, list_id, "--fields", "title", "--apply")
    assert outcome.exit_code == 3
    assert sandbox.sizes() == [1]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("gender", "write_back_sensitive"),
        ("estimated_age,title", "write_back_sensitive"),
        ("tittle", "did you mean title?"),
        ("", "FIELDS=name,name"),
    ],
)
def test_what_may_not_be_written_is_refused(workspace, sandbox, found, list_id, fields, told):
    outcome = write_back(workspace, list_id, "--fields", fields, "--apply")
    assert outcome.exit_code == 2
    assert told in outcome.errors
    assert not sandbox.writes()
