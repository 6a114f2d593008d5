"""What a status of HeyReach's means is said in the seeds alone: one that it comes to send is a row there."""

import csv
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.compiled import instead_of_dbt
from tests.conftest import Workspace
from tests.dbt_project.models import PROJECT
from tests.end_to_end.hand_made import HandMade, workspace_of

SEEDS = ("campaign_statuses", "campaign_lead_statuses", "connection_statuses", "message_statuses")
START = datetime(2026, 1, 5, 2, tzinfo=UTC)
SENDERS = {50001: "Ada"}


def statuses(seed: str) -> set[str]:
    with (PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as rows:
        return {row["status"] for row in csv.DictReader(rows)}


def test_no_sql_spells_a_status_of_heyreach():
    """`unknown` is a word of ours."""
    spelled = re.compile("'(" + "|".join(set().union(*map(statuses, SEEDS)) - {"unknown"}) + ")'")
    found = {
        (path.name, match[1])
        for folder in ("models", "macros", "tests")
        for path in (PROJECT / folder).rglob("*.sql")
        for match in spelled.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()
    assert spelled.search("where connection_status = 'ConnectionSent'")


@pytest.mark.parametrize("seed", SEEDS)
def test_each_seed_says_what_an_unlisted_status_means(seed: str):
    assert "unknown" in statuses(seed)


@pytest.fixture(scope="module")
def withdrawn(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three nights: a request open all the time, one withdrawn later, one before it was ever seen open."""
    world = HandMade(SENDERS, START)
    campaign = world.campaign(40001, "withdraws", list(SENDERS))
    asked_at = START + timedelta(hours=7)
    for name, until in (
        ("open", None),
        ("later", timedelta(hours=24)),
        ("before-it-was-seen", timedelta(hours=1)),
    ):
        lead = world.lead(campaign, name, 50001)
        world.ask(lead, asked_at)
        if until:
            world.show(lead, asked_at + until, connection="Withdrawn")
    with world.served() as server:
        workspace = workspace_of(tmp_path_factory.mktemp("withdrawn") / "data", server.base_url, SENDERS)
        world.pulled(
            workspace, server.base_url, [(START + timedelta(days=night), "full") for night in range(3)]
        )
    return workspace


@pytest.mark.parametrize(
    ("row", "connections", "named"),
    [
        (
            "",
            {
                ("before-it-was-seen", "queued", False, False, None),
                ("later", "sent", True, False, "seen_open"),
                ("open", "sent", True, False, "seen_open"),
            },
            ["leadConnectionStatus Withdrawn (2)"],
        ),
        (
            "('Withdrawn', true, false, false)",
            {
                ("before-it-was-seen", "expired", True, False, "seen_open"),
                ("later", "expired", True, True, "seen_open"),
                ("open", "sent", True, False, "seen_open"),
            },
            [],
        ),
    ],
    ids=["unlisted", "listed"],
)
def test_a_new_status_is_one_row(compiled, withdrawn, tmp_path, row, connections, named):
    seeds = Path(shutil.copy(compiled.seeds, tmp_path / "with_the_row.duckdb"))
    if row:
        with duckdb.connect(str(seeds)) as database:
            database.execute(f"insert into seeds.connection_statuses values {row}")
    with instead_of_dbt(compiled._replace(seeds=seeds)):
        outcome = withdrawn.run("build", "--since", "2026-01-01", "--until", "2026-02-01")
    assert outcome.exit_code == 0, outcome.errors
    found = withdrawn.query(
        """
        select split_part(normalized_profile_url, '/in/', 2), status, is_sent, has_gone_back, request_evidence
        from marts.heyreach_connections
        """
    )
    assert set(found) == connections
    lines = withdrawn.query(
        r"select regexp_extract(message, 'leadConnectionStatus \w+ \(\d+\)') from marts.rpt_health"
        " where topic = 'statuses_unknown'"
    )
    assert [line for (line,) in lines] == named
