from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
import yaml

from extract.sandbox import DEMO_ACCOUNTS_PATH, DEMO_SEED, DEMO_START, DEMO_WEEKS, clock
from extract.sandbox.lead_state import lead_state
from extract.sandbox.schedule import play_out
from extract.sandbox.world import World, log_odds

END_OF_TIME = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def estate() -> World:
    return World.generate("scaled", 3, start=DEMO_START)


def test_the_same_arguments_give_the_same_world_and_another_seed_another_one(world):
    again = World.generate("boutique", DEMO_SEED, start=DEMO_START)
    assert again.truth(END_OF_TIME) == world.truth(END_OF_TIME)
    other = World.generate("boutique", DEMO_SEED + 1, start=DEMO_START)
    assert other.truth(END_OF_TIME)["leads"] != world.truth(END_OF_TIME)["leads"]


def test_the_demo_numbers_do_not_depend_on_the_python_version(world):
    times = [(lead.id, history.changes) for lead, history in zip(world.leads, world.histories, strict=True)]
    assert sha256(repr(times).encode()).hexdigest()[:16] == "c31405a89c7c577b"


def test_every_history_is_in_order_and_within_working_hours(world):
    for lead, history in zip(world.leads, world.histories, strict=True):
        if history.sent_at is None:
            assert history.accepted_at is None
            assert history.withdrawn_at is None
            continue
        assert lead.imported.added_at < lead.enrolled_at < (history.viewed_at or history.sent_at)
        assert (history.viewed_at or 0) < history.sent_at
        assert clock.weekday(history.sent_at) < 5
        assert 9 <= clock.to_datetime(history.sent_at).hour < 17
        if history.accepted_at is not None:
            assert history.sent_at < history.accepted_at
            assert history.withdrawn_at is None
        elif history.withdrawn_at is not None:
            days = world.campaigns[lead.campaign_id].withdraw_after_days
            assert 0 <= history.withdrawn_at - history.sent_at - days * clock.DAY <= 2 * clock.HOUR


