from time import monotonic

import httpx
import orjson
import pytest

from extract.sandbox.faults import FAULT_NAMES, Fault
from extract.workspace.errors import ConfigurationError

LEADS = "campaign/GetLeadsFromCampaign"
FIRST_PAGE = {"campaignId": 40101, "offset": 0, "limit": 100}


@pytest.fixture
def post(sandbox):
    """POST a page request of campaign 40101, changed by keywords."""
    return lambda **body: sandbox.client.post(LEADS, json=FIRST_PAGE | body)


@pytest.fixture
def walk(post):
    """Ids of a plain offset walk, and the total of each page."""

    def read() -> tuple[list[int], list[int]]:
        ids, totals = [], []
        while not totals or len(ids) < totals[-1]:
            page = post(offset=len(ids)).json()
            if not page["items"]:
                break
            ids += [row["id"] for row in page["items"]]
            totals.append(page["totalCount"])
        return ids, totals

    return read


@pytest.mark.parametrize(
    ("fault", "status", "header"),
    [
        ({"name": "too_many_requests"}, 429, None),
        ({"name": "too_many_requests", "retry_after": 7}, 429, "7"),
        ({"name": "server_error"}, 500, None),
        ({"name": "server_error", "status": 503}, 503, None),
    ],
)
def test_a_burst_of_refusals_ends_after_its_count(sandbox, post, fault, status, header):
    sandbox.set_faults(fault | {"count": 2})
    answers = [post() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers.get("Retry-After") == header


def test_a_fault_waits_for_its_turn_its_route_and_its_body(sandbox, post):
    sandbox.set_faults(
        {"name": "server_error", "route": LEADS, "match": {"campaignId": 40101}, "after": 1, "count": 1}
    )
    assert sandbox.client.post("list/GetAll", json={}).status_code == 200
    assert [post(campaignId=40102).status_code for _ in range(3)] == [200, 200, 200]
    assert [post().status_code for _ in range(3)] == [200, 500, 200]
    (fault,) = sandbox.client.get(sandbox.control + "faults").json()["faults"]
    assert (fault["seen"], fault["struck"]) == (3, 1)


def test_a_text_body_comes_with_status_200(sandbox, post):
    sandbox.set_faults({"name": "text_body", "text": "Maintenance"})
    answer = post()
    assert (answer.status_code, answer.text) == (200, "Maintenance")


def test_cut_json_ends_in_the_middle(sandbox, post):
    whole = post().content
    sandbox.set_faults({"name": "cut_json"})
    cut = post()
    assert cut.status_code == 200
    assert whole.startswith(cut.content)
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(cut.content)


def test_a_slow_answer_takes_its_time(sandbox, post):
    sandbox.set_faults({"name": "slow", "seconds": 0.3, "count": 1})
    started = monotonic()
    assert post().status_code == 200
    assert monotonic() - started >= 0.3


def test_a_dropped_connection_gives_no_answer(sandbox, post):
    sandbox.set_faults({"name": "dropped_connection", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        post()
    assert post().status_code == 200


def test_rows_inserted_at_the_head_are_lost_and_others_repeated_until_it_settles(sandbox, walk):
    true_ids, _ = walk()
    sandbox.set_faults({"name": "rows_inserted_at_head", "rows": 5, "count": 4})
    ids, totals = walk()
    assert totals[:5] == [len(true_ids) - 20 + 5 * moved for moved in range(5)]
    assert len(set(ids)) < len(ids)
    assert len(set(ids)) < len(true_ids)
    assert walk()[0] == true_ids


def test_rows_removed_at_the_head_make_others_slip_through(sandbox, walk):
    true_ids, _ = walk()
    sandbox.set_faults({"name": "rows_removed_at_head", "rows": 5, "count": 3})
    ids, totals = walk()
    assert totals[:4] == [len(true_ids) - 5 * moved for moved in range(4)]
    assert len(ids) == len(set(ids)) == len(true_ids) - 15
    assert walk()[0] == true_ids


def test_a_duplicate_row_takes_its_neighbours_place_or_comes_on_top(sandbox, post):
    ids = [row["id"] for row in post().json()["items"]]
    sandbox.set_faults({"name": "duplicate_row"})
    assert [row["id"] for row in post().json()["items"]] == [ids[0], ids[0], *ids[2:]]
    sandbox.set_faults({"name": "duplicate_row", "extra": True})
    assert [row["id"] for row in post().json()["items"]] == [ids[0], *ids]


def test_pages_can_come_short_or_empty_in_the_middle(sandbox, post):
    sandbox.set_faults({"name": "short_page", "rows": 30, "after": 1, "count": 1})
    assert [len(post(offset=offset).json()["items"]) for offset in (0, 100, 200)] == [100, 70, 100]
    sandbox.set_faults({"name": "empty_page", "after": 1, "count": 1})
    assert [len(post(offset=offset).json()["items"]) for offset in (0, 100, 200)] == [100, 0, 100]


def test_the_total_can_be_wrong_missing_or_text(sandbox, post):
    total = post().json()["totalCount"]
    sandbox.set_faults({"name": "total_count_wrong", "add": -3})
    assert post().json()["totalCount"] == total - 3
    sandbox.set_faults({"name": "total_count_wrong", "value": "many"})
    assert post().json()["totalCount"] == "many"
    sandbox.set_faults({"name": "total_count_missing"})
    assert "totalCount" not in post().json()


def test_the_limit_can_be_clamped_without_a_word(sandbox, post):
    sandbox.set_faults({"name": "clamped_limit", "limit": 25})
    page = post()
    assert page.status_code == 200
    assert len(page.json()["items"]) == 25


def test_the_time_filter_can_be_ignored(sandbox, post):
    filtered = {"timeFilter": "CreationTime", "timeFrom": "2026-01-20T00:00:00Z"}
    some = post(**filtered).json()["totalCount"]
    sandbox.set_faults({"name": "time_filter_ignored"})
    assert post(**filtered).json()["totalCount"] > some > 0


def test_rows_can_drift_from_their_schema(sandbox, post):
    def first_rows(*faults: dict) -> list[dict]:
        sandbox.set_faults(*faults)
        return post().json()["items"]

    assert all(row["sandboxNewField"] == "new" for row in first_rows({"name": "new_field"}))
    rows = first_rows(
        {"name": "new_field", "field": "linkedInUserProfile.pronouns", "value": None, "rows": 2}
    )
    assert ["pronouns" in row["linkedInUserProfile"] for row in rows[:3]] == [True, True, False]
    rows = first_rows({"name": "unknown_enum", "value": "Withdrawn", "rows": 1})
    assert rows[0]["leadConnectionStatus"] == "Withdrawn" != rows[1]["leadConnectionStatus"]
    assert isinstance(first_rows({"name": "changed_type"})[0]["creationTime"], int)
    assert isinstance(first_rows({"name": "changed_type", "field": "id"})[0]["id"], str)
    assert "leadConnectionStatus" not in first_rows({"name": "missing_field"})[0]
    rows = first_rows({"name": "poison_row"})
    assert rows[0]["id"] is None
    assert rows[1]["id"] is not None


def test_a_list_or_campaign_can_vanish(sandbox, post):
    sandbox.set_faults({"name": "list_vanished", "id": 60101}, {"name": "campaign_vanished", "id": 40101})
    assert post().status_code == 404
    assert post(campaignId=40102).status_code == 200
    assert sandbox.client.post("list/GetLeadsFromList", json={"listId": 60101}).status_code == 404
    assert 60101 not in {row["id"] for row in sandbox.rows("list/GetAll")}
    assert 40101 not in {row["id"] for row in sandbox.rows("campaign/GetAll")}
    assert sandbox.client.get("campaign/GetById", params={"campaignId": 40101}).status_code == 404


def test_the_workspace_can_be_empty(sandbox):
    sandbox.set_faults({"name": "empty_workspace"})
    for route in ("campaign/GetAll", "list/GetAll", "li_account/GetAll"):
        assert sandbox.read(route) == {"totalCount": 0, "items": []}
    stats = sandbox.read("stats/GetOverallStats", accountIds=[], campaignIds=[])
    assert stats["byDayStats"] == {}
    assert stats["overallStats"]["connectionsSent"] == 0


def test_an_unknown_fault_is_refused_with_the_known_names():
    with pytest.raises(ConfigurationError, match="earthquake") as refusal:
        Fault.of({"name": "earthquake"})
    assert all(name in str(refusal.value) for name in FAULT_NAMES)
