"""What is said of the score and of its points in a world, by the project's SQL, and what came true of it."""

import functools
from typing import NamedTuple

import duckdb
import numpy

from tests.dbt_project.models import model_sql
from tests.endurance.scores.worlds import (
    COMPONENTS,
    KINDS,
    TIERS,
    WEIGHTS,
    Drawn,
    Lead,
    drawn,
    points_of_total,
)

MODELS = (
    "fnd_scored_requests",
    "fnd_score_patterns",
    "fnd_score_fits",
    "fnd_point_estimates",
    "fnd_point_worths",
)
REPORTS = ("rpt_score_validation", "rpt_signal_value")
PROFILE = "platform_teams"
SIZES = (600, 1200)
# With less than this hidden truth orders next to nobody either.
LEAST_TRUTH = 0.60


class Found(NamedTuple):
    """What was said of the first requests of a world.

    `points` has the verdict of each component; `tiers` says of each tier foretold whether the rate of
    the requests that went out afterwards lay in its interval; of `truth` (the AUC of what is planted)
    `suggested` and `by_hand` have the shares beyond chance that the suggested points and those given reach.
    """

    kind: str
    requests: int
    verdict: str
    points: dict[str, str]
    wrong: frozenset[str]
    tiers: list[bool]
    truth: float
    suggested: float | None
    above_nothing: float | None
    by_hand: float | None


def examined(task: tuple[int, int]) -> list[Found]:
    """What is said of a world of this kind and seed, at each size."""
    kind, seed = KINDS[task[0]], task[1]
    world = drawn(kind, 100_000 * task[0] + seed)
    return [_examined(kind.name, world, size) for size in SIZES]


def _examined(kind: str, world: Drawn, size: int) -> Found:
    asked, later = world.requests[:size], world.requests[size : size + 800]
    put(connection(), asked, later)
    for name in (*MODELS, *REPORTS):
        connection().execute(f"create or replace table {name} as {model_sql(name)}")
    said = {
        (metric, scope): (low, high, verdict)
        for metric, scope, low, high, verdict in connection()
        .execute("select metric, scope, ci_low, ci_high, verdict from rpt_score_validation")
        .fetchall()
    }
    points = connection().execute(
        "select component, verdict, suggested_points * suggested_weight / 100 from rpt_signal_value"
    )
    points = {component: (verdict, suggested) for component, verdict, suggested in points.fetchall()}
    tiers = []
    for tier in (*TIERS, "cold"):
        low, high, _ = said.get(("expected_acceptance", f"tier:{tier}"), (None, None, None))
        of_tier = [lead.is_accepted for lead in later if tier_of(score_of(lead)) == tier]
        if low is not None and of_tier:
            tiers.append(low <= sum(of_tier) / len(of_tier) <= high)
    shares = numpy.array([lead.shares for lead in world.requests])
    chances = 1 / (1 + numpy.exp(-numpy.array([lead.chance_logit for lead in world.requests])))
    names = [each["name"] for each in COMPONENTS]
    truth = expected_auc(shares @ [world.worth.get(name, 0.0) for name in names], chances)
    cards = {
        "suggested": [points[name][1] or 0.0 for name in names],
        "above_nothing": [max(points[name][1] or 0.0, 0.0) for name in names],
        "by_hand": [points_of_total(each) for each in COMPONENTS],
    }
    reached = {
        name: (expected_auc(shares @ numpy.array(card, float), chances) - 0.5) / (truth - 0.5)
        if truth >= LEAST_TRUTH and said["auc", "all"][2] != "collecting"
        else None
        for name, card in cards.items()
    }
    return Found(
        kind,
        size,
        said["auc", "all"][2],
        {name: verdict for name, (verdict, _) in points.items()},
        frozenset(name for name in names if name in world.worth and world.worth[name] != world.claims[name]),
        tiers,
        truth,
        **reached,
    )


