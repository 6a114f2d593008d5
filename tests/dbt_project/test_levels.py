"""Segments against what their senders and lists do without them, computed again with matrices."""

from itertools import product

import duckdb
import numpy
import pytest
from scipy.special import logit

from tests.conftest import Workspace
from tests.dbt_project.models import model_sql

USUAL_VARIANCE, COUNTS_AS = 0.23**2, 12
LEAD_COLUMNS = {"list": "list_id", "source": "source", "icp": "icp", "batch": "batch_id"}
ACCOUNT_COLUMNS = {"account": "account_id", "account_type": "account_type", "account_kind": "account_kind"}


@pytest.fixture(scope="module")
def workspace(demo) -> Workspace:
    return demo[0]


@pytest.fixture(scope="module")
def requests(workspace: Workspace) -> dict[str, numpy.ndarray]:
    """The mature requests, by column."""
    columns = ("list_id", "evidence_accepted", *LEAD_COLUMNS.values(), *ACCOUNT_COLUMNS.values())
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        return connection.execute(
            f"select {', '.join(dict.fromkeys(columns))} from findings.fnd_period_facts"
            " where evidence_sent = 1 and account_id is not null"
        ).fetchnumpy()


def cells(inside, strata, senders, accepted) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Sent and accepted by side (segment, others), stratum and sender."""
    stratum, sender = (numpy.unique(names, return_inverse=True)[1] for names in (strata, senders))
    sent = numpy.zeros((2, stratum.max() + 1, sender.max() + 1))
    won = sent.copy()
    numpy.add.at(sent, (1 - inside, stratum, sender), 1)
    numpy.add.at(won, (1 - inside, stratum, sender), accepted)
    return sent, won


def distance(sent, won, of_strata: float, of_senders: float) -> float:
    """z of the segment, given the variances on the logit of strata, and of senders beside them.

    What is compared is a sum over cells; its variance is that of all cells, which share strata and senders.
    """
    rate, rest = won.sum() / sent.sum(), won[1].sum() / sent[1].sum()
    chance = rate * (1 - rate)
    by_stratum = sent.sum(axis=2)
    known = numpy.zeros(len(by_stratum[0]))
    for position, others in enumerate(by_stratum[1]):
        if others:
            doubt = 1 / others + of_senders * chance * ((sent[1, position] / others) ** 2).sum()
            known[position] = of_strata * chance / (of_strata * chance + doubt)
    weights = numpy.zeros(len(known))
    for position in by_stratum[0].nonzero()[0]:
        weights[position] = 1 / (1 / by_stratum[0, position] + of_strata * chance * (1 - known[position]))
    weights /= weights.sum()
    unknown = (weights * (1 - known)).sum()
    factors = numpy.stack([weights, -(weights * known + unknown * by_stratum[1] / by_stratum[1].sum())])
    of_cells = numpy.divide(
        factors[:, :, None] * sent, by_stratum[:, :, None], out=numpy.zeros_like(sent), where=sent > 0
    )
    difference = numpy.divide(of_cells * won, sent, out=numpy.zeros_like(sent), where=sent > 0).sum()
    filled = list(zip(*sent.nonzero(), strict=True))
    vector = numpy.array([of_cells[cell] for cell in filled])
    by_chance = sum(of_cells[cell] ** 2 * chance / sent[cell] for cell in filled)
    together = numpy.array(
        [
            of_strata * (one[1] == other[1]) + of_senders * (one[2] == other[2])
            for one, other in product(filled, repeat=2)
        ]
    ).reshape(len(filled), len(filled))
    scatter = vector @ together @ vector
    half = 0.5 / sent[0].sum()
    log_odds = logit(numpy.clip(rest + difference, half, 1 - half)) - logit(rest)
    z = difference / by_chance**0.5
    return z / (1 + scatter * (z / log_odds) ** 2) ** 0.5


def sender_variance(sent, won) -> float:
    """By moments from either side's senders, less what chance and their lists explain, with the usual."""
    rate = won.sum() / sent.sum()
    excess, freedom, leverage = 0.0, 0.0, 0.0
    for side_sent, side_won in zip(sent, won, strict=True):
        lists, members = side_sent.sum(axis=1), side_sent.sum(axis=0)
        for sender in members.nonzero()[0]:
            unexplained = chance = shared = 0.0
            for own, got, total, won_there in zip(
                side_sent[:, sender], side_won[:, sender], lists, side_won.sum(axis=1), strict=True
            ):
                if own:
                    unexplained += got - own * won_there / total
                    shared += own * (total - own) / total
                if own and total > 1:
                    chance += own * (total - own) * won_there * (total - won_there) / (total**2 * (total - 1))
            excess += (unexplained**2 - chance) / members[sender]
            freedom += shared / members[sender]
            count = (members > 0).sum()
            leverage += shared**2 / members[sender] * count / (count - 1) if count > 1 else 0
    found = max(0, excess) / (leverage * (rate * (1 - rate)) ** 2) if leverage else 0
    return (freedom * found + COUNTS_AS * USUAL_VARIANCE) / (freedom + COUNTS_AS)


