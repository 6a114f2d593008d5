"""Whether scores are held against outcomes as scikit-learn, statsmodels and numpy would."""

import duckdb
import numpy
import pytest
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.proportion import proportion_confint

from dbt_project.rendering import returned
from tests.dbt_project.models import model_sql

COMPONENTS = returned("catalogue/*.sql", "score_components()")
NAMES = [each["name"] for each in COMPONENTS]
WEIGHTS = returned("catalogue/*.sql", "score_weights()")
POINTS = numpy.array([each["points"] for each in COMPONENTS])
OF_TOTAL = numpy.array([WEIGHTS[each["group"]] * each["points"] / 100 for each in COMPONENTS])
CONSTANT = NAMES.index("linkedin_profile")
PROFILE = "saas"
MODELS = ("fnd_score_patterns", "fnd_score_fits", "fnd_point_estimates", "fnd_point_worths")
REPORTS = ("rpt_score_validation", "rpt_signal_value")
Z = norm.ppf(0.975)


class Requests:
    """Requests drawn with numpy, and what the models say of them."""

    def __init__(self, seed: int, requests: int, worth: float = 0.06, strata: int = 9, companies: int = 0):
        generator = numpy.random.default_rng(seed)
        self.stratum = generator.integers(0, strata, requests)
        self.company = generator.integers(0, companies or requests, requests)
        carried = generator.random((companies or requests, len(NAMES))) < 0.4
        self.shares = carried[self.company].astype(float)
        # Two technologies that a profile must have, each worth half of the points.
        self.shares[:, NAMES.index("tech_stack")] = generator.integers(0, 3, requests) / 2
        self.shares[:, CONSTANT] = 1
        logit = self.shares @ (worth * OF_TOTAL) + generator.normal(0, 0.4, strata)[self.stratum]
        if companies:
            logit += generator.normal(0, 1, companies)[self.company]
        self.accepted = generator.random(requests) < 1 / (1 + numpy.exp(1.4 + logit.mean() - logit))
        self.points = (self.shares * POINTS).astype(numpy.uint8)
        self.score = numpy.floor(self.shares @ OF_TOTAL + 0.5).astype(int)
        self.tier = numpy.select([self.score >= 80, self.score >= 60, self.score >= 40], [3, 2, 1], 0)
        self.connection = self._opened()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.register(
            "given",
            {
                "number": numpy.arange(len(self.score)),
                "stratum": self.stratum.astype(str),
                "company": self.company.astype(str),
                "accepted": self.accepted.astype(int),
                "total_score": self.score.astype(numpy.uint8),
                "tier": numpy.array(["cold", "nurture", "warm", "hot"])[self.tier],
                **{name: self.points[:, place] for place, name in enumerate(NAMES)},
            },
        )
        points = ", ".join(f"{each['points']} as {each['name']}_points" for each in COMPONENTS)
        weights = ", ".join(f"{weight} as {group}_weight" for group, weight in WEIGHTS.items())
        connection.execute(f"""
            create table stg_operations__run_parameters as
            select 10 as hide_rate_below, timestamptz '2026-03-01 00:00:00+00' as as_of;
            create table int_icp_profiles as select '{PROFILE}' as icp_profile, {points}, {weights};
            create table fnd_scored_requests as
            select '{PROFILE}' as icp_profile, 'c' || number as connection_id, *,
                timestamptz '2026-01-01 00:00:00+00' + to_hours(number) as known_until,
                false as is_provisional,
                [{", ".join(NAMES)}] as points
            from given;
            create table lead_score_points (
                lead_id varchar, icp_profile varchar, total_score utinyint, tier varchar,
                not_eligible_because varchar
            );
            create table heyreach_connections (lead_id varchar, status varchar)
        """)
        return connection

    def judged(self) -> "Requests":
        for name in (*MODELS, *REPORTS):
            self.connection.execute(f"create or replace table {name} as {model_sql(name)}")
        return self

    def metric(self, metric: str, scope: str) -> tuple:
        """(value, ci_low, ci_high, n, verdict)"""
        return self.connection.execute(
            """
            select value, ci_low, ci_high, n, verdict from rpt_score_validation
            where metric = ? and scope = ?
            """,
            [metric, scope],
        ).fetchone()

    def column(self, column: str, model: str = "rpt_signal_value") -> numpy.ndarray:
        """A column by component, in the order of the catalogue."""
        rows = dict(self.connection.execute(f"select component, {column} from {model}").fetchall())
        return numpy.array([rows[name] for name in NAMES], float)


@pytest.fixture(scope="module")
def drawn() -> Requests:
    return Requests(7, 1_500, companies=400).judged()


def test_in_one_list_the_auc_is_that_of_scikit_learn():
    requests = Requests(3, 900, strata=1).judged()
    value, *_ = requests.metric("auc", "all")
    assert value == pytest.approx(roc_auc_score(requests.accepted, requests.score), abs=1e-6)


