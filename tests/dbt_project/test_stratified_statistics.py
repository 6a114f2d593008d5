"""Comparisons within strata and decompositions of a change, against independent libraries and enumeration."""

import itertools
import math
import random

import duckdb
import numpy
import pytest
from scipy.stats import chi2
from statsmodels.stats.contingency_tables import StratifiedTable

from dbt_project.rendering import rendered
from tests.dbt_project.test_macros import value

Strata = list[tuple[int, int, int, int]]

OPPOSITE = [(10, 40, 30, 70), (25, 50, 20, 80), (5, 95, 9, 91)]
WITH_ZEROS = [(0, 12, 3, 9), (7, 1, 8, 4), (2, 0, 5, 5)]
DRAW = random.Random(7)
RANDOM = [tuple(DRAW.randint(1, 60) for _ in range(4)) for _ in range(40)]
TABLES = {"opposite": OPPOSITE, "with_zeros": WITH_ZEROS, "random": RANDOM}


def pooled(strata: Strata, *macros: str) -> tuple[float, ...]:
    calls = ", ".join(rendered("statistics/*.sql", f"{macro}()") for macro in macros)
    rows = ", ".join(map(str, strata))
    with duckdb.connect() as connection:
        return connection.execute(f"select {calls} from (values {rows}) as strata (a, b, c, d)").fetchone()


def homogeneity(strata: Strata, odds_ratio: float) -> float:
    expected = rendered("statistics/*.sql", f"breslow_day_expected('{odds_ratio!r}')")
    term = rendered("statistics/*.sql", "breslow_day_term('expected')")
    rows = ", ".join(map(str, strata))
    with duckdb.connect() as connection:
        return connection.execute(
            f"select sum({term}) "
            f"from (select *, {expected} as expected from (values {rows}) as strata (a, b, c, d))"
        ).fetchone()[0]


def reference(strata: Strata) -> StratifiedTable:
    return StratifiedTable([numpy.array([[a, b], [c, d]], float) for a, b, c, d in strata])


def test_nineteen_of_twenty_intervals_of_a_difference_hold_it():
    """Eight lists of 5 to 40 requests on either side, a tenth less in each, drawn two thousand times."""
    draws, lists, difference = 2000, 8, -0.1
    numbers = numpy.random.default_rng(7)
    sent = numbers.integers(5, 41, (2, draws, lists))
    chance = numbers.uniform(0.15, 0.45, (draws, lists))
    taken = [numbers.binomial(n, p) for n, p in zip(sent, (chance + difference, chance), strict=True)]
    columns = {
        "draw": numpy.repeat(numpy.arange(draws), lists),
        **{name: taken[side].ravel() for side, name in ((0, "a"), (1, "c"))},
        **{name: (sent[side] - taken[side]).ravel() for side, name in ((0, "b"), (1, "d"))},
    }
    found, error = (
        rendered("statistics/*.sql", f"mantel_haenszel_risk_difference{end}()") for end in ("", "_error")
    )
    with duckdb.connect() as connection:
        connection.register("strata", columns)
        [(share,)] = connection.execute(
            f"""
            select avg(cast(abs(found - ({difference})) <= 1.959964 * error as integer))
            from (select {found} as found, {error} as error from strata group by draw)
            """
        ).fetchall()
    assert 0.94 <= share <= 0.98


@pytest.mark.parametrize("strata", TABLES.values(), ids=TABLES)
def test_mantel_haenszel_equals_statsmodels(strata: Strata):
    odds_ratio, difference, chi_square, error = pooled(
        strata,
        "mantel_haenszel_odds_ratio",
        "mantel_haenszel_risk_difference",
        "mantel_haenszel_chi_square",
        "log_odds_ratio_error",
    )
    expected = reference(strata)
    assert odds_ratio == pytest.approx(expected.oddsratio_pooled, abs=1e-9)
    assert chi_square == pytest.approx(expected.test_null_odds(correction=False).statistic, abs=1e-9)
    assert error == pytest.approx(expected.logodds_pooled_se, abs=1e-9)
    a, b, c, d = numpy.array(strata, float).T
    n = a + b + c + d
    assert difference == pytest.approx(
        ((a * (c + d) - c * (a + b)) / n).sum() / ((a + b) * (c + d) / n).sum(), abs=1e-9
    )


