"""Message tests: what is planned, whose requests count, and what a look shows, against statsmodels."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy
import pytest
from scipy.stats import norm
from statsmodels.stats.contingency_tables import StratifiedTable

from dbt_project.rendering import rendered
from extract.workspace.sql_text import literal
from tests.dbt_project.models import model_sql
from tests.dbt_project.test_macros import value
from tests.endurance.looks import bounds

START = datetime(2026, 3, 1, tzinfo=UTC)
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
PLAN = {
    "metric": "acceptance",
    "arms": [{"variant": "short", "percent": 50}, {"variant": "long", "percent": 50}],
    "start": "2026-03-01",
    "icps": [],
    "smallest_difference_points": 10,
    "planned_requests": 240,
    "window_days": 14,
}
MODELS = ("plans", "leads", "requests", "looks", "results", "progress")


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables that the models read, without a lead."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            set TimeZone = 'UTC';
            create table stg_operations__run_parameters as
            select timestamptz '{AS_OF}' as as_of, timestamptz '{AS_OF}' as requested_at,
                14::bigint as acceptance_window_days, 2::bigint as detection_lag_days,
                30::bigint as collecting_below;
            create table message_tests (
                change_id text, test_name text, config_hash text, config json, recorded_at timestamptz
            );
            create table stg_importer__imports (import_id text, experiment text, planned_at timestamptz);
            create table heyreach_import_leads (
                import_id text, row_number bigint, lead_id text, campaign_id text, variant text,
                times_sent bigint, sent_fields json
            );
            create table fnd_sequence_changes (
                campaign_id text, unchanged_until timestamptz, changed_by timestamptz
            );
            create table heyreach_connections (
                connection_id text, lead_id text, campaign_id text, account_id text, icp text, is_sent bool,
                is_mature bool, is_accepted_in_window bool, is_out_of_sight bool,
                is_window_end_unwatched bool, sent_cohort_latest timestamptz, is_accepted bool,
                connection_accepted_earliest timestamptz, connection_accepted_latest timestamptz,
                followed_until timestamptz
            );
            create table engagement_events (
                connection_id text, kind text, happened_earliest timestamptz, happened_latest timestamptz
            );
            create table fnd_request_pace as select 14.0 as sent_per_business_day;
            create table message_test_bounds as from read_csv({literal(bounds.SEED)});
        """)
        write_down(connection, PLAN, START)
        yield connection


def write_down(
    database: duckdb.DuckDBPyConnection, plan: dict | None, moment: datetime, name: str = "note"
) -> None:
    """A test as it came into raw; None where it was removed."""
    text = json.dumps(plan) if plan else None
    database.execute(
        "insert into message_tests values (?, ?, ?, ?, ?)",
        [f"{name} {moment}", name, str(hash(text)) if plan else None, text, moment],
    )


def send(
    database: duckdb.DuckDBPyConnection,
    variants: list[str],
    accepted: list[bool],
    began: datetime = START + timedelta(hours=12),
    hours: float = 1.0,
    prefix: str = "a",
    planned_at: datetime | None = None,
    experiment: str | None = None,
    segments: Sequence[str] = (),
) -> None:
    """An import whose leads are sent one after the other; senders and ICPs take turns.

    `segments` are those that it brought with the first leads.
    """
    brought = json.dumps({place: {"segment": segment} for place, segment in enumerate(segments)})
    database.execute(
        "insert into stg_importer__imports values (?, ?, ?)",
        [prefix, experiment, planned_at or began - timedelta(minutes=1)],
    )
    database.register(
        "given",
        {
            "place": numpy.arange(len(variants)),
            "variant": numpy.array(variants),
            "accepted": numpy.array(accepted),
        },
    )
    database.execute(f"""
        insert into heyreach_import_leads
        select '{prefix}', place, '{prefix}' || place, 'c', variant, 1, '{brought}'::json -> place::text
        from given;
        insert into heyreach_connections
        select '{prefix}' || place, '{prefix}' || place, 'c', 's' || place % 3,
            if(place % 5 < 2, 'sre', 'cto'), true, true, accepted, false, false,
            timestamptz '{began}' + to_seconds(cast(place * {hours} * 3600 as bigint)) as sent_at, accepted,
            sent_at + interval 1 day, sent_at + interval 25 hour, timestamptz '{AS_OF}'
        from given
    """)
    database.unregister("given")