def test_leads_are_compared_within_lists_and_companies_count_as_one_voice(drawn):
    pairs = above = 0.0
    added = numpy.zeros(len(drawn.score))
    of_strata = []
    for stratum in numpy.unique(drawn.stratum):
        rows = numpy.flatnonzero(drawn.stratum == stratum)
        yes, no = rows[drawn.accepted[rows]], rows[~drawn.accepted[rows]]
        wins = numpy.sign(drawn.score[yes][:, None] - drawn.score[no][None]) / 2 + 0.5
        pairs, above = pairs + wins.size, above + wins.sum()
        of_strata.append((yes, no, wins))
    for yes, no, wins in of_strata:
        added[yes] += (wins - above / pairs).sum(axis=1)
        added[no] += (wins - above / pairs).sum(axis=0)
    companies = numpy.unique(drawn.company)
    sums = numpy.bincount(drawn.company, added)[companies]
    error = numpy.sqrt((sums**2).sum() * len(companies) / (len(companies) - 1)) / pairs
    value, low, high, n, verdict = drawn.metric("auc", "all")
    assert (value, n) == (pytest.approx(above / pairs, abs=1e-6), len(drawn.score))
    half = norm.ppf(0.98) * error
    assert (low, high) == (pytest.approx(value - half, abs=1e-5), pytest.approx(value + half, abs=1e-5))
    assert verdict == "orders"


def test_the_error_without_clusters_is_that_of_delong():
    """Against the variance of a bootstrap, which knows no formula."""
    requests = Requests(5, 700, strata=1).judged()
    _, low, high, *_ = requests.metric("auc", "all")
    generator = numpy.random.default_rng(1)
    drawn = []
    for _ in range(300):
        again = generator.integers(0, len(requests.score), len(requests.score))
        drawn.append(roc_auc_score(requests.accepted[again], requests.score[again]))
    assert (high - low) / 2 / norm.ppf(0.98) == pytest.approx(numpy.std(drawn), rel=0.12)


@pytest.mark.parametrize(
    ("worth", "requests", "verdict"),
    [
        (0.06, 1_500, "orders"),
        (-0.06, 1_500, "inverted"),
        (0.0, 1_500, "does_not_order"),
        (0.06, 400, "collecting"),
    ],
)
def test_a_score_can_lose(worth, requests, verdict):
    judged = Requests(12, requests, worth).judged()
    value, *_, said = judged.metric("auc", "all")
    assert said == verdict
    assert (value is None) == (verdict == "collecting")
    if verdict == "collecting":
        assert judged.accepted.sum() < 120
        verdicts = judged.connection.execute(
            "select distinct verdict, suggested_points is null, worth_log_odds is null from rpt_signal_value"
        )
        assert verdicts.fetchall() == [("collecting", True, True)]
        assert judged.metric("lift", "top_fifth") is None


def test_a_score_that_all_share_orders_nobody():
    requests = Requests(12, 1_500)
    requests.connection.execute("update fnd_scored_requests set total_score = 31")
    assert requests.judged().metric("auc", "all")[0] is None


def test_the_worth_of_components_is_that_of_other_libraries(drawn):
    """The errors of statsmodels, by clusters where that is the greater one; scikit-learn knows the ridge."""
    tried = [place for place in range(len(NAMES)) if place != CONSTANT]
    levels = (drawn.stratum[:, None] == numpy.unique(drawn.stratum)).astype(float)
    # So large that the ridge doesn't hold them.
    everything = numpy.hstack([drawn.shares[:, tried], 1_000 * levels])
    ridge = LogisticRegression(C=1 / 0.1, fit_intercept=False, solver="newton-cholesky", tol=1e-10)
    expected = ridge.fit(everything, drawn.accepted).coef_[0, : len(tried)]
    assert drawn.column("log_odds", "fnd_point_estimates")[tried] == pytest.approx(expected, abs=2e-5)

    model = GLM(drawn.accepted.astype(float), everything, family=Binomial())
    plain = model.fit().bse[: len(tried)]
    clustered = model.fit(cov_type="cluster", cov_kwds={"groups": drawn.company, "use_correction": False})
    companies = len(numpy.unique(drawn.company))
    expected = numpy.maximum(plain, clustered.bse[: len(tried)] * numpy.sqrt(companies / (companies - 1)))
    # The ridge takes a few thousandths of them.
    assert drawn.column("standard_error", "fnd_point_estimates")[tried] == pytest.approx(expected, rel=0.01)
    assert (clustered.bse[: len(tried)] > plain).any()


