import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from extract.heyreach.client import HeyReachClient
from extract.heyreach.paging import walk
from extract.http.pacing import Pacer
from extract.raw.routes import CAMPAIGN_LEADS, LIST_LEADS, company_row_key, list_row_key, row_id
from extract.workspace.errors import NotFoundError, ProviderError, RefusedError, UnknownShapeError
from tests.extract.heyreach.scripted_server import Reply, Request, ScriptedServer, VirtualTime

KEY = "SENTINEL-KEY-9f3a"


class Ledger:
    """The rows a server holds, and its answer to a request for a page."""

    def __init__(self, rows: list[dict], *, most: int = 1000):
        self.rows = rows
        self.most = most
        self.next_id = len(rows)

    def page(self, request: Request) -> Reply:
        offset, limit = request.body["offset"], min(request.body["limit"], self.most)
        return Reply({"totalCount": len(self.rows), "items": self.rows[offset : offset + limit]})

    def insert(self, count: int) -> None:
        self.rows[:0] = [{"id": self.next_id + extra} for extra in range(count)]
        self.next_id += count

    def delete(self, count: int) -> None:
        del self.rows[:count]


def with_ids(count: int) -> Ledger:
    return Ledger([{"id": number} for number in range(count)])


def members(*names: str | None) -> Ledger:
    return Ledger([{"profileUrl": name, "linkedin_id": None} for name in names])


def walked(script: Callable[[Request], Reply], tmp_path, route=CAMPAIGN_LEADS, on_progress=None):
    """The rows, the summary and the requests of a whole walk."""
    clock = VirtualTime()
    pacer = Pacer(0, KEY, tmp_path, clock=clock, sleep=clock.sleep)
    with (
        ScriptedServer(script) as server,
        HeyReachClient(server.base_url, KEY, pacer, monotonic=clock) as client,
    ):
        pages = walk(client, route, {"campaignId": 7}, on_progress=on_progress)
        rows = [row for page in pages for row in page.items]
    return rows, pages.summary, server.requests


def ids_of(rows: list[dict]) -> set[int]:
    return {row["id"] for row in rows}


# Still data


@pytest.mark.parametrize(
    ("count", "requests"),
    [
        pytest.param(0, 1, id="none"),
        pytest.param(1, 1, id="one"),
        pytest.param(99, 1, id="a page with room for more"),
        pytest.param(100, 2, id="a full page and a probe"),
        pytest.param(101, 3, id="one row more"),
        pytest.param(190, 3, id="two pages and a probe"),
        pytest.param(1000, 12, id="eleven pages and a probe"),
        pytest.param(5000, 57, id="56 pages and a probe"),
    ],
)
def test_all_rows_come_with_few_requests(tmp_path, count, requests):
    ledger = with_ids(count)
    rows, summary, asked = walked(ledger.page, tmp_path)
    assert ids_of(rows) == set(range(count))
    assert (summary.is_complete, summary.is_stable, summary.note) == (True, True, None)
    assert summary.distinct_rows == summary.total_count_first == summary.total_count_last == count
    assert summary.rows_received == len(rows) == count + summary.duplicate_rows
    assert summary.requests == summary.pages == len(asked) == requests


def test_a_request_says_what_its_route_and_its_scope_say_and_which_page_it_wants(tmp_path):
    _, _, asked = walked(with_ids(150).page, tmp_path)
    assert [request.body for request in asked] == [
        {"timeFilter": "Everywhere", "campaignId": 7, "offset": offset, "limit": 100}
        for offset in (0, 90, 140)
    ]
    assert {request.path for request in asked} == {CAMPAIGN_LEADS.path}


def test_a_list_is_asked_for_a_thousand_rows_at_once(tmp_path):
    _, summary, asked = walked(members(*map(str, range(2500))).page, tmp_path, LIST_LEADS)
    assert [request.body["offset"] for request in asked] == [0, 990, 1980, 2490]
    assert summary.is_complete