@functools.cache
def connection() -> duckdb.DuckDBPyConnection:
    """One for each process, with the tables that the models read, without rows."""
    opened = duckdb.connect(config={"threads": 1})
    components = ", ".join(f"{each['name']} utinyint" for each in COMPONENTS)
    points = ", ".join(f"{each['points']} as {each['name']}_points" for each in COMPONENTS)
    weights = ", ".join(f"{weight} as {group}_weight" for group, weight in WEIGHTS.items())
    opened.execute(f"""
        create table stg_operations__run_parameters as
        select 10 as hide_rate_below, timestamptz '2026-03-01 00:00:00+00' as as_of;
        create table int_icp_profiles as select '{PROFILE}' as icp_profile, {points}, {weights};
        create table lead_scores_at_send (
            icp_profile varchar, connection_id varchar, lead_id varchar, known_until timestamptz,
            {components},
            total_score utinyint, tier varchar, is_provisional boolean, not_eligible_because varchar
        );
        create table lead_score_points as
        select icp_profile, lead_id, total_score, tier, not_eligible_because from lead_scores_at_send;
        create table heyreach_connections (
            connection_id varchar, lead_id varchar, account_id varchar, list_id varchar, campaign_id varchar,
            is_mature boolean, is_accepted_in_window boolean, status varchar
        );
        create table heyreach_leads (lead_id varchar, company_domain varchar)
    """)
    return opened


def put(connection: duckdb.DuckDBPyConnection, asked: list[Lead], waiting: list[Lead]) -> None:
    """Fill the tables: those who were asked, and those who wait."""
    everybody = [*asked, *waiting]
    scores = [score_of(lead) for lead in everybody]
    columns = {
        "icp_profile": numpy.full(len(everybody), PROFILE, dtype=object),
        "connection_id": [lead.connection_id for lead in everybody],
        "account_id": [lead.account_id for lead in everybody],
        "list_id": [lead.list_id for lead in everybody],
        "company_domain": [lead.company for lead in everybody],
        "seconds": [lead.sent_at // 1_000_000 for lead in everybody],
        "is_accepted": [lead.is_accepted for lead in everybody],
        "is_asked": [position < len(asked) for position in range(len(everybody))],
        "total_score": numpy.array(scores, numpy.uint8),
        "tier": [tier_of(score) for score in scores],
    }
    for position, each in enumerate(COMPONENTS):
        given = [int(lead.shares[position] * each["points"] + 0.5) for lead in everybody]
        columns[each["name"]] = numpy.array(given, numpy.uint8)
    columns = {name: numpy.asarray(values) for name, values in columns.items()}
    connection.register("leads", columns)
    connection.execute("""
        delete from lead_scores_at_send;
        delete from lead_score_points;
        delete from heyreach_connections;
        delete from heyreach_leads;
        insert into lead_scores_at_send by name
        select * exclude (account_id, list_id, company_domain, seconds, is_accepted, is_asked),
            connection_id as lead_id, to_timestamp(seconds) as known_until, false as is_provisional
        from leads where is_asked;
        insert into lead_score_points by name
        select icp_profile, connection_id as lead_id, total_score, tier from leads;
        insert into heyreach_connections by name
        select connection_id, connection_id as lead_id, account_id, list_id, true as is_mature,
            is_accepted as is_accepted_in_window, 'sent' as status
        from leads where is_asked;
        insert into heyreach_leads select connection_id, company_domain from leads;
    """)
    connection.unregister("leads")


def score_of(lead: Lead) -> int:
    """The total by the design document's table, apart from the models."""
    groups = dict.fromkeys(WEIGHTS, 0)
    for share, each in zip(lead.shares, COMPONENTS, strict=True):
        groups[each["group"]] += int(share * each["points"] + 0.5)
    return (sum(WEIGHTS[group] * points for group, points in groups.items()) + 50) // 100


def tier_of(score: int) -> str:
    return next((tier for tier, least in TIERS.items() if score >= least), "cold")


def expected_auc(scores: numpy.ndarray, chances: numpy.ndarray) -> float:
    """The AUC that these scores have on average over what chance draws with these chances."""
    values, position = numpy.unique(scores.round(9), return_inverse=True)
    accepted = numpy.bincount(position, chances, len(values))
    refused = numpy.bincount(position, 1 - chances, len(values))
    below = numpy.cumsum(refused) - refused / 2
    return float((accepted * below).sum() / (accepted.sum() * refused.sum()))
