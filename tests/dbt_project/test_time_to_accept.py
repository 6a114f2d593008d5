"""The statistics of the time to accept against statsmodels and against counting."""

from collections.abc import Iterator

import duckdb
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from dbt_project.rendering import rendered
from tests.dbt_project.models import FACT_COLUMNS, model_sql

STATISTICS = "statistics/*.sql"
# Its standard errors, which nobody here asks for.
pytestmark = pytest.mark.filterwarnings("ignore:.*:RuntimeWarning:statsmodels")


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def incidence(database: duckdb.DuckDBPyConnection, hours: list[float], outcomes: list[int]) -> list[tuple]:
    """(hours, share accepted, share withdrawn) as the macro gives them."""
    database.execute(
        "create or replace table requests as select unnest(?) as hours, unnest(?) as outcome",
        [hours, outcomes],
    )
    query = rendered(STATISTICS, "cumulative_incidence('requests')")
    return database.execute(
        f"select hours, share_accepted, share_withdrawn from ({query}) order by hours"
    ).fetchall()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ties", [0, 4], ids=["many_ties", "no_ties"])
def test_incidence_agrees_with_statsmodels(database, seed, ties):
    """Zero hours included: there lifelines' estimator drops events."""
    generator = numpy.random.default_rng(seed)
    hours = numpy.round(generator.exponential(40, 600), ties)
    hours[:20] = 0.0
    outcomes = generator.choice([0, 1, 2], 600, p=[0.3, 0.4, 0.3])
    found = incidence(database, hours.tolist(), outcomes.tolist())
    reference = CumIncidenceRight(hours, outcomes)
    shares = {time: pair for time, *pair in zip(reference.times, *reference.cinc, strict=True)}
    compared = [(pair, shares[time]) for time, *pair in found if time in shares]
    assert len(compared) == len(shares)
    for pair, expected in compared:
        assert pair == pytest.approx(expected, abs=1e-9)


def test_what_is_neither_accepted_nor_withdrawn_is_the_survival_curve(database):
    generator = numpy.random.default_rng(7)
    hours = numpy.round(generator.weibull(0.431, 500) * 26.1, 2)
    outcomes = generator.choice([0, 1, 2], 500)
    survival = SurvfuncRight(hours, outcomes > 0)
    expected = dict(zip(survival.surv_times, survival.surv_prob, strict=True))
    found = {time: 1 - accepted - withdrawn for time, accepted, withdrawn in incidence(
        database, hours.tolist(), outcomes.tolist()
    )}  # fmt: skip
    assert len(expected) > 300
    assert {time: found[time] for time in expected} == pytest.approx(expected, abs=1e-9)


intervals = st.lists(
    st.tuples(st.floats(0, 500), st.floats(0.001, 200)).map(lambda each: (each[0], each[0] + each[1])),
    min_size=1,
    max_size=30,
)


def over_by(known: list[tuple[float, float]], hours: float) -> float:
    return sum(min(max((hours - start) / (end - start), 0), 1) for start, end in known)


@settings(max_examples=60, deadline=None)
@given(known=intervals, share=st.sampled_from([0.25, 0.5, 0.75, 0.9]))
def test_durations_are_spread_over_their_intervals(known, share):
    with duckdb.connect() as database:
        database.execute("create table durations (segment varchar, spread_from double, spread_to double)")
        rows = [("a", *each) for each in known] + [("b", 1.0, 2.0)]
        database.executemany("insert into durations values (?, ?, ?)", rows)
        distribution = rendered(STATISTICS, "spread_distribution('durations', 'segment')")
        steps = database.execute(
            f"select hours, over_by from ({distribution}) where segment = 'a' order by hours"
        ).fetchall()
        assert [hours for hours, _ in steps] == sorted({edge for each in known for edge in each})
        for hours, found in steps:
            assert found == pytest.approx(over_by(known, hours), abs=1e-6)
        target = share * len(known)
        ((quantile,),) = database.execute(
            f"""
            select {rendered(STATISTICS, f"hours_until('{target}')")}
            from (
                select
                    *,
                    lag(hours) over (order by hours) as hours_before,
                    lag(over_by) over (order by hours) as over_before,
                    lag(rate_after) over (order by hours) as rate_before
                from ({distribution}) where segment = 'a'
            )
            """
        ).fetchall()
        assert over_by(known, quantile) == pytest.approx(target, abs=1e-4)


def test_an_acceptance_is_in_a_bracket_only_where_all_of_its_interval_is(database):
    """Known as (from, to) in hours; the brackets share their edges, and the last goes as far as 30 days."""
    known = [
        *((0, 24), (3.5, 11), (23, 25), (24, 24.001), (30, 47), (47.9, 48.1), (50, 71), (71, 80)),
        *((72, 168), (100, 101), (160, 176), (200, 208), (336, 340), (700, 739), (720, 744)),
    ]
    texts = ", ".join(f"null::varchar as {name}" for name in FACT_COLUMNS)
    database.execute(f"""
        create table fnd_acceptance_times as
        select {texts}, spread_from, spread_to, spread_from as hours_earliest, spread_to as hours_latest,
            (spread_from + spread_to) / 2 as hours_estimated, true as is_accepted, true as is_watched_30_days
        from (select unnest({[each for each, _ in known]}) as spread_from,
            unnest({[each for _, each in known]}) as spread_to)
    """)
    brackets = ("0_24h", "24_48h", "48_72h", "3_7d", "7_14d", "14d_up")
    counts = database.execute(
        f"select accepted, {', '.join(f'accepted_{name}' for name in brackets)}"
        f" from ({model_sql('rpt_requests_timed_counted')}) where dimension = 'all'"
    ).fetchone()
    # The last of them is taken to have come after 30 days; four reach over an edge.
    assert counts == (14, 2, 2, 1, 2, 1, 2)