def test_progress_counts_towards_the_total(tmp_path):
    seen = []
    walked(with_ids(250).page, tmp_path, on_progress=lambda *counts: seen.append(counts))
    assert seen == [(100, 250), (190, 250), (250, 250), (250, 250)]


def test_times_are_those_of_the_first_and_the_last_answer(tmp_path):
    ledger = with_ids(150)

    def dated(request: Request) -> Reply:
        return Reply(ledger.page(request).body, date=f"Thu, 01 Jan 2026 00:00:0{request.number} GMT")

    _, summary, _ = walked(dated, tmp_path)
    first, last = (datetime(2026, 1, 1, second=second, tzinfo=UTC) for second in (1, 3))
    assert first - timedelta(seconds=2) < summary.started_at < first
    assert summary.finished_at == last + timedelta(seconds=1)


# Data that moves (fault row 18)

MOVES = [(0, 0), (2, 0), (10, 0), (40, 0), (0, 2), (0, 10), (0, 40), (10, 10), (2, 40), (40, 2)]


def moving(
    ledger: Ledger, deleted: int, inserted: int, most_moves: int = 10_000
) -> Callable[[Request], Reply]:
    def script(request: Request) -> Reply:
        if 1 < request.number <= most_moves:
            ledger.delete(deleted)
            ledger.insert(inserted)
        return ledger.page(request)

    return script


@pytest.mark.parametrize(("deleted", "inserted"), MOVES)
def test_rows_alive_during_the_whole_walk_all_come(tmp_path, deleted, inserted):
    ledger = with_ids(3000)
    before = ids_of(ledger.rows)
    rows, summary, asked = walked(moving(ledger, deleted, inserted), tmp_path)
    missed = (before & ids_of(ledger.rows)) - ids_of(rows)
    assert not missed
    assert len(asked) <= 2 * (20 + 4 * 34)
    if (deleted, inserted) == (0, 0):
        assert (summary.is_complete, len(asked)) == (True, 35)


@pytest.mark.parametrize(
    ("deleted", "inserted"), [(2, 0), (10, 0), (40, 0), (0, 10), (0, 40), (150, 0), (0, 300)]
)
def test_a_walk_through_one_change_ends_complete(tmp_path, deleted, inserted):
    ledger = with_ids(3000)
    rows, summary, _ = walked(moving(ledger, deleted, inserted, most_moves=2), tmp_path)
    assert summary.is_complete
    assert ids_of(ledger.rows) <= ids_of(rows)


@pytest.mark.parametrize("deleted", [11, 40, 99, 150])
def test_a_gap_is_closed_within_the_same_pass(tmp_path, deleted):
    ledger = with_ids(3000)
    shown_first = set()

    def script(request: Request) -> Reply:
        if request.number == 12:
            ledger.delete(deleted)
        reply = ledger.page(request)
        offsets.append(request.body["offset"])
        if offsets.count(0) == 1:
            shown_first.update(ids_of(reply.body["items"]))
        return reply

    offsets = []
    walked(script, tmp_path)
    assert ids_of(ledger.rows) <= shown_first


def test_a_gap_too_wide_to_step_over_is_left_to_the_second_pass(tmp_path):
    ledger = with_ids(3000)

    def script(request: Request) -> Reply:
        if request.number == 12:
            ledger.delete(400)
        return ledger.page(request)

    rows, summary, asked = walked(script, tmp_path)
    assert ids_of(ledger.rows) <= ids_of(rows)
    assert (summary.is_complete, summary.note) == (True, "rows moved too fast to follow")
    assert len(asked) < 90


def test_rows_added_in_front_during_every_request_are_no_endless_walk(tmp_path):
    _, summary, asked = walked(moving(with_ids(1000), 0, 2), tmp_path)
    assert (summary.is_complete, summary.is_stable, summary.note) == (False, True, None)
    assert len(asked) <= 2 * 13