def built(database: duckdb.DuckDBPyConnection) -> list[dict]:
    """The rows of rpt_message_tests, oldest first; the models before it are tables of their names."""
    database.execute(
        "create or replace table stg_operations__message_tests as "
        + model_sql("stg_operations__message_tests")
    )
    for name in MODELS:
        database.execute(
            f"create or replace table fnd_message_test_{name} as {model_sql(f'fnd_message_test_{name}')}"
        )
    return rows(database, f"select * from ({model_sql('rpt_message_tests')}) order by recorded_at, test_name")


def rows(database: duckdb.DuckDBPyConnection, sql: str) -> list[dict]:
    answer = database.execute(sql)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def drawn(requests: int, short: float, long: float, seed: int = 1) -> tuple[list[str], list[bool]]:
    generator = numpy.random.default_rng(seed)
    is_long = generator.random(requests) < 0.5
    accepted = generator.random(requests) < numpy.where(is_long, long, short)
    return numpy.where(is_long, "long", "short").tolist(), accepted.tolist()


def test_the_bounds_are_exact():
    """Of 1,000 tests that differ in nothing 45 cross one; c as published for five, and for ten looks."""
    assert bounds.obrien_fleming(5, 0.05) == pytest.approx(2.040, abs=5e-4)
    assert bounds.obrien_fleming(10, 0.05) == pytest.approx(2.087, abs=6e-4)
    with bounds.SEED.open() as file:
        lines = file.read().split()
    assert lines == ["look,z_bound", *(f"{look},{bound:g}" for look, bound in bounds.rows())]


def test_as_many_random_walks_cross_the_bounds():
    """60,000 of them: a share of 0.045 is found with a standard error of 0.0008."""
    walks = numpy.random.default_rng(4).normal(size=(60_000, bounds.LOOKS)).cumsum(axis=1)
    z = walks / numpy.sqrt(numpy.arange(1, bounds.LOOKS + 1))
    limits = [bound for _, bound in bounds.rows()]
    assert (abs(z) >= limits).any(axis=1).mean() == pytest.approx(bounds.LEVEL, abs=3 * 0.00085)


def test_sample_sizes_rest_on_the_bounds():
    drift = value(rendered("statistics/*.sql", "message_test_drift()"))
    c = bounds.obrien_fleming(bounds.LOOKS, bounds.LEVEL)
    assert drift == pytest.approx(bounds.drift_for(bounds.POWER, bounds.LOOKS, c), abs=0.01)
    size = value(rendered("statistics/*.sql", "message_test_size('0.21', '0.1')"))
    assert size == numpy.ceil((drift / 0.1) ** 2 * 2 * 0.26 * 0.74)
    # A little more than one look would need, and less than the 600 of the field's patience.
    one_look = (norm.isf(bounds.LEVEL / 2) + norm.isf(1 - bounds.POWER)) ** 2 * 2 * 0.26 * 0.74 / 0.01
    assert one_look < size < 1.06 * one_look < 600
    # Half the difference takes four times as many; what so many see is that difference again.
    assert value(rendered("statistics/*.sql", "message_test_size('0.21', '0.05')")) > 3.5 * size
    seen = value(rendered("statistics/*.sql", f"message_test_sees('0.26', '{size}')"))
    assert seen == pytest.approx(0.1, abs=2e-4)


