"""Outreach by the models' own SQL on tables made by hand: steps, windows, targets, what texts teach."""

import functools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import duckdb
import numpy
import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from tests.dbt_project.models import model_sql

SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)
AS_OF = SENT + timedelta(days=90)
DAY = timedelta(days=1)
MODELS = (
    "fnd_outreach_requests",
    "fnd_outreach_request_texts",
    "rpt_outreach_metrics",
    "fnd_outreach_texts_ranked",
    "rpt_outreach_learning",
)
RATES = ("accept_rate", "reply_rate_of_sent", "reply_rate_of_accepted", "meeting_rate_of_accepted")


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two notes and a message of one sequence, and nobody who was asked."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            set TimeZone = 'UTC';
            create table stg_operations__run_parameters as
            select timestamptz '{AS_OF}' as as_of, 14::bigint as acceptance_window_days,
                2::bigint as detection_lag_days, 10::bigint as hide_rate_below,
                30::bigint as collecting_below;
            create table int_import_rows_resolved (
                import_id text, row_number bigint, lead_id text, campaign_id text, list_id text, segment text,
                sequence text, variant text, has_note bool, first_sent_at timestamptz, times_sent bigint
            );
            create table heyreach_connections (
                connection_id text, lead_id text, campaign_id text, campaign_lead_id text, list_id text,
                account_id text, is_sent bool, is_undecided bool, is_accepted bool, is_mature bool,
                is_accepted_in_window bool, sent_cohort_at timestamptz, sent_cohort_earliest timestamptz,
                sent_cohort_latest timestamptz, connection_sent_earliest timestamptz,
                connection_sent_latest timestamptz, connection_accepted_earliest timestamptz,
                connection_accepted_latest timestamptz, followed_until timestamptz
            );
            create table engagement_events (
                engagement_id text, connection_id text, kind text, happened_at timestamptz,
                happened_earliest timestamptz, happened_latest timestamptz, method text
            );
            create table fnd_messages_sent (
                lead_id text, account_id text, campaign_id text, happened_at timestamptz, method text
            );
            create table int_connections_dated (
                campaign_id text, campaign_lead_id text, is_undecided bool, is_mature bool,
                is_within_window bool, undecided_group text
            );
            create table int_connections_asked (
                is_undecided bool, undecided_group text, group_rows bigint, group_asked_at_least bigint,
                group_asked_at_most bigint
            );
            create table outreach_texts as
            select 'now' as config_hash, timestamptz '{SENT}' as recorded_at, *
            from (values
                (true, 'builders', 'b-1', 'connection_note', 'plain', 'h1', 'note', 'craft', true),
                (true, 'builders', 'b-1', 'connection_note', 'asks', 'h2', 'question', 'craft', false),
                (true, 'builders', 'b-1', 'first_message', 'first', 'h3', 'note', 'peers', true),
                (false, 'builders', 'b-0', 'connection_note', 'plain', 'h0', 'note', 'craft', true),
                (false, 'builders', 'b-0', 'first_message', 'first', 'h3', 'note', 'peers', true)
            ) as texts (
                is_current, segment, sequence, step, variant, text_hash, format, angle, is_default
            );
            create table int_outreach_segments as select 'builders' as segment, 'Builders' as label;
            create table int_outreach_settings as
            select 15 as reply_rate_percent, 20 as good_reply_rate_percent, 5 as meeting_rate_percent,
                10 as good_meeting_rate_percent;
            create table heyreach_accounts as select 's1' as account_id, 'Ines' as label;
            create table stg_operations__message_tests (test_id text, config json);
            create table rpt_message_tests (
                test_id text, test_name text, arm text, other_arm text, result text, winner text, words text,
                started_at timestamptz, ended_at timestamptz
            );
        """)
        yield connection


def asked(
    database: duckdb.DuckDBPyConnection,
    who: str,
    *,
    accepted: bool = True,
    variant: str | None = None,
    sequence: str | None = "b-1",
    has_note: bool = True,
    unsure: timedelta = timedelta(0),
    followed_until: datetime = AS_OF,
) -> None:
    """Somebody imported a day before, and asked; accepted two days later, between bounds so far apart."""
    database.execute(
        "insert into int_import_rows_resolved values ('i', 1, ?, 'c', null, 'builders', ?, ?, ?, ?, 1)",
        [who, sequence, variant, has_note, SENT - DAY],
    )
    at = SENT + 2 * DAY if accepted else None
    database.execute(
        "insert into heyreach_connections values "
        "(?, ?, 'c', ?, null, 's1', true, false, ?, true, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [who, who, who, accepted, accepted, *[SENT] * 5, at, at and at + unsure, followed_until],
    )


def did(
    database: duckdb.DuckDBPyConnection,
    who: str,
    days: float,
    kind: str = "reply",
    *,
    method: str = "inbox",
    unsure: timedelta = timedelta(seconds=1),
    dated: bool = True,
) -> None:
    """What they did so many days after the request, between bounds so far apart."""
    at = SENT + days * DAY
    database.execute(
        "insert into engagement_events values (?, ?, ?, ?, ?, ?, ?)",
        [
            f"{who} {kind} {days}",
            who,
            kind,
            at if dated else None,
            at if dated else None,
            at + unsure,
            method,
        ],
    )


def wrote(database: duckdb.DuckDBPyConnection, who: str, *days: float, method: str = "inbox") -> None:
    database.executemany(
        "insert into fnd_messages_sent values (?, 's1', 'c', ?, ?)",
        [(who, SENT + each * DAY, method) for each in days],
    )


made_of = functools.cache(model_sql)


def build(database: duckdb.DuckDBPyConnection, models: Sequence[str] = MODELS[:3]) -> None:
    """What counts, or all with what is learnt."""
    for model in models:
        database.execute(f"create or replace table {model} as {made_of(model)}")


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[dict]:
    answer = database.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def step(database: duckdb.DuckDBPyConnection) -> str:
    """The only step after which anybody replied."""
    build(database)
    [(found,)] = database.execute(
        "select value from rpt_outreach_metrics where dimension = 'step' and sent > 0"
    ).fetchall()
    return found


@pytest.mark.parametrize(
    ("written", "replied", "expected"),
    [
        ((0,), 2.5, "connection_note"),
        ((0, 3), 3.5, "first_message"),
        ((0, 3, 6), 3.5, "first_message"),
        ((0, 3, 6), 7, "follow_up_1"),
        ((0, 3, 4, 5, 6), 7, "follow_up_3"),
        ((0, 3, 4, 5, 6, 6.5), 7, "unknown"),
    ],
)
def test_a_reply_belongs_to_the_last_message_before_it(database, written, replied, expected):
    asked(database, "ada")
    wrote(database, "ada", *written)
    did(database, "ada", replied)
    assert step(database) == expected


def test_the_first_message_of_the_inbox_is_the_note_only_where_there_was_one(database):
    """Without a note, and accepted between the same two looks as it was sent."""
    asked(database, "ada", has_note=False)
    database.execute(
        "update heyreach_connections set connection_accepted_earliest = sent_cohort_earliest, "
        "connection_sent_latest = sent_cohort_latest + interval 3 day"
    )
    wrote(database, "ada", 2.5)
    did(database, "ada", 3)
    assert step(database) == "first_message"
    database.execute("update int_import_rows_resolved set has_note = true")
    assert step(database) == "connection_note"


def test_what_neither_the_inbox_nor_webhooks_tell_is_unknown(database):
    asked(database, "ada")
    did(database, "ada", 4, method="webhook")
    assert step(database) == "unknown"
    # Webhooks were kept only since after the request: a message before may be missing.
    wrote(database, "ada", 3, method="webhook")
    assert step(database) == "unknown"
    wrote(database, "somebody", -1, method="webhook")
    assert step(database) == "first_message"
    # A status has bounds, and a message lies between them.
    database.execute(
        "update engagement_events set method = 'observed_interval', happened_latest = happened_earliest"
    )
    assert step(database) == "unknown"


def test_bounds_with_a_message_between_them_leave_the_step_open(database):
    asked(database, "ada")
    wrote(database, "ada", 0, 3, 4.5)
    did(database, "ada", 4, unsure=DAY, method="observed_interval")
    assert step(database) == "unknown"


def test_the_segment_is_that_of_the_newest_import_before_the_request(database):
    asked(database, "ada")
    database.execute(
        "insert into int_import_rows_resolved select * replace ('later' as import_id, 'others' as segment, "
        f"timestamptz '{SENT + DAY}' as first_sent_at) from int_import_rows_resolved"
    )
    build(database)
    told = "select value from rpt_outreach_metrics where dimension = 'segment'"
    assert rows(database, told) == [{"value": "builders"}]
    database.execute(
        f"update int_import_rows_resolved set first_sent_at = timestamptz '{SENT - DAY / 2}' "
        "where import_id = 'later'"
    )
    build(database)
    assert rows(database, told) == [{"value": "others"}]


def test_rates_are_of_what_is_old_enough_and_within_windows(database):
    """Twelve accepted: nine judged by replies, of them three in time, one perhaps, and one too late."""
    for number in range(12):
        asked(database, f"a{number}", followed_until=AS_OF if number < 9 else SENT + 10 * DAY)
    for number in range(8):
        asked(database, f"o{number}", accepted=False)
    for number in range(3):
        did(database, f"a{number}", 15)
    did(database, "a3", 15, unsure=3 * DAY)
    did(database, "a4", 17)
    did(database, "a10", 4)
    did(database, "a5", 40, dated=False)
    did(database, "a0", 31, "meeting")
    did(database, "a1", 33, "meeting")
    did(database, "a6", 5, "email_answer")
    database.execute("update stg_operations__run_parameters set hide_rate_below = 9")
    build(database)
    [row] = rows(database, "from rpt_outreach_metrics where dimension = 'segment'")
    counts = {
        "sent": 20, "accepted": 12, "mature_sent": 20, "mature_accepted": 12, "replied": 7,
        "undated_replied": 1, "old_sent": 20, "replied_of_sent": 6, "possibly_replied_of_sent": 7,
        "old_accepted": 9, "replied_of_accepted": 3, "possibly_replied_of_accepted": 5,
        "meetings": 2, "undated_meetings": 0, "old_accepted_for_meetings": 9, "met_of_accepted": 1,
        "possibly_met_of_accepted": 1, "answered_by_email": 1,
    }  # fmt: skip
    assert {name: row[name] for name in counts} == counts
    trials = {"accept_rate": (12, 12, 20), "reply_rate_of_sent": (6, 7, 20)}
    trials |= {"reply_rate_of_accepted": (3, 5, 9), "meeting_rate_of_accepted": (1, 1, 9)}
    for name, (sure, possible, judged) in trials.items():
        low, _ = proportion_confint(sure, judged, method="wilson")
        _, high = proportion_confint(possible, judged, method="wilson")
        assert (row[name], row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx(
            (sure / judged, low, high), abs=1e-9
        )
    database.execute("update stg_operations__run_parameters set hide_rate_below = 10")
    build(database)
    [row] = rows(database, "from rpt_outreach_metrics where dimension = 'segment'")
    assert [row[name] is None for name in RATES] == [False, False, True, True]
    assert row["reply_target"] == "not_yet"
    # Of who replied after which step no rate is told.
    steps = rows(database, f"select {', '.join(RATES)} from rpt_outreach_metrics where dimension = 'step'")
    assert {value for row in steps for value in row.values()} == {None}


@pytest.mark.parametrize(
    ("replied", "expected"), [(3, "below"), (15, "not_yet"), (26, "not_yet"), (34, "reached"), (42, "good")]
)
def test_a_target_is_reached_or_missed_only_by_the_whole_interval(database, replied, expected):
    for number in range(150):
        asked(database, f"a{number}")
        if number < replied:
            did(database, f"a{number}", 4)
    build(database)
    [row] = rows(database, "from rpt_outreach_metrics where dimension = 'all'")
    low, high = proportion_confint(replied, 150, method="wilson")
    by_hand = "below" if high < 0.15 else "good" if low >= 0.2 else "reached" if low >= 0.15 else "not_yet"
    assert (row["reply_target"], by_hand) == (expected, expected)
    # Nobody ever told of a meeting: that isn't none.
    assert (row["meetings"], row["meeting_rate_of_accepted"], row["meeting_target"]) == (0, None, "not_yet")


def test_each_step_counts_its_own_text_and_an_edited_one_begins_anew(database):
    asked(database, "default")
    asked(database, "drawn", variant="asks")
    asked(database, "before", sequence="b-0")
    asked(database, "elsewhere", variant="theirs")
    asked(database, "none", sequence=None)
    build(database)
    counted = database.execute(
        "select step, value, sent from rpt_outreach_metrics where dimension = 'variant' order by all"
    ).fetchall()
    assert counted == [
        ("connection_note", "asks", 1),
        ("connection_note", "plain", 2),
        ("connection_note", "plain (h0)", 1),
        ("first_message", "first", 4),
        ("unknown", "theirs", 1),
        ("unknown", "unknown", 1),
    ]


def outcomes(database: duckdb.DuckDBPyConnection, **groups: tuple[int, int]) -> None:
    """Variant -> how many were asked with it, and accepted."""
    for variant, (count, accepted) in groups.items():
        for number in range(count):
            asked(database, f"{variant}{number}", variant=variant, accepted=number < accepted)


def learnt(database: duckdb.DuckDBPyConnection) -> list[dict]:
    """What is said of the notes, the best first."""
    build(database, MODELS)
    return rows(
        database,
        "from rpt_outreach_learning where dimension = 'variant' and step = 'connection_note' order by place",
    )


def third_note(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(
        "insert into outreach_texts select * replace ('third' as variant, 'h9' as text_hash) "
        "from outreach_texts where variant = 'asks'"
    )


def test_texts_are_ranked_by_shrunken_rates_and_the_chance_to_be_the_best_is_that_of_a_draw(database):
    third_note(database)
    outcomes(database, plain=(60, 12), asks=(60, 27), third=(40, 13))
    found = learnt(database)
    judged, successes = numpy.array([60, 60, 40]), numpy.array([27, 12, 13])
    mean = successes.sum() / 160
    spread = (judged[[0, 1, 2]] * (successes / judged - mean) ** 2).sum()
    chance = mean * (1 - mean)
    rho = (spread - chance * 2) / (chance * (160 - (judged**2).sum() / 160 - 2))
    strength = 1 / rho - 1
    shrunken = dict(
        zip(("asks", "plain", "third"), (successes + mean * strength) / (judged + strength), strict=True)
    )
    assert [row["value"] for row in found] == ["asks", "third", "plain"]
    assert {row["value"]: row["shrunken_rate"] for row in found} == pytest.approx(shrunken, abs=1e-9)
    errors = {
        name: (shrunken[name] * (1 - shrunken[name]) / (count + strength + 1)) ** 0.5
        for name, count in zip(("asks", "plain", "third"), judged, strict=True)
    }
    draws = numpy.random.default_rng(5).normal(
        [shrunken[row["value"]] for row in found], [errors[row["value"]] for row in found], (200_000, 3)
    )
    best = numpy.bincount(draws.argmax(axis=1), minlength=3) / 200_000
    assert [row["best_chance"] for row in found] == pytest.approx(best, abs=0.005)
    assert sum(row["best_chance"] for row in found) == pytest.approx(1)
    lead = shrunken["asks"] - shrunken["third"]
    error = (errors["asks"] ** 2 + errors["third"] ** 2) ** 0.5
    assert (found[0]["lead"], found[0]["lead_low"], found[0]["lead_high"]) == pytest.approx(
        (lead, lead - norm.ppf(0.975) * error, lead + norm.ppf(0.975) * error), abs=1e-6
    )
    assert found[1]["lead"] == pytest.approx(-lead)


@pytest.mark.parametrize(
    ("groups", "because", "said"),
    [
        ({"plain": (40, 10)}, "alone", "plain is the only one"),
        (
            {"plain": (40, 10), "asks": (12, 9)},
            "collecting",
            "none yet: 18 more requests of asks have to become",
        ),
        ({"plain": (40, 10), "asks": (40, 10)}, "open", "and is the best with a chance of 50 %"),
        (
            {"plain": (90, 10), "asks": (90, 45)},
            "described",
            "asks, best with a chance of 99 %, and ahead of plain",
        ),
    ],
)
def test_without_a_test_a_text_is_favoured_only_where_it_leads_by_far(database, groups, because, said):
    outcomes(database, **groups)
    for row in learnt(database):
        assert (row["because"], row["favored"]) == (because, "asks" if because == "described" else None)
        assert said in row["recommendation"]
        assert row["is_by_lot"] is False


def registered(
    database: duckdb.DuckDBPyConnection, result: str, words: str, *, text_hash: str = "h2"
) -> None:
    texts = [("plain", "h1"), ("asks", text_hash)]
    listed = ", ".join(
        f'{{"segment": "builders", "variant": "{variant}", "text_hash": "{hashed}"}}'
        for variant, hashed in texts
    )
    database.execute("delete from stg_operations__message_tests; delete from rpt_message_tests")
    database.execute(
        "insert into stg_operations__message_tests values ('t', ?)", [f'{{"texts": [{listed}]}}']
    )
    database.execute(
        "insert into rpt_message_tests values ('t', 'shorter', 'plain', 'asks', ?, ?, ?, ?, null)",
        [result, "plain" if result == "winner" else None, words, SENT],
    )


def test_what_a_registered_test_found_beats_what_is_only_described(database):
    outcomes(database, plain=(90, 10), asks=(90, 45))
    registered(database, "winner", "plain is accepted more than asks: by 2 to 14 points")
    for row in learnt(database):
        assert (row["favored"], row["because"], row["is_by_lot"]) == ("plain", "winner", True)
        assert row["recommendation"] == (
            "plain, by the registered test shorter: plain is accepted more than asks: by 2 to 14 points"
        )
    registered(database, "no_difference", "no difference of 10 points or more between plain and asks")
    assert {row["recommendation"] for row in learnt(database)} == {
        "either: tested since 2026-01-05 as shorter, with no difference of 10 points or more between plain "
        "and asks, so there is nothing to repeat"
    }
    assert {row["favored"] for row in learnt(database)} == {None}
    registered(database, "not_yet", "look 3 of 12: not yet")
    assert {row["because"] for row in learnt(database)} == {"testing"}
    # Of a text that was edited since, it found nothing.
    registered(database, "winner", "plain is accepted more", text_hash="h8")
    assert {row["because"] for row in learnt(database)} == {"described"}


def test_messages_are_ranked_by_replies_of_those_who_accepted(database):
    for number in range(40):
        asked(database, f"a{number}", accepted=number < 20)
        if number < 5:
            did(database, f"a{number}", 4)
    build(database, MODELS)
    [row] = rows(
        database, "from rpt_outreach_learning where step = 'first_message' and dimension = 'variant'"
    )
    assert (row["metric"], row["judged"], row["successes"], row["rate"]) == ("replies", 20, 5, 0.25)
