"""The measure of what mending is worth: what is mended changes the coming week, and nothing before it."""

from tests.diagnosis.workspaces import WEEKS
from tests.endurance.worth import mending
from tests.endurance.worth.__main__ import table
from tests.endurance.worth.examination import Line
from tests.endurance.worth.mending import Remedy
from tests.endurance.worth.worlds import draw

# A pause, and a sender that is logged out.
DRAWN = draw(7, "sender_auth_invalid")
# More leads wait than the week can ask, and those of one source seldom accept.
LOSING = draw(9)


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


def weak() -> frozenset[int]:
    return frozenset(lead.id for lead in LOSING.world.leads if LOSING.planted.leads(lead))


def asked(world, leads: frozenset[int]) -> tuple[int, int]:
    """Requests of the coming week: to these, and to others."""
    sent = [
        lead.id in leads
        for lead, history in zip(world.leads, world.histories, strict=True)
        if history.sent_at is not None and mending._END <= history.sent_at < mending._END + mending.WEEK
    ]
    return sum(sent), len(sent) - sum(sent)


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
    for remedy in (Remedy("move", "account", blocked), Remedy("bring", "all", "senders", frozenset({free}))):
        later = mending.continued(DRAWN, {remedy}, {free: 20})
        given = later.histories[len(world.leads) :]
        assert len(given) == 20
        assert any(history.sent_at for history in given)
        assert all(history.sent_at is None or history.sent_at >= mending._END for history in given)
        assert len({lead.id for lead in later.leads}) == len(later.leads)
        taken = 0
        for before, after in zip(world.histories, later.histories, strict=False):
            assert before == after or min(before.changes, default=mending._END) >= mending._END
            taken += after.removed_at is not None
        assert taken == (20 if remedy.kind == "move" else 0)


def test_who_seldom_accepts_comes_last_and_as_many_are_asked():
    before = mending.continued(LOSING, (), {})
    later = mending.continued(LOSING, {Remedy("serve_last", "source", "clay", weak())}, {})
    (weak_before, others_before), (weak_later, others_later) = asked(before, weak()), asked(later, weak())
    assert weak_later < weak_before / 2
    assert others_later > others_before
    # Some are known already, and not asked in their turn.
    assert abs(weak_before + others_before - weak_later - others_later) < 0.05 * (weak_before + others_before)
    assert mending.expected_of(later.histories) > mending.expected_of(before.histories) + 5


def test_what_a_weak_sender_hands_on_others_ask_and_it_nobody_instead():
    before = mending.continued(LOSING, (), {})
    # One with a long queue, and one that nobody waits for.
    [_, _, weak, _, _, free] = (sender.id for sender in LOSING.workspace.senders)
    leads = frozenset(lead.id for lead in before.leads if lead.account_id == weak)
    later = mending.continued(LOSING, {Remedy("hand_on", "account", str(weak), leads)}, {weak: 9, free: 30})
    given = [lead for lead in later.leads[len(before.leads) :] if lead.account_id == free]
    assert len(given) == len(later.leads) - len(before.leads) == 30
    assert sum(history.removed_at is not None for history in later.histories) == 30
    asked_before, asked_later = asked(before, leads)[0], asked(later, leads)[0]
    assert asked_before - 30 <= asked_later < asked_before - 20


def test_what_happened_before_stays():
    for drawn in (draw(number) for number in (0, 7, 8, 9, 13)):
        later = mending.continued(drawn, (), {})
        before = [
            [
                history.sent_at
                for history in world.histories
                if history.sent_at and history.sent_at < mending._END
            ]
            for world in (drawn.world, later)
        ]
        assert before[0] == before[1]


def line(world: int, cause: str, kind: str, *figures: float, dimension: str = "account") -> Line:
    return Line(world, cause, dimension, kind, *figures)


def test_the_table_says_how_often_a_range_holds_and_whether_the_first_line_is_right():
    lines = [
        line(0, "campaign_paused", "resume", 1, 10.0, 8.0, 12.0, 11.0),
        line(0, "sender_gone", "restore", 2, 6.0, 5.0, 7.0, 8.0),
        line(0, "together", "", 0, 16.0, 13.0, 19.0, 19.5),
        line(1, "sender_gone", "restore", 1, 6.0, 5.0, 7.0, 6.0),
        line(1, "campaign_paused", "resume", 2, 5.0, 4.0, 9.0, 9.0),
        line(1, "low_acceptance", "serve_last", 3, 5.0, 4.0, 6.0, 4.0, dimension="source"),
        line(1, "low_acceptance", "serve_last", 4, 5.0, 4.0, 6.0, -1.0, dimension="icp"),
    ]
    text = table(lines)
    assert "| campaign_paused | 2 | 100% | 27% | 0.73 |" in text
    assert "| sender_gone | 2 | 50% | 12% | 0.88 |" in text
    assert "| **blocked and starved** | 4 | 75% | 17% | 0.83 |" in text
    assert "| low_acceptance: source | 1 | 100% | 25% | 1.25 |" in text
    assert "| **together** | 1 | 0% | 18% | 0.82 |" in text
    assert "Beside them 1 lines said so much that bring nothing." in text
    assert "Of 2 worlds with a clear largest, the first line has it in 1." in text