def test_a_look_is_mantel_and_haenszels_of_what_was_sent_until_then(database):
    variants, accepted = drawn(700, 0.15, 0.40)
    send(database, variants, accepted)
    (test,) = built(database)
    looks = rows(database, "select * from fnd_message_test_looks order by look")
    assert [look["look"] for look in looks] == list(range(1, 13))
    is_long, accepted, place = numpy.array(variants) == "long", numpy.array(accepted), numpy.arange(700)
    # Nothing counts before there are both texts; then a look falls as soon as they are worth so many of each.
    opened = max(numpy.flatnonzero(side)[0] for side in (is_long, ~is_long))
    first, other = ((side & (place >= opened)).cumsum() for side in (~is_long, is_long))
    worth = 2 * first * other / numpy.maximum(first + other, 1)
    for look in (looks[3], looks[11]):
        counted = (place >= opened) & (place <= numpy.argmax(worth >= 240 * look["look"] / 12))
        sides = (counted & ~is_long, counted & is_long)
        assert [look["requests"], look["other_requests"]] == [side.sum() for side in sides]
        tables = []
        for stratum in {(each % 3, each % 5 < 2) for each in range(15)}:
            mine = (place % 3 == stratum[0]) & ((place % 5 < 2) == stratum[1])
            tables.append(
                numpy.array(
                    [[(mine & side & outcome).sum() for outcome in (accepted, ~accepted)] for side in sides]
                )
            )
        table = StratifiedTable([each.astype(float) for each in tables])
        assert look["z"] ** 2 == pytest.approx(table.test_null_odds(correction=False).statistic, rel=1e-9)
    limits = dict(bounds.rows())
    assert all(look["is_crossed"] == (abs(look["z"]) >= limits[look["look"]]) for look in looks)
    assert any(abs(look["z"]) > 1.96 and not look["is_crossed"] for look in looks)
    decided = next(look for look in looks if look["is_crossed"])
    assert (test["result"], test["winner"], test["decided_at_look"]) == ("winner", "long", decided["look"])
    assert test["difference"] == decided["difference"] < 0
    assert test["words"].startswith("long is accepted more than short: by ")


def test_opening_it_daily_changes_nothing(database):
    """Each look is, to the last digit, what a build of any later day shows of it."""
    send(database, *drawn(700, 0.2, 0.3, seed=8))
    built(database)
    last = rows(database, "select * from fnd_message_test_looks order by look")
    database.execute("create table everything as from heyreach_connections")
    held = set()
    for day in range(18, 46, 3):
        now = START + timedelta(days=day)
        database.execute(f"""
            update stg_operations__run_parameters set as_of = timestamptz '{now}';
            create or replace table heyreach_connections as
            select * replace (
                is_old as is_mature,
                -- Who has accepted already, and is not old enough.
                if(is_old or is_accepted_in_window, is_accepted_in_window, null) as is_accepted_in_window
            )
            from everything,
                lateral (select sent_cohort_latest + to_days(16) <= timestamptz '{now}' as is_old)
            where sent_cohort_latest < timestamptz '{now}'
        """)
        built(database)
        looks = rows(database, "select * from fnd_message_test_looks order by look")
        assert looks == last[: len(looks)]
        held.add(len(looks))
    assert len(held) > 6


def test_a_look_waits_for_those_that_are_not_old_enough(database):
    variants, accepted = drawn(300, 0.2, 0.2)
    send(database, variants, accepted)
    built(database)
    looks = database.execute("select count(*) from fnd_message_test_looks").fetchone()[0]
    third = database.execute("select sent_until from fnd_message_test_looks where look = 3").fetchone()[0]
    database.execute(
        "update heyreach_connections set is_mature = false, is_accepted_in_window = null "
        "where sent_cohort_latest = ?",
        [third],
    )
    database.execute(
        f"update stg_operations__run_parameters set as_of = timestamptz '{third + timedelta(days=20)}'"
    )
    built(database)
    assert (looks, database.execute("select max(look) from fnd_message_test_looks").fetchone()) == (7, (2,))
    # Its campaign is read no more: after a week nobody waits for it, and it counts in neither arm.
    database.execute(
        f"update stg_operations__run_parameters set as_of = timestamptz '{third + timedelta(days=24)}'"
    )
    built(database)
    assert database.execute("select max(look) from fnd_message_test_looks").fetchone()[0] >= 6


def test_nobody_counts_who_was_sent_before_both_texts_were(database):
    """What only one text had, before the other was there, tells nothing of either."""
    send(database, ["short"] * 200, [True] * 200, prefix="early", hours=0.5)
    variants, accepted = drawn(520, 0.2, 0.2, seed=5)
    send(database, variants, accepted, began=START + timedelta(days=8))
    (test,) = built(database)
    assert test["result"] == "no_difference"
    assert test["words"] == "no difference of 10 points or more between short and long"
    assert database.execute("select max(requests) from fnd_message_test_looks").fetchone()[0] < 300
    assert test["leads"] > 400 > test["other_leads"]


