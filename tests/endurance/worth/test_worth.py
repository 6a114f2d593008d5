"""The measure of what mending is worth: what is mended changes the coming week, and nothing before it."""

from tests.diagnosis.workspaces import WEEKS
from tests.endurance.worth import mending
from tests.endurance.worth.__main__ import table
from tests.endurance.worth.examination import Line
from tests.endurance.worth.mending import Remedy
from tests.endurance.worth.worlds import draw

# A pause, and a sender that is logged out.
DRAWN = draw(1)


def stalls() -> set[Remedy]:
    """What mends the world's stalls."""
    workspace = DRAWN.workspace
    last = mending._END - 1
    senders = [each for each in workspace.senders if not each.is_connected(last)]
    campaigns = [each for each in workspace.campaigns if each.status_at(last) == "PAUSED"]
    return {
        *(Remedy("restore", "account", str(each.id)) for each in senders),
        *(Remedy("resume", "campaign", str(each.id)) for each in campaigns),
    }


def test_all_that_is_mended_brings_more_than_any_of_it():
    assert len(stalls()) == 2
    as_it_is = mending.expected(DRAWN, (), {})
    everything = mending.expected(DRAWN, stalls(), {})
    assert 0 < as_it_is < everything
    assert all(mending.expected(DRAWN, {stall}, {}) <= everything for stall in stalls())


def test_whoever_has_room_asks_who_is_left_to_it_and_whom_it_is_brought():
    world = DRAWN.workspace.world(DRAWN.world.seed, weeks=WEEKS + 1)
    [blocked] = [remedy.segment for remedy in stalls() if remedy.kind == "restore"]
    # As if somebody had a hundred requests a week to spare: it asks twenty of them.
    (free, *_) = (sender.id for sender in DRAWN.workspace.senders if str(sender.id) != blocked)
    moved = mending._with_others_leads(world, {Remedy("move", "account", blocked)}, {free: 20})
    brought = mending._with_others_leads(world, {Remedy("bring", "all", "senders")}, {free: 20})
    for histories in (moved, brought):
        given = histories[len(world.leads) :]
        assert len(given) == 20
        assert any(history.sent_at for history in given)
        assert all(history.sent_at is None or history.sent_at >= mending._END for history in given)
        for before, after in zip(world.histories, histories, strict=False):
            assert before == after or min(before.changes, default=mending._END) >= mending._END


def test_what_happened_before_stays(monkeypatch):
    worlds = []
    real = type(DRAWN.workspace).world

    def remembered(self, seed, weeks=WEEKS, twists=()):
        worlds.append(real(self, seed, weeks, twists))
        return worlds[-1]

    monkeypatch.setattr(type(DRAWN.workspace), "world", remembered)
    mending.expected(DRAWN, (), {})
    mending.expected(DRAWN, stalls(), {})
    before = [
        [history.sent_at for history in world.histories if history.sent_at and history.sent_at < mending._END]
        for world in (DRAWN.world, *worlds)
    ]
    assert before[0] == before[1] == before[2]


def test_the_table_says_how_often_a_range_holds_and_whether_the_first_line_is_right():
    lines = [
        Line(0, "campaign_paused", "resume", 1, 10.0, 8.0, 12.0, 11.0),
        Line(0, "sender_gone", "restore", 2, 6.0, 5.0, 7.0, 8.0),
        Line(0, "together", "", 0, 16.0, 13.0, 19.0, 19.5),
        Line(1, "sender_gone", "restore", 1, 6.0, 5.0, 7.0, 6.0),
        Line(1, "campaign_paused", "resume", 2, 5.0, 4.0, 9.0, 9.0),
    ]
    text = table(lines, 2)
    assert "| campaign_paused | 2 | 100% | 27% | 0.73 |" in text
    assert "| sender_gone | 2 | 50% | 12% | 0.88 |" in text
    assert "| together | 1 | 0% | 18% | 0.82 |" in text
    assert "Of 2 worlds with a clear largest, the first line has it in 1." in text
