"""For the tests of acting: a sandbox that remembers what it was asked to change, and a report of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from extract.sandbox import DEMO_SEED, DEMO_START
from extract.sandbox.world import World
from tests.conftest import Workspace
from tests.recording_sandbox import PAUSED, RUNNING, RecordingSandbox, recording_sandboxes

LEADS = "campaign/GetLeadsFromCampaign"
# Who waits in the paused campaign and came from the source that is left out.
LEFT_OUT = 2


@dataclass(frozen=True)
class ActedOn(RecordingSandbox):
    """What it was asked to change, and what it shows."""

    def asked(self) -> list[str]:
        """What it was asked to change, in turn."""
        return [route for route, _ in self.changes()]

    def stopped(self) -> set[str]:
        """The numbers of the leads that were stopped."""
        return {str(stop["campaign_lead_id"]) for stop in self.api.imports.stops(self.api.now)}

    def leads(self, campaign_id: str = PAUSED) -> list[dict]:
        """The rows of a campaign's leads."""
        return self.post(LEADS, json={"campaignId": int(campaign_id), "offset": 0, "limit": 100})["items"]

    def waiting(self) -> list[dict]:
        """Those that wait in the paused campaign."""
        return [row for row in self.leads() if row["leadCampaignStatus"] == "Pending"]

    def by_hand(self, route: str, **content: object) -> None:
        """What somebody does in HeyReach itself."""
        self.post(route, **content)
        self.api.received.clear()


@pytest.fixture(scope="session")
def small_world() -> World:
    """The demo's workspace with few leads."""
    return World.generate("boutique", DEMO_SEED, leads=150, start=DEMO_START)


@pytest.fixture
def serve(small_world: World) -> Iterator[Callable[..., ActedOn]]:
    """Serve sandboxes over the same world, or another, each without the others' writes."""
    with recording_sandboxes(small_world, ActedOn) as start:
        yield start


@pytest.fixture
def sandbox(serve: Callable[..., ActedOn]) -> ActedOn:
    """One sandbox in which nothing was changed yet."""
    return serve()


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., Workspace]:
    """A workspace on a sandbox, with a published report of what the sandbox shows now."""

    def make(sandbox: ActedOn, name: str = "data") -> Workspace:
        data_dir = tmp_path / name
        data_dir.mkdir()
        with duckdb.connect(str(data_dir / "warehouse.duckdb")) as connection:
            _report(connection, sandbox)
        return Workspace(
            data_dir,
            {
                "HEYREACH_API_KEY": sandbox.api_key,
                "HEYREACH_BASE_URL": sandbox.base_url,
                "HEYREACH_REQUESTS_PER_MINUTE": "0",
                "IMPORT_READ_BACK_WAITS": "0,0",
            },
        )

    return make


@pytest.fixture
def workspace(sandbox: ActedOn, publish: Callable[..., Workspace]) -> Workspace:
    """A workspace on the sandbox, with a report."""
    return publish(sandbox)


def _report(connection: duckdb.DuckDBPyConnection, sandbox: ActedOn) -> None:
    """The tables of the report that acts read, filled from the sandbox."""
    rows = [
        {
            "campaign_id": campaign_id,
            "campaign_lead_id": str(row["id"]),
            "campaign_lead_status": row["leadCampaignStatus"],
            "profile_url": row["linkedInUserProfile"]["profileUrl"],
            "first_name": row["linkedInUserProfile"]["firstName"].strip(),
            "last_name": row["linkedInUserProfile"]["lastName"],
            "account_id": row["linkedInSenderId"] and str(row["linkedInSenderId"]),
        }
        for campaign_id in (RUNNING, PAUSED)
        for row in sandbox.leads(campaign_id)
    ]
    connection.execute("create schema marts")
    connection.execute(
        """
        create table marts.heyreach_connections as
        select unnest(from_json(?::json, '[{"campaign_id": "varchar", "campaign_lead_id": "varchar",
            "campaign_lead_status": "varchar", "profile_url": "varchar", "first_name": "varchar",
            "last_name": "varchar", "account_id": "varchar"}]'), recursive := true)
        """,
        [json.dumps(rows)],
    )
    connection.execute(
        """
        create table marts.rpt_bottlenecks as
        select
            1::bigint as rank, 'queue' as stage, 'campaign_paused' as cause, ? as segment,
            'Some wait behind a paused campaign.' as why, 'make resume CAMPAIGN=40106' as command,
            timestamptz '2026-02-09 06:00:00+00' as as_of
        """,
        [PAUSED],
    )
    connection.execute(
        f"""
        create table marts.rpt_bottleneck_leads as
        select
            1::bigint as rank, campaign_lead_id as lead_row_id, 'waits' as why,
            profile_url, first_name, last_name, '=HYPERLINK("x")' as company_name,
            campaign_id, campaign_lead_id, account_id,
            if(row_number() over (order by campaign_lead_id) <= {LEFT_OUT}, 'zoominfo', 'clay') as source,
            'sre, go' as keywords, null::varchar as icp, timestamptz '2026-02-09 06:00:00+00' as as_of
        from marts.heyreach_connections
        where campaign_id = ? and campaign_lead_status = 'Pending'
        """,
        [PAUSED],
    )
