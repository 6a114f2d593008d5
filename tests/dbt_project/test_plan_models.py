"""What a plan goes by and what comes of one, on tables by hand."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from tests.dbt_project.models import model_sql

AS_OF = datetime(2026, 4, 6, tzinfo=UTC)


def march(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_requests_outside_the_schedule_are_counted_by_its_own_clock():
    """Europe/Berlin is an hour ahead until the 29th of March, and two from then on."""
    inside = [march(27, 8, 0), march(27, 16, 0), march(30, 7, 0)]
    # At 08:59, at 17:01, and on a Sunday.
    outside = [march(27, 7, 59), march(30, 15, 1), march(29, 10, 0)]
    with duckdb.connect() as database:
        database.execute(f"""
            set TimeZone = 'UTC';
            create table stg_operations__run_parameters as select timestamptz '{AS_OF}' as as_of;
            create table int_outreach_settings as
            select ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as sends_on,
                '09:00' as sends_from, '17:00' as sends_until, 'Europe/Berlin' as sends_in_zone;
            create table heyreach_connections (
                is_sent bool, connection_sent_earliest timestamptz, connection_sent_latest timestamptz
            );
        """)
        undated = [(AS_OF - timedelta(days=9), AS_OF - timedelta(days=8))]
        old = [(AS_OF - timedelta(days=40), AS_OF - timedelta(days=40))]
        exact = [(moment, moment) for moment in (*inside, *outside)]
        for bounds in (*exact, *undated, *old):
            database.execute("insert into heyreach_connections values (true, ?, ?)", bounds)
        assert database.execute(model_sql("fnd_sending_window")).fetchall() == [(28, 6, 3)]


@pytest.mark.parametrize(
    ("day", "gaps"),
    [
        (date(2026, 2, 9), [1, 7, 7]),  # a Monday: Tuesday, the Tuesday after, and so on
        (date(2026, 2, 12), [1, 4, 7]),  # a Thursday: Friday, Tuesday
        (date(2026, 2, 11), [1, 5, 7]),  # a Wednesday: Thursday, Tuesday, which is five days
    ],
)
def test_follow_ups_come_on_their_weekdays_and_never_too_early(day, gaps):
    with duckdb.connect() as database:
        database.execute("""
            create table stg_operations__run_parameters as
            select timestamptz '2026-02-09 06:00:00+00' as as_of;
            create table int_outreach_settings as
            select ['tuesday', 'wednesday', 'thursday'] as follow_up_weekdays, 3 as follow_up_after_days;
            create table planned_sends (
                planned_send_id text, sequence text, variant text, day date, reason text
            );
            create table outreach_texts (
                sequence text, step text, delay_days int, variant text, is_default bool
            );
            insert into outreach_texts values
                ('s', 'connection_note', 1, 'note', true), ('s', 'first_message', 1, 'hello', true),
                ('s', 'first_message', 1, 'hello_b', false), ('s', 'follow_up_1', 4, 'one', true),
                ('s', 'follow_up_2', 5, 'two', true);
        """)
        database.execute("insert into planned_sends values ('p', 's', 'hello_b', ?, null)", [day])
        database.execute("insert into planned_sends values ('left', 's', null, null, 'later')")
        found = database.execute(f"{model_sql('planned_follow_ups')} order by step_order").fetchall()
    assert [(step, variant) for _, step, _, variant, *_ in found] == [
        ("first_message", "hello_b"),
        ("follow_up_1", "one"),
        ("follow_up_2", "two"),
    ]
    days = [row[4] for row in found]
    assert [row[5] for row in found] == gaps
    assert [(later - earlier).days for earlier, later in zip([day, *days], days, strict=False)] == gaps
    assert all(each.weekday() in (1, 2, 3) for each in days[1:])
