"""How completely leads are known, and what is announced, run as the models' own SQL on simulated leads."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy
import pytest

from dbt_project.rendering import returned
from tests.dbt_project.models import model_sql

MONDAY = date(2025, 1, 6)
WEEKS = 52
FIELDS = returned("catalogue/*.sql", "lead_fields_watched()")
COMPLETE = ("title", "company_size", "email")


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "create table stg_operations__run_parameters as select 30 as collecting_below, "
            "15 as completeness_drop_percent, 36 as pull_gap_hours, ? as complete_lead_fields, "
            "?::timestamptz as as_of",
            [",".join(COMPLETE), f"{MONDAY + timedelta(weeks=WEEKS)} 06:00:00+00"],
        )
        connection.execute(
            """
            create table rpt_attribution_coverage (scope text, level text, enrolled_on date,
                segment text, segment_label text, complete_leads bigint, leads bigint, missing_fields text,
                as_of timestamptz);
            create table int_first_pulls as select timestamptz '2025-01-01 06:00:00+00' as first_complete_at;
            create table stg_operations__pulls (resource text, is_complete bool, finished_at timestamptz);
            """
        )
        yield connection


def leads_known(
    database: duckdb.DuckDBPyConnection, leads: numpy.ndarray, shares: dict[str, numpy.ndarray], seed: int = 1
) -> None:
    """The models over so many leads a week, each of which has a field by the week's chance."""
    week = numpy.repeat(numpy.arange(len(leads)), leads)
    chance = numpy.random.default_rng(seed)
    simulated = {"week": week} | {
        field: (chance.random(len(week)) < shares.get(field, numpy.zeros(len(leads)))[week]).astype(int)
        for field in FIELDS
    }
    database.register("simulated", simulated)
    columns = ", ".join(f"if({field} = 1, 'x', null) as {field}" for field in FIELDS)
    database.execute(f"""
        create or replace table heyreach_leads as
        select true as is_valid_profile_url, 'first_seen_in_list' as imported_at_method, {columns},
            timestamptz '{MONDAY} 12:00:00+00' + to_days(cast(week * 7 + 2 as integer)) as created_at
        from simulated
        union all by name
        select unnest([false, true]) as is_valid_profile_url,
            unnest(['first_seen_in_list', 'discovered']) as imported_at_method,
            timestamptz '{MONDAY} 12:00:00+00' as created_at, 'x' as title
    """)
    database.execute(f"create or replace table rpt_lead_completeness as {model_sql('rpt_lead_completeness')}")


def announced(database: duckdb.DuckDBPyConnection) -> list[tuple]:
    return database.execute(
        f"select segment, (since - date '{MONDAY}') // 7, (judged_until - date '{MONDAY}') // 7, is_open, "
        f"message from ({model_sql('rpt_anomalies__completeness')}) order by all"
    ).fetchall()


def steady(share: float) -> numpy.ndarray:
    return numpy.full(WEEKS, share)


def dropped(share: float, *weeks: int, to: float) -> numpy.ndarray:
    shares = steady(share)
    shares[list(weeks)] = to
    return shares


def test_counts_are_those_of_the_people(database):
    leads = numpy.full(WEEKS, 40)
    leads_known(database, leads, {"title": steady(1), "company_size": steady(0.8), "email": steady(0.5)})
    simulated = {
        field: numpy.array(column) for field, column in database.table("simulated").fetchnumpy().items()
    }
    whole = numpy.all([simulated[field] == 1 for field in COMPLETE], axis=0)
    week = simulated["week"]
    expected = [
        ("complete", 40, int(whole[week == 11].sum()), int(whole[week <= 11].sum()),
         320, int(whole[(week >= 3) & (week < 11)].sum())),
        ("email", 40, int(simulated["email"][week == 11].sum()), int(simulated["email"][week <= 11].sum()),
         320, int(simulated["email"][(week >= 3) & (week < 11)].sum())),
        ("phone", 40, 0, 0, 320, 0),
        ("title", 40, 40, 480, 320, 320),
    ]  # fmt: skip
    found = database.execute(
        "select field, leads, known, known_to_date, usual_leads, usual_known from rpt_lead_completeness "
        f"where week = date '{MONDAY}' + 77 and field in ('complete', 'title', 'email', 'phone') "
        "order by field"
    ).fetchall()
    assert found == expected
    assert database.execute("select count(*) from rpt_lead_completeness").fetchone() == (
        WEEKS * (len(FIELDS) + 1),
    )


@pytest.mark.parametrize(
    ("a_week", "share", "false_alarms_a_year"), [(30, 0.8, 0.35), (100, 0.9, 0.03), (300, 0.5, 0.2)]
)
def test_a_year_without_a_fall_raises_hardly_an_alarm(database, a_week, share, false_alarms_a_year):
    years = low = 0
    for seed in range(6):
        leads_known(database, numpy.full(WEEKS, a_week), dict.fromkeys(FIELDS, steady(share)), seed)
        query = "select count(*) from rpt_lead_completeness where is_low and field <> 'complete'"
        low += database.execute(query).fetchone()[0]
        years += len(FIELDS)
    assert low / years <= false_alarms_a_year


def test_leads_that_lost_a_column_are_announced_once_with_what_they_lack(database):
    lost = dropped(0.95, 20, 21, to=0.3)
    leads_known(
        database,
        numpy.full(WEEKS, 100),
        {"title": steady(1), "company_size": lost, "email": steady(1), "phone": dropped(0.6, 51, to=0.1)},
    )
    size, phone = announced(database)
    assert size[:4] == ("complete", 20, 21, False)
    assert "have title, company_size, email; of those of the eight weeks before" in size[4]
    assert size[4].endswith("Missing most: company_size.")
    assert phone[:4] == ("phone", 51, 51, True)
    assert "Missing" not in phone[4]


def test_a_field_beside_a_fall_of_complete_leads_has_its_own_line(database):
    fell = dropped(0.95, 30, to=0.2)
    leads_known(
        database,
        numpy.full(WEEKS, 100),
        {"title": steady(1), "company_size": fell, "email": steady(1), "headline": fell},
    )
    assert [line[:3] for line in announced(database)] == [("complete", 30, 30), ("headline", 30, 30)]


def test_an_import_that_has_its_own_line_is_not_announced_again(database):
    leads_known(
        database,
        numpy.full(WEEKS, 100),
        {"title": dropped(1, 30, 40, to=0.2), "company_size": steady(1), "email": steady(1)},
    )
    database.execute(
        "insert into rpt_attribution_coverage (scope, level, enrolled_on) values "
        f"('import', 'fail', date '{MONDAY}' + 30 * 7 + 3), ('import', 'warn', date '{MONDAY}' + 40 * 7 + 3)"
    )
    assert [line[:3] for line in announced(database)] == [("complete", 40, 40)]
    # What was put in before the first pull can't be dated, and has no such line.
    database.execute(
        f"update int_first_pulls set first_complete_at = timestamptz '{MONDAY} 00:00:00+00' + to_days(250)"
    )
    assert [line[:3] for line in announced(database)] == [("complete", 30, 30), ("complete", 40, 40)]


def test_few_leads_and_a_week_under_way_are_not_judged(database):
    few = numpy.full(WEEKS + 1, 100)
    few[30] = 20
    shares = numpy.append(dropped(1, 30, to=0.2), 0.2)
    leads_known(database, few, {"title": shares, "company_size": shares * 0 + 1, "email": shares * 0 + 1})
    assert announced(database) == []
