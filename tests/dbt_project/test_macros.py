"""The smaller macros, run on a bare DuckDB connection; statistics against independent libraries."""

import functools
from datetime import UTC, datetime

import duckdb
import pytest
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from dbt_project.rendering import rendered


@functools.cache
def bare() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute("set TimeZone = 'UTC'")
    return opened


def value(sql: str):
    return bare().execute(f"select {sql}").fetchone()[0]


WILSON_CASES = [
    (30, 120),
    (9, 80),
    (45, 300),
    (12, 61),
    (3, 5),
    (2, 2),
    (0, 7),
    (1, 1),
    (0, 1),
    (123, 98_765),
]


@pytest.mark.parametrize(("successes", "trials"), WILSON_CASES)
def test_wilson_interval_equals_statsmodels_and_scipy(successes, trials):
    low = value(rendered("statistics/*.sql", f"wilson_low('{successes}', '{trials}')"))
    high = value(rendered("statistics/*.sql", f"wilson_high('{successes}', '{trials}')"))
    assert (low, high) == pytest.approx(proportion_confint(successes, trials, method="wilson"), abs=1e-9)
    scipy = binomtest(successes, trials).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((scipy.low, scipy.high), abs=1e-9)
    assert 0 <= low <= successes / trials <= high <= 1


@pytest.mark.parametrize("trials", ["0", "null::bigint"])
@pytest.mark.parametrize("macro", ["wilson_low", "wilson_high", "rate"])
def test_nothing_tried_gives_null_and_neither_zero_nor_nan(macro, trials):
    assert value(rendered("statistics/*.sql", f"{macro}('0', '{trials}')")) is None


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("'SRE; kubernetes | sre'", ["sre", "kubernetes"]),
        ("' ,;| '", []),
        ("null", []),
        ("'ci/cd'", ["ci/cd"]),
    ],
)
def test_keywords_are_split_trimmed_and_counted_once(text, keywords):
    assert sorted(value(rendered("engine/*.sql", f'split_keywords("{text}")'))) == sorted(keywords)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("51-200 employees", 200),
        ("1,001 - 5,000", 5000),
        ("50–199", 199),
        ("11 to 50", 50),
        ("120", 120),
        ("5,000+", 5001),
        ("10001 +", 10002),
        ("many", None),
        ("", None),
        ("99999999999", None),
    ],
)
def test_company_sizes_are_read_by_their_upper_end(text, number):
    assert value(rendered("most_employees.sql", f"most_employees(\"'{text}'\")")) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-08-29T09:34:56.5417789Z", "2024-08-29 09:34:56.541778+00"),
        ("2024-12-17T00:00:00Z", "2024-12-17 00:00:00+00"),
        ("2024-10-06T17:34:00+02:00", "2024-10-06 15:34:00+00"),
        ("2024-10-06T17:34:00", "2024-10-06 17:34:00+00"),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_of_any_precision_and_offset_are_read_as_utc(text, expected):
    parsed = rendered("engine/*.sql", f"parsed_timestamp(\"'{text}'\")")
    assert value(f"cast({parsed} as varchar)") == expected


@pytest.mark.parametrize("time_zone", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_days_are_utc_days_in_every_time_zone(time_zone):
    day = rendered("engine/*.sql", "utc_date(\"timestamptz '2026-03-08 23:30:00+00'\")")
    with duckdb.connect() as connection:
        connection.execute(f"set TimeZone = '{time_zone}'")
        assert connection.execute(f"select cast({day} as varchar)").fetchone() == ("2026-03-08",)


CUSTOM_FIELDS = (
    '{"customFields": [{"name": "Source", "value": " "}, {"name": "source", "value": "clay"}, '
    '{"name": "icp", "value": null}, {"name": "estimated_age", "value": 34}]}'
)


@pytest.mark.parametrize(
    ("payload", "field", "expected"),
    [
        (CUSTOM_FIELDS, "source", "clay"),
        (CUSTOM_FIELDS, "icp", None),
        (CUSTOM_FIELDS, "estimated_age", "34"),
        (CUSTOM_FIELDS, "gender", None),
        ('{"customFields": null}', "source", None),
        ('{"customFields": []}', "source", None),
        ("{}", "source", None),
    ],
)
def test_custom_fields_are_found_by_name(payload, field, expected):
    extracted = rendered("engine/*.sql", f"custom_field('{field}', custom_fields())")
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select {extracted} from (select ?::json as payload)", [payload]
        ).fetchall()
    assert rows == [(expected,)]