def test_the_published_figures_of_three_opposite_strata():
    odds_ratio, difference, chi_square, error = pooled(
        OPPOSITE,
        "mantel_haenszel_odds_ratio",
        "mantel_haenszel_risk_difference",
        "mantel_haenszel_chi_square",
        "log_odds_ratio_error",
    )
    assert [odds_ratio, difference, chi_square, error] == pytest.approx(
        [1.021177, 0.003019, 0.008032, 0.234412], abs=1e-6
    )
    statistic = homogeneity(OPPOSITE, odds_ratio)
    p_value = value(rendered("statistics/*.sql", f"chi_square_p_value('{statistic!r}', '2')"))
    assert p_value == pytest.approx(0.0317, abs=5e-5)


@pytest.mark.parametrize("strata", TABLES.values(), ids=TABLES)
def test_homogeneity_is_breslow_and_days(strata: Strata):
    (odds_ratio,) = pooled(strata, "mantel_haenszel_odds_ratio")
    expected = reference(strata).test_equal_odds()
    statistic = homogeneity(strata, odds_ratio)
    assert statistic == pytest.approx(expected.statistic, abs=1e-9)
    p_value = value(rendered("statistics/*.sql", f"chi_square_p_value('{statistic!r}', '{len(strata) - 1}')"))
    assert p_value == pytest.approx(expected.pvalue, abs=1e-6)


def test_strata_of_equal_odds_are_homogeneous_even_at_an_odds_ratio_of_one():
    assert homogeneity([(10, 20, 10, 20), (5, 5, 8, 8)], 1.0) == pytest.approx(0, abs=1e-12)


CHI_SQUARES, DEGREES = [0.0, 0.5, 3.84, 12.0, 45.0, 90.0], [1, 2, 3, 4, 7, 10, 19, 30, 59, 60]


@pytest.fixture(scope="module")
def upper_tails() -> dict[tuple[float, int], float]:
    """The p-value of every pair of those, in one query."""
    p_value = rendered("statistics/*.sql", "chi_square_p_value('chi_square', 'degrees')")
    pairs = list(itertools.product(CHI_SQUARES, DEGREES))
    rows = ", ".join(f"({chi_square}::double, {degrees})" for chi_square, degrees in pairs)
    found = value(
        f"list({p_value} order by place) from (select *, row_number() over () as place "
        f"from (values {rows}) as pairs (chi_square, degrees))"
    )
    return dict(zip(pairs, found, strict=True))


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("chi_square", CHI_SQUARES)
def test_upper_tail_of_chi_square(chi_square: float, degrees: int, upper_tails):
    found = upper_tails[chi_square, degrees]
    assert found == pytest.approx(chi2.sf(chi_square, degrees), abs=1e-6)


@pytest.mark.parametrize("chi_square", [30.0, 80.0, 100.0, 130.0])
def test_upper_tail_of_chi_square_with_many_degrees_is_near(chi_square: float):
    found = value(rendered("statistics/*.sql", f"chi_square_p_value('{chi_square}', '80')"))
    assert found == pytest.approx(chi2.sf(chi_square, 80), abs=1e-3)


def test_no_degrees_of_freedom_have_no_p_value():
    assert value(rendered("statistics/*.sql", "chi_square_p_value('3.0', '0')")) is None