def test_rows_added_at_the_end_cost_no_second_pass(tmp_path):
    ledger = with_ids(1000)

    def script(request: Request) -> Reply:
        if request.number == 5:
            ledger.rows += [{"id": 10_000 + extra} for extra in range(7)]
        return ledger.page(request)

    rows, summary, asked = walked(script, tmp_path)
    assert (summary.is_complete, summary.total_count_first, summary.total_count_last) == (True, 1000, 1007)
    assert ids_of(rows) == ids_of(ledger.rows)
    assert len(asked) == 13


def test_a_row_that_jumps_back_past_the_walk_is_found_in_a_second_pass(tmp_path):
    ledger = with_ids(1000)

    def script(request: Request) -> Reply:
        if request.number == 3:
            ledger.rows.insert(0, ledger.rows.pop(900))
        return ledger.page(request)

    rows, summary, asked = walked(script, tmp_path)
    assert summary.is_complete
    assert ids_of(rows) == set(range(1000))
    assert len(asked) == 24


def test_a_row_that_left_does_not_stand_in_for_one_that_was_missed(tmp_path):
    ledger = with_ids(1000)

    def script(request: Request) -> Reply:
        if request.number == 3:
            del ledger.rows[5]
            ledger.rows.insert(0, ledger.rows.pop(900))
        return ledger.page(request)

    rows, summary, _ = walked(script, tmp_path)
    assert summary.is_complete
    assert ids_of(ledger.rows) <= ids_of(rows)


def test_a_new_order_at_every_request_is_never_complete_by_accident(tmp_path):
    order = random.Random(5)
    ledger = with_ids(500)

    def script(request: Request) -> Reply:
        order.shuffle(ledger.rows)
        return ledger.page(request)

    rows, summary, asked = walked(script, tmp_path)
    assert summary.is_complete == (ids_of(rows) == set(range(500)))
    assert len(asked) <= 2 * (20 + 4 * 6)


# Servers at fault (fault row 17)


def replaced(ledger: Ledger, **replies: Callable[[dict], dict]) -> Callable[[Request], Reply]:
    """The ledger's answers, with the n-th (`at_n`) put through a function; `always` goes for all others."""

    def script(request: Request) -> Reply:
        change = replies.get(f"at_{request.number}", replies.get("always", dict))
        return Reply(change(ledger.page(request).body))

    return script


def emptied(body: dict) -> dict:
    return {**body, "items": []}


def counted(total: object) -> Callable[[dict], dict]:
    return lambda body: {**body, "totalCount": total}


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param({"at_4": emptied}, id="an empty page"),
        pytest.param({"at_4": emptied, "at_5": emptied, "at_6": emptied}, id="three empty pages"),
        pytest.param({"at_1": emptied}, id="an empty first page"),
        pytest.param({"at_1": counted(100)}, id="total too low at first"),
        pytest.param({"at_1": counted(0)}, id="total 0 at first"),
        pytest.param({"at_3": counted(0)}, id="total 0 once"),
        pytest.param({"at_3": counted(9999)}, id="total too high once"),
        pytest.param({"at_12": counted(9999)}, id="total too high at the end"),
        pytest.param({"at_3": lambda body: {**body, "items": body["items"][:37]}}, id="a short page"),
        pytest.param(
            {"at_3": lambda body: {**body, "items": [{"id": n} for n in range(90, 190)]}}, id="doubled"
        ),
        pytest.param(
            {"at_3": lambda body: {**body, "items": [{"id": n} for n in range(270, 370)]}}, id="swapped"
        ),
        pytest.param({"at_3": lambda body: {**body, "items": body["items"][::-1]}}, id="a page reversed"),
    ],
)
def test_a_passing_fault_loses_nothing(tmp_path, faults):
    rows, summary, asked = walked(replaced(with_ids(1000), **faults), tmp_path)
    assert ids_of(rows) == set(range(1000))
    assert summary.is_complete
    assert len(asked) <= 40