def test_who_counts(database):
    """Not who was imported before it, drawn for an experiment of senders, tested before, or asked already."""
    later = START + timedelta(days=40)
    write_down(
        database, {**PLAN, "arms": [{"variant": each, "percent": 50} for each in "xy"]}, START, name="second"
    )
    send(database, ["short", "long"], [True] * 2, prefix="before", planned_at=START - timedelta(hours=1))
    send(database, ["short", "long"], [True] * 2, prefix="senders", experiment="spring")
    send(database, ["short", "long", "x"], [True] * 3, prefix="in")
    send(database, ["x", "y"], [True] * 2, prefix="again", began=later)
    database.execute("update heyreach_import_leads set lead_id = 'in0' where lead_id = 'again0'")
    database.execute("update heyreach_import_leads set lead_id = 'senders1' where lead_id = 'again1'")
    built(database)
    counted = (
        "select test_name, lead_id from fnd_message_test_leads "
        "inner join fnd_message_test_plans using (test_id) order by all"
    )
    assert database.execute(counted).fetchall() == [("note", "in0"), ("note", "in1"), ("second", "in2")]
    database.execute(
        "update heyreach_connections set sent_cohort_latest = '2026-02-20' where lead_id = 'in0'"
    )
    built(database)
    assert database.execute("select request_id from fnd_message_test_requests order by all").fetchall() == [
        ("in1",),
        ("in2",),
    ]


def test_texts_are_compared_within_sender_and_segment_and_without_one_within_icp(database):
    send(database, ["short", "long"] * 8, [True] * 16, segments=["builders"] * 3)
    built(database)
    strata = rows(database, "select stratum, count(*) as n from fnd_message_test_requests group by all")
    found = {row["stratum"]: row["n"] for row in strata}
    assert {name: found[name] for name in ("s0|builders", "s1|builders", "s2|builders")} == {
        "s0|builders": 1,
        "s1|builders": 1,
        "s2|builders": 1,
    }
    assert {name.partition("|")[2] for name in found} == {"builders", "sre", "cto"}


def test_what_a_campaign_sends_with_another_sequence_counts_no_more(database):
    variants, accepted = drawn(200, 0.2, 0.2)
    send(database, variants, accepted)
    (before,) = built(database)
    assert before["sequence_changed_by"] is None
    sent = before["mature_requests"] + before["other_mature_requests"]
    changed = START + timedelta(hours=112)
    for campaign, moment in (("c", START - timedelta(days=3)), ("another", changed)):
        database.execute(
            "insert into fnd_sequence_changes values (?, ?, ?)",
            [campaign, moment, moment + timedelta(hours=6)],
        )
    assert built(database)[0]["words"] == before["words"]
    database.execute(
        "insert into fnd_sequence_changes values ('c', ?, ?)", [changed, changed + timedelta(hours=6)]
    )
    (after,) = built(database)
    # The first was sent at noon, one each hour.
    assert (after["mature_requests"] + after["other_mature_requests"], sent) == (101, 200)
    assert after["sequence_changed_by"] == changed + timedelta(hours=6)
    assert "the campaign had another sequence: what it sent since counts no more" in after["words"]


def test_a_test_that_was_changed_is_another_one(database):
    variants, accepted = drawn(100, 0.2, 0.2)
    send(database, variants, accepted)
    write_down(database, {**PLAN, "planned_requests": 300}, START + timedelta(days=10))
    more, accepted = drawn(50, 0.2, 0.2, seed=2)
    send(database, more, accepted, began=START + timedelta(days=11), prefix="b")
    old, new = built(database)
    assert (old["leads"] + old["other_leads"], new["leads"] + new["other_leads"]) == (100, 50)
    assert (
        old["words"]
        == "changed on 2026-03-11 00:00 after 100 requests: what was written down then is a test of its own"
    )
    assert (old["judge_by"], new["started_at"]) == (None, START + timedelta(days=10))
    # Before anybody was asked a change makes no test, and a removed one goes.
    write_down(database, {**PLAN, "planned_requests": 400}, START + timedelta(days=40))
    write_down(database, None, START + timedelta(days=41))
    assert [test["planned_requests"] for test in built(database)] == [240, 300]


def test_what_lots_do_not_give_is_not_compared(database):
    """Nine in ten of one text are gone. Where it shows only after a result, the result says so."""
    variants, accepted = drawn(1500, 0.15, 0.40)
    kept = [place for place in range(1500) if variants[place] == "short" or place % 10 == 0]
    send(database, [variants[place] for place in kept], [accepted[place] for place in kept])
    (test,) = built(database)
    assert test["ratio_p_value"] < 0.001
    assert (test["result"], test["winner"], test["looks_held"]) == ("not_yet", None, 7)
    assert test["words"] == "lots did not share short and long out as planned: nothing can be said of them"


