"""Leads of a sender that is stuck are given to those with room, and more are brought: seen, and counted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import NamedTuple

import duckdb
import pytest

from extract.sandbox.leads import CampaignLead
from extract.sandbox.schedule import History
from extract.sandbox.world import World
from tests.compiled import only_for
from tests.diagnosis.causes import Drawn, Planted
from tests.diagnosis.workspaces import END, WEEKS, batch_times, days_before_end, draw_workspace, timetable
from tests.endurance.outcomes.__main__ import table
from tests.endurance.outcomes.examination import TABLES, Outcome, gone_on, reported
from tests.endurance.worth import mending
from tests.endurance.worth.examination import Advice

WEEKS_ON = 4


def drawn() -> Drawn:
    """Of four senders one is logged out, and three have few leads."""
    rng = Random(3)
    workspace = draw_workspace(rng, senders=4, campaigns=3, ai_senders=0)
    workspace = workspace.with_sender(0, auth_invalid_at=days_before_end(5))
    short = {sender.id for sender in workspace.senders if sender.id != workspace.senders[1].id}
    for index, campaign in enumerate(workspace.campaigns):
        weights = {
            account_id: weight * (0.1 if account_id in short else 1)
            for account_id, weight in campaign.sender_weights.items()
        }
        workspace = workspace.with_campaign(
            index, sender_weights=weights, batch_times=batch_times(*range(3, WEEKS + 1))
        )
    workspace = replace(workspace, leads=workspace.leads // 3)
    return Drawn(workspace, workspace.world(rng.randrange(2**31)), Planted())


def test_the_table_says_what_was_seen_and_how_often_it_is_right():
    facts = {"world": 0, "cause": "sender_gone", "dimension": "account", "kind": "move", "state": "done"}
    facts |= {"days_off": 0, "said": 9.0}
    seen = {"is_followed": True, "followed_as": "seen", "gain": 8.0, "low": 4.0, "high": 12.0, "true": 10.0}
    unseen = {"is_followed": True, "followed_as": None, "gain": None, "low": None, "high": None, "true": 9.0}
    said = {"is_followed": False, "followed_as": "said", "gain": 0.0, "low": -1.0, "high": 1.0, "true": 0.0}
    losing = {"cause": "low_acceptance", "dimension": "source", "kind": "serve_last"}
    text = table(
        [
            Outcome(**facts | seen, verdict="helped"),
            Outcome(**facts | unseen, verdict=None),
            Outcome(**facts | said, verdict="no_effect"),
            Outcome(**facts | losing | seen | {"low": 11.0}, verdict="helped"),
            Outcome(**facts | losing | said, verdict="helped"),
        ]
    )
    assert "| sender_gone | 2 | 1 | 100% | 100% | 0.80 | 1 | 100% |" in text
    assert "| low_acceptance: source | 1 | 1 | 0% | 100% | 0.80 | 1 | 0% |" in text
    assert "| **moved leads** | 2 | 1 | 100% | 100% | 0.80 | 1 | 100% |" in text
    assert "| **all** | 3 | 2 | 50% | 100% | 0.80 | 2 | 50% |" in text


class WentOn(NamedTuple):
    """The world with both pieces of advice followed, who has room in it, and what is said of the advice."""

    world: World
    free: frozenset[int]
    said: dict[str, dict]

    def sent(self, to: Callable[[CampaignLead], bool]) -> list[History]:
        """What became of those who were asked in the week after the report."""
        return [
            history
            for lead, history in zip(self.world.leads, self.world.histories, strict=True)
            if to(lead) and history.sent_at and mending._END <= history.sent_at < mending._END + mending.WEEK
        ]


@pytest.fixture(scope="module")
def went_on(compiled, tmp_path_factory) -> WentOn:
    world, folder = drawn(), tmp_path_factory.mktemp("outcomes") / "data"
    project = only_for(compiled, TABLES)
    first = reported(folder, world, project, timetable()[-9:])
    with duckdb.connect(str(first), read_only=True) as connection:
        advice = Advice.of(connection)
    remedies = [each for each in advice.remedies.values() if each.kind in ("move", "bring")]
    assert [each.kind for each in remedies] == ["move", "bring"]
    later = mending.continued(world, remedies, advice.rooms, WEEKS_ON)
    moments = [(END + timedelta(days=day, hours=18), "light") for day in (*range(8), 12, 15, 17, 19)]
    moments.append((END + timedelta(weeks=WEEKS_ON), "full"))
    database = gone_on(folder, later, world, project, moments)
    with duckdb.connect(str(database), read_only=True) as connection:
        answer = connection.execute("select * from marts.rpt_advice_outcomes where episode = 1")
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return WentOn(later, remedies[1].about, {row["cause"]: row for row in rows})


def test_leads_that_were_moved_are_asked_by_others_and_counted_as_they_were_asked(went_on):
    said = went_on.said["sender_auth_invalid"]
    assert (said["state"], said["followed_as"], said["followed_on"]) == ("done", "seen", END.date())
    assert said["message"].startswith("Moved leads of ")
    moved = went_on.sent(lambda lead: mending._NEW <= lead.id < 2 * mending._NEW)
    assert said["requests"] == len(moved) > 10
    assert said["requests_without"] == 0
    assert said["gain_low"] < sum(history.accept_probability for history in moved) < said["gain_high"]


def test_leads_that_were_brought_are_what_senders_with_room_send_more(went_on):
    said = went_on.said["too_few_leads"]
    assert (said["state"], said["followed_as"], said["followed_on"]) == ("done", "seen", END.date())
    assert said["message"].startswith("Brought leads for senders with room on ")
    assert said["requests"] == len(went_on.sent(lambda lead: lead.account_id in went_on.free))
    assert said["requests_without"] < said["requests"] / 2
