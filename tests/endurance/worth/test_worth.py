"""The measure of what mending is worth: what is mended changes the coming week, and nothing before it."""

from tests.diagnosis.workspaces import WEEKS
from tests.endurance.worth import mending
from tests.endurance.worth.__main__ import table
from tests.endurance.worth.examination import Line
from tests.endurance.worth.worlds import draw

# A pause, and a sender that is logged out.
DRAWN = draw(1)


def names() -> set[tuple[str, str]]:
    """What stalls in the world, as rpt_bottlenecks names it."""
    workspace = DRAWN.workspace
    last = mending._END - 1
    return {
        *(("account", str(each.id)) for each in workspace.senders if not each.is_connected(last)),
        *(("campaign", str(each.id)) for each in workspace.campaigns if each.status_at(last) == "PAUSED"),
    }


def test_all_that_is_mended_brings_more_than_any_of_it():
    stalls = names()
    assert len(stalls) == 2
    as_it_is = mending.expected(DRAWN, set())
    everything = mending.expected(DRAWN, stalls)
    assert 0 < as_it_is < everything
    assert all(mending.expected(DRAWN, {name}) <= everything for name in stalls)


def test_what_happened_before_stays(monkeypatch):
    worlds = []
    real = type(DRAWN.workspace).world

    def remembered(self, seed, weeks=WEEKS, twists=()):
        worlds.append(real(self, seed, weeks, twists))
        return worlds[-1]

    monkeypatch.setattr(type(DRAWN.workspace), "world", remembered)
    mending.expected(DRAWN, set())
    mending.expected(DRAWN, names())
    before = [
        [history.sent_at for history in world.histories if history.sent_at and history.sent_at < mending._END]
        for world in (DRAWN.world, *worlds)
    ]
    assert before[0] == before[1] == before[2]


def test_the_table_says_how_often_a_range_holds_and_whether_the_first_line_is_right():
    lines = [
        Line(0, "campaign_paused", 1, 10.0, 8.0, 12.0, 11.0),
        Line(0, "sender_gone", 2, 6.0, 5.0, 7.0, 8.0),
        Line(0, "together", 0, 16.0, 13.0, 19.0, 19.5),
        Line(1, "sender_gone", 1, 6.0, 5.0, 7.0, 6.0),
        Line(1, "campaign_paused", 2, 5.0, 4.0, 9.0, 9.0),
    ]
    text = table(lines, 2)
    assert "| campaign_paused | 2 | 100% | 27% | 0.73 |" in text
    assert "| sender_gone | 2 | 50% | 12% | 0.88 |" in text
    assert "| together | 1 | 0% | 18% | 0.82 |" in text
    assert "Of 2 worlds with a clear largest, the first line has it in 1." in text