@pytest.mark.parametrize(
    ("change", "all_come"),
    [
        pytest.param(counted(500), True, id="total too low"),
        pytest.param(counted(0), True, id="total 0"),
        pytest.param(counted(1500), True, id="total too high"),
        pytest.param(
            lambda body: {**body, "items": [{"id": n} for n in range(100)]}, False, id="offset ignored"
        ),
        pytest.param(lambda body: {**body, "items": [*body["items"][1:]]}, False, id="a row always missing"),
    ],
)
def test_a_lasting_fault_leaves_the_walk_incomplete(tmp_path, change, all_come):
    rows, summary, asked = walked(replaced(with_ids(1000), always=change), tmp_path)
    assert not summary.is_complete
    assert (ids_of(rows) == set(range(1000))) == all_come
    assert len(asked) <= 2 * (20 + 4 * 12)


def test_a_server_that_ignores_the_offset_is_left_soon(tmp_path):
    for route, ledger in ((CAMPAIGN_LEADS, with_ids(1000)), (LIST_LEADS, members(*map(str, range(5000))))):
        first = ledger.rows[: route.page_limit]
        _, summary, asked = walked(
            replaced(ledger, always=lambda body, first=first: {**body, "items": first}), tmp_path, route
        )
        assert not summary.is_complete
        assert "same rows" in summary.note
        assert len(asked) == 6


def test_pages_that_stay_empty_fail_the_walk(tmp_path):
    faults = {f"at_{number}": emptied for number in range(4, 20)}
    with pytest.raises(
        ProviderError, match=r"GetLeadsFromCampaign: only empty pages came at row 270 of 1000"
    ):
        walked(replaced(with_ids(1000), **faults), tmp_path)


def test_an_endless_route_is_left(tmp_path):
    def endless(request: Request) -> Reply:
        first = request.body["offset"]
        return Reply({"totalCount": first + 1000, "items": [{"id": first + n} for n in range(100)]})

    _, summary, asked = walked(endless, tmp_path)
    assert not summary.is_complete
    assert "without an end" in summary.note
    assert len(asked) <= 2 * (20 + 4 * 12)


@pytest.mark.parametrize("most", [1, 2, 7, 37, 50])
def test_a_smaller_page_than_asked_for_is_noticed(tmp_path, most):
    ledger = with_ids(250)
    ledger.most = most
    rows, summary, _ = walked(ledger.page, tmp_path)
    assert ids_of(rows) == set(range(250))
    assert summary.is_complete
    assert summary.note == f"HeyReach gives {most} rows a page, 100 were asked for"


def test_where_a_thousand_rows_are_refused_a_hundred_are_asked_for(tmp_path):
    ledger = members(*map(str, range(250)))

    def script(request: Request) -> Reply:
        too_many = request.body["limit"] > 100
        return Reply({"errorMessage": "limit"}, status=400) if too_many else ledger.page(request)

    rows, summary, asked = walked(script, tmp_path, LIST_LEADS)
    assert len({row["profileUrl"] for row in rows}) == 250
    assert summary.is_complete
    assert "pages of 1000 rows were refused" in summary.note
    assert [request.body["limit"] for request in asked] == [1000, 100, 100, 100, 100]


@pytest.mark.parametrize(("status", "kind", "requests"), [(404, NotFoundError, 1), (400, RefusedError, 2)])
def test_a_missing_list_is_told_from_an_outage(tmp_path, status, kind, requests):
    asked = []

    def script(request: Request) -> Reply:
        asked.append(request)
        return Reply({"errorMessage": "The list does not exist."}, status=status)

    with pytest.raises(kind, match="does not exist"):
        walked(script, tmp_path, LIST_LEADS)
    assert len(asked) == requests