@pytest.mark.parametrize(
    ("sent", "arrived", "expected"),
    [
        (
            '{"customUserFields": [{"name": "icp", "value": "a=b; c"}, {"name": "n", "value": "3"}]}',
            '{"icp": "a=b; c", "n": "3"}',
            "icp=a=b; c; n=3",
        ),
        ('{"customUserFields": []}', "{}", None),
        ("{}", None, None),
    ],
)
def test_custom_fields_are_joined_alike_as_sent_and_as_arrived(sent, arrived, expected):
    joined = [
        rendered("engine/*.sql", "custom_fields_joined('sent', 'customUserFields')"),
        rendered("engine/*.sql", "json_fields_joined('arrived')"),
    ]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select {', '.join(joined)} from (select ?::json as sent, ?::json as arrived)", [sent, arrived]
        ).fetchall()
    assert rows == [(expected, expected)]


LEAD_ID_ROWS = [
    # The same key from any spelling; an invalid URL is only itself; without a URL only the row is.
    (("'linkedin.com/in/a'", "'HTTP://x'", "'1'"), ("'linkedin.com/in/a'", "'http://y'", "'2'"), True),
    (("null", "'company/a'", "'1'"), ("null", "'company/a'", "'2'"), True),
    (("null", "'company/a'", "'1'"), ("null", "'company/b'", "'1'"), False),
    (("null", "null", "'1'"), ("null", "null", "'2'"), False),
    (("null", "'linkedin.com/in/a'", "'1'"), ("'linkedin.com/in/a'", "null", "'1'"), False),
]


@pytest.mark.parametrize(("one", "other", "is_same"), LEAD_ID_ROWS)
def test_people_are_told_apart(one, other, is_same):
    ids = [value(rendered("lead_id.sql", f"lead_id{tuple(row)!r}")) for row in (one, other)]
    assert (ids[0] == ids[1]) is is_same


RULES = """
broken_rules('rows', unique=['id', ['name', 'day']], not_null=['name'],
             accepted_values={'kind': ['a', "b"]}, always_true=['day > 0'])
"""


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        ("(1, 'x', 'a', 1), (2, 'x', 'b', 2), (null, 'y', null, 1), (null, 'z', 'a', 1)", {}),
        ("(1, 'x', 'a', 1), (1, 'y', 'a', 1)", {"id unique": 2}),
        ("(1, 'x', 'a', 1), (2, 'x', 'a', 1), (3, 'x', 'a', 1)", {"name, day unique": 3}),
        ("(1, null, 'a', 1)", {"name is not null": 1}),
        ("(1, 'x', 'c', 1), (2, 'y', 'a', 1)", {"kind in ('a', 'b')": 1}),
        ("(1, 'x', 'a', 0), (2, 'y', 'a', null)", {"day > 0": 2}),
        ("(1, 'x', 'c', 0)", {"kind in ('a', 'b')": 1, "day > 0": 1}),
    ],
)
def test_each_broken_rule_of_a_model_is_named_with_its_rows(rows, broken):
    query = rendered("broken_rules.sql", RULES.strip())
    with duckdb.connect() as connection:
        connection.execute("create table rows (id integer, name varchar, kind varchar, day integer)")
        connection.execute(f"insert into rows values {rows}")
        assert dict(connection.execute(query).fetchall()) == broken


NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-05T09:00:00Z", "2026-01-05t09:00:00z", "2026-01-05T09:00Z", "2026-01-05T09:00:00,000Z"),
        *("2026-01-05 09:00:00 +0000", "2026-01-05T10:00:00+01:00", "20260105T090000Z", "2026-01-05 09:00"),
        *("Mon, 05 Jan 2026 09:00:00 GMT", "Mon, 05 Jan 2026 10:00:00 +0100", "05 Jan 2026 09:00:00 GMT"),
        *("1767603600", "1767603600.0", "1767603600000", "1767603600000000"),
    ],
)
def test_a_time_is_read_however_a_receiver_prints_it(text):
    assert value(rendered("engine/*.sql", f"event_time(\"'{text}'\")")) == NINE


def test_parts_of_a_second_come_after_a_point_or_a_comma():
    for text in ("2026-01-05T09:00:00.123Z", "2026-01-05T09:00:00,123Z", "1767603600123"):
        assert value(rendered("engine/*.sql", f"event_time(\"'{text}'\")")) == NINE.replace(
            microsecond=123_000
        )


@pytest.mark.parametrize("text", ["05/01/2026 09:00", "2026-01-05", "soon", "17676036", "", "20260105"])
def test_a_time_that_can_be_read_in_two_ways_is_none(text):
    assert value(rendered("engine/*.sql", f"event_time(\"'{text}'\")")) is None