def test_shapley_parts_equal_the_mean_over_all_orders():
    """Clay, ZoomInfo, HR and manual in two months: -4 is +40.39 by volume, -26.29 by mix, -18.10 by rate."""
    before = {"n": [400, 300, 200, 100], "x": [140, 60, 70, 20]}
    now = {"n": [300, 600, 200, 50], "x": [100, 115, 60, 11]}
    sides = []
    for side in (before, now):
        n, x = numpy.array(side["n"], float), numpy.array(side["x"], float)
        sides.append((n.sum(), n / n.sum(), x / n))

    def total(volume: int, mix: int, rate: int) -> float:
        return float(sides[volume][0] * (sides[mix][1] * sides[rate][2]).sum())

    means = [0.0, 0.0, 0.0]
    for order in itertools.permutations(range(3)):
        state = [0, 0, 0]
        for factor in order:
            start = total(*state)
            state[factor] = 1
            means[factor] += (total(*state) - start) / 6
    crossed = {
        f"a_{mix}_{rate}": float((sides[m][1] * sides[r][2]).sum())
        for m, mix in enumerate(("was", "now"))
        for r, rate in enumerate(("was", "now"))
    }
    columns = ", ".join(f"{amount!r}::double as {name}" for name, amount in crossed.items())
    parts = ", ".join(
        rendered("statistics/*.sql", f"shapley_{part}('1000', '1150')") for part in ("volume", "mix", "rate")
    )
    found = value(f"[{parts}] from (select {columns})")
    assert found == pytest.approx(means, abs=1e-9)
    assert found == pytest.approx([40.39, -26.29, -18.10], abs=0.006)
    assert sum(found) == pytest.approx(-4)


def stage_parts(before: list[int], now: list[int]) -> tuple[list[float], list[float]]:
    """What each stage adds, by LMDI (None where a count is zero) and by Shapley."""
    factors = []
    for counts in (before, now):
        factors.append([counts[0], *(b / a for a, b in itertools.pairwise(counts))])
    names = ["f1", "f2", "f3", "f4"]
    columns = ", ".join(
        f"{amount!r}::double as {name}_{side}"
        for side, row in zip(("before", "now"), factors, strict=True)
        for name, amount in zip(names, row, strict=True)
    )
    found = []
    for name in names:
        others = [other for other in names if other != name]
        calls = [f"shapley_of_four('{name}', {others})"]
        if before[-1] and now[-1]:
            calls.append(f"lmdi('{before[-1]}', '{now[-1]}', '{name}_before', '{name}_now')")
        sql = ", ".join(rendered("statistics/*.sql", call) for call in calls)
        found.append(value(f"[{sql}] from (select {columns})"))
    return [row[-1] for row in found], [row[0] for row in found]


def test_stages_by_logarithmic_means():
    lmdi, shapley = stage_parts([1000, 900, 600, 180], [1300, 1100, 500, 120])
    assert lmdi == pytest.approx([38.82, -9.13, -56.67, -33.02], abs=0.006)
    assert sum(lmdi) == pytest.approx(-60)
    assert sum(shapley) == pytest.approx(-60)
    assert lmdi == pytest.approx(shapley, abs=2)


def test_stages_with_a_zero_by_shapley():
    before, now = [1000, 900, 600, 180], [1300, 1100, 500, 0]
    _, found = stage_parts(before, now)
    factors = [[c[0], *(b / a for a, b in itertools.pairwise(c))] for c in (before, now)]
    means = [0.0] * 4
    for order in itertools.permutations(range(4)):
        state = [0] * 4
        for factor in order:
            start = math.prod(factors[side][place] for place, side in enumerate(state))
            state[factor] = 1
            means[factor] += (
                math.prod(factors[side][place] for place, side in enumerate(state)) - start
            ) / 24
    assert found == pytest.approx(means, abs=1e-9)


def test_equal_totals_have_a_logarithmic_mean():
    lmdi, _ = stage_parts([100, 80, 60, 30], [120, 80, 60, 30])
    assert sum(lmdi) == pytest.approx(0, abs=1e-9)
    assert lmdi[0] == pytest.approx(30 * math.log(1.2))


@pytest.fixture(scope="module")
def comparisons(demo) -> dict[str, dict]:
    workspace, _ = demo
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        cursor = connection.execute("select * from marts.rpt_account_lead_comparison")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["comparison"]: row for row in rows}