@pytest.mark.parametrize(
    "body",
    [
        {"items": [{"name": "Zyxlead Piisentinel"}]},
        *(
            {"items": [{"name": "Zyxlead Piisentinel"}], "totalCount": total}
            for total in ("1", 1.0, True, None, -1)
        ),
        *({"items": items, "totalCount": 1} for items in (None, {"name": "Zyxlead Piisentinel"}, "text")),
        {"totalCount": 1},
    ],
    ids=lambda body: str(body).replace("Zyxlead Piisentinel", "…"),
)
def test_what_is_no_page_fails_the_walk_without_being_shown(tmp_path, body):
    with pytest.raises(UnknownShapeError, match=r"campaign/GetLeadsFromCampaign: .* no usable") as caught:
        walked(lambda request: Reply(body), tmp_path)
    assert "Zyxlead" not in str(caught.value)


# Keys


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"id": 7}, "7"),
        ({"id": -7}, "-7"),
        ({"id": 0}, "0"),
        ({"id": "7"}, "7"),
        *(({"id": value}, None) for value in (True, 1.0, " ", "", None, {}, [])),
        ({}, None),
        *((row, None) for row in ("text", None, [1], 7)),
    ],
    ids=str,
)
def test_row_id(row, key):
    assert row_id(row) == key


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (
            {"profileUrl": "https://www.linkedin.com/in/Sam/", "linkedin_id": "9"},
            "https://www.linkedin.com/in/Sam/",
        ),
        ({"profileUrl": " ", "linkedin_id": "9"}, "9"),
        ({"profileUrl": None, "linkedin_id": "9"}, "9"),
        ({"profileUrl": 5, "linkedin_id": 9}, None),
        ({"profileUrl": "", "linkedin_id": ""}, None),
        ({"id": 7}, None),
        ("text", None),
    ],
    ids=str,
)
def test_list_row_key(row, key):
    assert list_row_key(row) == key


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"name": "ACME", "website": "https://acme.example.com"}, "https://acme.example.com"),
        ({"name": "ACME", "website": None}, "ACME"),
        ({"name": " ", "website": ""}, None),
        ("ACME", None),
    ],
)
def test_company_row_key(row, key):
    assert company_row_key(row) == key


def test_rows_without_a_key_are_passed_on_and_counted_once(tmp_path):
    ledger = with_ids(250)
    for position, row in ((0, {"id": None}), (95, {}), (185, "text"), (249, None)):
        ledger.rows[position] = row
    rows, summary, _ = walked(ledger.page, tmp_path)
    assert "text" in rows
    assert (summary.unkeyed_rows, summary.distinct_rows, summary.is_complete) == (4, 246, True)


def test_a_list_that_names_people_twice_is_complete(tmp_path):
    ledger = members(*(f"/in/{number % 2000}" for number in range(2500)))
    _, summary, asked = walked(ledger.page, tmp_path, LIST_LEADS)
    assert (summary.is_complete, summary.distinct_rows, len(asked)) == (True, 2000, 8)
    assert summary.note == "500 rows repeat another one"


def test_a_short_list_that_names_people_twice_takes_one_request(tmp_path):
    _, summary, asked = walked(members("/in/a", "/in/b", "/in/a", None).page, tmp_path, LIST_LEADS)
    assert (summary.is_complete, summary.distinct_rows, summary.unkeyed_rows, len(asked)) == (True, 2, 1, 1)
    assert summary.note == "1 rows repeat another one"


def test_a_list_that_moves_is_not_excused_by_repeated_people(tmp_path):
    ledger = members(*(f"/in/{number % 2000}" for number in range(2500)))

    def script(request: Request) -> Reply:
        if request.number % 4 == 2:
            ledger.rows.insert(0, ledger.rows.pop(1700))
        return ledger.page(request)

    _, summary, _ = walked(script, tmp_path, LIST_LEADS)
    assert not summary.is_complete


def test_ids_that_repeat_are_not_excused(tmp_path):
    ledger = Ledger([{"id": number % 200} for number in range(250)])
    _, summary, _ = walked(ledger.page, tmp_path)
    assert not summary.is_complete