def list_variance(sent, won, of_senders: float) -> float:
    """By moments from the others' lists, less chance and senders, with the usual."""
    rate = won.sum() / sent.sum()
    chance = rate * (1 - rate)
    others = sent[1][sent[1].sum(axis=1) > 0]
    lists, accepted = others.sum(axis=1), won[1].sum(axis=1)[sent[1].sum(axis=1) > 0]
    total, freedom = lists.sum(), len(lists) - 1
    spread = (lists * (accepted / lists - accepted.sum() / total) ** 2).sum()
    by_senders = (others**2 / lists[:, None]).sum() - (others.sum(axis=0) ** 2).sum() / total
    room = chance**2 * (total - (lists**2).sum() / total)
    found = (
        max(0, (spread - chance * freedom - of_senders * chance**2 * by_senders) / room) if room > 0 else 0
    )
    return (freedom * found + COUNTS_AS * USUAL_VARIANCE) / (freedom + COUNTS_AS)


def effects(workspace: Workspace, model: str) -> dict[tuple[str, str], float]:
    rows = workspace.query(f"select dimension, segment, z from findings.{model}")
    return {(dimension, segment): z for dimension, segment, z in rows}


def test_leads_are_compared_with_what_their_senders_do_elsewhere(workspace, requests):
    compared = 0
    for (dimension, segment), z in effects(workspace, "fnd_lead_effects").items():
        if dimension not in LEAD_COLUMNS:
            continue
        inside = (requests[LEAD_COLUMNS[dimension]] == segment).astype(int)
        senders = requests["account_id"]
        sent, won = cells(inside, senders, senders, requests["evidence_accepted"])
        assert z == pytest.approx(distance(sent, won, USUAL_VARIANCE, 0.0), abs=1e-8), segment
        compared += 1
    assert compared > 10


def test_senders_are_compared_with_what_others_do_in_their_lists(workspace, requests):
    found = effects(workspace, "fnd_account_effects")
    assert {dimension for dimension, _ in found} == set(ACCOUNT_COLUMNS)
    for (dimension, segment), z in found.items():
        inside = (requests[ACCOUNT_COLUMNS[dimension]] == segment).astype(int)
        sent, won = cells(inside, requests["list_id"], requests["account_id"], requests["evidence_accepted"])
        of_senders = sender_variance(sent, won)
        of_lists = list_variance(sent, won, of_senders)
        assert z == pytest.approx(distance(sent, won, of_lists, of_senders), abs=1e-8), segment


def test_where_nothing_varies_there_is_no_z_and_no_error():
    """Nobody or everybody accepted."""
    columns = ("list_id", "campaign_id", "source", "source_list", "batch_id", "icp", "keywords")
    columns += ("company_region", "company_size", "company_industry")
    for accepted in (0, 1):
        with duckdb.connect() as connection:
            connection.execute(
                f"""
                create table fnd_period_facts as
                select {", ".join(f"'x' as {name}" for name in columns)}, 1 as evidence_sent,
                    if(range % 2 = 0, 'senior', 'mid') as lead_seniority,
                    cast(range % 3 as varchar) as account_id, {accepted} as evidence_accepted
                from range(60)
                """
            )
            rows = connection.execute(f"select segment, z from ({model_sql('fnd_lead_effects')})").fetchall()
        assert sorted(rows) == [("mid", None), ("senior", None)]
