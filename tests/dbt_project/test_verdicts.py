"""One level of significance, one verdict, one overdispersion: what they are, and that nobody else has one."""

import re

import numpy
import pytest
from scipy.stats import chi2_contingency, norm

from dbt_project.rendering import rendered
from tests.dbt_project.models import PROJECT
from tests.dbt_project.test_macros import value

STATISTICS = "statistics/*.sql"
OWN = "statistics/verdict.sql"


def test_quantiles_belong_to_the_level_and_the_power():
    level = value(rendered(STATISTICS, "significance()"))
    assert value(rendered(STATISTICS, "z_of_significance()")) == pytest.approx(
        norm.isf(float(level) / 2), rel=1e-14
    )
    assert value(rendered(STATISTICS, "z_of_power()")) == pytest.approx(norm.ppf(0.8), rel=1e-14)


def test_no_other_sql_has_a_level_or_a_quantile_of_its_own():
    own = re.compile(r"\b(p|q)_value\s*[<>]=?\s*0\.0[15]\b|\b1\.(96|95996|64|28)\d*|\b2\.8015\d*")
    found = {
        (path.name, match[0])
        for folder in ("models", "macros")
        for path in (PROJECT / folder).rglob("*.sql")
        if not path.as_posix().endswith(OWN)
        for match in own.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()
    assert own.search("where judged.q_value <= 0.05")
    assert own.search("z < -1.959964")


@pytest.mark.parametrize(
    ("enough", "q_value", "difference", "detectable", "said"),
    [
        ("false", "0.01", "-0.2", "0.1", "collecting"),
        ("true", "0.05", "-0.2", "0.1", "lower"),
        ("true", "0.01", "0.2", "0.9", "higher"),
        ("true", "0.051", "-0.2", "0.16", "underpowered"),
        ("true", "0.051", "-0.2", "0.15", "no_evidence"),
        ("true", "null", "null", "null", "no_evidence"),
    ],
)
def test_what_a_verdict_says(enough, q_value, difference, detectable, said):
    """Of others of whom 30 % accept; a difference of half of that, 15 points, has to be detectable."""
    call = (
        f"verdict(is_significant('{q_value}'), '{difference}', collecting='not {enough}', "
        f"detectable='{detectable}', others_rate='0.3')"
    )
    assert value(rendered(STATISTICS, call)) == said


def test_without_a_power_to_tell_of_nothing_is_underpowered():
    assert value(rendered(STATISTICS, "verdict(is_significant('0.2'), '-0.2')")) == "no_evidence"


def test_overdispersion_is_pearsons_chi_square_by_its_degrees():
    accepted, sent = numpy.array([12, 30, 4, 0]), numpy.array([40, 60, 25, 9])
    rows = ", ".join(f"({x}, {n})" for x, n in zip(accepted, sent, strict=True))
    common = accepted.sum() / sent.sum()
    spread = rendered(STATISTICS, f"spread('x', 'n', '{float(common)!r}')")
    found = value(
        "(select "
        + rendered(STATISTICS, f"overdispersion('{spread}', '{float(common)!r}', 'count(*)')")
        + f" from (values {rows}) as groups (x, n))"
    )
    expected = chi2_contingency([accepted, sent - accepted], correction=False)
    assert found == pytest.approx(expected.statistic / expected.dof, rel=1e-9)
