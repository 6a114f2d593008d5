"""One small world in which everything is true, and that each check notices what it is there for."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.compiled import Project, broken_guards
from tests.endurance.worlds.drawing import NAMES, Drawn, draw
from tests.endurance.worlds.examination import judge
from tests.endurance.worlds.operating import operated
from tests.endurance.worlds.truth import Truth

# No twist, few leads, two pulls a day.
SEED, NUMBER = 30, 38


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw(SEED, NUMBER)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, drawn: Drawn, compiled: Project) -> Path:
    database, complaints = operated(tmp_path_factory.mktemp("world"), drawn, compiled)
    assert complaints == {}
    return database


@pytest.fixture
def spoilt(warehouse: Path, tmp_path: Path):
    """Runs statements on a copy of the warehouse and judges that."""

    def judged(drawn: Drawn, *statements: str) -> dict:
        copy = tmp_path / "build.duckdb"
        shutil.copy(warehouse, copy)
        with duckdb.connect(str(copy)) as connection:
            for statement in statements:
                connection.execute(statement)
        return judge(Truth(drawn), copy)

    return judged


def test_what_is_said_of_a_world_without_twists_is_true(drawn, warehouse):
    verdicts = judge(Truth(drawn), warehouse)
    assert [text for verdict in verdicts.values() for text in verdict.contradictions] == []
    assert verdicts["times"].numbers["judged"] > 150
    assert verdicts["mature rates"].numbers["cells"] > 8
    assert abs(verdicts["bias"].numbers["points"]) < 1
    assert verdicts["bias"].numbers["of_age"] > 100


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("counts", "update marts.rpt_segment_performance set sent_to_date = sent_to_date + 1 "
                   "where dimension = 'source' and segment = 'clay'"),
        ("counts", "update marts.rpt_segment_performance set accepted_to_date = accepted_to_date - 1 "
                   "where dimension = 'account' and segment = '51001'"),
        ("who was asked", "update marts.heyreach_connections set is_sent = true "
                          "where request_evidence is null"),
        ("who was asked", "update marts.heyreach_connections set is_sent = false where is_accepted"),
        ("times", "update marts.heyreach_connections "
                  "set connection_sent_latest = connection_sent_latest - interval 3 day where is_sent"),
        ("times", "update marts.heyreach_connections "
                  "set connection_accepted_earliest = connection_accepted_latest + interval 1 day"),
        ("waiting", "update marts.heyreach_connections set is_waiting = status = 'sent'"),
        ("selection", "update marts.heyreach_connections set is_mature = false where is_accepted"),
        ("clock", "insert into marts.rpt_health by name "
                  "select 0 as line_number, 'blind' as severity, 'clock' as topic"),
        ("mature rates", "update marts.rpt_segment_performance set accept_rate = accept_rate + 0.01"),
        ("mature rates", "update marts.rpt_segment_performance set accept_rate = null"),
        ("first line", "insert into marts.rpt_bottlenecks by name select 0 as rank, 'sender_idle' as cause, "
                       "'account' as dimension, '51001' as segment, 'blocked' as verdict"),
        ("first line", "insert into marts.rpt_bottlenecks by name select 0 as rank, 'lower' as verdict, "
                       "'low_acceptance' as cause, 'campaign' as dimension, segment "
                       "from marts.rpt_segment_performance where dimension = 'campaign' "
                       "order by mature_accepted / nullif(mature_sent, 0) desc nulls last limit 1"),
    ],
)  # fmt: skip
def test_a_check_notices_what_it_is_there_for(drawn, spoilt, check, statement):
    # Where it is not there yet.
    waiting = "alter table marts.heyreach_connections add column if not exists is_waiting boolean"
    bounds = (
        f"alter table marts.rpt_segment_performance drop column if exists {count}_to_date_{end}"
        for count in ("sent", "accepted")
        for end in ("low", "high")
    )
    rates = (
        f"alter table marts.rpt_segment_performance drop column if exists accept_rate_{end}"
        for end in ("low", "high")
    )
    verdicts = spoilt(drawn, waiting, *bounds, *rates, statement)
    assert verdicts[check].contradictions


def test_undecided_rows_may_not_leave_by_how_they_ended_either(drawn, spoilt):
    undecided = (
        "update marts.heyreach_connections set is_undecided = true, is_mature = false where is_accepted"
    )
    assert spoilt(drawn, undecided)["selection"].contradictions == []
    left_out = "update intermediate.int_connections_dated set is_mature = false where is_accepted"
    assert spoilt(drawn, undecided, left_out)["selection"].contradictions


def test_a_guard_that_complains_is_named(tmp_path, warehouse, compiled):
    copy = tmp_path / "build.duckdb"
    shutil.copy(warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("insert into marts.heyreach_connections from marts.heyreach_connections limit 1")
    assert broken_guards(compiled, warehouse.parent / "raw.duckdb", copy)


def test_worlds_are_drawn_by_their_seed_and_number():
    assert draw(1, 5).world.truth(draw(1, 5).as_of) == draw(1, 5).world.truth(draw(1, 5).as_of)
    alone = [draw(1, number).twists for number in range(0, 2 * (len(NAMES) + 1), 2)]
    assert alone == [*((name,) for name in NAMES), ()]
    assert all(len(draw(1, number).twists) == 2 for number in range(1, 20, 2))
    assert all("webhooks" in draw(1, number, only="webhooks").twists for number in range(6))