def test_a_ratio_that_breaks_after_a_result_is_said_with_it(database):
    send(database, *drawn(700, 0.15, 0.40))
    send(database, ["short"] * 200, [False] * 200, began=START + timedelta(days=60), prefix="b")
    (test,) = built(database)
    assert test["ratio_p_value"] < 0.001
    assert test["winner"] == "long"
    assert test["words"].endswith(
        "; but lots did not share them out as planned, so that it may be who got which"
    )


def test_what_it_needs_is_said_before_it_begins(database):
    """From the rate that was known then; and what eight weeks would see at the pace of the workspace."""
    write_down(database, {**PLAN, "planned_requests": None}, START + timedelta(days=1), name="own")
    send(
        database,
        ["none"] * 100,
        [place < 30 for place in range(100)],
        began=START - timedelta(days=60),
        hours=0.1,
        prefix="old",
    )
    database.execute("update stg_operations__run_parameters set as_of = '2026-03-20 00:00:00+00'")
    # What grew old enough since it began moves no plan.
    send(database, ["none"] * 100, [True] * 100, began=START - timedelta(days=10), hours=0.1, prefix="since")
    write_down(database, {**PLAN, "start": "2026-05-01"}, START + timedelta(days=2), name="to_come")
    given, own, to_come = built(database)
    assert to_come["judge_by"] - given["judge_by"] == date(2026, 5, 1) - date(2026, 3, 20)
    assert (own["rate_before"], given["planned_requests"]) == (0.3, 240)
    assert own["planned_requests"] == numpy.ceil((3.84 / 0.1) ** 2 * 2 * 0.35 * 0.65)
    assert (
        own["words"]
        == f"begins when both texts have been sent, and needs {own['planned_requests']} requests of each"
    )
    # Ten a day, five of each, and sixteen days until they are old enough.
    assert own["judge_by"] == date(2026, 3, 20) + timedelta(days=16 + -(-own["planned_requests"] // 5))
    assert own["sees_in_eight_weeks"] == pytest.approx(3.84 * (2 * 0.21 / (5 * 40)) ** 0.5)


def test_a_workspace_that_sends_nothing_has_no_date(database):
    database.execute("update fnd_request_pace set sent_per_business_day = 0")
    (test,) = built(database)
    assert (test["judge_by"], test["sees_in_eight_weeks"], test["result"]) == (None, None, "not_yet")


def test_the_variant_is_what_the_import_was_to_bring(database):
    """A custom field of the ledger, however its name is written; blanks are none."""
    database.execute("""
        create table import_rows (
            import_id text, row_number bigint, profile_url text, account_id text, reason text, lead json
        );
        create table placeholders (placeholder text)
    """)
    for place, fields in enumerate(
        [
            [{"name": "icp", "value": "sre"}, {"name": "Variant", "value": " short "}],
            [{"name": "variant", "value": " "}],
            [{"name": "icp", "value": "sre"}],
        ]
    ):
        database.execute("insert into stg_importer__imports values (?, null, ?)", [f"i{place}", START])
        database.execute(
            "insert into import_rows values (?, 1, 'u', 'a', null, ?)",
            [f"i{place}", json.dumps({"profileUrl": "u", "customUserFields": fields})],
        )
    staged = f"select variant from ({model_sql('stg_importer__import_rows')}) order by import_id"
    assert database.execute(staged).fetchall() == [("short",), (None,), (None,)]


# Tests of replies: every third request is accepted a day after it, and the arm shows in who replies.

REPLIES = {**PLAN, "metric": "replies", "planned_requests": 240, "window_days": 14}


def answered(
    database: duckdb.DuckDBPyConnection, short: float, long: float, undated: int = 0, seed: int = 3
) -> None:
    """2,100 requests of which 700 are accepted; replies 5 to 7 hours later, of some 13 to 15 days later."""
    generator = numpy.random.default_rng(seed)
    variants = numpy.where(generator.random(2100) < 0.5, "long", "short").tolist()
    send(database, variants, [place % 3 == 0 for place in range(2100)], hours=0.4, prefix="r")
    accepted = [place for place in range(0, 2100, 3)]
    chance = {"short": short, "long": long}
    late = accepted[:undated]
    replied = [place for place in accepted[undated:] if generator.random() < chance[variants[place]]]
    for places, earliest, latest in ((replied, "5 hour", "7 hour"), (late, "13 day", "15 day")):
        database.execute(
            f"""
            insert into engagement_events
            select connection_id, 'reply', connection_accepted_latest + interval {earliest},
                connection_accepted_latest + interval {latest}
            from heyreach_connections
            where connection_id in (select 'r' || unnest(?))
            """,
            [places],
        )


def register(database: duckdb.DuckDBPyConnection, plan: dict) -> None:
    database.execute("delete from message_tests")
    write_down(database, plan, START)


def test_replies_count_of_those_who_accepted_and_by_when_they_did(database):
    register(database, REPLIES)
    answered(database, 0.15, 0.40)
    # What is no reply, comes too late, or follows somebody else's request counts for nothing.
    database.execute("""
        insert into engagement_events
        select connection_id, kind, connection_accepted_latest + to_days(days),
            connection_accepted_latest + to_days(days + 1)
        from heyreach_connections,
            (values ('reply', 15), ('meeting', 1), ('meeting_words', 1)) as told (kind, days)
        where connection_id in ('r0', 'r3', 'r6');
        insert into engagement_events values (null, 'reply', null, null)
    """)
    (test,) = built(database)
    assert test["words"].startswith("long is answered more than short: by ")
    assert (test["metric"], test["rate_before"], test["undated"]) == ("replies", 0.181, 0)
    found = rows(
        database,
        """
        select requests.*, connections.connection_accepted_latest, events.connection_id is not null as replied
        from fnd_message_test_requests as requests
        inner join heyreach_connections as connections on request_id = connections.connection_id
        left join engagement_events as events
            on request_id = events.connection_id and kind = 'reply'
            and happened_latest < connection_accepted_latest + interval 14 day
        """,
    )
    assert len(found) == 700
    assert all(row["sent_at"] == row["connection_accepted_latest"] for row in found)
    assert all(row["is_success"] == row["replied"] for row in found)
    assert 100 < sum(row["is_success"] for row in found) < 300


def test_an_accepted_request_is_old_enough_a_window_and_the_lag_after_its_acceptance(database):
    register(database, REPLIES)
    answered(database, 0.2, 0.2)
    accepted = "(select connection_accepted_latest from heyreach_connections where connection_id = 'r300')"
    for hours, is_awaited in ((16 * 24 - 1, True), (16 * 24, False)):
        moment = f"{accepted} + to_hours({hours})"
        database.execute(f"update stg_operations__run_parameters set as_of = {moment}")
        database.execute(f"update heyreach_connections set followed_until = {moment}")
        built(database)
        sql = "select is_awaited from fnd_message_test_requests where request_id = 'r300'"
        assert database.execute(sql).fetchall() == [(is_awaited,)]


@pytest.mark.parametrize(
    ("whose", "undated"),
    [
        # Nobody knows when half of those answered who got the better text: too late, it is no better.
        ("variant = 'long' and row_number % 2 = 0", 30),
        # Nor of all of them and half of the others: too late, it would be the worse one.
        ("variant = 'long' or row_number % 2 = 0", 100),
    ],
)
def test_replies_that_cannot_be_dated_decide_nothing(database, whose, undated):
    register(database, REPLIES)
    answered(database, 0.15, 0.36)
    (test,) = built(database)
    assert test["result"] == "winner"
    move = """
        update engagement_events set
            happened_earliest = happened_earliest {0} interval 13 day,
            happened_latest = happened_latest {0} interval 15 day
        from heyreach_import_leads
        where connection_id = lead_id and ({1})
    """
    database.execute(move.format("+", whose))
    (test,) = built(database)
    assert test["result"] == "not_yet"
    assert test["undated"] > undated
    assert test["words"].endswith(
        f"; {test['undated']} replies are not dated well enough, and count both ways"
    )
    assert test["difference_low"] < 0
    # A few of them change nothing.
    database.execute(move.format("-", f"({whose}) and row_number > 60"))
    (test,) = built(database)
    assert (test["result"], test["winner"]) == ("winner", "long")
    assert 0 < test["undated"] < 15
