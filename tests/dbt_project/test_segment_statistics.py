"""What rpt_segment_performance says of the demo's segments, computed again with independent libraries."""

from collections import defaultdict

import numpy
import pytest
from scipy.stats import false_discovery_control, norm
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from dbt_project.rendering import rendered
from tests.dbt_project.test_macros import value

ACCOUNT_ATTRIBUTES = (
    "account_type",
    "account_kind",
    "account_gender",
    "account_job_title",
    "account_seniority",
    "account_industry",
    "account_location",
)


@pytest.fixture(scope="module")
def families(demo) -> dict[str, list[dict]]:
    """The rows of each dimension."""
    workspace, _ = demo
    columns = (
        "dimension, segment, mature_sent, mature_accepted, senders, eb_rate, difference, difference_low, "
        "difference_high, detectable_difference, p_value, q_value, verdict, z_in_doubt"
    )
    families = defaultdict(list)
    for row in workspace.query(f"select {columns} from marts.rpt_segment_performance where not is_sensitive"):
        named = dict(zip(columns.split(", "), row, strict=True))
        families[named["dimension"]].append(named)
    return families


@pytest.fixture(scope="module")
def total(families) -> tuple[int, int]:
    """(accepted, sent) of all mature requests."""
    rows = families["source"]
    return sum(row["mature_accepted"] for row in rows), sum(row["mature_sent"] for row in rows)


def compared(families: dict[str, list[dict]]) -> list[dict]:
    rows = [row for rows in families.values() for row in rows if row["difference"] is not None]
    assert len(rows) > 40
    return rows


def overdispersion(rows: list[dict]) -> float:
    x = numpy.array([row["mature_accepted"] for row in rows if row["mature_sent"]])
    n = numpy.array([row["mature_sent"] for row in rows if row["mature_sent"]])
    p = x.sum() / n.sum()
    return float(((x - n * p) ** 2 / (n * p * (1 - p))).sum() / (len(n) - 1))


def test_differences_and_intervals_are_newcombes(families, total):
    accepted, sent = total
    for row in compared(families):
        x, n = row["mature_accepted"], row["mature_sent"]
        low, high = confint_proportions_2indep(x, n, accepted - x, sent - n, compare="diff", method="newcomb")
        assert row["difference"] == pytest.approx(x / n - (accepted - x) / (sent - n), abs=1e-9)
        assert (row["difference_low"], row["difference_high"]) == pytest.approx((low, high), abs=1e-9)


def test_p_values_are_those_of_the_pooled_z_test(families, total):
    """Widened, for what describes accounts, by how much accounts scatter; less what is in doubt."""
    accepted, sent = total
    widening = {name: max(1.0, overdispersion(families["account"])) for name in ACCOUNT_ATTRIBUTES}
    rows = [row for row in compared(families) if row["p_value"] is not None]
    assert {row["dimension"] for row in rows} & set(ACCOUNT_ATTRIBUTES)
    for row in rows:
        x, n = row["mature_accepted"], row["mature_sent"]
        z, _ = proportions_ztest([x, accepted - x], [n, sent - n])
        z /= numpy.sqrt(widening.get(row["dimension"], 1.0))
        assert abs(row["z_in_doubt"]) <= abs(z) + 1e-9
        z -= row["z_in_doubt"]
        assert row["p_value"] == pytest.approx(2 * norm.sf(abs(z)), abs=1e-6)


def test_q_values_are_benjamini_hochbergs_within_each_table(families):
    for rows in families.values():
        judged = [row for row in rows if row["p_value"] is not None]
        if judged:
            expected = false_discovery_control([row["p_value"] for row in judged], method="bh")
            assert [row["q_value"] for row in judged] == pytest.approx(list(expected), abs=1e-9)
        assert all(row["q_value"] is None for row in rows if row["p_value"] is None)


def test_shrunken_rates_follow_the_moments_of_their_table(families):
    for rows in families.values():
        seen = [row for row in rows if row["mature_sent"]]
        x = numpy.array([row["mature_accepted"] for row in seen], float)
        n = numpy.array([row["mature_sent"] for row in seen], float)
        if not len(n):
            continue
        m, size = x.sum() / n.sum(), len(n)
        spread = (n * (x / n - m) ** 2).sum()
        room = m * (1 - m) * (n.sum() - (n**2).sum() / n.sum() - (size - 1))
        rho = max(0.0, (spread - m * (1 - m) * (size - 1)) / room) if room else 0.0
        strength = min(1e6, 1 / rho - 1) if rho else 1e6
        assert [row["eb_rate"] for row in seen] == pytest.approx(list((x + m * strength) / (n + strength)))
        assert all(
            min(r, m) - 1e-9 <= row["eb_rate"] <= max(r, m) + 1e-9 for row, r in zip(seen, x / n, strict=True)
        )


@pytest.mark.parametrize("z", [0.0, 1e-6, 0.3, 1.0, 1.959963984540054, -2.5, 4.0, 7.0])
def test_p_value_of_a_normal(z):
    assert value(rendered("statistics/*.sql", f"normal_p_value('{z}')")) == pytest.approx(
        2 * norm.sf(abs(z)), rel=1.3e-7
    )


def test_the_detectable_difference_has_a_power_of_four_in_five():
    """Against the arcsine version of statsmodels, which differs by a few per cent."""
    found = value(rendered("statistics/*.sql", "detectable_difference('88', '293', '88', '293')"))
    size = 2 * numpy.arcsin(numpy.sqrt(0.3 + found / 2)) - 2 * numpy.arcsin(numpy.sqrt(0.3 - found / 2))
    power = NormalIndPower().power(size, 293, alpha=0.05, ratio=1)
    assert power == pytest.approx(0.8, abs=0.02)


def test_verdicts_follow_from_the_figures(families, total):
    _, sent = total
    seen = set()
    for rows in families.values():
        for row in rows:
            seen.add(row["verdict"])
            if row["verdict"] in ("lower", "higher"):
                assert row["q_value"] <= 0.05
                assert (row["difference"] < 0) == (row["verdict"] == "lower")
                assert row["difference_low"] * row["difference_high"] > 0
            elif row["verdict"] == "collecting":
                assert min(row["mature_sent"], sent - row["mature_sent"]) < 30
            elif row["verdict"] == "not_separable":
                assert row["dimension"] in ACCOUNT_ATTRIBUTES
            else:
                assert row["q_value"] > 0.05
    assert {"lower", "higher", "collecting", "not_separable", "underpowered", "no_evidence"} == seen


def test_nothing_that_has_fewer_than_three_senders_on_a_side_is_compared(families):
    for dimension in ACCOUNT_ATTRIBUTES:
        senders = sum(row["senders"] for row in families[dimension])
        for row in families[dimension]:
            few = min(row["senders"], senders - row["senders"]) < 3
            if row["mature_sent"]:
                assert (row["verdict"] == "not_separable") == few
