"""Sending and reading back, where the ledger stands as a crash may leave it."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extract.heyreach.client import HeyReachClient
from extract.http.pacing import Pacer
from extract.importer.delivery import ROUNDS, Delivery, LossError
from extract.importer.ledger import Import, Ledger, PlannedRow
from extract.importer.target import Target, campaign_target
from extract.people.suppression import Suppressions
from extract.workspace.errors import ProviderError
from tests.extract.importer.conftest import LIST_LEADS, ImportSandbox
from tests.recording_sandbox import ADD_TO_CAMPAIGN, PAUSED, RUNNING

AT = datetime(2026, 2, 9, 6, tzinfo=UTC)
NO_ANSWER = {"name": "server_error", "status": 503, "route": ADD_TO_CAMPAIGN}


def person(number: int) -> str:
    return f"linkedin.com/in/sample-{number}"


def planned_row(number: int, **fields: str) -> PlannedRow:
    fields = {"icp": "sre", "source": "clay"} | fields
    return PlannedRow(
        row_number=number,
        profile_url=f"https://www.{person(number)}",
        person=person(number),
        account_id="50105",
        reason=None,
        lead={
            "profileUrl": f"https://www.{person(number)}",
            "firstName": "Sam",
            "lastName": "Sample",
            "customUserFields": [{"name": name, "value": value} for name, value in fields.items()],
        },
    )


class Desk:
    """A planned import, its ledger, and what is needed to deliver it."""

    def __init__(self, sandbox: ImportSandbox, client: HeyReachClient, ledger: Ledger, target: Target):
        self.sandbox, self.client, self.ledger, self.target = sandbox, client, ledger, target
        self.entry: Import | None = None
        self.suppressions = Suppressions(ledger.path.parent / "suppressed")

    def plan(self, rows: list[PlannedRow]) -> None:
        self.entry = Import(
            import_id="leads-1",
            base_url=self.sandbox.base_url,
            target="campaign",
            campaign_id=self.target.campaign_id,
            list_id=self.target.list_id,
            file_name="leads.csv",
            file_sha256="0" * 64,
            mapping="clay",
            senders="column",
            planned_at=AT,
        )
        self.ledger.plan(self.entry, rows)

    def delivery(self, *, waits: tuple[float, ...] = (0, 0), wakes: bool = False) -> Delivery:
        return Delivery(
            client=self.client,
            ledger=self.ledger,
            entry=self.entry,
            target=self.target,
            suppressions=self.suppressions,
            waits=waits,
            now=lambda: AT,
            wakes=wakes,
        )

    def crash(self, state: str, *numbers: int) -> None:
        """Leave leads as a process leaves them that dies in the middle of a request."""
        self.ledger.record("leads-1", state, [(number, {}) for number in numbers], AT, request_id="dead")

    def states(self) -> dict[int, str]:
        return {lead.row_number: lead.state for lead in self.ledger.leads("leads-1")}


@pytest.fixture
def desk_for(sandbox: ImportSandbox, tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    pacer = Pacer(0, sandbox.api_key, tmp_path / "pacing")
    with (
        HeyReachClient(sandbox.base_url, sandbox.api_key, pacer) as client,
        Ledger(tmp_path / "imports.sqlite") as ledger,
    ):
        yield lambda campaign_id: Desk(sandbox, client, ledger, campaign_target(client, campaign_id))


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    return desk_for(RUNNING)


def test_the_intent_is_on_disk_before_a_request_leaves(desk):
    desk.plan([planned_row(number) for number in range(150)])
    seen = []

    def look(route: str) -> None:
        with Ledger(desk.ledger.path) as other:
            seen.append(Counter(lead.state for lead in other.leads("leads-1")))

    desk.sandbox.api.before_write = look
    desk.delivery().run()
    assert seen == [{"sending": 100, "planned": 50}, {"answered": 100, "sending": 50}]


def test_who_is_erased_while_it_is_sent_goes_into_no_later_request(desk):
    desk.plan([planned_row(number) for number in range(150)])
    gone = {person(7), person(120)}
    desk.sandbox.api.before_write = lambda route: Suppressions(desk.ledger.path.parent / "suppressed").add(
        gone, AT.date()
    )
    desk.delivery().run()
    first, second = (
        {pair["lead"]["profileUrl"].rpartition("/")[2] for pair in body["accountLeadPairs"]}
        for body in desk.sandbox.writes()
    )
    # The first request was on its way; what came of it is not read back.
    assert (len(first), "sample-7" in first) == (100, True)
    assert (len(second), "sample-120" in second) == (49, False)
    assert desk.states().keys() == set(range(150)) - {7, 120}
    assert set(desk.states().values()) == {"verified"}


def test_what_heyreach_counted_is_kept_with_its_request(desk):
    desk.plan([planned_row(number) for number in range(101)])
    desk.delivery().run()
    told = [
        {name: request[name] for name in ("leads", "source", "added", "updated", "failed", "state")}
        for request in desk.ledger.requests("leads-1")
    ]
    same = {"source": "clay", "updated": 0, "failed": 0, "state": "answered"}
    assert told == [{"leads": 100, "added": 100} | same, {"leads": 1, "added": 1} | same]


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_leads_in_doubt_are_looked_for_before_anything_is_sent(desk, state):
    rows = [planned_row(number) for number in range(4)]
    desk.plan(rows)
    # Of the request that was cut off, one lead was carried out and one was not.
    desk.sandbox.add_by_hand(RUNNING, person(0), {"icp": "sre", "source": "clay"})
    desk.crash(state, 0, 1)
    desk.sandbox.api.received.clear()
    desk.delivery().run()
    assert desk.sandbox.api.received[0][0] == LIST_LEADS
    [request] = desk.sandbox.writes()
    sent = [pair["lead"]["profileUrl"] for pair in request["accountLeadPairs"]]
    assert sent == [row.lead["profileUrl"] for row in rows[1:]]
    assert {entry["applied"] for entry in desk.sandbox.imported().values()} == {1}
    assert set(desk.states().values()) == {"verified"}


def test_an_answered_lead_that_is_not_there_is_lost_and_not_sent_again(desk):
    desk.plan([planned_row(0)])
    desk.crash("answered", 0)
    desk.delivery().run()
    assert desk.states() == {0: "missing_lead"}
    assert desk.sandbox.writes() == []


def test_leads_in_doubt_are_waited_for_as_long_as_the_list_may_lag(desk):
    desk.plan([planned_row(0)])
    desk.sandbox.set_faults({"name": "list_lag", "seconds": 0.3})
    desk.sandbox.add_by_hand(RUNNING, person(0), {"icp": "sre", "source": "clay"})
    desk.crash("sending", 0)
    desk.delivery(waits=(0.1, 0.4)).run()
    assert desk.states() == {0: "verified"}
    assert len(desk.sandbox.writes()) == 1


def test_fields_are_compared_one_by_one(desk):
    desk.plan([planned_row(number, wave="2") for number in range(3)])
    desk.sandbox.add_by_hand(RUNNING, person(0), {"icp": "sre", "source": "clay", "wave": "2", "by": "hand"})
    desk.sandbox.add_by_hand(RUNNING, person(1), {"icp": "exec", "source": "clay", "wave": "2"})
    desk.sandbox.add_by_hand(RUNNING, person(2), {"icp": "exec", "wave": ""})
    desk.crash("answered", 0, 1, 2)
    desk.delivery().run()
    details = {lead.row_number: (lead.state, lead.details) for lead in desk.ledger.leads("leads-1")}
    assert {number: state for number, (state, _) in details.items()} == {
        0: "verified",
        1: "changed_fields",
        2: "missing_fields",
    }
    assert (details[1][1]["missing"], details[1][1]["changed"]) == ([], ["icp"])
    assert (details[2][1]["missing"], details[2][1]["changed"]) == (["source", "wave"], ["icp"])
    assert details[1][1]["arrived"] == {"icp": "exec", "source": "clay", "wave": "2"}


def test_after_three_requests_without_an_answer_the_list_is_read_first(desk):
    desk.plan([planned_row(number) for number in range(450)])
    desk.sandbox.set_faults(NO_ANSWER | {"count": 3})
    desk.sandbox.api.received.clear()
    desk.delivery().run()
    assert desk.sandbox.sizes() == [100, 100, 100, 100, 100, 100, 100, 50]
    routes = [name for name, _ in desk.sandbox.api.received]
    assert routes.index(LIST_LEADS) == 3
    assert {entry["applied"] for entry in desk.sandbox.imported().values()} == {1}


def test_answers_that_come_in_between_do_not_stop_the_sending(desk):
    desk.plan([planned_row(number) for number in range(700)])
    desk.sandbox.set_faults({"name": "lost_response", "every": 2, "status": 500})
    desk.sandbox.api.received.clear()
    desk.delivery().run()
    assert [name for name, _ in desk.sandbox.api.received].index(LIST_LEADS) == 7
    assert desk.sandbox.sizes() == [100] * 7


def test_without_any_answer_sending_ends_after_some_rounds(desk):
    desk.plan([planned_row(0)])
    desk.sandbox.set_faults(NO_ANSWER)
    with pytest.raises(ProviderError, match="run `make import RESUME=leads-1 APPLY=1` later"):
        desk.delivery().run()
    assert len(desk.sandbox.writes()) == ROUNDS
    assert desk.states() == {0: "planned"}


def test_a_request_that_was_certainly_not_carried_out_is_planned_again(desk):
    desk.plan([planned_row(number) for number in range(150)])
    desk.sandbox.set_faults({"name": "server_error", "status": 401, "route": ADD_TO_CAMPAIGN, "after": 1})
    with pytest.raises(ProviderError, match="HEYREACH_API_KEY"):
        desk.delivery().run()
    assert Counter(desk.states().values()) == {"answered": 100, "planned": 50}
    desk.sandbox.set_faults()
    desk.delivery().run()
    assert set(desk.states().values()) == {"verified"}
    assert {entry["applied"] for entry in desk.sandbox.imported().values()} == {1}


def test_a_throttled_request_is_sent_until_it_is_taken(desk):
    desk.plan([planned_row(0)])
    desk.sandbox.set_faults({"name": "too_many_requests", "route": ADD_TO_CAMPAIGN, "count": 1})
    desk.delivery().run()
    assert desk.sandbox.sizes() == [1, 1]
    assert desk.sandbox.imported()[person(0)]["applied"] == 1


@pytest.mark.parametrize("wakes", [False, True])
def test_the_flags_that_wake_a_campaign_are_as_asked_and_always_said(desk_for, wakes):
    desk = desk_for(PAUSED)
    desk.plan([planned_row(0)])
    desk.delivery(wakes=wakes).run()
    [body] = desk.sandbox.writes()
    assert (body["resumePausedCampaign"], body["resumeFinishedCampaign"]) == (wakes, wakes)


def test_a_repair_that_is_killed_goes_on_with_its_canary(desk):
    desk.plan([planned_row(number) for number in range(3)])
    desk.crash("missing_lead", 0, 1, 2)
    # As a repair leaves it that dies between writing down its canary and sending it.
    canary = planned_row(0, by="hand").lead
    desk.ledger.record("leads-1", "planned", [(0, {"lead": canary})], AT)
    desk.crash("sending", 0)
    desk.delivery().repair()
    assert desk.sandbox.sizes() == [1, 1, 1]
    assert desk.sandbox.imported()[person(0)]["fields"] == {"icp": "sre", "source": "clay", "by": "hand"}
    assert {entry["applied"] for entry in desk.sandbox.imported().values()} == {1}
    assert set(desk.states().values()) == {"verified"}


def test_a_repair_needs_to_see_the_whole_list(desk):
    desk.plan([planned_row(0)])
    desk.crash("missing_lead", 0)
    desk.sandbox.set_faults({"name": "total_count_wrong", "route": LIST_LEADS})
    with pytest.raises(ProviderError, match="run `make import REPAIR=leads-1 APPLY=1` later"):
        desk.delivery().repair()
    assert desk.sandbox.writes() == []


def test_a_canary_that_is_lost_again_ends_the_repair(desk):
    desk.plan([planned_row(number) for number in range(3)])
    desk.crash("missing_lead", 0, 1, 2)
    desk.sandbox.set_faults({"name": "lost_leads", "nth": 1})
    with pytest.raises(LossError, match="Row 0 was sent alone first") as caught:
        desk.delivery().repair()
    assert caught.value.exit_code == 3
    assert desk.sandbox.sizes() == [1]
