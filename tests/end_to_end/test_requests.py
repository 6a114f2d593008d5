"""How many requests a pull asks. HeyReach allows few a minute, so their number is what a pull takes."""

from datetime import timedelta

import duckdb
import httpx
import pytest

from extract.sandbox.process import Sandbox, running_sandbox
from tests.conftest import Workspace
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

pytestmark = pytest.mark.usefixtures("built_without_dbt")

CHECK_API_KEY = {"auth/CheckApiKey": 1}  # so that a wrong key is told as one

# 5 senders and 7 campaigns: one page each, and a page that has room left is known to be all.
OVERVIEW = {"li_account/GetAll": 1, "campaign/GetAll": 1}

# Campaigns of 687, 456, 558, 456, 182, 295 and no leads, 100 a page. No time filter of HeyReach sees
# acceptances, so every page is read. Each after the first repeats 10 rows of the one before, without which a
# row that moved between two pages is lost unseen; one more at the end shows that nothing was added meanwhile.
CAMPAIGN_LEADS = {"campaign/GetLeadsFromCampaign": 9 + 6 + 8 + 6 + 3 + 5 + 1}

# One answer for each sender that a campaign or a lead names (one is listed no more), by campaign: 17 pairs.
DAILY_COUNTS = {"stats/GetOverallStatsByCampaign": 6}

FULL = {
    **CHECK_API_KEY,
    **OVERVIEW,
    **CAMPAIGN_LEADS,
    **DAILY_COUNTS,
    "campaign/GetCampaignSequence": 7,  # one for each campaign
    "list/GetAll": 2,  # lists of people, lists of companies
    "list/GetLeadsFromList": 8,  # 8 lists, each shorter than a page of 1,000
    "list/GetCompaniesFromList": 1,
}
FINISHED = "40105"
# Lists only of the campaigns that still take leads from them.
DAILY = {**CHECK_API_KEY, **OVERVIEW, **CAMPAIGN_LEADS, **DAILY_COUNTS, "list/GetLeadsFromList": 6}
LIGHT = {**CHECK_API_KEY, **OVERVIEW, **CAMPAIGN_LEADS}


@pytest.fixture
def own_sandbox():
    with running_sandbox(seed=20260120, leads=3000, now=FIRST_PULL) as running:
        yield running


def asked(workspace: Workspace, sandbox: Sandbox, kind: str) -> dict[str, int]:
    sandbox.log(reset=True)
    assert workspace.run("extract", "--kind", kind).exit_code == 0
    return sandbox.log()["routes"]


def test_each_kind_of_pull_asks_as_few_requests_as_it_can(own_sandbox, tmp_path):
    workspace = workspace_on(own_sandbox, tmp_path)
    assert asked(workspace, own_sandbox, "full") == FULL
    own_sandbox.set_clock(FIRST_PULL + timedelta(hours=8))
    assert asked(workspace, own_sandbox, "light") == LIGHT
    own_sandbox.set_clock(FIRST_PULL + timedelta(days=1))
    assert asked(workspace, own_sandbox, "daily") == DAILY


def campaigns_read(workspace: Workspace) -> set[str]:
    """The campaigns whose leads the newest pull asked for."""
    with duckdb.connect(str(workspace.data_dir / "raw.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            """
            select scope_id from heyreach.pulls
            where resource = 'campaign_leads' and pull_id = (select max(pull_id) from heyreach.pulls)
            """
        ).fetchall()
    return {campaign_id for (campaign_id,) in rows}


def test_a_finished_campaign_in_which_nothing_is_open_is_read_by_full_pulls_only(tmp_path):
    with running_sandbox(seed=20260120, leads=120, now=FIRST_PULL) as sandbox:
        workspace = workspace_on(sandbox, tmp_path)
        for days in (0, 60):  # long enough for every request to be withdrawn
            sandbox.set_clock(FIRST_PULL + timedelta(days=days))
            assert workspace.run("extract").exit_code == 0
        everyone = campaigns_read(workspace)
        asked(workspace, sandbox, "daily")
        assert campaigns_read(workspace) == everyone  # nothing is published yet

        assert workspace.run("build").exit_code == 0
        for kind, senders in {"daily": 6, "light": None, "full": 6}.items():
            requests = asked(workspace, sandbox, kind)
            assert campaigns_read(workspace) == (everyone if kind == "full" else everyone - {FINISHED}), kind
            assert requests.get("stats/GetOverallStatsByCampaign") == senders
            assert "stats/GetOverallStats" not in requests

        httpx.post(
            f"{sandbox.base_url}/campaign/Resume",
            params={"campaignId": FINISHED},
            headers={"X-API-KEY": sandbox.api_key},
        ).raise_for_status()
        asked(workspace, sandbox, "daily")
        assert campaigns_read(workspace) == everyone