def test_what_points_are_worth_is_the_mean_over_all_that_may_be(drawn):
    tried = [place for place in range(len(NAMES)) if place != CONSTANT]
    estimate = drawn.column("log_odds", "fnd_point_estimates")[tried]
    error = drawn.column("standard_error", "fnd_point_estimates")[tried]
    scale = numpy.linspace(0, 0.2, 101)[:, None]
    claims = scale * OF_TOTAL[tried]
    spread = numpy.sqrt(error**2 + 0.5**2)
    likely = numpy.stack(
        [
            0.65 * norm.pdf(estimate, claims, error),
            0.15 * norm.pdf(estimate, 0, error) + 0 * claims,
            0.2 * norm.pdf(estimate, 0, spread) + 0 * claims,
        ]
    )
    weight = numpy.exp(numpy.log(likely.sum(0)).sum(1, keepdims=True) - (scale / 0.06) ** 2 / 2)
    weight /= weight.sum()
    chances = (weight * likely / likely.sum(0)).sum(1)
    shrunk = estimate * 0.25 / (0.25 + error**2)
    worth = (weight * claims * likely[0] / likely.sum(0)).sum(0) + chances[2] * shrunk
    below = chances[2] * norm.cdf(-shrunk / numpy.sqrt(0.25 * error**2 / (0.25 + error**2)))
    for column, expected in {
        "worth_log_odds": worth,
        "claimed_log_odds": (weight * claims).sum(0),
        "chance_as_given": chances[0],
        "chance_nothing": chances[1],
        "chance_below_nothing": below,
    }.items():
        assert drawn.column(column)[tried] == pytest.approx(expected, abs=2e-6), column


def test_a_point_with_the_wrong_sign_is_named_and_points_are_suggested_that_come_to_a_hundred():
    requests = Requests(21, 2_500)
    generator = numpy.random.default_rng(4)
    has_it = requests.shares[:, NAMES.index("actively_hiring")] == 1
    requests.accepted &= ~has_it | (generator.random(len(has_it)) < 0.35)
    requests.connection = requests._opened()
    rows = (
        requests.judged()
        .connection.execute("""
        select component, component_group, verdict, suggested_points, suggested_weight, points
        from rpt_signal_value
    """)
        .fetchall()
    )
    verdicts = {component: verdict for component, _, verdict, *_ in rows}
    suggested = {component: points for component, _, _, points, *_ in rows}
    assert verdicts["actively_hiring"] == "wrong_sign"
    assert suggested["actively_hiring"] < 0
    assert verdicts["recent_funding"] == "as_given"
    assert verdicts["linkedin_profile"] == "too_few"
    for group in WEIGHTS:
        assert sum(max(points, 0) for _, of, _, points, *_ in rows if of == group) == 100
    assert sum({of: weight for _, of, _, _, weight, _ in rows}.values()) == 100


def test_points_that_nobody_contradicts_are_kept():
    requests = Requests(9, 2_000).judged()
    rows = requests.connection.execute(
        "select distinct suggested_points = points, verdict in ('as_given', 'too_few') from rpt_signal_value"
    )
    assert rows.fetchall() == [(True, True)]