STRATA_OF_THE_DEMO = """
    select
        {stratum},
        count(*) filter (where {first} and mature_accepted = 1),
        count(*) filter (where {first} and mature_accepted = 0),
        count(*) filter (where {second} and mature_accepted = 1),
        count(*) filter (where {second} and mature_accepted = 0)
    from findings.fnd_period_facts
    where mature_sent = 1
    group by all
"""


@pytest.mark.parametrize(
    ("comparison", "stratum", "first", "second"),
    [
        ("gender", "account_id", "account_gender = lead_gender", "account_gender <> lead_gender"),
        (
            "seniority",
            "account_id",
            "account_seniority = lead_seniority",
            "account_seniority <> lead_seniority",
        ),
        (
            "industry",
            "account_id",
            "account_industry = company_industry",
            "account_industry <> company_industry",
        ),
        (
            "account_type",
            "coalesce(source, '-'), coalesce(icp, '-')",
            "account_type like 'ai%'",
            "account_type = 'real_personal'",
        ),
    ],
)
def test_comparisons_of_the_demo_are_statsmodels(demo, comparisons, comparison, stratum, first, second):
    workspace, _ = demo
    known = (
        " and 'unknown' not in ("
        + {
            "gender": "account_gender, coalesce(lead_gender, 'unknown'))",
            "seniority": "account_seniority, lead_seniority)",
            "industry": "account_industry, coalesce(company_industry, 'unknown'))",
            "account_type": "account_type)",
        }[comparison]
    )
    query = STRATA_OF_THE_DEMO.format(stratum=stratum, first=first + known, second=second + known)
    strata = [row[-4:] for row in workspace.query(query)]
    evidence = [(a, b, c, d) for a, b, c, d in strata if a + b and c + d]
    row, expected = comparisons[comparison], reference(evidence)
    assert row["first_sent"] == sum(a + b for a, b, _, _ in strata)
    assert row["second_accepted"] == sum(c for _, _, c, _ in strata)
    assert row["strata_with_evidence"] == len(evidence)
    assert row["odds_ratio"] == pytest.approx(expected.oddsratio_pooled, abs=1e-9)
    null = expected.test_null_odds(correction=False)
    assert row["cmh_chi_square"] == pytest.approx(null.statistic, abs=1e-9)
    assert row["p_value"] == pytest.approx(chi2.sf(null.statistic / row["widening"], 1), abs=1e-6)
    half = 1.959963984540054 * expected.logodds_pooled_se * math.sqrt(row["widening"])
    bounds = [math.exp(math.log(expected.oddsratio_pooled) + sign * half) for sign in (-1, 1)]
    assert [row["odds_ratio_low"], row["odds_ratio_high"]] == pytest.approx(bounds, abs=1e-9)
    informative = [s for s in evidence if s[0] + s[2] and s[1] + s[3]]
    equal = reference(informative).test_equal_odds()
    # The common odds ratio is that of all strata; those in which nothing varies add nothing to it.
    assert row["homogeneity_degrees"] == len(informative) - 1
    assert row["homogeneity_chi_square"] == pytest.approx(equal.statistic, abs=1e-7)
    p_value = chi2.sf(equal.statistic, len(informative) - 1)
    assert row["homogeneity_p_value"] == pytest.approx(p_value, abs=1e-6)
    n = numpy.array([sum(s) for s in evidence], float)
    standardised = [
        sum(weight * s[i] / (s[i] + s[i + 1]) for weight, s in zip(n / n.sum(), evidence, strict=True))
        for i in (0, 2)
    ]
    found = [row["first_standardized_rate"], row["second_standardized_rate"]]
    assert found == pytest.approx(standardised, abs=1e-9)


def test_two_ai_accounts_are_too_few_and_senders_all_in_one_industry_too(comparisons):
    assert comparisons["account_type"]["not_separable_because"] == "few_accounts"
    assert comparisons["industry"]["not_separable_because"] == "one_account_value"
    assert comparisons["gender"]["verdict"] in ("underpowered", "no_evidence", "background")
