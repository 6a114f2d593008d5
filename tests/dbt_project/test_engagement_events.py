"""What people did, each thing once, by the models' own SQL on tables made by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from tests.dbt_project.models import model_sql

AS_OF = datetime(2026, 2, 1, 6, tzinfo=UTC)
NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)
EVERY, FIRST, INMAIL = "EVERY_MESSAGE_REPLY_RECEIVED", "MESSAGE_REPLY_RECEIVED", "INMAIL_REPLY_RECEIVED"


def at(minutes: float) -> datetime:
    """So many minutes after noon of that day."""
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Ada, whom two senders asked one after the other, Bob whom nobody asked, and nothing told of either."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            set TimeZone = 'UTC';
            create table stg_operations__run_parameters as
            select timestamptz '{AS_OF}' as as_of, 3::bigint as dating_resolution_days,
                '["Meeting booked", "Call"]' as meeting_tags;
            create table heyreach_leads as select unnest(['ada', md5('url:in/ada'), 'bob']) as lead_id;
            create table heyreach_connections as
            select * replace (sent_cohort_latest::timestamptz as sent_cohort_latest),
                sent_cohort_latest::timestamptz as connection_sent_earliest
            from (values
                ('old', 'row old', 'c1', 'ada', 's1', true, '2026-01-05'),
                ('new', 'row new', 'c2', 'ada', 's2', true, '2026-01-15'),
                ('later', 'row later', 'c3', 'ada', 's2', true, '2026-01-25'),
                ('unasked', 'row bob', 'c1', 'bob', 's1', false, null)
            ) as rows (
                connection_id, campaign_lead_id, campaign_id, lead_id, account_id, is_sent, sent_cohort_latest
            );
            create table int_engagement_webhooks (
                event_key text, event_type text, lead_id text, campaign_id text, account_id text,
                happened_at timestamptz, happened_at_precision_seconds bigint, tags text[]
            );
            create table int_inbox_replies (
                conversation_id text, happened_at timestamptz, lead_id text, account_id text, campaign_id text
            );
            create table int_inbox_tags (
                conversation_id text, tag text, lead_id text, account_id text, campaign_id text,
                earliest timestamptz, latest timestamptz
            );
            create table int_reply_sights (
                campaign_id text, campaign_lead_id text, earliest timestamptz, latest timestamptz,
                is_left_censored bool
            );
            create table enrichment_values (lead_id text, integration text, field text, value text);
            create table stg_signals__events (
                event_key text, signal_type text, profile_url_raw text, occurred_at timestamptz, is_day bool,
                source text
            );
            create table int_profile_urls_normalized as
            select 'in/ada' as profile_url_raw, 'in/ada' as normalized_profile_url
        """)
        yield connection


def told_by_webhook(database, kind: str, minutes: float, **said: object) -> None:
    said = {"lead": "ada", "campaign": "c2", "account": "s2", "tags": [], **said}
    database.execute(
        "insert into int_engagement_webhooks values (?, ?, ?, ?, ?, ?, 1, ?)",
        [
            f"{kind} {minutes}",
            kind,
            *(said[name] for name in ("lead", "campaign", "account")),
            at(minutes),
            said["tags"],
        ],
    )


def told_by_inbox(database, *minutes: float) -> None:
    database.executemany(
        "insert into int_inbox_replies values ('x', ?, 'ada', 's2', 'c2')", [(at(each),) for each in minutes]
    )


def told_by_service(database, first: float, last: float, lead: str = "ada", speaks: str = "false") -> None:
    fields = {
        "first_reply_at": at(first).isoformat(),
        "last_reply_at": at(last).isoformat(),
        "speaks_of_meeting": speaks,
    }
    database.executemany(
        "insert into enrichment_values values (?, 'heyreach_engagement', ?, ?)",
        [(lead, *field) for field in fields.items()],
    )


def seen(database, earliest: float | None, latest: float, row: str = "row new", campaign: str = "c2") -> None:
    database.execute(
        "insert into int_reply_sights values (?, ?, ?, ?, ?)",
        [campaign, row, earliest and at(earliest), at(latest), earliest is None],
    )


def line(database, kind: str, day: int, *, is_day: bool = True, source: str = "calendar") -> None:
    database.execute(
        "insert into stg_signals__events values (?, ?, 'in/ada', ?, ?, ?)",
        [f"{kind} {day} {source}", kind, datetime(2026, 1, day, tzinfo=UTC), is_day, source],
    )


def events(database, *columns: str) -> list[tuple]:
    """Kind, minutes after noon, how it is dated, and these columns, in their order."""
    rows = database.execute(
        f"select kind, happened_at, method {''.join(f', {each}' for each in columns)} "
        f"from ({model_sql('engagement_events')}) order by happened_latest, kind, engagement_id"
    ).fetchall()
    return [(kind, moment and (moment - NOON).total_seconds() / 60, *rest) for kind, moment, *rest in rows]


def test_a_reply_that_all_sources_tell_is_one(database):
    """The inbox dates it back, the first reply is told twice, the status is seen later."""
    told_by_webhook(database, EVERY, 0)
    told_by_webhook(database, FIRST, 1)
    told_by_webhook(database, INMAIL, 2)
    told_by_inbox(database, -20)
    told_by_service(database, -19.5, -19.5)
    seen(database, -600, 300)
    assert events(database, "source") == [("reply", 0, "webhook", EVERY)]