def test_tiers_lift_drift_and_the_newest_are_as_computed_apart(drawn):
    requests = Requests(7, 1_500, companies=400)
    requests.connection.execute(f"""
        insert into lead_score_points
        select 'waiting ' || number, '{PROFILE}', 60 + number % 30,
            if(60 + number % 30 < 80, 'warm', 'hot'), null
        from range(240) as leads(number);
        insert into lead_score_points select 'asked', '{PROFILE}', 99, 'hot', null;
        insert into lead_score_points select 'not asked for', '{PROFILE}', 99, 'hot', 'no_decision_maker';
        insert into heyreach_connections values ('asked', 'pending'), ('waiting 1', 'queued')
    """)
    requests.judged()
    warm = requests.tier == 2
    asked, accepted = warm.sum(), requests.accepted[warm].sum()
    value, low, high, n, verdict = requests.metric("acceptance", "tier:warm")
    assert (value, n, verdict) == (pytest.approx(accepted / asked, abs=1e-6), asked, None)
    assert (low, high) == pytest.approx(proportion_confint(accepted, asked, method="wilson"), abs=1e-6)

    value, low, high, n, _ = requests.metric("expected_acceptance", "tier:warm")
    rate = (accepted + Z**2 / 2) / (asked + Z**2)
    half = Z * numpy.sqrt(rate * (1 - rate) * (1 / (asked + Z**2) + 1 / 160))
    assert (n, low, high) == (160, pytest.approx(rate - half, abs=1e-6), pytest.approx(rate + half, abs=1e-6))

    fifth = len(requests.score) / 5
    left, top = fifth, 0.0
    for score in sorted(set(requests.score), reverse=True):
        of_score = requests.score == score
        share = min(1, left / of_score.sum())
        top, left = top + share * requests.accepted[of_score].sum(), left - share * of_score.sum()
        if left <= 0:
            break
    value, low, high, *_ = requests.metric("lift", "top_fifth")
    assert value == pytest.approx(top / fifth / requests.accepted.mean(), abs=1e-6)
    assert low < value < high

    is_new = numpy.arange(len(warm)) >= len(warm) * 4 // 5
    expected = sum(
        requests.accepted[~is_new & (requests.tier == tier)].mean() * (is_new & (requests.tier == tier)).sum()
        for tier in numpy.unique(requests.tier[is_new])
    )
    value, low, high, n, _ = requests.metric("calibration", "newest_fifth")
    assert (value, n) == (pytest.approx(requests.accepted[is_new].sum() / expected, abs=1e-6), is_new.sum())
    assert low < value < high

    bands = numpy.arange(11)
    before = numpy.bincount(requests.score // 10, minlength=11)
    waiting = numpy.bincount((60 + numpy.arange(240) % 30) // 10, minlength=11)
    seen = bands[before + waiting > 0]
    ours, theirs = before[seen] + 0.5, waiting[seen] + 0.5
    ours, theirs = ours / ours.sum(), theirs / theirs.sum()
    value, *_, n, _ = requests.metric("drift", "waiting")
    assert (value, n) == (pytest.approx(((theirs - ours) * numpy.log(theirs / ours)).sum(), abs=1e-6), 240)


def test_what_is_not_known_of_leads_counts_against_nothing_that_only_known_ones_have():
    """Of a third nothing is known, and four in five of the others have a colleague, which is worth nothing.

    Beside leads who are known to lack all the rest it would look harmful.
    """
    requests = Requests(5, 4_000, worth=0.1)
    unknown, colleague = "hash(number) % 3 = 0", "hash(number) % 15 > 2"
    shown = {name: f"if({unknown}, 0, {name})" for name in NAMES if name != "linkedin_profile"}
    shown["multiple_contacts"] = f"if({unknown} or not {colleague}, 0, 15)"
    requests.connection.execute(f"""
        create or replace table fnd_scored_requests as
        select * replace ([{", ".join(NAMES)}] as points)
        from (
            select * replace ({", ".join(f"{value}::utinyint as {name}" for name, value in shown.items())},
                {unknown} as is_provisional)
            from fnd_scored_requests
        )
    """)
    requests.judged()
    rows = requests.connection.execute("select component, log_odds, standard_error from fnd_point_estimates")
    found = {component: (log_odds, error) for component, log_odds, error in rows.fetchall()}
    log_odds, error = found["multiple_contacts"]
    assert error < 0.15
    assert abs(log_odds) < 2.5 * error
    log_odds, error = found["recent_funding"]
    assert log_odds > 5 * error

    # And who is as little known is expected to accept as those were, not as if all of them lacked everything.
    requests.connection.execute(f"""
        create or replace table lead_score_points as
        select connection_id as lead_id, icp_profile, {", ".join(NAMES)}, is_provisional,
            null as not_eligible_because
        from fnd_scored_requests
    """)
    kinds = requests.connection.execute(f"""
        select is_provisional, sum(accepted), sum(expected_acceptance)
        from fnd_scored_requests
        inner join ({model_sql("fnd_expected_acceptance")}) as expected on connection_id = lead_id
        group by is_provisional
    """).fetchall()
    assert len(kinds) == 2
    for _, accepted, expected in kinds:
        assert expected == pytest.approx(accepted, abs=0.05)


def test_the_same_requests_in_another_order_give_the_same_figures(drawn):
    again = Requests(7, 1_500, companies=400)
    again.connection.execute(
        "create or replace table fnd_scored_requests as from fnd_scored_requests order by md5(connection_id)"
    )
    again.judged()
    for report in REPORTS:
        rows = [each.connection.execute(f"from {report} order by all").fetchall() for each in (drawn, again)]
        assert rows[0] == rows[1]


def test_who_was_never_asked_is_expected_to_accept_by_what_points_turned_out_to_be_worth(drawn):
    points = ", ".join(NAMES)
    drawn.connection.execute(f"""
        create or replace table lead_score_points as
        select connection_id as lead_id, icp_profile, {points}, null as not_eligible_because, is_provisional
        from fnd_scored_requests
    """)
    rows = dict(
        drawn.connection.execute(
            f"select lead_id, expected_acceptance from ({model_sql('fnd_expected_acceptance')})"
        ).fetchall()
    )
    chances = numpy.array([rows[f"c{number}"] for number in range(len(drawn.score))])
    # As many as did; and in the order of what all their points are worth.
    assert chances.sum() == pytest.approx(drawn.accepted.sum(), abs=0.01)
    worth = drawn.shares @ drawn.column("worth_log_odds")
    order = numpy.argsort(worth)
    assert (numpy.diff(chances[order]) >= -1e-6).all()
    assert chances[order[-1]] > 2 * chances[order[0]]