def test_senders_keep_their_daily_limit_and_send_nothing_while_they_cannot(world):
    per_day = Counter()
    for lead, history in zip(world.leads, world.histories, strict=True):
        if history.sent_at is not None:
            sender = world.senders[lead.account_id]
            per_day[sender, history.sent_at // clock.DAY] += 1
            assert sender.is_connected(history.sent_at)
            assert not sender.is_cooling_down(history.sent_at)
            assert world.campaigns[lead.campaign_id].status_at(history.sent_at) == "IN_PROGRESS"
    assert all(count <= sender.limit_on(day * clock.DAY) for (sender, day), count in per_day.items())
    assert any(count == sender.daily_limit for (sender, _), count in per_day.items())


def test_leads_added_later_change_nothing_that_happened_before(world):
    cut = clock.to_ticks(DEMO_START + timedelta(weeks=3))
    early = [lead for lead in world.leads if lead.enrolled_at < cut]
    odds = [log_odds(lead, world.senders[lead.account_id], world.effects) for lead in early]
    histories = play_out(
        world.preset, early, odds, world.effects["volume_tax"], DEMO_SEED, world.start, DEMO_WEEKS
    )
    assert 500 < len(early) < len(world.leads)
    for alone, together in zip(histories, world.histories, strict=False):
        assert lead_state(alone, cut) == lead_state(together, cut)


def test_some_people_are_in_two_campaigns_under_two_senders(world):
    rows = defaultdict(set)
    for lead in world.leads:
        rows[lead.imported.person.number].add((lead.campaign_id, lead.account_id))
    twice = [pairs for pairs in rows.values() if len(pairs) > 1]
    assert len(twice) > 20
    assert any(len({account for _, account in pairs}) == 2 for pairs in twice)


def test_the_planted_source_and_icp_show_in_what_is_accepted(world):
    sent, accepted = Counter(), Counter()
    for lead in world.truth(END_OF_TIME)["leads"]:
        for segment in (lead["source"], lead["icp"]):
            sent[segment] += lead["sent_at"] is not None
            accepted[segment] += lead["accepted_at"] is not None
    rate = {segment: accepted[segment] / sent[segment] for segment in sent}
    assert rate["zoominfo"] < min(rate[source] for source in ("clay", "search", "hr", "manual")) - 0.05
    assert rate["platform"] > max(rate[icp] for icp in ("sre", "devops", "eng_manager", "exec")) + 0.05


def test_account_types_differ_by_their_mix_more_than_by_their_effect(world):
    """Simpson: AI senders get the easier leads."""
    eased, own = defaultdict(list), defaultdict(list)
    for lead in world.leads:
        sender = world.senders[lead.account_id]
        kind = "real" if sender.account_type == "real_personal" else "ai"
        total = log_odds(lead, sender, world.effects)
        effect = sum(
            (
                world.effects["account"][str(sender.id)],
                world.effects["account_type"][sender.account_type],
                world.effects["account_gender"][sender.gender],
            )
        )
        own[kind].append(effect)
        eased[kind].append(total - effect)

    def gap(values):
        return sum(values["ai"]) / len(values["ai"]) - sum(values["real"]) / len(values["real"])

    assert gap(eased) > 0.3
    assert gap(eased) > 2 * abs(gap(own))


def test_the_estate_accepts_and_answers_at_the_published_pace(estate):
    waits = [
        (history.accepted_at - history.sent_at) / clock.HOUR
        for history in estate.histories
        if history.accepted_at is not None
    ]
    sent = sum(history.sent_at is not None for history in estate.histories)
    assert len(estate.senders) == 33
    assert len(estate.campaigns) == 40
    assert 0.10 < len(waits) / sent < 0.14
    # 63 % within a day and 88 % within a week, a little later because HeyReach notices up to 8 hours late.
    assert 0.50 < sum(wait < 24 for wait in waits) / len(waits) < 0.64
    assert 0.82 < sum(wait < 24 * 7 for wait in waits) / len(waits) < 0.93


def test_leads_sets_the_number_of_campaign_leads(estate):
    assert len(World.generate("boutique", 1, 6000, start=DEMO_START).leads) == pytest.approx(6000, rel=0.03)
    assert len(estate.leads) == pytest.approx(20_000, rel=0.03)


def test_a_world_of_one_week_has_every_campaign_list_and_sender():
    world = World.generate("boutique", 1, 200, start=DEMO_START, weeks=1)
    assert len(world.senders) == 6
    assert len(world.lists) == 8
    assert world.truth(END_OF_TIME)["leads"]


def test_truth_hides_what_lies_after_the_moment_asked_for(world):
    at = DEMO_START + timedelta(days=9)
    truth = world.truth(at)
    times = [
        lead[name]
        for lead in truth["leads"]
        for name in ("enrolled_at", "sent_at", "accepted_at", "withdrawn_at", "failed_at")
        if lead[name] is not None
    ]
    assert max(map(datetime.fromisoformat, times)) <= at
    assert len(truth["leads"]) < len(world.leads)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"start": datetime(2026, 1, 1)}, ValueError),  # noqa: DTZ001
        ({"start": DEMO_START, "weeks": 0}, ValueError),
        ({"preset": "unknown", "start": DEMO_START}, KeyError),
    ],
    ids=["naive start", "no weeks", "unknown preset"],
)
def test_impossible_worlds_are_refused(arguments, error):
    with pytest.raises(error):
        World.generate(**({"preset": "boutique", "seed": 1} | arguments))


def test_demo_accounts_are_the_senders_but_one(world):
    accounts = yaml.safe_load(DEMO_ACCOUNTS_PATH.read_text())["accounts"]
    configured = {account["account_id"]: account for account in accounts}
    assert set(configured) == {str(number) for number in world.senders} - {"50102"}
    for account_id, account in configured.items():
        sender = world.senders[int(account_id)]
        assert account["type"] == sender.account_type
        assert account["gender"] == sender.gender
        assert account["job_title"] == sender.job_title
        assert account["location"] == sender.location