def test_a_line_of_the_operator_is_the_reply_that_others_date_or_one_of_its_own(database):
    line(database, "replied", 20)
    assert events(database) == [("reply", 0, "file")]
    database.execute(
        "insert into int_inbox_replies values ('x', ?, md5('url:in/ada'), 's2', 'c2')", [at(-60)]
    )
    line(database, "replied", 22)
    assert events(database) == [("reply", -60, "inbox"), ("reply", 2880, "file")]


def test_each_reply_counts_by_the_source_that_tells_the_most_of_them(database):
    """Three in a quarter of an hour, one of whose webhooks got lost, and a fourth that only webhooks tell."""
    told_by_inbox(database, 0, 5, 15)
    told_by_webhook(database, FIRST, 0.1)
    told_by_webhook(database, EVERY, 0.1)
    told_by_webhook(database, EVERY, 15.1)
    told_by_webhook(database, EVERY, 120)
    assert events(database) == [
        ("reply", 0, "inbox"),
        ("reply", 5, "inbox"),
        ("reply", 15, "inbox"),
        ("reply", 120, "webhook"),
    ]


def test_first_replies_alone_are_first_replies(database):
    told_by_webhook(database, FIRST, 0)
    told_by_webhook(database, FIRST, 0.2, campaign="c1", account="s1")
    told_by_service(database, 0, 500)
    assert events(database, "account_id") == [
        ("reply", 0, "webhook", "s2"),
        ("reply", 0.2, "webhook", "s1"),
        ("reply", 500, "enrichment", "s2"),
    ]


def test_a_status_counts_where_no_dated_reply_can_be_meant(database):
    """Seen as replied at 300: a reply of later is another one, and one in another campaign, too."""
    seen(database, -600, 300)
    seen(database, None, 300, row="row old", campaign="c1")
    told_by_webhook(database, EVERY, 400)
    assert events(database, "campaign_id") == [
        ("reply", -150, "observed_interval", "c2"),
        ("reply", None, "first_seen_left_censored", "c1"),
        ("reply", 400, "webhook", "c2"),
    ]
    told_by_webhook(database, EVERY, 329)
    assert events(database, "campaign_id") == [
        ("reply", None, "first_seen_left_censored", "c1"),
        ("reply", 329, "webhook", "c2"),
        ("reply", 400, "webhook", "c2"),
    ]


def test_bounds_too_wide_to_date_it_are_kept_as_bounds(database):
    seen(database, -4 * 24 * 60, 0)
    assert events(database, "happened_earliest", "happened_latest") == [
        ("reply", None, "observed_interval", at(-4 * 24 * 60), at(0))
    ]


def test_it_follows_the_newest_request_before_it_of_whoever_it_is_told_of(database):
    for number, (campaign, account) in enumerate([("c2", "s2"), (None, "s1"), (None, "s2"), (None, None)]):
        told_by_webhook(database, EVERY, 60 * number, campaign=campaign, account=account)
    told_by_webhook(database, EVERY, 600, lead="bob", campaign="c1", account="s1")
    told_by_webhook(database, EVERY, 700, lead="nobody here")
    assert [row[3:] for row in events(database, "connection_id", "campaign_id", "account_id")] == [
        ("new", "c2", "s2"),
        ("old", "c1", "s1"),
        ("new", "c2", "s2"),
        ("new", "c2", "s2"),
        (None, "c1", "s1"),
    ]


def test_a_tag_is_one_meeting_by_the_earliest_that_tells_it(database):
    """Each change of tags tells all of them again; a tag that means no meeting tells nothing."""
    told_by_webhook(database, "LEAD_TAG_UPDATED", 0, tags=["hot"])
    told_by_webhook(database, "LEAD_TAG_UPDATED", 10, tags=["hot", "meeting booked"])
    told_by_webhook(database, "LEAD_TAG_UPDATED", 90, tags=["call", "meeting booked"])
    database.execute(
        "insert into int_inbox_tags values ('x', 'call', 'ada', 's2', 'c2', ?, ?)", [at(-600), at(600)]
    )
    assert events(database, "source") == [("meeting", 10, "webhook", "LEAD_TAG_UPDATED")]
    database.execute(
        "insert into int_inbox_tags values ('y', 'meeting booked', 'ada', 's1', 'c1', ?, ?)",
        [at(-40), at(0)],
    )
    assert events(database, "source") == [("meeting", -20, "observed_interval", "inbox")]


def test_meetings_of_the_operator_count_one_a_day_and_no_tag_beside_them(database):
    told_by_webhook(database, "LEAD_TAG_UPDATED", 10, lead="ada", tags=["meeting booked"])
    database.execute("update heyreach_connections set lead_id = md5('url:in/ada') where lead_id = 'ada'")
    database.execute("update int_engagement_webhooks set lead_id = md5('url:in/ada')")
    for day, source in ((20, "calendar"), (20, "crm"), (27, "calendar")):
        line(database, "meeting_booked", day, source=source)
    line(database, "email_answered", 21)
    assert events(database, "connection_id") == [
        ("meeting", 0, "file", "new"),
        ("email_answer", 24 * 60, "file", "new"),
        ("meeting", 7 * 24 * 60, "file", "later"),
    ]


def test_what_words_suggest_is_no_meeting(database):
    told_by_service(database, 0, 90, speaks="true")
    assert sorted(events(database, "happened_earliest")) == [
        ("meeting_words", None, "enrichment", at(0)),
        ("reply", 0, "enrichment", at(0)),
        ("reply", 90, "enrichment", at(90)),
    ]
